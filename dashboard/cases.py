"""The case record 案卷: its fields, its per-field merge, its state and its place.

A record is a plain list in the order of `FIELDS` (fast to merge by the hundred thousand); `Case` is
the readable view of one. Everything here is pure: no clock, no store, no profile object — the
deadline rule comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

TIME_FIELDS: Final = (
    "reported_at",
    "accepted_at",
    "rejected_at",
    "verify_sent_at",
    "verify_due_at",
    "verified_at",
    "filed_at",
    "refused_at",
    "dispatched_at",
    "returned_at",
    "disposed_at",
    "postponed_at",
    "suspended_at",
    "resumed_at",
    "supervised_at",
    "check_sent_at",
    "check_due_at",
    "checked_at",
    "check_failed_at",
    "closed_at",
    "reopened_at",
    "cancelled_at",
    "restored_at",
    "revisited_at",
    "deadline",
)
"""Instants, epoch ms UTC. `deadline` 处置截止, `verify_due_at`, `check_due_at` may lie ahead."""

FUTURE_FIELDS: Final = frozenset({"deadline", "verify_due_at", "check_due_at"})

COUNT_FIELDS: Final = ("rework_count", "postpone_count", "return_count", "supervise_count")
"""Cumulative as the sender counts them: 返工次数, 延期次数, 回退次数, 督办次数."""

CODE_FIELDS: Final = (
    "district",
    "street",
    "community",
    "duty_grid",
    "unit_cell",
    "department",
    "category",
    "channel",
    "collector",
    "condition",
    "place",
)
"""Codes 编码 (≤ 64 characters) and `place`, a public place name (≤ 40, never a person)."""

FIELDS: Final = (
    *TIME_FIELDS,
    *COUNT_FIELDS,
    *CODE_FIELDS,
    "postponed_h",
    "satisfaction",
    "self_handled",
    "lon",
    "lat",
    "datum",
)
"""What events write. `lon` and `lat` are in `datum`: a datum's name, or `@` and the sending system,
whose datum the city profile declares."""
INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(FIELDS)}
WIDTH: Final = len(FIELDS)

PLACED: Final = ("district", "street", "community", "duty_grid", "unit_cell", "lon", "lat")
"""落格: where a case counts. What the events say is kept apart (`own_…`): these follow from it and
from the grid, so that neither the order of events nor a change of grid leaves a trace."""

# A stored row is FIELDS, then derived columns: three of its state, then PLACED.
CONFLICTS: Final = WIDTH
DUE_AT: Final = WIDTH + 1
STAGE: Final = WIDTH + 2
FIRST_PLACED: Final = WIDTH + 3
COLUMNS: Final = (
    *(f"own_{name}" if name in PLACED else name for name in FIELDS),
    *("conflicts", "due_at", "stage"),
    *PLACED,
)

Row = list[Any]
"""Values in the order of `COLUMNS`."""
Revs = list[int]
"""The revision that wrote each of `FIELDS`; 0 = never written."""
DueRule = Callable[[str | None, str | None, str | None, int, float], int | None]
"""(category, condition, department, dispatched_at ms, postponed hours) → deadline ms or None."""

STEPS: Final[dict[str, tuple[tuple[int, bool], ...]]] = {
    step: tuple((INDEX[name.rstrip("-")], not name.endswith("-")) for name in names)
    for step, names in {
        "report": ("reported_at",),
        "accept": ("accepted_at", "rejected_at-"),
        "reject": ("rejected_at", "accepted_at-"),
        "verify_send": ("verify_sent_at",),
        "verify_done": ("verified_at",),
        "file": ("filed_at", "refused_at-"),
        "refuse": ("refused_at", "filed_at-"),
        "dispatch": ("dispatched_at",),
        "return": ("returned_at",),
        "dispose": ("disposed_at",),
        "postpone": ("postponed_at",),
        "suspend": ("suspended_at", "resumed_at-"),
        "resume": ("resumed_at",),
        "supervise": ("supervised_at",),
        "check_send": ("check_sent_at",),
        "check_pass": ("checked_at",),
        "check_fail": ("checked_at", "check_failed_at", "disposed_at-"),
        "close": ("closed_at",),
        "reopen": ("reopened_at", "closed_at-"),
        "cancel": ("cancelled_at",),
        "restore": ("restored_at", "cancelled_at-"),
        "revisit": ("revisited_at",),
    }.items()
}
"""步骤 → the fields it writes: (field index, True = the event's `at`, False = cleared)."""

(
    REPORTED,
    ACCEPTED,
    REJECTED,
    VERIFY_SENT,
    VERIFY_DUE,
    VERIFIED,
    FILED,
    REFUSED,
    DISPATCHED,
    RETURNED,
    DISPOSED,
    POSTPONED,
    SUSPENDED,
    RESUMED,
    SUPERVISED,
    CHECK_SENT,
    CHECK_DUE,
    CHECKED,
    CHECK_FAILED,
    CLOSED,
    _REOPENED,
    CANCELLED,
    _RESTORED,
    REVISITED,
    DEADLINE,
    REWORK_COUNT,
    _POSTPONE_COUNT,
    RETURN_COUNT,
    _SUPERVISE_COUNT,
    OWN_DISTRICT,
    OWN_STREET,
    OWN_COMMUNITY,
    OWN_DUTY_GRID,
    OWN_UNIT_CELL,
    DEPARTMENT,
    CATEGORY,
    CHANNEL,
    COLLECTOR,
    CONDITION,
    PLACE,
    POSTPONED_H,
    SATISFACTION,
    SELF_HANDLED,
    OWN_LON,
    OWN_LAT,
    DATUM,
) = range(WIDTH)

(DISTRICT, STREET, COMMUNITY, DUTY_GRID, UNIT_CELL, LON, LAT) = range(
    FIRST_PLACED, FIRST_PLACED + len(PLACED)
)
"""Where a case counts; `LON`, `LAT` are WGS-84."""

STAGES: Final = (
    "none",
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "disposed",
    "checked",
    "closed",
    "suspended",
    "cancelled",
    "rejected",
    "refused",
)
"""Where a case stands now 所处环节; the stored `stage` is the position in this tuple."""
OPEN_STAGES: Final = frozenset({1, 2, 3, 4, 5, 6, 8})


def blank() -> tuple[Revs, Row]:
    """A record nothing has been written to."""
    row: Row = [None] * len(COLUMNS)
    row[CONFLICTS] = 0
    row[STAGE] = 0
    return [0] * WIDTH, row


def merge(revs: Revs, row: Row, rev: int, changes: Sequence[tuple[int, Any]]) -> bool:
    """Write one event into a record; True when anything is different afterwards.

    Per field the highest `rev` wins. Equal `rev` with another value keeps the greater value (a
    value beats a clear) and sets the field's bit in `conflicts`, which a later `rev` clears: the
    result depends on the set of events alone, never on their order or number.
    """
    changed = False
    for index, value in changes:
        have = revs[index]
        if rev > have:
            revs[index] = rev
            changed = True
            row[index] = value
            if row[CONFLICTS]:
                row[CONFLICTS] &= ~(1 << index)
        elif rev == have:
            old = row[index]
            if old != value:
                bit = 1 << index
                if not row[CONFLICTS] & bit:
                    row[CONFLICTS] |= bit
                    changed = True
                if old is None or (value is not None and value > old):
                    row[index] = value
                    changed = True
    return changed


def derive(row: Row, due_rule: DueRule) -> None:
    """Set the derived columns: the effective deadline 处置截止, the stage 环节, and as place what
    the events say; `places.Places.settle` then adds what the grid knows."""
    due = row[DEADLINE]
    if due is None and row[DISPATCHED] is not None:
        due = due_rule(
            row[CATEGORY],
            row[CONDITION],
            row[DEPARTMENT],
            row[DISPATCHED],
            row[POSTPONED_H] or 0.0,
        )
    row[DUE_AT] = due
    row[STAGE] = stage(row)
    row[DISTRICT:LON] = row[OWN_DISTRICT:DEPARTMENT]
    row[LON] = row[OWN_LON]
    row[LAT] = row[OWN_LAT]


def stage(row: Row) -> int:
    """Position in `STAGES`: the ends (作废 结案 不予受理 不予立案), 挂账, then the line."""
    if row[CANCELLED] is not None:
        return 9
    if row[CLOSED] is not None:
        return 7
    if row[REFUSED] is not None:
        return 11
    if row[REJECTED] is not None:
        return 10
    if row[SUSPENDED] is not None and row[RESUMED] is None:
        return 8
    disposed = row[DISPOSED]
    if disposed is not None:
        checked = row[CHECKED]
        return 6 if checked is not None and checked >= disposed else 5
    if row[DISPATCHED] is not None:
        return 4
    if row[FILED] is not None:
        return 3
    if row[ACCEPTED] is not None:
        return 2
    return 1 if row[REPORTED] is not None else 0


def is_self_handled(row: Row) -> bool:
    """自行处置: flagged so, or reported through the channel of that name."""
    return bool(row[SELF_HANDLED]) or row[CHANNEL] == "self_handled"


def overdue_open(row: Row, now: int) -> bool:
    """超期未处置: with a department, past its deadline at `now`, neither disposed nor ended."""
    due = row[DUE_AT]
    return due is not None and due < now and awaiting_disposal(row)


def awaiting_disposal(row: Row) -> bool:
    """待处置: dispatched, not disposed, not closed, cancelled, refused or suspended 挂账."""
    return row[DISPATCHED] is not None and row[STAGE] == 4


def as_dict(case: str, row: Row) -> dict[str, Any]:
    """The record with its column names, for exports and explanations."""
    out: dict[str, Any] = {"case": case}
    out.update(zip(COLUMNS, row, strict=True))
    out["stage"] = STAGES[row[STAGE]]
    return out
