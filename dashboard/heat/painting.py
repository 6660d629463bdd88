"""What was told of one key 已发布的热力: the last vector, and the JSON of what is new about it."""

from __future__ import annotations

import base64
import gzip
from typing import Any, Final, Protocol

import numpy as np
import orjson

from dashboard.heat.deltas import pack
from dashboard.heat.ground import Ground
from dashboard.heat.keys import MEASURES, NO_DATA, Key
from dashboard.heat.moving import Moving, Vector, thousandths
from dashboard.heat.repeats import Repeats

TOP: Final = 10
REPEATS: Final = 20
LEAST_CLOSED: Final = 3
"""Fewer cases make no rate worth a place among the lowest."""


class Labels(Protocol):
    """Chinese names of codes."""

    def label(self, dimension: str, code: str | None) -> str: ...


class Painting:
    """One key as every screen has it after the last delta."""

    def __init__(self, key: Key, ground: Ground, labels: Labels) -> None:
        self.key, self._ground, self._labels = key, ground, labels
        blank = NO_DATA if MEASURES[key.measure].kind == "rate" else 0
        self._values: Vector = np.full(ground.size(key.level), blank, np.int32)
        self._said: dict[str, Any] = {"total": None, "outside": 0, "unlocated": 0}
        self._lists: dict[str, list[dict[str, Any]]] = {"top": [], "repeat": []}
        self.seq = self._as_of = 0
        self._seen: tuple[int, int] = (-1, -1)
        self.unsaved = True
        """Whether something was told since the last `whole`."""

    def delta(self, moving: Moving, repeats: Repeats | None, now: int) -> bytes | None:
        """What is new since the last call, None if nothing."""
        stamp = (moving.version, -1 if repeats is None else repeats.version)
        if stamp == self._seen and self.seq:
            return None
        self._seen = stamp
        values = self._ground.values(moving, self.key.level)
        index = np.flatnonzero(values != self._values)
        said, lists = self._sums(moving), self._rows(moving, values, repeats)
        news = {name: rows for name, rows in lists.items() if rows != self._lists[name]}
        if self.seq and not len(index) and not news and said == self._said:
            return None
        base, self.seq = self.seq, max(now, self.seq + 1)
        self._values, self._said, self._lists = values, said, lists
        self._as_of, self.unsaved = now, True
        packed = base64.b64encode(pack(index, values[index].astype(np.int64))).decode()
        head = {"key": str(self.key), "base": base, "seq": self.seq, "as_of": now}
        return orjson.dumps({**head, **said, "d": packed, **news})

    def _sums(self, moving: Moving) -> dict[str, Any]:
        """total: of the whole city, wherever its cases lie."""
        num, den = moving.num, moving.den
        if den is not None:
            total = thousandths(num.sum(keepdims=True), den.sum(keepdims=True))[0]
            cases = den
        else:
            total, cases = num.sum(), num
        return {
            "total": int(total),
            "outside": int(cases[self._ground.outside]),
            "unlocated": int(cases[self._ground.nowhere]),
        }

    def _rows(
        self, moving: Moving, values: Vector, repeats: Repeats | None
    ) -> dict[str, list[dict[str, Any]]]:
        ground, level = self._ground, self.key.level
        top = [
            {
                "i": i,
                "code": ground.code(level, i),
                "name": ground.name(level, i),
                "place": ground.place_name(level, i),
                "n": int(values[i]),
            }
            for i in self._hottest(moving, values)
        ]
        found = [] if repeats is None else repeats.worst(REPEATS)
        rows = [
            {
                "i": cell,
                "code": ground.codes[cell],
                "place": ground.place_name("unit_cell", cell),
                "category": self._labels.label("category", category),
                "n": n,
            }
            for cell, category, n in found
        ]
        return {"top": top, "repeat": rows}

    def _hottest(self, moving: Moving, values: Vector) -> list[int]:
        """The highest counts; of rates the lowest, the one with more cases first."""
        if moving.den is None:
            rank = values.astype(np.int64)
            allowed = np.flatnonzero(rank > 0)
        else:
            den = self._ground.sums(moving.den, self.key.level).astype(np.int64)
            rank = (1000 - values.astype(np.int64)) * (1 << 32) + den
            allowed = np.flatnonzero((den >= LEAST_CLOSED) & (values < 1000))
        rank = rank[allowed]
        if len(rank) > TOP:
            least = np.partition(rank, -TOP)[-TOP]
            allowed, rank = allowed[rank >= least], rank[rank >= least]
        return [int(i) for i in allowed[np.argsort(-rank, kind="stable")][:TOP]]

    def whole(self) -> bytes:
        """Everything, as it stands after the last delta."""
        self.unsaved = False
        values = gzip.compress(self._values.astype("<i4").tobytes(), 1, mtime=0)
        head = {"key": str(self.key), "seq": self.seq, "as_of": self._as_of}
        grid = {"grid": self._ground.version}
        body = {"values": base64.b64encode(values).decode()}
        return orjson.dumps({**head, **grid, **self._said, **self._lists, **body})
