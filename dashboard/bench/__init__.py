"""Benchmarks 性能基准: each prints its figures and a ratio to a baseline of the same run."""
