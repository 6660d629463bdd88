"""The worker 工作进程, one a city: read the stream → commit → live state → frame → publish.

It keeps nothing that the ledger does not have: after any failure it loads anew and goes on at the
ledger's cursor. While the ledger is away no frame is published, so that old figures look old.
"""

from __future__ import annotations

import gc
import logging
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import orjson

from dashboard.bus import Bus, BusDown, BusFull
from dashboard.cases import Row
from dashboard.eventkinds import Event, kind_of, newest, read_event
from dashboard.events import Rejected, id_of
from dashboard.framing import Stamp, build_frame, health
from dashboard.heatwork import HeatWork
from dashboard.ledger import Ledger, Refused, Superseded, reading
from dashboard.ledger.errors import Fenced
from dashboard.ledger.lease import Lease
from dashboard.livestate import LiveState
from dashboard.profile import Profile
from dashboard.recorder import Recorder
from dashboard.sections import Section
from dashboard.snapshot import MAX_BYTES, Gap, read_frame, slim
from dashboard.streamreading import Batch, StreamReading
from dashboard.streams import STREAM
from dashboard.workmeter import WorkMeter

__all__ = ["STREAM", "Pace", "Worker"]

log = logging.getLogger(__name__)

BLOCK_MS: Final = 200
HEARTBEAT_MS: Final = 1_000
"""A frame at least this often, so that its age says whether the worker lives."""
CATCH_UP: Final = 10
"""How many times larger batches are while the worker is behind."""
UPKEEP_MS: Final = 5_000
TRIM_LIMIT: Final = 20_000
"""Stream entries removed in one upkeep at most."""
RELIEF_TRIES: Final = 3
REPORTED: Final = 5
"""Refused events of one batch that have a line each in the log."""
RELOAD_MS: Final = 10_000
"""After another program wrote to the ledger, reload at most this often."""
GAP_SHOWN_MS: Final = 24 * 3_600_000
"""How long a declared gap stays on the screen: the senders' outbox reaches as far back."""
PAUSE_S: Final = (0.1, 2.0)
STANDBY_S: Final = 0.5
"""How often a worker on standby 待命 looks whether it is its turn."""
_FAR_DAY: Final = 1 << 30


@dataclass(frozen=True)
class Pace:
    """How fast the worker may go; see the settings of the same names."""

    batch_max: int = 2_000
    frame_max_hz: float = 5.0
    retention_ms: int = 48 * 3_600_000


