"""Replay 回放: how past minutes are written small, and which minute somebody means. Pure.

`coding` is the bytes of a frame, `heatshot` the map's vectors, `moment` times and spans.
"""
