"""The pictures 截图 of the documentation, taken of a real running demo: `make screenshots`."""
