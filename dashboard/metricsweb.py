"""`/metrics` 运行指标 for Prometheus: what the last frame says of itself, and how this process is.

Nothing is kept for it. What comes from the frame is the same in every web process; what is a web
process's own carries the label `worker`, for a scrape reaches one of them, by chance.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol, get_args

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.snapshot import Frame, SourceCell, State

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Watched(Protocol):
    """Whose numbers these are; `live.Hub` is one."""

    @property
    def frame(self) -> Frame | None: ...
    @property
    def redis_ok(self) -> bool: ...
    @property
    def viewers(self) -> int: ...
    @property
    def build(self) -> str: ...


class Measured(Collector):
    """A collector of Prometheus: makes its figures when asked, from what there is then."""

    def __init__(
        self,
        hub: Watched,
        release: str,
        city: str,
        now: Callable[[], int],
        store_ok: Callable[[], bool],
    ) -> None:
        self._hub, self._now, self._store_ok = hub, now, store_ok
        self._about = {"version": release, "build": hub.build, "city": city}
        self._process = ProcessCollector(registry=None)

    def collect(self) -> Iterator[Metric]:
        """Everything; without a frame nothing that would be the frame's: no data is not 0."""
        names = list(self._about)
        about = GaugeMetricFamily("cityops_build_info", "版本、画面版本、城市", labels=names)
        about.add_metric(list(self._about.values()), 1)
        yield about
        frame = self._hub.frame
        if frame is not None:
            yield from _of_frame(frame, self._now())
        yield from self._of_worker()

    def _of_worker(self) -> Iterator[Metric]:
        worker = str(os.getpid())
        for name, text, value in (
            ("redis_ok", "此网页进程连得上 Redis 为 1", self._hub.redis_ok),
            ("accounts_ok", "此网页进程读得到账号库为 1", self._store_ok()),
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


def _of_frame(frame: Frame, now: int) -> Iterator[Metric]:
    health = frame["health"]
    for name, text, value in (
        ("frame_as_of_timestamp_seconds", "最后一帧画面的数据时刻", frame["as_of"] / 1000),
        ("frame_age_seconds", "最后一帧画面的年龄", (now - frame["as_of"]) / 1000),
        ("frame_sequence", "最后一帧画面的序号", frame["seq"]),
        ("stream_lag_seconds", "入账延迟：工作进程落后事件流多少", health["lag_ms"] / 1000),
        ("rejected_today", "今日拒收的事件", health["rejected"]),
        ("gap", "画面写着数据缺口为 1", health["gap"] is not None),
    ):
        yield GaugeMetricFamily(f"cityops_{name}", text, value=value)
    yield from _of_sources(frame["sources"], now)


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


def metrics_routes(
    hub: Watched,
    release: str,
    city: str,
    now: Callable[[], int],
    store_ok: Callable[[], bool],
) -> Sequence[Route]:
    """The route; who may read it is the guard's business."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured(hub, release, city, now, store_ok))

    async def metrics(_request: Request) -> Response:
        headers = {"content-type": CONTENT_TYPE, "cache-control": "no-store"}
        return Response(generate_latest(registry), headers=headers)

    return [Route("/metrics", metrics)]
