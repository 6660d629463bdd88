"""Fixtures of the fault tests: a simulated year of 梅县 and installations that fold it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import orjson
import pytest

from dashboard.calls.agents import NAMES
from dashboard.city import load_profile
from dashboard.sources.simulator import year_lines
from tests.faults.processes import CITY, AnyRedis, Feed, Site, make_feed
from tests.hotline import agent_event, random_call
from tests.town import DAY

SPRING: Final = 1_617_200_000_000


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    """梅县 2021 as it arrived: late, repeated and corrected events among some 110,000, and among
    them calls and agents of the hotline."""
    lines = [line for day in year_lines(load_profile(CITY), 2021) for line in day]
    return make_feed(tmp_path_factory.mktemp("year"), "year", mixed(lines, hotline()))


def hotline() -> list[bytes]:
    """Some weeks of calls with corrections, and agents' states, in no order."""
    rng = random.Random(12319)
    begin = 1_609_430_400_000  # 2021-01-01 in Shanghai
    events = [one for n in range(800) for one in random_call(rng, f"T{n}", begin, 40)]
    events += [
        agent_event(f"A{rng.randrange(9)}", begin + rng.randrange(40 * DAY), rng.choice(NAMES))
        for _ in range(700)
    ]
    rng.shuffle(events)
    return [event.body for event in events]


def mixed(many: list[bytes], few: list[bytes]) -> list[bytes]:
    """The few spread over the first third of the many."""
    step = len(many) // (3 * len(few))
    out: list[bytes] = []
    for i, line in enumerate(many):
        if i % step == 0 and i // step < len(few):
            out.append(few[i // step])
        out.append(line)
    return out


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory, year: Feed) -> Feed:
    """40,000 events: the first of the year, and among them the life of a platform."""
    platform = platform_lines()
    lines = year.lines[: 40_000 - len(platform)]
    step = len(lines) // len(platform)
    for n, line in enumerate(platform):
        lines.insert(n * (step + 1), line)
    return make_feed(tmp_path_factory.mktemp("spring"), "spring", lines)


def platform_lines() -> list[bytes]:
    """Probes of two components over two days, with outages and silences, and an outage entered."""
    chance = random.Random(2021)
    out: list[bytes] = []
    for n in range(900):
        at = SPRING + n * 200_000 + chance.randrange(60_000)
        said = {"id": f"p{n}", "type": "probe", "at": at, "component": f"c{n % 2}"}
        out.append(orjson.dumps(said | {"ok": chance.random() < 0.8, "latency_ms": 40}))
    outage = {"type": "outage", "outage": "O1", "component": "c0", "at": SPRING}
    out.append(orjson.dumps(outage | {"id": "o1", "from": SPRING}))
    out.append(orjson.dumps(outage | {"id": "o2", "at": SPRING + 9, "to": SPRING + 3_600_000}))
    return out


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Installations; at the end of the test none of their programs is left."""
    sites: list[Site] = []

    def make(ledger_url: str | None = None, redis: AnyRedis | None = None, **settings: str) -> Site:
        folder = tmp_path / f"site{len(sites)}"
        folder.mkdir()
        sites.append(Site(folder, ledger_url or f"sqlite:///{folder}/l.db", redis, settings))
        return sites[-1]

    yield make
    for site in sites:
        site.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty ledger, once on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
