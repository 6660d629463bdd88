"""`cityops work` 工作进程: the one writer of a city, from the stream to the ledger and the wall."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from types import FrameType
from typing import Final

import click

from dashboard.alarmpost import Webhook
from dashboard.alarmwork import AlarmWork
from dashboard.arenas import keep_small
from dashboard.assessmentwork import AssessmentWork, LedgerRanking
from dashboard.backlogwork import BacklogWork
from dashboard.bus import Bus, BusDown
from dashboard.city import ProfileError, load_profile
from dashboard.cityledger import open_ledger
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.heatbus import HeatPost
from dashboard.heatwork import HeatWork
from dashboard.hotlinework import HotlineWork
from dashboard.incarnation import gone, incarnation
from dashboard.ledger import Ledger, LedgerError, Superseded
from dashboard.ledger.database import Database
from dashboard.ledger.lease import Lease
from dashboard.ledger.minutes import Minutes
from dashboard.ledger.surges import reports_by_member
from dashboard.logs import set_up
from dashboard.platformwork import PlatformWork, SelfReport
from dashboard.profile import Profile
from dashboard.recorder import recorder_of
from dashboard.sections import Section
from dashboard.surgewatch import SurgeWatch
from dashboard.worker import Pace, Worker
from dashboard.yearwork import LedgerYear, YearWork

log = logging.getLogger(__name__)

CACHE_MB: Final = 16
"""Of a SQLite ledger: what a worker touches from hour to hour; it runs for months, and its memory
must not grow with the ledger."""


@click.command("work")
@configured("city", "profile", "redis_url", "ledger_url")
def command(config: Config) -> None:
    """工作进程：读事件流、入账、发布画面；一个城市一个 / the worker, one a city."""
    set_up(config.log_format, config.log_level, "work", config.place)
    keep_small()
    gc.set_threshold(50_000, 20, 50)  # batches are many small lists without cycles
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, end)
    try:
        profile = load_profile(config.profile_source)
        config.data_dir.mkdir(parents=True, exist_ok=True)
        ledger = open_ledger(config, profile, cache_mb=CACHE_MB)
    except (ProfileError, LedgerError) as error:
        raise click.ClickException(str(error)) from error
    bus = Bus(config.require_redis(), config.bus_name(profile.id), shards=config.stream_shards)
    lease = Lease(ledger, incarnation(), gone)
    check(bus)
    post = HeatPost(config.require_redis(), config.bus_name(profile.id))
    webhook = Webhook(config.alarm_webhook) if config.alarm_webhook else None
    aside = ThreadPoolExecutor(1, "surges")
    surges = SurgeWatch(
        profile,
        [rule.surge for rule in profile.alarms.rules.values() if rule.surge],
        partial(reports_by_member, ledger),
        aside.submit,
    )
    evaluations = ThreadPoolExecutor(1, "annual")
    rankings = ThreadPoolExecutor(1, "ranking")
    year = LedgerYear(ledger, profile, config.forms_dir)
    hotline = [HotlineWork(profile, ledger)] if profile.hotline is not None else []
    database = Database(config.ledger_url)
    recording = ThreadPoolExecutor(1, "replay")
    heat = HeatWork(profile, ledger, post, config.grid_dir)
    recorder = recorder_of(Minutes(database), config.replay_days, recording.submit, heat.shot)
    worker = Worker(
        profile,
        ledger,
        bus,
        now=_now,
        sleep=lambda seconds: (stop.wait(seconds), None)[1],
        build=version("cityops-wall"),
        demo=config.demo,
        pace=Pace(config.batch_max, config.frame_max_hz, round(config.retention_h * 3_600_000)),
        heat=heat,
        sections=[
            BacklogWork(profile, ledger),
            *hotline,
            *_platform(profile, ledger, bus),
            YearWork(profile, year, evaluations.submit),
            AssessmentWork(profile, LedgerRanking(ledger, profile), rankings.submit),
            AlarmWork(profile, ledger, surges, webhook),
        ],
        recorder=recorder,
        lease=lease,
        steady=steady_clock(_now),
    )
    try:
        worker.run(stop.is_set)
    except Superseded as error:
        raise click.ClickException(str(error)) from error
    finally:
        if recorder is not None:
            recorder.close()
        recording.shutdown(wait=False, cancel_futures=True)
        database.close()
        aside.shutdown(cancel_futures=True)
        evaluations.shutdown(cancel_futures=True)
        rankings.shutdown(cancel_futures=True)
        if webhook is not None:
            webhook.close()
        lease.release()
        bus.close()
        post.close()
        ledger.close()


def _now() -> int:
    return time.time_ns() // 1_000_000


def steady_clock(now: Callable[[], int]) -> Callable[[], int]:
    """Epoch ms that go on from the first reading whatever is done to the clock on the wall."""
    begin, start = now(), time.monotonic()
    return lambda: begin + round((time.monotonic() - start) * 1000)


def _platform(profile: Profile, ledger: Ledger, bus: Bus) -> list[Section]:
    """The platform's section, where the city has a platform; what the worker says of itself."""
    report = SelfReport(bus.send, version("cityops-wall"))
    return [report, PlatformWork(profile, ledger)] if profile.platform.vital else [report]


def check(bus: Bus) -> None:
    """Says what in this Redis could lose events; goes on all the same."""
    try:
        for finding in bus.check():
            log.warning(finding)
    except BusDown as error:
        log.warning("Redis 不可用，稍后重试: %s", error)
