"""A whole simulated city: its year through the ledger is what was printed; its present is alive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from dashboard.city import load_profile
from dashboard.cityparts import CrewSize, Source
from dashboard.commands.simulate import usual_parts, year_of
from dashboard.evaluation.filling import measure
from dashboard.evaluation.loading import load_form
from dashboard.eventkinds import read_event
from dashboard.ingest import ingest
from dashboard.ledger import Ledger
from dashboard.profile import Profile
from dashboard.reckoning import reckon
from dashboard.sources.simulator import LiveTown
from dashboard.sources.simulator.town import Silence
from dashboard.windows import year_window
from dashboard.worktime import DAY, HOUR
from dashboard.yearfigures import Figures

NOON = 1_767_585_600_000
"""2026-01-05 12:00 in Shanghai, a Monday."""
MINUTE = 60_000
ZHENGZHOU = load_profile("zhengzhou")


def small() -> Profile:
    """郑州 2022 with a fortieth of its calls; its platform as it is."""
    totals = ZHENGZHOU.years[2022]
    counts = {name: count // 40 for name, count in totals.hotline.chosen.items()}
    years = {2022: replace(totals, hotline=Figures({}, {}, counts))}
    simulation = replace(ZHENGZHOU.simulation, hotline=CrewSize(9, 35))
    return replace(ZHENGZHOU, years=years, simulation=simulation)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", ZHENGZHOU.rules, "zhengzhou")
    yield found
    found.close()


def test_a_year_through_the_ledger_is_what_was_printed_and_chosen(ledger: Ledger) -> None:
    profile = small()
    counts = profile.years[2022].hotline.count
    days = year_of(profile, 2022, ("calls", "platform"), 1)
    lines = [line for day in days for line in day]
    now = ZHENGZHOU.day_start(ZHENGZHOU.day(NOON))
    summary = ingest(ledger, lambda: lines, lambda: now)
    assert summary.rejected == 0 and summary.read == len(lines)
    assert summary.unchanged > 30  # second copies
    window = year_window(ZHENGZHOU, 2022, now)
    found = reckon(ledger, ZHENGZHOU, window).measures
    expected = {
        "calls.offered": counts("offered"),
        "calls.answered": counts("answered"),
        "calls.called_back": counts("called_back"),
        "calls.rated": counts("rated"),
        "calls.orders_transferred": counts("orders"),
        "calls.orders_accepted": counts("orders_accepted"),
        "calls.orders_closed": counts("orders_closed"),
        "calls.connect_rate": counts("answered") / counts("offered"),
        "calls.feedback_rate": 1.0,
        "calls.satisfaction_rate": counts("satisfied") / counts("rated"),
        "platform.normal_days": 365,
        "platform.outages": 0,
        "platform.maintenance_timeliness": 1.0,
        "platform.unknown_time": 0,
    }
    assert {id: found[id].value for id in expected} == pytest.approx(expected)
    form = load_form("zhengzhou-2022")
    filled = {one.measure: one for one in measure(form, ledger, ZHENGZHOU, 2022, now).values()}
    assert (filled["platform.normal_days"].num, filled["platform.normal_days"].state) == (
        365,
        "live",
    )
    assert filled["calls.connect_rate"].num == counts("answered")


def test_every_line_of_a_year_is_accepted() -> None:
    profile = small()
    lines = [line for day in year_of(profile, 2022, ("agents", "platform"), 1) for line in day]
    kinds = Counter(read_event(line, NOON).kind for line in lines)  # type: ignore[union-attr]
    assert set(kinds) == {"call", "agent", "probe", "maintenance", "ticket"}
    assert kinds["agent"] > 4 * profile.years[2022].hotline.count("answered")


def test_a_year_has_the_parts_the_profile_has_figures_of() -> None:
    assert usual_parts(ZHENGZHOU, 2022) == ("cases", "calls", "platform")
    assert usual_parts(load_profile("yueyang"), 2020) == ("cases", "calls")
    assert usual_parts(load_profile("meixian"), 2021) == ("cases",)
    assert usual_parts(ZHENGZHOU, 2030) == ("cases",)


def test_the_present_is_accepted_and_goes_on_from_the_past() -> None:
    town = LiveTown(ZHENGZHOU)
    past = list(town.records(ZHENGZHOU.day(NOON) - 1, NOON))
    town.resume(NOON)
    present = [event for minute in range(1, 61) for event in town.due(NOON + minute * MINUTE)]
    found = [read_event(orjson.dumps(event), NOON + HOUR) for event in past + present]
    kinds = Counter(getattr(one, "kind", "case") for one in found)
    assert set(kinds) >= {"case", "call", "agent", "probe", "ticket"}
    live = Counter(event["type"] for event in present)
    assert 200 < live["call"] < 2_000 and 200 < live["agent"] < 1_500
    minutes = 60 * sum(1 for one in ZHENGZHOU.platform.components if "district" not in one.id)
    assert live["probe"] > 0.7 * (minutes - 60)


def test_parts_can_be_asked_for_alone() -> None:
    for what, kinds in (("platform", {"probe"}), ("calls", {"call", "agent"})):
        town = LiveTown(ZHENGZHOU, what=[what])
        town.resume(NOON)
        assert {event["type"] for event in town.due(NOON + HOUR)} >= kinds
        assert not any(event["type"] == "case" for event in town.due(NOON + 2 * HOUR))


def test_a_silent_source_sends_everything_afterwards() -> None:
    sources = [Source("slow", "慢", 7_200), Source("quick", "快", 180)]
    silence = Silence(sources, 1, lambda ms: ms // DAY, lambda day: day * DAY)
    sent, got, held = 0, 0, 0
    for minute in range(3 * 24 * 60):
        now = minute * MINUTE
        batch = [{"sent_by": name, "at": now} for name in ("slow", "quick", "other")]
        sent += len(batch)
        passed = silence.passed(batch, now)
        got += len(passed)
        held += sum(now - event["at"] > 180_000 for event in passed)
        assert sum(event["sent_by"] != "quick" for event in passed) == 2
    got += len(silence.passed([], now + DAY))
    assert got == sent and held > 10
