"""A real frame, stirred 搅动: frame after frame in which every figure of every scene has moved.

Figures go up and down around those of the frame, so that a run of any length shows numbers of the
same size and tables of the same length; times go on.
"""

from __future__ import annotations

import copy
import random
from typing import Any, Final

from dashboard.snapshot import Cell, Frame

LARGEST: Final = 10**9
"""Whole numbers above it are instants (epoch ms)."""
FIXED: Final = frozenset({"every_s", "short_abandon_s", "service_s", "min_sample", "seats", "year"})
FIXED_SERIES: Final = frozenset({"platform.calendar", "platform.lanes", "annual.about"})
SHARE: Final = 50
"""A figure moves by up to a fiftieth of itself."""
STEPS: Final = ("上报", "受理", "立案", "派遣", "处置完毕", "结案")


class Stir:
    """Frames that follow `frame`; the same seed stirs the same way."""

    def __init__(self, frame: Frame, seed: int = 7) -> None:
        self._frame, self._rng = frame, random.Random(seed)
        self._news = [dict(row) for row in frame["t"].get("ticker", [])]

    def next(self, seq: int, now_ms: int) -> Frame:
        """The frame number `seq`, dated `now_ms`."""
        old = self._frame
        late = now_ms - old["as_of"]
        frame: dict[str, Any] = {**old, "seq": seq, "as_of": now_ms}
        frame["sources"] = [{**one, "last_at": now_ms, "state": "live"} for one in old["sources"]]
        frame["m"] = {name: self._cell(cell) for name, cell in old["m"].items()}
        frame["s"] = {
            name: value if name in FIXED_SERIES else self._moved(value, name)
            for name, value in old["s"].items()
        }
        frame["t"] = {
            name: [self._moved(row, name) for row in rows] for name, rows in old["t"].items()
        }
        self._pass(frame, late)
        return frame  # type: ignore[return-value]

    def _cell(self, cell: Cell) -> Cell:
        n, d, v = cell.get("n"), cell.get("d"), cell.get("v")
        if v is None:
            return cell
        if n is None:
            return {**cell, "v": self._near(v)}
        found = self._near(n)
        if not d:
            return {**cell, "v": found, "n": found}
        if n <= d:  # a share stays one
            found = min(found, d)
        return {**cell, "n": found, "v": v * found / n if n else v}

    def _moved(self, value: Any, name: str) -> Any:
        """The same shape; of a list of numbers the last known one moves, of all else all."""
        if isinstance(value, bool) or name in FIXED:
            return value
        if isinstance(value, int):
            return self._near(value) if 0 < value < LARGEST else value
        if isinstance(value, dict):
            return {key: self._moved(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return self._list(value, name)
        return value

    def _list(self, values: list[Any], name: str) -> list[Any]:
        if not all(isinstance(one, int | float | None) for one in values):
            return [self._moved(one, name) for one in values]
        known = [i for i, one in enumerate(values) if isinstance(one, int)]
        moved = list(values)
        for i in known[-1:]:
            moved[i] = self._near(values[i])
        return moved

    def _near(self, value: Any) -> Any:
        """A number near it, whole and not below 0 where it is whole."""
        reach = max(1, int(abs(value)) // SHARE)
        found = value + self._rng.randint(-reach, reach)
        return max(0, found) if value >= 0 else found

    def _pass(self, frame: dict[str, Any], late: int) -> None:
        """What time does: the news roll, the queue's oldest waits, probes have just come."""
        now, rng, names = frame["as_of"], self._rng, frame["t"]
        if self._news:
            newest = {**rng.choice(self._news), "at": now, "step": rng.choice(STEPS)}
            self._news = [newest, *self._news][: len(self._news)]
            names["ticker"] = copy.copy(self._news)
        districts = names.get("districts", [])
        if len(districts) > 1:
            one = rng.randrange(len(districts) - 1)
            districts[one], districts[one + 1] = districts[one + 1], districts[one]
        for row in names.get("platform.components", []):
            if row.get("seen_at"):
                row["seen_at"] += late
        for row in names.get("backlog.soon", []):
            row["due"] += late
