"""Python starts with this when its folder is on PYTHONPATH: the clock of every process goes
`PICTURES_AHEAD_MS` ahead, so that a picture taken at night shows a city's afternoon."""

import os
import time

AHEAD_MS = int(os.environ.get("PICTURES_AHEAD_MS", "0"))
_real, _real_ns = time.time, time.time_ns


def _time() -> float:
    return _real() + AHEAD_MS / 1000


def _time_ns() -> int:
    return _real_ns() + AHEAD_MS * 1_000_000


time.time, time.time_ns = _time, _time_ns
