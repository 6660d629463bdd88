"""考评 assessment: districts, departments and posts scored by a city's formula and ranked. Pure.

A formula is data: a sum of weighted components, each a measure of the registry put through one
rule. What the ledger does not record, or what has no denominator, has no score; it is never 0.
"""
