"""Events by HTTP 接入: a body becomes lines, each line a verdict, and nobody sends too fast."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from dashboard.eventkinds import read_event
from dashboard.events import Rejected, id_of, short

MOST: Final = 1_000
"""Events in one request."""
BYTES: Final = 4 << 20
TYPES: Final = {"application/x-ndjson": True, "application/jsonl": True, "application/json": False}
"""Media type → one event a line; else one array (or one event)."""

_array = msgspec.json.Decoder(list[msgspec.Raw])


class BadBatch(ValueError):
    """A body that holds no events; `status` for the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def lines_of(body: bytes, media: str) -> list[bytes]:
    """The events of a body, unread. Raises `BadBatch`: 415, 400, 413."""
    kind = media.partition(";")[0].strip().lower()
    if kind not in TYPES:
        expected = "、".join(TYPES)
        raise BadBatch(415, f"content-type {kind or '（无）'}：应为 {expected}")
    if TYPES[kind]:
        lines = [line.strip() for line in body.split(b"\n") if line.strip()]
    elif body.lstrip()[:1] == b"{":
        lines = [body.strip()]
    else:
        try:
            lines = [bytes(one) for one in _array.decode(body)]
        except msgspec.DecodeError as error:
            raise BadBatch(400, f"不是事件的 JSON 数组：{error}") from None
    if not lines:
        raise BadBatch(400, "没有事件")
    if len(lines) > MOST:
        raise BadBatch(413, f"{len(lines):,} 条事件，一次至多 {MOST:,} 条")
    return lines


@dataclass(frozen=True)
class Judged:
    """One event: its id, and "" or why it is not taken 拒收原因."""

    line: bytes
    id: str
    reason: str = ""


def judged(line: bytes, now: int, sent_by: str) -> Judged:
    """Reads an event as the worker will; a token bound to `sent_by` speaks for that system only."""
    try:
        event = read_event(line, now)
    except Rejected as error:
        return Judged(line, id_of(line), str(error))
    if sent_by and event.sent_by != sent_by:
        found = short(event.sent_by)
        return Judged(line, event.id, f"sent_by: {found}, this token speaks for {sent_by}")
    return Judged(line, event.id)


class Rate:
    """Events a second for each sender 速率: a bucket that holds two seconds, or one full batch."""

    def __init__(self, per_s: float, now: Callable[[], int]) -> None:
        self._per_s, self._now = per_s, now
        self._holds = max(2 * per_s, MOST)
        self._left: dict[str, tuple[float, int]] = {}

    def take(self, sender: str, count: int) -> int:
        """Takes `count` events from the sender's bucket: 0, or in how many seconds they fit."""
        now = self._now()
        left, at = self._left.get(sender, (self._holds, now))
        left = min(self._holds, left + max(0, now - at) / 1000 * self._per_s)
        if left < count:
            self._left[sender] = left, now
            return max(1, math.ceil((count - left) / self._per_s))
        self._left[sender] = left - count, now
        return 0
