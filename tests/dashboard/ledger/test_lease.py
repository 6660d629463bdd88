"""Of two workers one writes: taking over, and waking up after somebody took over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.ledger import Ledger
from dashboard.ledger.errors import Fenced
from dashboard.ledger.lease import PATIENCE_S, Lease
from tests.servers import wait_until
from tests.town import RULES

Make = Callable[[str], tuple[Lease, Ledger]]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dead() -> set[str]:
    """Who is known to be no more."""
    return set()


@pytest.fixture
def make(url: str, clock: Clock, dead: set[str]) -> Iterator[Make]:
    made: list[tuple[Lease, Ledger]] = []

    def one(name: str) -> tuple[Lease, Ledger]:
        ledger = Ledger.open(url, RULES, "qingshi")
        lease = Lease(ledger, name, dead.__contains__, clock=clock)
        made.append((lease, ledger))
        return lease, ledger

    yield one
    for lease, ledger in made:
        lease.release()
        ledger.close()


def test_without_the_lease_nothing_is_written(make: Make) -> None:
    lease, ledger = make("a")
    with pytest.raises(Fenced):
        ledger.apply([])
    assert lease.acquire() and lease.held
    assert ledger.apply([]).seq == 1


def test_signs_of_life_keep_the_other_waiting(make: Make, clock: Clock) -> None:
    (first, _), (second, ledger) = make("a"), make("b")
    assert first.acquire() and not second.acquire()
    for _ in range(5):
        clock.now += PATIENCE_S * 0.9
        first.keep()
        first.beat()
        assert not second.acquire()
    with pytest.raises(Fenced):
        ledger.apply([])


def test_a_sleeper_that_wakes_writes_nothing(make: Make, clock: Clock) -> None:
    (first, asleep), (second, ledger) = make("a"), make("b")
    assert first.acquire()
    first.lose()  # its own signs of life end here, and it does not know it
    assert not second.acquire()
    clock.now += PATIENCE_S + 1
    assert second.acquire()
    with pytest.raises(Fenced, match="b"):
        first.keep()
    with pytest.raises(Fenced, match="b"):
        asleep.apply([])
    with pytest.raises(Fenced):
        first.beat()
    assert ledger.apply([]).seq == 1
    assert not first.acquire()


def test_who_lets_go_or_is_dead_is_not_waited_for(make: Make, dead: set[str]) -> None:
    first, before = make("a")
    second, _ = make("b")
    third, _ = make("c")
    assert first.acquire() and not second.acquire()
    first.release()
    with pytest.raises(Fenced):
        before.apply([])
    assert second.acquire() and not third.acquire()
    dead.add("b")
    assert third.acquire()


def test_the_holder_beats_by_itself_while_it_is_busy(make: Make) -> None:
    lease, ledger = make("a")
    assert lease.acquire()
    look = lease._look
    wait_until(lambda: look().beat >= 2, 15, "two signs of life")
    assert look().token == 1 and ledger.apply([]).seq == 1
