"""The bytes of a frame against those of the hour's first 整帧与增量, and back, exactly.

Deflate looks back 32 kB and a frame is longer, so it is cut in pieces, each deflated with the part
of the key frame around the same place as its dictionary. Nothing here knows what the bytes mean:
whatever is put in comes out, however unlike the key it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

PIECE: Final = 16_384
BACK: Final = 6_000
"""How far before a piece its dictionary begins: texts grow, so what was here may be behind."""
WINDOW: Final = 32_000
_LEVEL: Final = 9
_HEAD: Final = struct.Struct("<II")
_LENGTH: Final = struct.Struct("<H")


class Unreadable(ValueError):
    """Stored bytes that are not what `encode` wrote."""


def encode(body: bytes, key: bytes = b"") -> bytes:
    """`body` in small, to be read with the same `key`."""
    parts = [_HEAD.pack(len(body), zlib.crc32(body))]
    for start in range(0, len(body), PIECE):
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9, zdict=_dictionary(key, start))
        piece = packer.compress(body[start : start + PIECE]) + packer.flush()
        parts += (_LENGTH.pack(len(piece)), piece)
    return b"".join(parts)


def decode(stored: bytes, key: bytes = b"") -> bytes:
    """What `encode` was given. Raises `Unreadable`, also where the key is another one."""
    try:
        length, check = _HEAD.unpack_from(stored)
        body = b"".join(_pieces(stored, key))
    except (struct.error, zlib.error) as error:
        raise Unreadable(f"回放记录损坏（{error}）") from error
    if len(body) != length or zlib.crc32(body) != check:
        raise Unreadable(f"回放记录损坏（{len(body)} 字节，应为 {length}，或校验不符）")
    return body


def _pieces(stored: bytes, key: bytes) -> Iterator[bytes]:
    at, start = _HEAD.size, 0
    while at < len(stored):
        (length,) = _LENGTH.unpack_from(stored, at)
        at += _LENGTH.size
        reader = zlib.decompressobj(-15, zdict=_dictionary(key, start))
        yield reader.decompress(stored[at : at + length]) + reader.flush()
        at, start = at + length, start + PIECE


def _dictionary(key: bytes, start: int) -> bytes:
    first = max(0, min(start - BACK, len(key) - WINDOW))
    return key[first : first + WINDOW]
