"""What `push` and `import --to stream` share: the outbox of the city, and patience with Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta

import click

from dashboard.bus import Bus, BusDown, BusForgot, BusFull
from dashboard.config import Config
from dashboard.sources.outbox import Forgot, NotNow, Outbox

SETTLE = timedelta(seconds=3)
"""Until then what Redis took is on its disk: everysec, and at worst two seconds more."""
_TELL_EVERY_S = 30.0


class GaveUp(click.ClickException):
    """Redis did not take the lines within the time given; they stay in the outbox."""

    exit_code = 75  # EX_TEMPFAIL: run again later


class Delivery:
    """Sends what the outbox holds; `sent` counts the lines the stream took.

    Waits as long as Redis is full or away, telling why; after `patience` without any success it
    gives up. None waits for ever.
    """

    def __init__(self, outbox: Outbox, bus: Bus, patience: timedelta | None) -> None:
        self.outbox, self.sent = outbox, 0
        self._bus, self._patience = bus, patience
        self._waited_s = 0.0
        self._told_at: float | None = None

    def deliver(self) -> None:
        """Sends every pending line. Raises `GaveUp`."""
        before = self.outbox.recalled
        try:
            self.outbox.deliver(self, self._wait, self._count)
        finally:
            if lost := self.outbox.recalled - before:
                click.echo(f"Redis 丢失了已收的 {lost:,} 行，从发件箱补发", err=True)

    def settle(self, after: timedelta = SETTLE) -> None:
        """Looks once more, `after` the last line was sent, and until nothing is missing."""
        settled = 0
        while self.sent > settled:
            settled = self.sent
            time.sleep(after.total_seconds())
            self.deliver()

    def send(self, lines: Sequence[bytes], behind: str) -> str:
        """For the outbox: into the stream of the city."""
        with _told():
            return self._bus.send(lines, behind)

    def kept(self, places: Sequence[str]) -> list[bool]:
        """For the outbox: whether the stream of the city still has them."""
        with _told():
            return self._bus.kept(places)

    def _count(self, lines: int) -> None:
        self.sent += lines
        if lines:
            self._waited_s, self._told_at = 0.0, None

    def _wait(self, seconds: float, reason: str) -> None:
        if self._patience is not None and self._waited_s >= self._patience.total_seconds():
            pending = self.outbox.pending()
            raise GaveUp(f"{reason}；{pending:,} 行留在发件箱，再次运行即继续")
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            click.echo(f"{reason}；等待中，未发的行在发件箱里", err=True)
        time.sleep(seconds)
        self._waited_s += seconds


@contextmanager
def _told() -> Iterator[None]:
    """The bus's troubles in the words of the outbox."""
    try:
        yield
    except BusFull as error:
        reason = f"Redis 暂不接收写入：{error}"
        raise NotNow(reason, error.accepted, error.place) from error
    except BusDown as error:
        raise NotNow(f"连不上 Redis：{error}") from error
    except BusForgot as error:
        raise Forgot from error


@contextmanager
def open_delivery(
    config: Config, city: str, now: Callable[[], int], patience: timedelta | None = None
) -> Iterator[Delivery]:
    """The outbox of a city in the data folder, and its way to the stream."""
    bus = Bus(config.require_redis(), config.bus_name(city), shards=config.stream_shards)
    with (
        closing(Outbox(config.data_dir / f"{city}.outbox.db", now)) as outbox,
        closing(bus),
    ):
        outbox.forget()
        yield Delivery(outbox, bus, patience)
