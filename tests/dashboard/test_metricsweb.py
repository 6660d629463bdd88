"""What Prometheus reads: parsed by its own parser, from a real hub on a real Redis."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from dashboard.access import passwords
from dashboard.bus import frame_key, frames_channel
from dashboard.config import load_config
from dashboard.metricsweb import metrics_routes
from dashboard.server import create_app
from dashboard.snapshot import Frame
from tests.dashboard.access.house import CHEAP, House
from tests.dashboard.asking import ask
from tests.dashboard.test_live import town
from tests.dashboard.test_web import started
from tests.servers import RedisServer

NOW = 1_700_000_010_000


@dataclasses.dataclass
class Told:
    """A hub that stands still."""

    frame: Frame | None = None
    redis_ok: bool = True
    viewers: int = 3
    build: str = "b1"


def frame() -> Frame:
    """At 2 s; 案件 was heard 12.5 s ago, 热线 never."""
    source = {"name": "n", "every_s": 60}
    sources = [
        {"id": "cases", "last_at": NOW - 12_500, "state": "live", **source},
        {"id": "calls", "last_at": None, "state": "nodata", **source},
    ]
    health = {"rejected": 4, "lag_ms": 1_250, "gap": None}
    return cast(Frame, {**town(2, 5), "sources": sources, "health": health})


def figures(hub: Told) -> dict[str, float]:
    """`name{label=value}` → value, as Prometheus understands it."""
    text = asyncio.run(_text(hub))
    found = {}
    for family in parse(text):
        assert family.documentation, family.name
        for sample in family.samples:
            labels = ",".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))
            key = f"{sample.name}{{{labels}}}" if labels else sample.name
            assert key not in found
            found[key] = sample.value
    return found


async def _text(hub: Told) -> str:
    (route,) = metrics_routes(hub, "1.2", "meixian", lambda: NOW, lambda: False)
    answer = await ask(route.app, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def test_every_figure_of_the_frame_and_of_the_process() -> None:
    found = figures(Told(frame()))
    me = f"{{worker={os.getpid()}}}"
    assert {name: found[name] for name in found if "cityops" in name} == {
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
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    told = found[f"process_resident_memory_bytes{me}"]
    assert 0.5 * resident < told < 2 * resident
    assert found[f"process_open_fds{me}"] > 2


def test_without_a_frame_there_are_no_figures_of_a_frame() -> None:
    found = figures(Told(redis_ok=False))
    assert [n for n in found if "frame" in n or "source" in n or "lag" in n or "reject" in n] == []
    assert found[f"cityops_redis_ok{{worker={os.getpid()}}}"] == 0


def test_a_gap_shows() -> None:
    hub = Told(frame())
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

    async def visit() -> str:
        app = create_app(load_config(env={}, overrides=settings))
        async with started(app):
            for _ in range(100):
                text = (await ask(app, "/metrics")).text
                if "cityops_rejected_today 4.0" in text:
                    return text
                await asyncio.sleep(0.05)
        return text

    text = asyncio.run(visit())
    assert "cityops_rejected_today 4.0" in text
    assert f'cityops_redis_ok{{worker="{os.getpid()}"}} 1.0' in text
