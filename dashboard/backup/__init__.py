"""Backups 备份: one file with everything a city would need on an empty machine, and proof of it.

`container` is the file, `tables` the ledger in it, `saving` and `restoring` what people do.
"""
