"""Cases as columns 按列: a derived copy in memory that answers any filter by arithmetic on arrays.

The ledger stays the one store; these arrays are made of it and follow it. What a case counts is
decided by `shape` for whole columns at once, and tests hold it to `counters.points` case by case.
"""
