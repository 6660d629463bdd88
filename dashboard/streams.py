"""The streams of one city 事件流: one, or several shards 分片; their keys, and places in them.

A city too large for one Redis node is spread over `stream_shards` streams, each with a hash tag of
its own, so that a Cluster may keep them on different nodes. Whatever is about one subject (a case,
a call, a component) goes into the same shard.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

START: Final = "0-0"
"""The stream cursor 游标 of a reader that has read nothing."""
STREAM: Final = "events"
"""The name of a city's first stream among the ledger's cursors; see `stream_name`."""
MAX_SHARDS: Final = 64


def tag(city: str, shard: int = 0) -> str:
    """The hash tag 标签 of a shard's keys; the first shard's is the city's own."""
    return f"{{{city}}}" if shard == 0 else f"{{{city}/{shard}}}"


def events_key(city: str, shard: int = 0) -> str:
    return f"{tag(city, shard)}:events"


def origin_key(city: str, shard: int = 0) -> str:
    """Holds a word made once: data with another word are other data."""
    return f"{tag(city, shard)}:origin"


def shards_key(city: str) -> str:
    """A set: how many shards senders say they use; the worker reads as many as the most."""
    return f"{tag(city)}:shards"


def rejected_key(city: str) -> str:
    return f"{tag(city)}:rejected"


def frame_key(city: str) -> str:
    return f"{tag(city)}:frame"


def work_key(city: str) -> str:
    """Holds what the worker last said of itself, see `workmeter`."""
    return f"{tag(city)}:work"


def frames_channel(city: str) -> str:
    return f"{tag(city)}:frames"


def stream_name(shard: int) -> str:
    """The name of a shard among the ledger's cursors."""
    return STREAM if shard == 0 else f"{STREAM}/{shard}"


def shard_named(stream: str) -> int | None:
    """The shard of a cursor's name; None for the cursor of a file or of something else."""
    name, _, number = stream.partition("/")
    if name != STREAM or (number and not number.isdecimal()):
        return None
    return int(number or 0)


class _Head(msgspec.Struct, gc=False):
    """What says which record an event is about."""

    type: Any = None
    id: Any = None
    case: Any = None
    call: Any = None
    agent: Any = None
    component: Any = None
    outage: Any = None
    maintenance: Any = None
    ticket: Any = None
    patrol: Any = None
    rating: Any = None


_head = msgspec.json.Decoder(_Head)


def shard_of(body: bytes, shards: int) -> int:
    """The shard of an event: by its subject 案卷号等, whoever sends it; nonsense by its bytes."""
    if shards == 1:
        return 0
    try:
        head = _head.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return zlib.crc32(body) % shards
    named = getattr(head, head.type, None) if isinstance(head.type, str) else None
    subject = named or head.component or head.id
    return zlib.crc32(str(subject).encode("utf-8", "surrogatepass")) % shards


def milliseconds(entry_id: str) -> int:
    """When the bus took an entry (Redis server clock, epoch ms)."""
    return int(entry_id.partition("-")[0])


def order(entry_id: str) -> tuple[int, int]:
    """Entry ids as they follow one another."""
    left, _, right = entry_id.partition("-")
    return int(left), int(right or 0)


def following(entry_id: str) -> str:
    """The least id that can come after an entry."""
    left, right = order(entry_id)
    return f"{left + 1}-0" if right == 2**64 - 1 else f"{left}-{right + 1}"


# Places 位置: how far a sender's events are in the streams, as text for its outbox --------------

Place = Mapping[int, tuple[str, str]]
"""Shard → (origin, entry id)."""


def write_place(place: Place) -> str:
    """`ORIGIN/ENTRY` for the first shard, `ORIGIN/ENTRY/SHARD` for another, `;` between them."""
    return ";".join(
        f"{origin}/{entry}" + (f"/{shard}" if shard else "")
        for shard, (origin, entry) in sorted(place.items())
    )


def read_place(text: str) -> dict[int, tuple[str, str]]:
    """The inverse of `write_place`; nothing for ""."""
    place = {}
    for word in filter(None, text.split(";")):
        origin, entry, *shard = word.split("/")
        place[int(shard[0]) if shard else 0] = (origin, entry)
    return place


def is_kept(
    asked: tuple[str, str], origin: bytes | None, oldest: Iterable[Any], found: Iterable[Any]
) -> bool:
    """Whether the entry asked for is in its stream, or was read and trimmed: not lost.

    Redis loses the newest, readers remove the oldest: what is missing though something older is
    there was lost, what is older than all was read and trimmed."""
    word, entry = asked
    first = next(iter(oldest), None)
    trimmed = first is not None and order(first[0].decode()) > order(entry)
    return word == (origin or b"").decode() and (any(True for _ in found) or trimmed)
