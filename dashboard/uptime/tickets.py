"""Tickets 故障工单: responded and restored within their time limits, or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from dashboard.uptime.records import Ticket


class DueTimes(Protocol):
    """How long after its opening a ticket must be responded to and restored, ms."""

    @property
    def respond_ms(self) -> int: ...
    @property
    def restore_ms(self) -> int: ...


COUNTERS: Final = (
    "tickets_opened", "tickets_due", "tickets_in_time", "tickets_respond_due",
    "tickets_responded_in_time", "tickets_restore_due", "tickets_restored_in_time",
)  # fmt: skip


def met(opened: int, done: int | None, within_ms: int, now: int) -> bool | None:
    """Whether a step was done in time; None while it may still be."""
    if done is not None and done <= now:
        return done - opened <= within_ms
    return None if now <= opened + within_ms else False


def in_time(ticket: Ticket, due: DueTimes, now: int) -> bool | None:
    """Whether a ticket was responded to and restored in time; None while that is open. One missed
    step decides."""
    steps = (
        met(ticket.opened, ticket.responded, due.respond_ms, now),
        met(ticket.opened, ticket.restored, due.restore_ms, now),
    )
    if False in steps:
        return False
    return None if None in steps else True


def counters(
    tickets: Iterable[Ticket], due_of: Callable[[str], DueTimes], now: int
) -> dict[str, int]:
    """What 维护及时率 adds up over tickets, as of `now`."""
    out = dict.fromkeys(COUNTERS, 0)
    for one in tickets:
        due = due_of(one.level)
        out["tickets_opened"] += 1
        for verdict, below, above in (
            (in_time(one, due, now), "tickets_due", "tickets_in_time"),
            (
                met(one.opened, one.responded, due.respond_ms, now),
                "tickets_respond_due",
                "tickets_responded_in_time",
            ),
            (
                met(one.opened, one.restored, due.restore_ms, now),
                "tickets_restore_due",
                "tickets_restored_in_time",
            ),
        ):
            out[below] += verdict is not None
            out[above] += verdict is True
    return out
