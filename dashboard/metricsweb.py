"""`/metrics` 运行指标 for Prometheus: what the last frame says of itself, what the worker says of
itself, and how this web process is.

What comes from the frame and from the worker is the same in every web process; what is a web
process's own carries the label `worker`, for a scrape reaches one of them, by chance.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, get_args

import msgspec
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.bus import BusDown
from dashboard.requestlog import RequestLog
from dashboard.snapshot import Frame, SourceCell, State
from dashboard.timings import Spread, Timings, read_spread
from dashboard.workmeter import WorkReport, read_report

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Watched(Protocol):
    """Whose numbers these are; `live.Hub` is one."""

    @property
    def frame(self) -> Frame | None: ...
    @property
    def data_at(self) -> int | None: ...
    @property
    def redis_ok(self) -> bool: ...
    @property
    def viewers(self) -> int: ...
    @property
    def build(self) -> str: ...


@dataclass(frozen=True)
class Told:
    """Who has figures beside the hub."""

    now: Callable[[], int]
    store_ok: Callable[[], bool] = lambda: True
    work: Callable[[], bytes | None] = lambda: None
    """What the worker last said of itself; may raise `BusDown`."""
    requests: RequestLog = field(default_factory=RequestLog)
    queries: Timings = field(default_factory=Timings)
    """Every statement this process put to a database."""


class Measured(Collector):
    """A collector of Prometheus: makes its figures when asked, from what there is then."""

    def __init__(self, hub: Watched, release: str, city: str, told: Told) -> None:
        self._hub, self._told = hub, told
        self._about = {"version": release, "build": hub.build, "city": city}
        self._process = ProcessCollector(registry=None)

    def collect(self) -> Iterator[Metric]:
        """Everything; without a frame nothing that would be the frame's: no data is not 0."""
        names = list(self._about)
        about = GaugeMetricFamily("cityops_build_info", "版本、画面版本、城市", labels=names)
        about.add_metric(list(self._about.values()), 1)
        yield about
        frame = self._hub.frame
        now = self._told.now()
        data_at = self._hub.data_at
        if frame is not None and data_at is not None:
            yield from _of_frame(frame, now - data_at)
            yield from _of_sources(frame["sources"], now)
        if (report := self._report()) is not None:
            yield from _of_work(report, now)
        worker = str(os.getpid())
        yield from self._of_process(worker)
        yield from self._of_answers(worker)

    def _report(self) -> WorkReport | None:
        """None where the worker never said anything, or cannot be asked now."""
        try:
            body = self._told.work()
            return None if body is None else read_report(body)
        except BusDown:
            return None
        except msgspec.DecodeError as error:
            log.warning("工作进程的自述不可读: %s", error)
            return None

    def _of_answers(self, worker: str) -> Iterator[Metric]:
        asked = HistogramMetricFamily(
            "cityops_http_request_seconds",
            "此网页进程答一次请求的时间，/live 除外",
            labels=["worker", "route"],
        )
        for route, spread in self._told.requests.timings.spreads().items():
            asked.add_metric([worker, route], spread.cumulative(), spread.seconds)
        yield asked
        answers = CounterMetricFamily(
            "cityops_http_responses", "此网页进程的应答", labels=["worker", "code"]
        )
        for code, count in self._told.requests.answers.items():
            answers.add_metric([worker, code], count)
        yield answers
        queries = HistogramMetricFamily(
            "cityops_query_seconds", "此网页进程一条数据库语句的时间", labels=["worker"]
        )
        for spread in self._told.queries.spreads().values():
            queries.add_metric([worker], spread.cumulative(), spread.seconds)
        yield queries

    def _of_process(self, worker: str) -> Iterator[Metric]:
        for name, text, value in (
            ("redis_ok", "此网页进程连得上 Redis 为 1", self._hub.redis_ok),
            ("accounts_ok", "此网页进程读得到账号库为 1", self._told.store_ok()),
            ("viewers", "此网页进程此刻的观众（打开的 /live）", self._hub.viewers),
        ):
            family = GaugeMetricFamily(f"cityops_{name}", text, labels=["worker"])
            family.add_metric([worker], value)
            yield family
        for metric in self._process.collect():
            metric.samples = [
                one._replace(labels={**one.labels, "worker": worker}) for one in metric.samples
            ]
            yield metric


