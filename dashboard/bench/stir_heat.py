"""The map's news in a bench 热力搅动: what the worker's heat desk would tell, of made-up figures.

Whoever wants a key gets its whole vector as the worker stores it, and from then on, once a second,
a delta of some hundred cells.
"""

from __future__ import annotations

import base64
import gzip
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from dashboard.heat.deltas import pack
from dashboard.heat.ground import Ground
from dashboard.heat.keys import MEASURES, Key, UnknownKey, read_key
from dashboard.heatbus import HeatPost

CHANGED: Final = 300
EVERY_MS: Final = 1_000
TOP: Final = 10


class StirHeat:
    """Call `turn` often."""

    def __init__(self, post: HeatPost, ground: Ground, seed: int = 5) -> None:
        self._post, self._ground = post, ground
        self._rng = np.random.default_rng(seed)
        self._values: dict[str, NDArray[np.int64]] = {}
        self._seqs: dict[str, int] = {}
        self._told_at = 0

    def turn(self, now_ms: int) -> None:
        """Hears wishes and tells what is due."""
        if now_ms - self._told_at < EVERY_MS:
            return
        self._told_at = now_ms
        wanted, asked = self._post.asked()
        deltas, whole = [], {}
        for text in sorted({*wanted, *asked}):
            try:
                key = read_key(text)
            except UnknownKey:
                continue
            new = text not in self._values
            deltas.append((text, self._delta(key, now_ms)))
            if new or text in asked:
                whole[text] = self._whole(key, now_ms)
        if deltas:
            self._post.announce(whole, deltas, dict(self._seqs))

    def _delta(self, key: Key, now_ms: int) -> bytes:
        text = str(key)
        if text not in self._values:
            size = self._ground.size(key.level)
            self._values[text] = self._rng.poisson(self._rng.exponential(0.3, size))
            self._seqs[text] = now_ms - 1
        values, base = self._values[text], self._seqs[text]
        index = np.sort(self._rng.choice(len(values), min(CHANGED, len(values)), replace=False))
        most = 1_000 if MEASURES[key.measure].kind == "rate" else 40
        values[index] = self._rng.integers(0, most, len(index))
        self._seqs[text] = now_ms
        packed = base64.b64encode(pack(index.astype(np.int64), values[index])).decode()
        head = {"key": text, "base": base, "seq": now_ms, "as_of": now_ms}
        return orjson.dumps({**head, **self._sums(values), "d": packed, "top": self._top(key)})

    def _whole(self, key: Key, now_ms: int) -> bytes:
        values = self._values[str(key)]
        zipped = gzip.compress(values.astype("<i4").tobytes(), 1, mtime=0)
        head = {"key": str(key), "seq": self._seqs[str(key)], "as_of": now_ms}
        head |= {"grid": self._ground.version, "top": self._top(key), "repeat": []}
        return orjson.dumps(
            {**head, **self._sums(values), "values": base64.b64encode(zipped).decode()}
        )

    def _sums(self, values: NDArray[np.int64]) -> dict[str, Any]:
        return {"total": int(values.sum()), "outside": 0, "unlocated": 0}

    def _top(self, key: Key) -> list[dict[str, Any]]:
        values, ground = self._values[str(key)], self._ground
        return [
            {
                "i": int(i),
                "code": ground.code(key.level, int(i)),
                "name": ground.name(key.level, int(i)),
                "place": ground.place_name(key.level, int(i)),
                "n": int(values[i]),
            }
            for i in np.argsort(-values, kind="stable")[:TOP]
        ]
