"""A worker that sleeps through its lease shows nothing when it wakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.ledger import Applied
from dashboard.ledger.errors import Fenced
from dashboard.ledger.lease import Lease
from dashboard.snapshot import Frame
from tests.dashboard.hall import DAY, NOON, Hall
from tests.servers import RedisServer


def never(holder: str) -> bool:
    return False


class Asleep:
    """A section in whose painting the worker sleeps while `meanwhile` happens."""

    next_at = NOON + DAY

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def reset(self, now: int) -> None:
        pass

    def apply(self, applied: Applied) -> None:
        pass

    def advance(self, now: int) -> bool:
        return False

    def paint(self, frame: Frame) -> None:
        self.meanwhile()


def test_who_slept_while_painting_shows_nothing_when_it_wakes(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    hall = Hall(redis_server, f"sqlite:///{tmp_path}/ledger.db")
    seconds = 0.0
    ledgers = hall.open_ledger(), hall.open_ledger()
    first, second = (
        Lease(ledger, name, never, patience_s=4.0, clock=lambda: seconds)
        for ledger, name in zip(ledgers, "ab", strict=True)
    )
    successor = hall.worker(ledger=ledgers[1], lease=second)

    def another_takes_over() -> None:
        nonlocal seconds
        first.lose()  # its own signs of life end here, and it does not know it
        assert not second.acquire()
        seconds += 5.0
        assert second.acquire()
        successor.turn()

    sleeper = hall.worker(ledger=ledgers[0], lease=first, sections=[Asleep(another_takes_over)])
    assert first.acquire()
    hall.report("C1")
    with pytest.raises(Fenced, match="b"):
        sleeper.turn()
    shown = hall.frame
    assert (shown["seq"], hall.shown()) == (1, 1), "the successor's"
    assert hall.turns(successor)["seq"] > 1
    for lease in (first, second):
        lease.release()
