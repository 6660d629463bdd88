"""Fixtures of the fault tests: a simulated year of 梅县 and installations that fold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.city import load_profile
from dashboard.sources.simulator import year_lines
from tests.faults.processes import CITY, Feed, Site, make_feed
from tests.servers import RedisServer


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    """梅县 2021 as it arrived: late, repeated and corrected events among some 110,000."""
    lines = [line for day in year_lines(load_profile(CITY), 2021) for line in day]
    return make_feed(tmp_path_factory.mktemp("year"), "year", lines)


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory, year: Feed) -> Feed:
    """The first 40,000 events of the year."""
    return make_feed(tmp_path_factory.mktemp("spring"), "spring", year.lines[:40_000])


@pytest.fixture
def make_site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Installations; at the end of the test none of their programs is left."""
    sites: list[Site] = []

    def make(
        ledger_url: str | None = None, redis: RedisServer | None = None, **settings: str
    ) -> Site:
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
