"""The heat map's figures 网格热力: values per unit cell, measure and window, kept by the worker.

A record adds to the cell it lies in for spells of time; a vector is the sum of the spells that hold
at its clock. So it is moved by changed records and by time alone, and equals a recount at any
moment. Levels above the cells are sums by parent.
"""
