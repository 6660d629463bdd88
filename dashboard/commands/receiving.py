"""Where an import goes 导入去向: straight into the ledger, or into the stream by way of the outbox.

Both keep how far a polled source was read in the same transaction as its events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Protocol

from dashboard.city import Profile
from dashboard.cityledger import open_ledger
from dashboard.commands.delivering import Delivery, open_delivery
from dashboard.config import Config
from dashboard.eventkinds import Event
from dashboard.ledger import Advance, Ledger, Refused
from dashboard.sources.intake import Refusal

Cursor = tuple[str, str]
"""(name of a source, how far it was read)"""


class Receiver(Protocol):
    """Takes batches whole."""

    def position(self, name: str) -> str | None:
        """How far the source was read; None when never."""

    def take(self, events: list[Event], refusals: list[Refusal], cursor: Cursor | None) -> int:
        """Takes a batch and moves the cursor; how many events changed nothing."""


class ToLedger:
    """Folds each batch in one ledger transaction; what was refused is noted there too."""

    def __init__(self, ledger: Ledger, now: Callable[[], int]) -> None:
        self._ledger, self._now = ledger, now
        self._expected: dict[str, str | None] = {}

    def position(self, name: str) -> str | None:
        found = self._ledger.cursor(name)
        self._expected[name] = found
        return found

    def take(self, events: list[Event], refusals: list[Refusal], cursor: Cursor | None) -> int:
        advance = Advance(*cursor, self._expected.get(cursor[0])) if cursor else None
        refused = [Refused(r.position, r.reason, r.body) for r in refusals]
        unchanged = self._ledger.apply(events, advance, refused, self._now()).unchanged
        if cursor:
            self._expected[cursor[0]] = cursor[1]
        return unchanged


class ToStream:
    """Sends each batch to the stream; whether anything changes is for the worker to say."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        delivery.deliver()

    def position(self, name: str) -> str | None:
        return self._delivery.outbox.cursor(name)

    def take(self, events: list[Event], refusals: list[Refusal], cursor: Cursor | None) -> int:
        self._delivery.outbox.put([event.body for event in events], cursor=cursor)
        self._delivery.deliver()
        return 0


@contextmanager
def open_receiver(
    to: str, config: Config, profile: Profile, now: Callable[[], int], patience: timedelta | None
) -> Iterator[Receiver]:
    """The receiver called `ledger` or `stream`."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    if to == "stream":
        with open_delivery(config, profile.id, now, patience) as delivery:
            yield ToStream(delivery)
            delivery.settle()
    else:
        with closing(open_ledger(config, profile)) as ledger:
            yield ToLedger(ledger, now)
