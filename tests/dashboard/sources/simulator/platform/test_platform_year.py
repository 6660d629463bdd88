"""A year of the platform: every minute probed once, as many outages as printed, days not lost."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.city import load_profile
from dashboard.sources.simulator import SimulationError
from dashboard.sources.simulator.platform.incidents import MINUTE, Part, Spell
from dashboard.sources.simulator.platform.probes import rows
from dashboard.sources.simulator.platform.year import plan, platform_lines
from dashboard.worktime import DAY, HOUR
from dashboard.yearfigures import Figures

ZHENGZHOU = load_profile("zhengzhou")
PARTS = [
    Part("case", MINUTE, True, 5_000),
    Part("call", MINUTE, True),
    Part("video", MINUTE, False, 17_000),
    Part("district:1", 5 * MINUTE, False),
]


def events(year: int, seed: int = 1) -> list[dict[str, Any]]:
    days = platform_lines(ZHENGZHOU, year, seed, PARTS)
    return [orjson.loads(line) for day in days for line in day]


def points(found: list[dict[str, Any]], part: str) -> Counter[tuple[int, bool]]:
    """(instant, ok) of every probe told of a component."""
    out: Counter[tuple[int, bool]] = Counter()
    for event in found:
        if event["type"] == "probe" and event["component"] == part:
            step = event.get("every_ms", 1)
            for at in range(event.get("from", event["at"]), event["at"] + 1, step):
                out[at, event["ok"]] += 1
    return out


def test_every_minute_of_the_year_is_probed_once() -> None:
    found = events(2021)
    start = ZHENGZHOU.day_start(18_628)
    assert len(found) < 4 * 365 * 1.2 + 300
    for part in PARTS:
        told = points(found, part.id)
        assert set(told.values()) == {1}
        times = sorted(at for at, _ in told)
        assert times[0] == start + part.offset - part.every
        assert times[-1] < start + 365 * DAY
        assert {b - a for a, b in pairwise(times)} == {part.every}


def test_2021_has_eighteen_short_outages_on_days_of_their_own_and_2022_has_none() -> None:
    for year, wanted in ((2021, 18), (2022, 0)):
        found = events(year)
        begun = [e for e in found if e["type"] == "outage" and "from" in e]
        over = {e["outage"]: e["to"] for e in found if e["type"] == "outage" and "to" in e}
        assert len(begun) == len(over) == wanted
        assert len({ZHENGZHOU.day(e["from"]) for e in begun}) == wanted
        for e in begun:
            start, end = e["from"], over[e["outage"]]
            assert 2 * MINUTE <= end - start < 15 * MINUTE
            assert e["component"] in ("case", "call")
            failed = [
                at for at, ok in points(found, e["component"]) if not ok and start <= at < end
            ]
            assert failed == list(range(start, end, MINUTE))


def test_tickets_are_in_time_and_closed() -> None:
    found = events(2021)
    tickets: dict[str, dict[str, Any]] = {}
    for e in found:
        if e["type"] == "ticket":
            tickets.setdefault(e["ticket"], {}).update(e)
    assert len(tickets) == ZHENGZHOU.years[2021].platform.count("tickets") == 34
    limits = {"urgent": (15, 120), "normal": (30, 240), "minor": (120, 1440)}
    for one in tickets.values():
        respond, restore = limits[one["level"]]
        assert 0 < one["responded"] - one["opened"] <= respond * MINUTE
        assert one["responded"] < one["restored"] <= one["opened"] + restore * MINUTE
        assert one["restored"] < one["closed"]
    windows = [e for e in found if e["type"] == "maintenance"]
    assert len(windows) == 12 and all(e["planned"] and e["approved"] for e in windows)


def test_lines_come_in_order_and_again_the_same() -> None:
    first = list(platform_lines(ZHENGZHOU, 2022, 1, PARTS))
    assert first == list(platform_lines(ZHENGZHOU, 2022, 1, PARTS))
    assert first != list(platform_lines(ZHENGZHOU, 2022, 2, PARTS))
    ids = [orjson.loads(line)["id"] for day in first for line in day]
    assert len(set(ids)) == len(ids)


STARTS = list(range(0, 366 * DAY, DAY))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 40), st.integers(0, 20), st.integers(0, 30))
def test_counts_are_exact_whatever_the_seed(seed: int, out: int, works: int, more: int) -> None:
    chosen = {"outages": out, "maintenance": works, "tickets": out + more}
    chosen |= {"tickets_in_time": (out + more) // 2}
    lost = out // 3
    figures = Figures({"normal_days": 365 - lost}, {}, chosen)
    spells, windows, tickets = plan(np.random.default_rng(seed), figures, PARTS, STARTS)
    assert (len(spells), len(windows), len(tickets)) == (out, works, out + more)
    assert sum(s.end - s.start > 15 * MINUTE for s in spells) == lost
    late = sum(t.respond > 2 * HOUR for t in tickets)
    assert late == len(tickets) - (out + more) // 2


def test_what_cannot_be_is_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(SimulationError, match="5 days lost, 2 outages"):
        plan(rng, Figures({"normal_days": 360}, {}, {"outages": 2}), PARTS, STARTS)
    with pytest.raises(SimulationError, match="1 tickets, 1 in time, 2 outages"):
        few = {"outages": 2, "tickets": 1, "tickets_in_time": 1}
        plan(rng, Figures({}, {}, few), PARTS, STARTS)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30), st.booleans()), max_size=5),
    st.integers(1, 400),
    st.sampled_from([0, 2, 3]),
)
def test_rows_say_each_probe_once_and_quiet_ones_at_least_every_third(
    drawn: list[tuple[int, int, bool]], length: int, wide: int
) -> None:
    part = Part("case", MINUTE, True, 3_000)
    spells, at = [], 0
    for gap, steps, ok in drawn:
        start = part.tick((at + gap) * MINUTE)
        spells.append(Spell(part, start, start + steps * MINUTE, ok))
        at += gap + steps
    found = list(rows(part, 0, length * MINUTE, spells, "monitor", wide * MINUTE))
    told = points(found, "case")
    assert set(told.values()) <= {1}
    times = sorted(at for at, _ in told)
    every = range(part.offset, length * MINUTE, MINUTE)
    assert set(times) <= set(every)
    assert {every[0], every[-1]} <= set(times)
    assert all(b - a <= max(wide, 1) * MINUTE for a, b in pairwise(times))
    for tick in every:
        inside = [s for s in spells if s.start <= tick < s.end]
        if inside:
            assert (tick, inside[0].ok) in told