def _of_frame(frame: Frame, age_ms: int) -> Iterator[Metric]:
    health = frame["health"]
    for name, text, value in (
        ("frame_as_of_timestamp_seconds", "最后一帧画面的数据时刻", frame["as_of"] / 1000),
        ("frame_age_seconds", "最后一帧画面的年龄", age_ms / 1000),
        ("frame_sequence", "最后一帧画面的序号", frame["seq"]),
        ("stream_lag_seconds", "入账延迟：工作进程落后事件流多少", health["lag_ms"] / 1000),
        ("rejected_today", "今日拒收的事件", health["rejected"]),
        ("gap", "画面写着数据缺口为 1", health["gap"] is not None),
    ):
        yield GaugeMetricFamily(f"cityops_{name}", text, value=value)


def _of_work(report: WorkReport, now: int) -> Iterator[Metric]:
    """What the worker did since it began; after its end the age goes on growing."""
    for name, text, value in (
        ("report_age_seconds", "工作进程上次自述至今", (now - report.at) / 1000),
        ("start_time_seconds", "工作进程何时开始", report.began_at / 1000),
        ("resident_memory_bytes", "工作进程的内存", report.resident),
        ("frame_bytes", "最后一帧画面的字节数", report.frame_bytes),
    ):
        yield GaugeMetricFamily(f"cityops_work_{name}", text, value=value)
    for name, text, value in (
        ("unchanged_events", "已入账而什么也没改变的事件：重复的", report.unchanged),
        ("frames", "发布的画面", report.frames),
        ("reloads", "从台账重新载入", report.reloads),
        ("cpu_seconds", "工作进程用的 CPU", report.cpu_s),
    ):
        yield CounterMetricFamily(f"cityops_work_{name}", text, value=value)
    for name, text, label, counts in (
        ("events", "入账的事件，按种类", "kind", report.events),
        ("rejected", "拒收的事件，按不合契约的字段", "reason", report.rejected),
    ):
        yield _counted(f"cityops_{name}", text, label, counts)
    commits = HistogramMetricFamily("cityops_work_commit_seconds", "入账一批的时间")
    if report.commits:
        spread: Spread = read_spread(report.commits, report.commit_s)
        commits.add_metric([], spread.cumulative(), spread.seconds)
    yield commits


def _counted(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _of_sources(sources: Sequence[SourceCell], now: int) -> Iterator[Metric]:
    """Per-source freshness 数据新鲜度; a source never heard has no age."""
    heard = GaugeMetricFamily("cityops_source_age_seconds", "距来源上次来数", labels=["source"])
    every = GaugeMetricFamily("cityops_source_every_seconds", "应多久来一次", labels=["source"])
    state = GaugeMetricFamily(
        "cityops_source_state", "来源的状态，为此状态者 1", labels=["source", "state"]
    )
    for one in sources:
        every.add_metric([one["id"]], one["every_s"])
        if one["last_at"] is not None:
            heard.add_metric([one["id"]], (now - one["last_at"]) / 1000)
        for word in get_args(State):
            state.add_metric([one["id"], word], one["state"] == word)
    yield from (heard, every, state)


def metrics_routes(hub: Watched, release: str, city: str, told: Told) -> Sequence[Route]:
    """The route; who may read it is the guard's business."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured(hub, release, city, told))

    async def metrics(_request: Request) -> Response:
        headers = {"content-type": CONTENT_TYPE, "cache-control": "no-store"}
        return Response(await run_in_threadpool(generate_latest, registry), headers=headers)

    return [Route("/metrics", metrics)]
