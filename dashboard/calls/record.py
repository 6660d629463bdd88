"""The call record 来电: its fields, its per-field merge and what became of the call.

A work order 工单 that came from 12345 is a record of its own that was never offered. Like a case, a
record is a plain list in the order of `FIELDS`; the highest revision wins field by field.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

TIME_FIELDS: Final = (
    "offered_at",
    "ivr_enter_at",
    "ivr_exit_at",
    "queued_at",
    "ringing_at",
    "answered_at",
    "transferred_at",
    "abandoned_at",
    "overflow_at",
    "ended_at",
    "wrapped_at",
    "callback_due_at",
    "called_back_at",
    "rated_at",
    "feedback_due_at",
    "fed_back_at",
    "order_transferred_at",
    "order_accepted_at",
    "order_closed_at",
)
"""Instants, epoch ms UTC: 呼入 进入语音菜单 离开菜单 排队 振铃 应答 转接 放弃 溢出 挂机 话后完成
应回访 已回访 评价 应反馈 已反馈 转办 受理 办结."""

DURATION_FIELDS: Final = ("wait_s", "talk_s", "hold_s", "wrapup_s")
"""Seconds, as a finished row of a call log gives them; they go before differences of instants."""

OUTCOMES: Final = ("answered", "abandoned", "overflow")
"""What a call log may say became of a call whose instant it does not know."""

CODE_FIELDS: Final = ("agent", "queue", "line", "reason", "order", "case")
"""Codes (≤ 64): 坐席工号, 技能组, 线路, 溢出原因, 工单号, 案卷号. Never a caller's number."""

FIELDS: Final = (
    *TIME_FIELDS,
    *DURATION_FIELDS,
    *CODE_FIELDS,
    "outcome",
    "transfers",
    "satisfaction",
)
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(FIELDS)}
WIDTH: Final = len(FIELDS)
CONFLICTS: Final = WIDTH
COLUMNS: Final = (*FIELDS, "conflicts")

Row = list[Any]
"""Values in the order of `COLUMNS`."""
Revs = list[int]
"""The revision that wrote each of `FIELDS`; 0 = never written."""

STEPS: Final[dict[str, int]] = {
    step: INDEX[name]
    for step, name in {
        "offered": "offered_at",
        "ivr_enter": "ivr_enter_at",
        "ivr_exit": "ivr_exit_at",
        "queued": "queued_at",
        "ringing": "ringing_at",
        "answered": "answered_at",
        "transferred": "transferred_at",
        "abandoned": "abandoned_at",
        "overflow": "overflow_at",
        "ended": "ended_at",
        "wrapped": "wrapped_at",
        "callback_due": "callback_due_at",
        "called_back": "called_back_at",
        "rated": "rated_at",
        "feedback_due": "feedback_due_at",
        "fed_back": "fed_back_at",
        "order_transferred": "order_transferred_at",
        "order_accepted": "order_accepted_at",
        "order_closed": "order_closed_at",
    }.items()
}
"""步骤 → the field that becomes the event's `at`."""

(
    OFFERED,
    IVR_ENTER,
    IVR_EXIT,
    QUEUED,
    RINGING,
    ANSWERED,
    TRANSFERRED,
    ABANDONED,
    OVERFLOW,
    ENDED,
    WRAPPED,
    CALLBACK_DUE,
    CALLED_BACK,
    RATED,
    FEEDBACK_DUE,
    FED_BACK,
    ORDER_TRANSFERRED,
    ORDER_ACCEPTED,
    ORDER_CLOSED,
    WAIT_S,
    TALK_S,
    HOLD_S,
    WRAPUP_S,
    AGENT,
    QUEUE,
    LINE,
    REASON,
    ORDER,
    CASE,
    OUTCOME,
    TRANSFERS,
    SATISFACTION,
) = range(WIDTH)


def blank() -> tuple[Revs, Row]:
    """A record nothing has been written to."""
    return [0] * WIDTH, [*[None] * WIDTH, 0]


def merge(revs: Revs, row: Row, rev: int, changes: Sequence[tuple[int, Any]]) -> bool:
    """Write one event into a record; True when anything is different afterwards.

    Per field the highest `rev` wins. Equal `rev` with another value keeps the greater value (a
    value beats a clear) and sets the field's bit in `conflicts`, which a later `rev` clears.
    """
    changed = False
    for index, value in changes:
        have = revs[index]
        if rev > have:
            revs[index] = rev
            row[index] = value
            changed = True
            if row[CONFLICTS]:
                row[CONFLICTS] &= ~(1 << index)
        elif rev == have and row[index] != value:
            old, bit = row[index], 1 << index
            changed = changed or not row[CONFLICTS] & bit
            row[CONFLICTS] |= bit
            if old is None or (value is not None and value > old):
                row[index] = value
                changed = True
    return changed


def outcome(row: Row) -> str:
    """What became of the call: one of `OUTCOMES`, or "" while it is undecided 未决."""
    if row[ANSWERED] is not None:
        return "answered"
    if row[OVERFLOW] is not None:
        return "overflow"
    if row[ABANDONED] is not None:
        return "abandoned"
    said: str | None = row[OUTCOME]
    if said is not None:
        return said
    return "" if row[ENDED] is None else "abandoned"


def compact(revs: Revs) -> list[int]:
    """Revisions for storage: alternately a revision and the bit mask of the fields it wrote."""
    masks: dict[int, int] = {}
    for index, rev in enumerate(revs):
        if rev:
            masks[rev] = masks.get(rev, 0) | 1 << index
    out: list[int] = []
    for rev in sorted(masks):
        out += (rev, masks[rev])
    return out


def expand(stored: Sequence[int]) -> Revs:
    """The revisions `compact` packed."""
    revs = [0] * WIDTH
    for rev, mask in zip(stored[::2], stored[1::2], strict=True):
        while mask:
            low = mask & -mask
            revs[low.bit_length() - 1] = rev
            mask ^= low
    return revs
