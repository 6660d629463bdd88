"""Where a worker stands in the streams of its city 读流: one cursor a shard, kept by the ledger.

Cursors of all shards move in the ledger transaction of the batch they cover. A shard is read if the
setting, the ledger or any sender knows of it: fewer shards than before, or a sender that was told
of more than the worker, leave no event unread.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.bus import START, Bus, Entry
from dashboard.ledger import Advance, CursorMoved, Ledger
from dashboard.streams import MAX_SHARDS, STREAM, milliseconds, order, shard_named, stream_name

log = logging.getLogger(__name__)

Batch = Mapping[int, Sequence[Entry]]
"""Shard → what was read of it, never empty."""
ONE_STREAM: Final = [0]


@dataclass
class Stand:
    """One shard: the cursor in the ledger, and where it is if a commit's answer got lost."""

    stored: str | None = None
    attempted: str | None = None
    after: str = START  # read up to here; behind `stored` after a gap
    behind: bool = False


class StreamReading:
    """The shards of one city; `load` first."""

    def __init__(self, bus: Bus, ledger: Ledger) -> None:
        self._bus, self._ledger = bus, ledger
        self._stands: dict[int, Stand] = {}

    def load(self, *, anew: bool) -> None:
        """Takes the cursors from the ledger; `anew`: and goes on reading there. Raises
        `CursorMoved` when a cursor is not where this worker left it."""
        found = {
            shard: position
            for stream, position in self._ledger.claim_all(STREAM).items()
            if (shard := shard_named(stream)) is not None
        }
        for shard, stand in self._stands.items():
            if found.get(shard) not in (stand.stored, stand.attempted):
                raise CursorMoved(
                    f"{stream_name(shard)}：游标在 {found.get(shard)}，应为 {stand.stored}："
                    "另一个工作进程正在写入"
                )
        for shard in {*range(self._bus.shards), *found}:
            stand = self._stands.setdefault(shard, Stand(after=found.get(shard, START)))
            stand.stored = stand.attempted = found.get(shard)
            if anew:
                stand.after = stand.stored or START

    def look(self) -> None:
        """Reads as many shards as senders use."""
        told = min(self._bus.shards_told(), MAX_SHARDS)
        for shard in range(told):
            if shard not in self._stands:
                log.warning("发送方用 %d 个分片，stream_shards 应设为同样的数", told)
                self._stands[shard] = Stand()

    def forget(self) -> None:
        """Another worker writes now: nothing is known of the cursors."""
        self._stands.clear()

    @property
    def behind(self) -> bool:
        """Whether more was there than was read."""
        return any(stand.behind for stand in self._stands.values())

    @property
    def as_of(self) -> int:
        """Up to when (epoch ms) everything was read, while `behind`."""
        late = [stand.after for stand in self._stands.values() if stand.behind]
        return min(map(milliseconds, late))

    def read(self, count: int, patience_ms: int) -> dict[int, list[Entry]]:
        """Up to `count` entries in all; waits at most `patience_ms` for the first."""
        after = {shard: stand.after for shard, stand in self._stands.items()}
        share = -(-count // len(after))
        if list(after) == ONE_STREAM:
            entries = self._bus.read(after[0], share, patience_ms)
            found = {0: entries} if entries else {}
        else:
            found = self._bus.read_shards(after, share, patience_ms)
        for shard, stand in self._stands.items():
            stand.behind = len(found.get(shard, ())) == share
        return found

    def lost(self, shards: Iterator[int] | Sequence[int] | None = None) -> dict[int, str]:
        """What happened to shards (all if unset) whose entry read last, which is never trimmed
        here, is gone; such a shard is read from its beginning: what was counted stays so."""
        out = {}
        for shard in list(self._stands) if shards is None else shards:
            stand = self._stands[shard]
            if why := self._bus.lost(stand.after, shard):
                log.error("数据缺口: %s（%s 游标 %s）", why, stream_name(shard), stand.after)
                stand.after, out[shard] = START, why
        return out

    def advances(self, batch: Batch) -> list[Advance]:
        """How the cursors move with a batch about to be committed."""
        out = []
        for shard, entries in batch.items():
            stand = self._stands[shard]
            stand.attempted = entries[-1][0]
            out.append(Advance(stream_name(shard), stand.attempted, stand.stored))
        return out

    def committed(self, batch: Batch) -> None:
        """The batch is in the ledger."""
        for shard, entries in batch.items():
            stand = self._stands[shard]
            stand.stored = stand.after = entries[-1][0]

    def trim(self, keep_from: str | None, limit: int) -> None:
        """Removes what is committed and older than `keep_from`, up to `limit` entries of each."""
        for shard, stand in self._stands.items():
            if stand.after != START:
                before = min(stand.after, keep_from or stand.after, key=order)
                self._bus.trim(before, limit, shard)

    def __str__(self) -> str:
        return "，".join(str(stand.stored) for stand in self._stands.values())
