"""The atomic counts 基础计数 of a case and the day each belongs to.

A counter is a name for "this case counts once here", attributed to a city day in one of three ways
归属: by its own time (办理时间), by report time (上报时间, `@report`) or by deadline (截止时间,
`@deadline`). What a measure makes of counters is `measures`; how they are stored is `tally`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from dashboard import cases as c
from dashboard.cases import Row

BASE: Final = (
    "reported",
    "collector_reported",
    "accepted",
    "rejected",
    "verify_sent",
    "verified",
    "verified_on_time",
    "valid_reported",
    "collector_valid",
    "filed",
    "refused",
    "dispatched",
    "dispatched_accurate",
    "disposed",
    "disposed_on_time",
    "check_sent",
    "checked",
    "checked_on_time",
    "closed",
    "closed_on_time",
    "closed_on_time_closing",
    "reworked",
    "postponed",
    "suspended",
    "supervised",
    "cancelled",
    "revisited",
    "rated",
    "satisfied",
)
SELF: Final = (
    "self_reported",
    "self_accepted",
    "self_valid",
    "self_filed",
    "self_disposed",
    "self_disposed_on_time",
    "self_closed",
    "self_closed_on_time",
    "self_closed_on_time_closing",
    "self_cancelled",
)
BY_DEADLINE: Final = (
    "due",
    "disposed",
    "disposed_on_time",
    "closed",
    "closed_on_time",
    "closed_on_time_closing",
    "reworked",
    "suspended",
)
COUNTERS: Final = (
    *BASE,
    *SELF,
    *(f"{name}@report" for name in (*BASE, *SELF)),
    *(f"{name}@deadline" for name in BY_DEADLINE),
)
BIT: Final[dict[str, int]] = {name: i for i, name in enumerate(COUNTERS)}
AT_REPORT: Final = len(BASE) + len(SELF)
AT_DEADLINE: Final = 2 * AT_REPORT

(_REPORTED, _COLLECTOR_REPORTED, _ACCEPTED, _REJECTED, _VERIFY_SENT, _VERIFIED) = range(6)
_VERIFIED_ON_TIME, _VALID, _COLLECTOR_VALID, _FILED, _REFUSED = range(6, 11)
_DISPATCHED, _ACCURATE, _DISPOSED, _DISPOSED_ON_TIME = range(11, 15)
_CHECK_SENT, _CHECKED, _CHECKED_ON_TIME, _CLOSED = range(15, 19)
_CLOSED_ON_TIME, _CLOSED_ON_TIME_CLOSING, _REWORKED, _POSTPONED = range(19, 23)
_SUSPENDED, _SUPERVISED, _CANCELLED, _REVISITED, _RATED, _SATISFIED = range(23, 29)
(_S_REPORTED, _S_ACCEPTED, _S_VALID, _S_FILED, _S_DISPOSED) = range(29, 34)
(_S_DISPOSED_ON_TIME, _S_CLOSED, _S_ON_TIME, _S_ON_TIME_CLOSING, _S_CANCELLED) = range(34, 39)
(_DUE, _D_DISPOSED, _D_DISPOSED_ON_TIME, _D_CLOSED) = range(AT_DEADLINE, AT_DEADLINE + 4)
(_D_ON_TIME, _D_CLOSING, _D_REWORKED, _D_SUSPENDED) = range(AT_DEADLINE + 4, AT_DEADLINE + 8)

Points = list[tuple[int, int]]
"""(instant ms, counter bit) of one record; a bit occurs at most once."""


def points(row: Row) -> Points:
    """Every counter a record adds to by its own time or deadline, with its instant.

    The `@report` copies are made by `day_masks`. A cancelled case 作废 counts as reported and
    cancelled (and verified, supervised), no more.
    """
    out: Points = []
    reported = row[c.REPORTED]
    cancelled = row[c.CANCELLED]
    if row[c.SELF_HANDLED] or row[c.CHANNEL] == "self_handled":
        return _self_points(row, reported, cancelled)
    add = out.append
    if reported is not None:
        add((reported, _REPORTED))
        if row[c.CHANNEL] == "collector":
            add((reported, _COLLECTOR_REPORTED))
    if row[c.VERIFY_SENT] is not None:
        _timed(add, row, (c.VERIFY_SENT, c.VERIFIED, c.VERIFY_DUE), _VERIFY_SENT)
    if row[c.SUPERVISED] is not None:
        add((row[c.SUPERVISED], _SUPERVISED))
    if cancelled is not None:
        add((cancelled, _CANCELLED))
        return out
    if row[c.ACCEPTED] is not None:
        add((row[c.ACCEPTED], _ACCEPTED))
    elif row[c.REJECTED] is not None:
        add((row[c.REJECTED], _REJECTED))
    if row[c.FILED] is not None:
        add((row[c.FILED], _FILED))
        if reported is not None:
            add((reported, _VALID))
            if row[c.CHANNEL] == "collector":
                add((reported, _COLLECTOR_VALID))
    elif row[c.REFUSED] is not None:
        add((row[c.REFUSED], _REFUSED))
    if row[c.DISPATCHED] is not None:
        add((row[c.DISPATCHED], _DISPATCHED))
        if row[c.RETURNED] is None and not row[c.RETURN_COUNT]:
            add((row[c.DISPATCHED], _ACCURATE))
        if row[c.POSTPONED] is not None:
            add((row[c.POSTPONED], _POSTPONED))
    if row[c.SUSPENDED] is not None:
        add((row[c.SUSPENDED], _SUSPENDED))
        if row[c.DUE_AT] is not None:
            add((row[c.DUE_AT], _D_SUSPENDED))
    _disposal(row, add)
    if row[c.CHECK_SENT] is not None:
        _timed(add, row, (c.CHECK_SENT, c.CHECKED, c.CHECK_DUE), _CHECK_SENT)
    if row[c.REVISITED] is not None:
        add((row[c.REVISITED], _REVISITED))
        if row[c.SATISFACTION] is not None:
            add((row[c.REVISITED], _RATED))
            if row[c.SATISFACTION] >= 4:
                add((row[c.REVISITED], _SATISFIED))
    return out


def _timed(
    add: Callable[[tuple[int, int]], None], row: Row, at: tuple[int, int, int], bit: int
) -> None:
    """A task sent, done, done in time: 核实 or 核查; no own limit counts as in time."""
    sent, done, due = row[at[0]], row[at[1]], row[at[2]]
    add((sent, bit))
    if done is not None:
        add((done, bit + 1))
        if due is None or done <= due:
            add((done, bit + 2))


def _disposal(row: Row, add: Callable[[tuple[int, int]], None]) -> None:
    """处置, 结案, 返工 by their own times and by deadline."""
    due, disposed, closed = row[c.DUE_AT], row[c.DISPOSED], row[c.CLOSED]
    if due is not None and row[c.DISPATCHED] is not None:
        add((due, _DUE))
    in_time = False
    if disposed is not None:
        in_time = due is not None and disposed <= due
        add((disposed, _DISPOSED))
        if in_time:
            add((disposed, _DISPOSED_ON_TIME))
        if due is not None:
            add((due, _D_DISPOSED))
            if in_time:
                add((due, _D_DISPOSED_ON_TIME))
    if closed is not None:
        add((closed, _CLOSED))
        if in_time:
            add((closed, _CLOSED_ON_TIME))
        if due is not None:
            add((due, _D_CLOSED))
            if in_time:
                add((due, _D_ON_TIME))
            if closed <= due:
                add((closed, _CLOSED_ON_TIME_CLOSING))
                add((due, _D_CLOSING))
    failed = row[c.CHECK_FAILED]
    if failed is not None or row[c.REWORK_COUNT]:
        when = failed or disposed or row[c.DISPATCHED]
        if when is not None:
            add((when, _REWORKED))
            if due is not None:
                add((due, _D_REWORKED))


def _self_points(row: Row, reported: int | None, cancelled: int | None) -> Points:
    """自行处置 counts in a family of its own; the profile decides which main counts include it."""
    out: Points = []
    if reported is not None:
        out.append((reported, _S_REPORTED))
    if cancelled is not None:
        out.append((cancelled, _S_CANCELLED))
        return out
    if row[c.ACCEPTED] is not None:
        out.append((row[c.ACCEPTED], _S_ACCEPTED))
    disposed, closed, due = row[c.DISPOSED], row[c.CLOSED], row[c.DUE_AT]
    if row[c.FILED] is not None:
        out.append((row[c.FILED], _S_FILED))
    if reported is not None and (row[c.FILED] is not None or closed is not None):
        out.append((reported, _S_VALID))
    in_time = disposed is not None and (due is None or disposed <= due)
    if disposed is not None:
        out.append((disposed, _S_DISPOSED))
        if in_time:
            out.append((disposed, _S_DISPOSED_ON_TIME))
    if closed is not None:
        out.append((closed, _S_CLOSED))
        if in_time:
            out.append((closed, _S_ON_TIME))
        if due is None or closed <= due:
            out.append((closed, _S_ON_TIME_CLOSING))
    return out


def day_masks(row: Row, day_of: Callable[[int], int]) -> dict[int, int]:
    """City day → bit mask of the counters this record adds to on that day, all attributions."""
    masks: dict[int, int] = {}
    cohort = 0
    last_at, day = -1, 0
    for at, bit in points(row):
        if at != last_at:
            day, last_at = day_of(at), at
        masks[day] = masks.get(day, 0) | (1 << bit)
        if bit < AT_REPORT:
            cohort |= 1 << bit
    reported = row[c.REPORTED]
    if reported is not None and cohort:
        day = day_of(reported)
        masks[day] = masks.get(day, 0) | (cohort << AT_REPORT)
    return masks


def names(mask: int) -> Iterator[str]:
    """The counters of a mask."""
    while mask:
        low = mask & -mask
        yield COUNTERS[low.bit_length() - 1]
        mask ^= low


def mask_of(counters: str) -> int:
    """The mask of space-separated counter names; KeyError on a name this version does not know."""
    mask = 0
    for name in counters.split():
        mask |= 1 << BIT[name]
    return mask
