"""The map's vectors of one minute 热力快照, written against those of the key minute.

Kept are the counts of every cell (of rates numerators and denominators), so that each level is
added up as on the day; the lists beside the map follow from them, those of 顽疾点位 are kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from dashboard.cityparts import RepeatRule
from dashboard.heat.deltas import pack, unpack
from dashboard.heat.ground import Ground
from dashboard.heat.keys import Key
from dashboard.heat.moving import Moving, Vector
from dashboard.heat.painting import Labels, Painting
from dashboard.heat.repeats import Repeats
from dashboard.replay.coding import Unreadable

_LEVEL: Final = 9

Base = str
"""`measure.window`, e.g. `reported.30d`."""
Repeat = tuple[int, str, int]
"""(cell, category, how often)"""


@dataclass(frozen=True)
class Shot:
    """What the map knew at `as_of` (epoch ms) on the grid `grid`."""

    grid: str
    as_of: int
    bases: Mapping[Base, tuple[Vector, Vector | None]]
    """Numerators and, of rates, denominators of every place."""
    repeats: list[Repeat] = field(default_factory=list)

    def covered(self, by: Shot | None) -> bool:
        """Whether a key shot holds all that this one is written against."""
        return by is not None and by.grid == self.grid and self.bases.keys() <= by.bases.keys()


class _Stored(msgspec.Struct, array_like=True):
    grid: str
    as_of: int
    bases: dict[str, tuple[int, bytes, bytes | None]]
    repeats: list[Repeat]


_writer = msgspec.msgpack.Encoder()
_reader = msgspec.msgpack.Decoder(_Stored)


def encode_shot(shot: Shot, key: Shot | None = None) -> bytes:
    """A shot in small; with a `key` that covers it, as what differs from that."""
    bases = {}
    for base, (num, den) in shot.bases.items():
        old = (None, None) if key is None else key.bases[base]
        bases[base] = (
            len(num),
            _packed(num, old[0]),
            None if den is None else _packed(den, old[1]),
        )
    stored = _Stored(shot.grid, shot.as_of, bases, shot.repeats)
    return zlib.compress(_writer.encode(stored), _LEVEL)


def decode_shot(stored: bytes, key: Shot | None = None) -> Shot:
    """What `encode_shot` was given. Raises `Unreadable`."""
    try:
        found = _reader.decode(zlib.decompress(stored))
        bases = {}
        for base, (size, num, den) in found.bases.items():
            old = (None, None) if key is None else key.bases[base]
            bases[base] = (
                _unpacked(num, old[0], size),
                None if den is None else _unpacked(den, old[1], size),
            )
    except (zlib.error, msgspec.MsgspecError, KeyError, IndexError, ValueError) as error:
        raise Unreadable(f"回放的热力损坏（{error}）") from error
    return Shot(found.grid, found.as_of, bases, found.repeats)


def _packed(values: Vector, old: Vector | None) -> bytes:
    differs = np.flatnonzero(values if old is None else values != old)
    return pack(differs, values[differs].astype(np.int64))


def _unpacked(delta: bytes, old: Vector | None, size: int) -> Vector:
    values = np.zeros(size, np.int32) if old is None else old.copy()
    index, found = unpack(delta)
    values[index] = found
    return values


def whole_of(shot: Shot, key: Key, ground: Ground, labels: Labels) -> bytes | None:
    """The key's vector as JSON, as screens had it; None where the shot does not have it."""
    found = shot.bases.get(".".join(key.base))
    if found is None:
        return None
    moving = Moving(len(found[0]), shot.as_of, found[1] is not None)
    moving.num, moving.den = found
    repeats = Repeats(RepeatRule(times=1, days=1), shot.as_of)
    for cell, category, n in shot.repeats:
        for _ in range(n):
            repeats.put(shot.as_of - 1, cell, category, 1)
    painting = Painting(key, ground, labels)
    painting.delta(moving, repeats, shot.as_of)
    return painting.whole()
