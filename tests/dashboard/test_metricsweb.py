"""What Prometheus reads: parsed by its own parser, from a real hub on a real Redis."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import re
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from dashboard.access import passwords
from dashboard.bus import Bus, BusDown, frame_key, frames_channel
from dashboard.config import load_config
from dashboard.metricsweb import Told, metrics_routes
from dashboard.requestlog import RequestLog
from dashboard.server import create_app
from dashboard.snapshot import Frame
from dashboard.timings import Timings
from dashboard.workmeter import WorkMeter
from tests.dashboard.access.house import CHEAP, House
from tests.dashboard.asking import ask
from tests.dashboard.test_live import town
from tests.dashboard.test_web import started
from tests.servers import RedisServer

NOW = 1_700_000_010_000
SPREAD = re.compile(r"_seconds_(bucket|sum|count)")


@dataclasses.dataclass
class Standing:
    """A hub that stands still."""

    frame: Frame | None = None
    redis_ok: bool = True
    viewers: int = 3
    build: str = "b1"

    @property
    def data_at(self) -> int | None:
        return self.frame and self.frame["as_of"]


def frame() -> Frame:
    """At 2 s; 案件 was heard 12.5 s ago, 热线 never."""
    source = {"name": "n", "every_s": 60}
    sources = [
        {"id": "cases", "last_at": NOW - 12_500, "state": "live", **source},
        {"id": "calls", "last_at": None, "state": "nodata", **source},
    ]
    health = {"rejected": 4, "lag_ms": 1_250, "gap": None}
    return cast(Frame, {**town(2, 5), "sources": sources, "health": health})


def figures(hub: Standing, **more: Any) -> dict[str, float]:
    """`name{label=value}` → value, as Prometheus understands it."""
    text = asyncio.run(_text(hub, **more))
    found = {}
    for family in parse(text):
        assert family.documentation, family.name
        for sample in family.samples:
            labels = ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))
            key = f"{sample.name}{{{labels}}}" if labels else sample.name
            assert key not in found
            found[key] = sample.value
    return found


async def _text(hub: Standing, **more: Any) -> str:
    told = Told(lambda: NOW, lambda: False, **more)
    (route,) = metrics_routes(hub, "1.2", "meixian", told)
    answer = await ask(route.app, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def everything() -> dict[str, float]:
    """Every figure there can be: of the frame, of the worker, of this process."""
    meter = WorkMeter("1.2", lambda: NOW - 90_000)
    meter.loaded()
    meter.committed(["case", "case", "call"], 1, 0.004)
    meter.refused(["at: 1 is in the future", "type: x", "no colon", "at: 2"])
    meter.published(51_000)
    requests, queries = RequestLog(), Timings()
    exchange = requests.begin("GET", "127.0.0.1")
    exchange.status = 200
    requests.end(exchange, "/wall")
    queries.add("", 0.02)
    told = {"work": meter.body, "requests": requests, "queries": queries}
    return figures(Standing(frame()), **told)


def test_every_figure_of_the_frame_and_of_the_process() -> None:
    found = everything()
    me = f"{{worker={os.getpid()}}}"
    plain = {n: v for n, v in found.items() if "cityops" in n and not SPREAD.search(n)}
    assert plain.pop("cityops_work_resident_memory_bytes") > 10_000_000
    assert plain.pop("cityops_work_cpu_seconds_total") > 0
    assert plain == {
        "cityops_work_report_age_seconds": 90,
        "cityops_work_start_time_seconds": NOW / 1000 - 90,
        "cityops_work_frame_bytes": 51_000,
        "cityops_work_frames_total": 1,
        "cityops_work_reloads_total": 1,
        "cityops_work_unchanged_events_total": 1,
        "cityops_events_total{kind=case}": 2,
        "cityops_events_total{kind=call}": 1,
        "cityops_rejected_total{reason=at}": 2,
        "cityops_rejected_total{reason=type}": 1,
        "cityops_rejected_total{reason=other}": 1,
        f"cityops_http_responses_total{{code=2xx,worker={os.getpid()}}}": 1,
        "cityops_build_info{build=b1,city=meixian,version=1.2}": 1,
        "cityops_frame_as_of_timestamp_seconds": 1_700_000_002,
        "cityops_frame_age_seconds": 8,
        "cityops_frame_sequence": 2,
        "cityops_stream_lag_seconds": 1.25,
        "cityops_rejected_today": 4,
        "cityops_gap": 0,
        "cityops_source_age_seconds{source=cases}": 12.5,
        "cityops_source_every_seconds{source=cases}": 60,
        "cityops_source_every_seconds{source=calls}": 60,
        **{
            f"cityops_source_state{{source={source},state={state}}}": state == now
            for source, now in (("cases", "live"), ("calls", "nodata"))
            for state in ("live", "late", "offline", "nodata", "na")
        },
        f"cityops_redis_ok{me}": 1,
        f"cityops_accounts_ok{me}": 0,
        f"cityops_viewers{me}": 3,
    }
    assert found["cityops_work_commit_seconds_bucket{le=0.0025}"] == 0
    assert found["cityops_work_commit_seconds_bucket{le=0.005}"] == 1
    assert found["cityops_work_commit_seconds_sum"] == pytest.approx(0.004)
    assert found[f"cityops_query_seconds_bucket{{le=0.01,worker={os.getpid()}}}"] == 0
    assert found[f"cityops_query_seconds_bucket{{le=+Inf,worker={os.getpid()}}}"] == 1
    assert found[f"cityops_http_request_seconds_count{{route=/wall,worker={os.getpid()}}}"] == 1
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    told = found[f"process_resident_memory_bytes{me}"]
    assert 0.5 * resident < told < 2 * resident
    assert found[f"process_open_fds{me}"] > 2


def test_without_a_frame_there_are_no_figures_of_a_frame() -> None:
    found = figures(Standing(redis_ok=False))
    assert [n for n in found if re.search("frame|source|lag|reject", n)] == []
    assert found[f"cityops_redis_ok{{worker={os.getpid()}}}"] == 0


def test_a_worker_that_is_silent_or_of_another_version_spoils_nothing() -> None:
    def away() -> bytes:
        raise BusDown("away")

    for work in (lambda: None, away, lambda: b"{}", lambda: b"not json"):
        found = figures(Standing(frame()), work=work)
        assert [name for name in found if "_work_" in name or "events" in name] == []
        assert found["cityops_frame_sequence"] == 2


def test_a_gap_shows() -> None:
    hub = Standing(frame())
    assert hub.frame is not None
    hub.frame["health"]["gap"] = {"since": NOW, "text": "缺口"}
    assert figures(hub)["cityops_gap"] == 1


# Who may -----------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    return House(tmp_path, trusted="10.0.0.9")


def test_this_machine_reads_and_nobody_else_without_a_token(house: House) -> None:
    visitor = house.visitor()
    assert visitor.get("/metrics").status == 200
    refused: dict[str, Any] = {
        "another machine": {"client": "10.1.2.3"},
        "a trusted proxy": {"client": "10.0.0.9"},
        "through a proxy here": {"x_forwarded_for": "127.0.0.1"},
        "another name for here": {"host": "evil.example"},
    }
    for what, told in refused.items():
        visitor.client = told.pop("client", "127.0.0.1")
        assert visitor.get("/metrics", **told).status == 401, what
    assert visitor.get("/wall").status == 401


def test_a_monitors_token_reads_metrics_and_nothing_else(house: House) -> None:
    monitor, sender = house.sender("监控", "watch", bind="10.1.2.3"), house.sender()
    monitor.client = sender.client = "10.1.2.3"
    assert monitor.get("/metrics").status == 200
    assert monitor.get("/wall").status == 403
    assert monitor.ask("POST", "/api/events", b"{}").status == 403
    assert sender.get("/metrics").status == 403
    monitor.client = "10.1.2.4"
    assert monitor.get("/metrics").status == 401
    monitor.client = "127.0.0.1"  # a wrong token is refused even here
    assert monitor.get("/metrics").status == 401


# The whole process -------------------------------------------------------------------------------


def test_the_served_process_tells_of_the_frame_in_redis(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    client = redis_server.client()
    client.set(frame_key("meixian"), json.dumps(frame()))
    client.publish(frames_channel("meixian"), "1")
    settings = {
        "city": "meixian", "redis_url": redis_server.url, "data_dir": tmp_path, "access": "open",
    }  # fmt: skip

    meter = WorkMeter("1.2", lambda: NOW)
    meter.committed(["case"], 0, 0.01)
    bus = Bus(redis_server.url, "meixian")
    bus.tell_work(meter.body())
    bus.close()

    async def visit() -> str:
        app = create_app(load_config(env={}, overrides=settings))
        async with started(app):
            await ask(app, "/wall")
            for _ in range(200):
                text = (await ask(app, "/metrics")).text
                if "cityops_rejected_today 4.0" in text:
                    return text
                await asyncio.sleep(0.05)
        return text

    text = asyncio.run(visit())
    assert "cityops_rejected_today 4.0" in text
    assert 'cityops_events_total{kind="case"} 1.0' in text
    assert f'cityops_http_request_seconds_count{{route="/wall",worker="{os.getpid()}"}}' in text
    assert f'cityops_redis_ok{{worker="{os.getpid()}"}} 1.0' in text
