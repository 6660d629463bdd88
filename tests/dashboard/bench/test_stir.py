"""Stirred frames: every figure moves, nothing changes shape, shares stay shares."""

from __future__ import annotations

from typing import Any

import orjson

from dashboard.bench.stir import Stir
from dashboard.snapshot import MAX_BYTES, diff, read_frame
from tests.browser import scenery

NOW_MS = 1_795_660_000_000


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value).__name__ if value is None or isinstance(value, bool | str) else "number"


def test_a_stirred_frame_is_a_frame_of_the_same_shape_and_size() -> None:
    base = scenery.frame(NOW_MS)
    found = Stir(base).next(7, NOW_MS + 1_000)
    assert read_frame(orjson.loads(orjson.dumps(found))) == found
    assert (found["seq"], found["as_of"]) == (7, NOW_MS + 1_000)
    assert shape(found["m"]) == shape(base["m"]) and shape(found["s"]) == shape(base["s"])
    assert shape(found["t"]) == shape(base["t"])
    assert len(orjson.dumps(found)) <= MAX_BYTES
    assert diff(base, found) is not None


def test_most_figures_move_from_frame_to_frame_and_never_run_away() -> None:
    base = scenery.frame(NOW_MS)
    stir = Stir(base)
    frames = [stir.next(n, NOW_MS + n * 100) for n in range(1, 41)]
    for name, cell in base["m"].items():
        values = {frame["m"][name]["v"] for frame in frames}
        if not cell["v"]:
            continue
        assert len(values) > 2, name
        least, most = min(v for v in values if v), max(v for v in values if v)
        assert cell["v"] * 0.9 - 2 <= least <= most <= cell["v"] * 1.1 + 2, name
        for frame in frames:
            moved = frame["m"][name]
            if cell["n"] is not None and cell["d"] and cell["n"] <= cell["d"]:
                assert 0 <= moved["n"] <= cell["d"], name
    assert base == scenery.frame(NOW_MS)  # the frame it began with is as it was


def test_the_news_roll_and_times_go_on() -> None:
    base = scenery.frame(NOW_MS)
    stir = Stir(base)
    first, second = stir.next(1, NOW_MS + 500), stir.next(2, NOW_MS + 1_000)
    assert second["t"]["ticker"][0]["at"] == NOW_MS + 1_000
    assert second["t"]["ticker"][1] == first["t"]["ticker"][0]
    assert len(second["t"]["ticker"]) == len(base["t"]["ticker"])
    assert all(one["last_at"] == NOW_MS + 1_000 for one in second["sources"])