class LedgerHistory:
    """What the live state asks of the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def city_tally(self, first_day: int) -> Iterable[tuple[int, int, int]]:
        for _, day, _, mask, n in reading.tally_rows(self._ledger, ["all"], first_day, _FAR_DAY):
            yield day, mask, n

    def district_tally(self, first_day: int, end_day: int) -> Iterable[tuple[str, int, int]]:
        rows = reading.tally_rows(self._ledger, ["district"], first_day, end_day)
        return ((member, mask, n) for _, _, member, mask, n in rows)

    def open_records(self) -> Iterable[Row]:
        return (row for _, row in reading.open_records(self._ledger))

    def touched(self, start: int, end: int) -> Iterable[Row]:
        return reading.records_with_instants(self._ledger, start, end)

    def heard(self) -> Mapping[tuple[str, str], int]:
        return reading.heard(self._ledger)

    def rejected(self, since: int) -> int:
        return reading.rejected_since(self._ledger, since)


class Worker:
    """Drives one city; `turn` is one round, `run` goes on until told to stop."""

    def __init__(
        self,
        profile: Profile,
        ledger: Ledger,
        bus: Bus,
        *,
        now: Callable[[], int],
        sleep: Callable[[float], None],
        build: str,
        demo: bool = False,
        pace: Pace | None = None,
        heat: HeatWork | None = None,
        sections: Sequence[Section] = (),
        meter: WorkMeter | None = None,
        recorder: Recorder | None = None,
        lease: Lease | None = None,
        steady: Callable[[], int] | None = None,
    ) -> None:
        """`lease`: the right to write, for a worker that others stand by for; None: it is the only
        one. `steady`: a clock that is never set back, so that events of now are not taken for
        future ones by a clock that was."""
        self._profile, self._ledger, self._bus = profile, ledger, bus
        self._now, self._sleep = now, sleep
        self._build, self._demo, self._pace = build, demo, pace or Pace()
        self._heat = heat  # None: a city without a grid
        self._sections = sections  # painted in this order
        self._meter = meter or WorkMeter(build, now)
        self._recorder = recorder  # None: no replay
        self._lease, self._steady = lease, steady or now
        self._state: LiveState | None = None
        self._stream = StreamReading(bus, ledger)
        self._ledger_seq = 0
        self._loaded_at = 0
        self._stale = False  # somebody else wrote to the ledger
        self._seq = 0
        self._gap: Gap | None = None
        self._changed = False
        self._published_at = self._told_at = 0
        self._upkeep_at = 0
        self._full = False

    def run(self, stopped: Callable[[], bool]) -> None:
        """Works until `stopped`. Raises `Superseded` when another worker has taken over."""
        pause_s, trouble = PAUSE_S[0], ""
        while not stopped():
            try:
                if self._lease is not None and not self._leads(self._lease):
                    self._sleep(STANDBY_S)
                    continue
                self.turn()
                if trouble:
                    log.info("恢复工作")
                pause_s, trouble = PAUSE_S[0], ""
                continue
            except Fenced as error:
                log.warning("%s，转为待命", error)
                if self._lease is not None:
                    self._lease.lose()
                continue
            except Superseded:
                raise
            except BusDown as error:
                said = f"Redis 不可用: {error}"
                self._bus.close()
            except Exception as error:  # the one boundary: whatever it was, load anew and go on
                said = f"{type(error).__name__}: {error}"
                if said != trouble:
                    log.exception("台账或处理出错，重新载入后继续")
                self._state = None
            if said != trouble:
                log.warning("%s；每 %g–%g 秒重试", said, *PAUSE_S)
            trouble = said
            self._upkeep_at = 0
            self._sleep(pause_s * random.uniform(0.5, 1.5))
            pause_s = min(PAUSE_S[1], pause_s * 2)

    def _leads(self, lease: Lease) -> bool:
        """Whether this worker is the one that writes; it may become so now."""
        if lease.held:
            lease.keep()
            return True
        self._state, self._loaded_at = None, 0
        self._stream.forget()
        return lease.acquire()

    def turn(self) -> None:
        """One round: take what has come, let time pass, publish if it is time."""
        state = self._state or self._load()
        now = self._now()
        if now - self._upkeep_at >= UPKEEP_MS or now < self._upkeep_at:
            self._upkeep(now)
            state = self._state or self._load()
        count = self._pace.batch_max * (CATCH_UP if self._stream.behind else 1)
        batch = self._stream.read(count, self._patience(state, now))
        lost = self._declare(self._stream.lost(list(batch)), now)
        if batch := {shard: entries for shard, entries in batch.items() if shard not in lost}:
            self._take(state, batch)
        now = self._now()
        if state.advance(now):
            self._changed = True
        for section in self._sections:
            self._changed |= section.advance(now)
        if self._due(now):
            self._publish(self._state or state, now)
        if self._heat is not None and not self._stream.behind:
            self._heat.turn(now)

    def _load(self) -> LiveState:
        """Everything from the ledger; the frame number and a declared gap from the last frame."""
        now = self._now()
        self._stream.load(anew=self._state is None)
        self._ledger_seq = self._ledger.seq()
        if self._state is None:
            self._recall()
        gc.collect()
        state = LiveState(self._profile, LedgerHistory(self._ledger), now)
        gc.freeze()  # the loaded state lives on: the collector need not walk it again
        self._state, self._loaded_at, self._stale = state, self._now(), False
        if self._heat is not None:
            self._heat.reset()
        for section in self._sections:
            section.reset(now)
        self._changed = True
        self._meter.loaded()
        log.info("已载入 %s，游标 %s", self._profile.name, self._stream)
        return state

    def _recall(self) -> None:
        body = self._bus.last_frame()
        if body is None:
            return
        try:
            frame = read_frame(orjson.loads(body))
        except ValueError:
            return
        self._seq = max(self._seq, frame["seq"])
        self._gap = self._gap or frame["health"]["gap"]

    def _patience(self, state: LiveState, now: int) -> int:
        """How long to wait for events, ms: until something else is due."""
        if self._stream.behind:
            return 0
        due = self._published_at + (self._interval() if self._changed else HEARTBEAT_MS)
        next_at = min([state.next_at, *(section.next_at for section in self._sections)])
        return max(1, min(BLOCK_MS, due - now, next_at - now))

    def _interval(self) -> int:
        return round(1000 / self._pace.frame_max_hz)

    def _due(self, now: int) -> bool:
        age = now - self._published_at
        return age < 0 or age >= (self._interval() if self._changed else HEARTBEAT_MS)

    # -- events

    def _take(self, state: LiveState, batch: Batch) -> None:
        """Commits a batch and moves the state by it."""
        now = self._now()
        latest = max(now, self._steady())
        events: list[Event] = []
        refused: list[Refused] = []
        for shard, entries in batch.items():
            for position, body in entries:
                try:
                    events.append(read_event(body, latest))
                except Rejected as error:
                    at = f"{position}/{shard}" if shard else position
                    refused.append(Refused(at, str(error), body))
        began = time.perf_counter()
        applied = self._ledger.apply(events, self._stream.advances(batch), refused, now)
        self._meter.committed(map(kind_of, events), applied.unchanged, time.perf_counter() - began)
        self._stream.committed(batch)
        log.debug("入账 %d 个事件", len(events), extra={"stream_id": str(self._stream)})
        if applied.seq != self._ledger_seq + 1:
            self._stale = True
        self._ledger_seq = applied.seq
        state.apply(applied.changes, applied.delta, newest(events))
        if self._heat is not None:
            self._heat.apply(applied.changes)
        for section in self._sections:
            section.apply(applied)
        self._changed = True
        if refused:
            state.rejected += len(refused)
            self._meter.refused(one.reason for one in refused)
            self._report(refused)

    def _report(self, refused: Sequence[Refused]) -> None:
        """The ledger has them; the stream of rejected events is for whoever watches Redis."""
        for one in refused[:REPORTED]:
            facts = {"stream_id": one.position, "event_id": id_of(one.body)}
            log.warning("拒收: %s", one.reason, extra=facts)
        if len(refused) > REPORTED:
            log.warning("本批另拒收 %d 个，见台账的拒收表", len(refused) - REPORTED)
        try:
            self._bus.reject([(r.position, r.reason, r.body) for r in refused])
        except (BusDown, BusFull) as error:
            log.warning("拒收流写不进 Redis（台账中已有）: %s", error)

    # -- frames

    def _publish(self, state: LiveState, now: int) -> None:
        as_of = lag_ms = 0
        if self._stream.behind:
            as_of = min(now, self._stream.as_of)
            lag_ms = now - as_of
        if self._gap is not None and now - self._gap["since"] > GAP_SHOWN_MS:
            self._gap = None
        stamp = Stamp(
            self._seq + 1, as_of or now, self._build, self._demo, health(state, lag_ms, self._gap)
        )
        frame = build_frame(state, stamp)
        for section in self._sections:
            section.paint(frame)
        body = orjson.dumps(slim(frame))
        if len(body) > MAX_BYTES:
            log.error("画面 %d 字节，超过 %d", len(body), MAX_BYTES)
        if self._lease is not None:
            self._lease.keep()  # who slept while painting shows nothing over its successor's frame
        self._published_at = now
        if self._sent(body, stamp.seq):
            self._seq, self._changed = stamp.seq, False
            if self._recorder is not None:
                self._recorder.shown(body, now)
            self._meter.published(len(body))
            self._tell(now)

    def _tell(self, now: int) -> None:
        """Says what was done so far; nothing of the city's hangs on it."""
        if not 0 <= now - self._told_at < HEARTBEAT_MS:
            self._told_at = now
            with suppress(BusFull):
                self._bus.tell_work(self._meter.body())

    def _sent(self, body: bytes, seq: int) -> bool:
        """Publishes a frame. Where Redis is full, committed events give way early, else the wall
        would stand still; senders may be quicker, then the frame comes with the next interval."""
        for _ in range(RELIEF_TRIES):
            try:
                self._bus.publish(body, seq)
            except BusFull as error:
                if not self._full:
                    log.error("Redis 已满（%s），提前清理已入账的事件", error)
                self._full = True
                self._ledger.settle()  # a cursor rolled back must find its events
                self._stream.trim(None, TRIM_LIMIT)
            else:
                self._full = False
                return True
        return False

    # -- upkeep

    def _upkeep(self, now: int) -> None:
        """Every few seconds: is the stream still ours, did others write, trim what is old."""
        self._upkeep_at = now
        self._stream.look()
        self._declare(self._stream.lost(), now)
        seq = self._ledger.seq()
        if seq != self._ledger_seq:
            self._stale, self._ledger_seq = True, seq
        if self._stale and now - self._loaded_at >= RELOAD_MS:
            log.info("台账被其他程序写入，重新载入")
            self._load()
        keep_from = f"{max(0, now - self._pace.retention_ms)}-0"
        self._stream.trim(keep_from, TRIM_LIMIT)

    def _declare(self, lost: Mapping[int, str], now: int) -> Mapping[int, str]:
        """Shows a gap 数据缺口. Asked after every read: a Redis that crashed and came back between
        two of them, without its newest entries and with newer ones, is not noticed otherwise."""
        for why in lost.values():
            self._gap = Gap(since=self._gap["since"] if self._gap else now, text=why)
            self._changed = True
        return lost
