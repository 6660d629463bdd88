"""Taking in a table 导入: rows → events → target, in batches, with every row accounted for.

read = accepted + unchanged + rejected. A bad row goes to the file of rejects and to the target's
list of refusals; it never stops the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, Protocol

from dashboard.eventkinds import Event, read_event
from dashboard.events import Rejected
from dashboard.sources.cells import Row, RowError
from dashboard.sources.rejects import RejectsFile
from dashboard.sources.tables import Record, TableError

BATCH: Final = 10_000
_KINDS: Final = 1_000  # different reasons kept apart; more of them are counted as others
OTHERS: Final = "其他原因 / other reasons"


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken: a position that is the same whenever the row comes again."""

    position: str
    reason: str
    body: bytes


class Reader(Protocol):
    """Makes the event of a row, as JSON. Raises `RowError`."""

    def event(self, row: Row) -> bytes: ...


Target = Callable[[list[Event], list[Refusal], Record], int]
"""Takes a batch whole, up to its last record, or raises; how many events changed nothing."""


@dataclass
class Summary:
    """导入结果; `reasons` counts the rejections by what was wrong."""

    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def refuse(self, reason: str) -> None:
        self.rejected += 1
        known = reason in self.reasons or len(self.reasons) < _KINDS
        self.reasons[reason if known else OTHERS] += 1


def take_in(
    records: Iterable[Record],
    reader: Reader,
    target: Target,
    rejects: RejectsFile,
    now: Callable[[], int],
    summary: Summary,
    progress: Callable[[int], None] = lambda n: None,
    batch: int = BATCH,
) -> None:
    """Takes in every record, adding to `summary`; `now` is epoch ms.

    `progress` hears how many rows each batch had. An error of the table or of the target ends it;
    what came before a break in the table is taken.
    """
    events: list[Event] = []
    refusals: list[Refusal] = []
    record: Record | None = None

    def hand_over(last: Record) -> None:
        unchanged = target(events, refusals, last)
        summary.unchanged += unchanged
        summary.accepted += len(events) - unchanged
        progress(len(events) + len(refusals))
        events.clear()
        refusals.clear()
        rejects.flush()

    latest = now()
    try:
        for record in records:
            summary.read += 1
            try:
                events.append(_event(record, reader, latest))
            except (RowError, Rejected) as error:
                summary.refuse(str(error))
                rejects.add(record, str(error))
                refusals.append(_refusal(record, str(error)))
            if len(events) + len(refusals) >= batch:
                hand_over(record)
                latest = now()
    except TableError:
        if record is not None:
            hand_over(record)  # a table that breaks off keeps the rows before the break
        raise
    if record is not None:
        hand_over(record)


def _event(record: Record, reader: Reader, now: int) -> Event:
    if record.problem is not None:
        raise Rejected(record.problem)
    return read_event(reader.event(record.cells), now)


def _refusal(record: Record, reason: str) -> Refusal:
    body = "\x1f".join("" if cell is None else str(cell) for cell in record.cells)
    data = body.encode("utf-8", "backslashreplace")
    mark = blake2b(data, digest_size=12).hexdigest()
    return Refusal(mark, f"第 {record.row} 行：{reason}", data)
