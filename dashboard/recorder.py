"""The recorder 录制: at the end of every minute, the frame shown last goes down for replay.

It works beside the worker: what is shown is only noted here, writing happens elsewhere (`submit`,
one task after another), and no trouble of it reaches the wall. A worker that is killed loses the
minute that was open; every minute that was put down is whole.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any, Final, Protocol

from dashboard.ledger import LedgerError
from dashboard.ledger.minutes import HOUR, Minute, Minutes
from dashboard.replay.coding import encode
from dashboard.replay.heatshot import Shot, encode_shot
from dashboard.replay.moment import DAY_MINUTES, MINUTE_MS

log = logging.getLogger(__name__)

BACKLOG: Final = 15
"""So many minutes wait while another program holds the database; later ones are lost."""
PATIENCE_S: Final = 5.0
"""At the end, for the open minute to be written."""


class Store(Protocol):
    """Where minutes go; `ledger.minutes.Minutes` is one."""

    def keep(self, row: Minute, before: int) -> bool: ...


class Recorder:
    """`shown` after every frame, `close` at the end. `heat` tells what the map knows now."""

    def __init__(
        self,
        store: Store,
        days: int,
        submit: Callable[..., Future[Any]],
        heat: Callable[[], Shot | None] = lambda: None,
    ) -> None:
        self._store, self._days, self._submit, self._heat = store, days, submit, heat
        self._open: tuple[bytes, int] | None = None
        """The frame shown last in the minute that is not over, and when."""
        self._waiting: list[Future[Any]] = []
        self._key: tuple[int, bytes, Shot | None] | None = None
        """What is written against; only tasks touch it."""

    def shown(self, body: bytes, now: int) -> None:
        """A frame has been published at `now` (epoch ms)."""
        before, self._open = self._open, (body, now)
        if before is not None and before[1] // MINUTE_MS != now // MINUTE_MS:
            self._put_down(*before)

    def close(self) -> None:
        """The open minute goes down as far as it got."""
        before, self._open = self._open, None
        if before is not None:
            self._put_down(*before)
        for task in self._waiting:
            try:
                task.result(PATIENCE_S)
            except TooLate:
                log.warning("回放：最后一分钟没有写完")
                return

    def _put_down(self, body: bytes, shown_at: int) -> None:
        self._waiting = [task for task in self._waiting if not task.done()]
        if len(self._waiting) >= BACKLOG:
            log.warning("回放：数据库被占用，少记一分钟")
            return
        try:
            shot = self._heat()
        except Exception:  # the map's trouble is told where the map is made
            log.exception("回放：这一分钟没有地图")
            shot = None
        self._waiting.append(self._submit(self._keep, body, shown_at, shot))

    def _keep(self, body: bytes, shown_at: int, shot: Shot | None) -> None:
        """Writes one minute; in the task's thread, whatever happens."""
        try:
            if not self._kept(body, shown_at, shot):
                self._key = None
                if not self._kept(body, shown_at, shot):
                    log.warning("回放：时钟回拨，这一分钟已有记录")
                    self._key = None
        except LedgerError as error:
            log.warning("回放：少记一分钟（%s）", error)
            self._key = None
        except Exception:  # replay's one boundary: the worker goes on
            log.exception("回放：少记一分钟")
            self._key = None

    def _kept(self, body: bytes, shown_at: int, shot: Shot | None) -> bool:
        minute = shown_at // MINUTE_MS
        key = self._key
        if key is None or key[0] // HOUR != minute // HOUR or not _covers(key[2], shot):
            key = self._key = (minute, body, shot)
        whole = key[0] == minute
        heat = None if shot is None else encode_shot(shot, None if whole else key[2])
        frame = encode(body, b"" if whole else key[1])
        row = Minute(minute, key[0], shown_at, len(body), frame, heat)
        return self._store.keep(row, minute - self._days * DAY_MINUTES - HOUR)


def recorder_of(
    minutes: Minutes,
    days: int,
    submit: Callable[..., Future[Any]],
    heat: Callable[[], Shot | None],
) -> Recorder | None:
    """The recorder of a configuration: none for 0 days, and then what there was goes."""
    if days:
        return Recorder(minutes, days, submit, heat)
    submit(_forget, minutes)
    return None


def _forget(minutes: Minutes) -> None:
    try:
        minutes.forget()
    except LedgerError as error:
        log.warning("回放：旧的记录没有清掉（%s）", error)


def _covers(key: Shot | None, shot: Shot | None) -> bool:
    return shot is None or shot.covered(key)
