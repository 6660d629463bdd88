"""Packed deltas 增量: for each changed member in ascending order varint(gap), zigzag varint(value).

The first gap counts from 0: it is the index itself. A varint has seven bits a byte, the low ones
first, and the high bit set on all but its last byte.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def pack(index: Ints, value: Ints) -> bytes:
    """The delta that sets `value` at the ascending `index`."""
    words = np.empty(2 * len(index), np.uint64)
    words[0::2] = np.diff(index, prepend=0)
    signed = np.asarray(value, np.int64)
    words[1::2] = ((signed << 1) ^ (signed >> 63)).astype(np.uint64)
    return _varints(words)


def _varints(words: NDArray[np.uint64]) -> bytes:
    if not len(words):
        return b""
    most = max(1, -(-int(words.max()).bit_length() // 7))
    shifts = np.arange(most, dtype=np.uint64) * np.uint64(7)
    groups = (words[:, None] >> shifts) & np.uint64(0x7F)
    rest = words[:, None] >> shifts  # what is left at and above each group
    used = rest > 0
    used[:, 0] = True
    more = np.zeros_like(used)
    more[:, :-1] = used[:, 1:]
    octets = (groups | (more.astype(np.uint64) << np.uint64(7))).astype(np.uint8)
    return octets[used].tobytes()


def unpack(delta: bytes) -> tuple[Ints, Ints]:
    """(index, value) of a packed delta. Raises ValueError on a cut or odd one."""
    octets = np.frombuffer(delta, np.uint8)
    ends = np.flatnonzero(octets < 0x80)
    if len(octets) and (not len(ends) or ends[-1] != len(octets) - 1):
        raise ValueError("delta is cut")
    if len(ends) % 2:
        raise ValueError("delta has an index without a value")
    if not len(ends):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    starts = np.concatenate(([0], ends[:-1] + 1))
    place = np.arange(len(octets)) - np.repeat(starts, ends - starts + 1)
    if place.max() > 8:
        raise ValueError("delta has a number that is too long")
    parts = (octets & 0x7F).astype(np.int64) << (7 * place)
    words = np.add.reduceat(parts, starts)
    index = np.cumsum(words[0::2])
    zigzag = words[1::2]
    return index, (zigzag >> 1) ^ -(zigzag & 1)
