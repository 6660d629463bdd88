"""Bytes of the live stream 推送载荷: server-sent events, deflated once for every viewer."""

from __future__ import annotations

import zlib
from functools import cached_property


def deflated(data: bytes) -> bytes:
    """Deflate blocks that end on a byte and refer to nothing before them, so that the same bytes
    fit behind any viewer's history."""
    fresh = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return fresh.compress(data) + fresh.flush(zlib.Z_SYNC_FLUSH)


def sse(event: str, data: bytes) -> bytes:
    """One server-sent event; `data` is JSON without line breaks."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), data)


class Payload:
    """Bytes for viewers, deflated at most once and only if someone wants them so."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    @cached_property
    def packed(self) -> bytes:
        return deflated(self.plain)
