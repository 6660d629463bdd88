"""The frame as documented: every key it has is on docs/frame.md, nothing else is promised, and it
stays small and quickly made."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from dashboard.casemeasures import CASES
from dashboard.city import BUILT_IN, load_profile
from dashboard.eventkinds import read_event
from dashboard.framing import MONTH, OPEN, TODAY, YEAR, Stamp, build_frame
from dashboard.ledger import Ledger
from dashboard.livestate import LiveState
from dashboard.livestate.state import COHORT
from dashboard.platformparts import OWN_SENDERS, SELF, WORK
from dashboard.profile import Profile
from dashboard.snapshot import MAX_BYTES, Cell, Frame, read_frame
from dashboard.worker import LedgerHistory
from tests.framepage import PAGE, PARTS, documented, extra_variants, paths, promised
from tests.town import NOW, life

STAMP = Stamp(7, NOW, "1.0", True, {"rejected": 0, "lag_ms": 0, "gap": None})


def empty_frame(city: str, folder: Path) -> Frame:
    profile = load_profile(city)
    ledger = Ledger.open(f"sqlite:///{folder}/l.db", profile.rules, profile.id)
    return build_frame(LiveState(profile, LedgerHistory(ledger), NOW), STAMP)


@pytest.mark.parametrize("city", BUILT_IN)
def test_a_city_without_any_data_has_a_whole_frame(city: str, tmp_path: Path) -> None:
    frame = empty_frame(city, tmp_path)
    assert read_frame(frame) == frame
    assert all(cell["v"] is None for cell in frame["m"].values())
    assert {cell["st"] for cell in frame["m"].values()} == {"nodata"}
    assert {source["state"] for source in frame["sources"]} == {"nodata"}
    assert len(frame["t"]["districts"]) == len(load_profile(city).districts)


def test_the_system_s_own_reports_have_a_name(tmp_path: Path) -> None:
    profile = load_profile("meixian")
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.db", profile.rules, profile.id)
    probe = {"component": SELF, "ok": True, "id": "p1", "type": "probe", "at": NOW}
    events = [
        read_event(orjson.dumps(probe | {"sent_by": who}), NOW) for who in (*OWN_SENDERS, "别家")
    ]
    ledger.apply(events)
    frame = build_frame(LiveState(profile, LedgerHistory(ledger), NOW), STAMP)
    names = {one["id"]: one["name"] for one in frame["sources"]}
    assert (names[WORK], names["别家"]) == ("城市运行墙自报", "别家")


def test_every_key_is_documented_and_every_documented_key_is_there(tmp_path: Path) -> None:
    frame = empty_frame("zhengzhou", tmp_path)
    assert set(documented("顶层")) == set(frame)
    own = {name: {path[2:] for path in paths(frame) if path[0] == name} for name in ("m", "s", "t")}
    assert set(documented("序列")) == own["s"]
    assert set(documented("表")) == own["t"]
    rates = {id for id, measure in CASES.items() if measure.kind == "rate"}
    kinds = {
        "today.cases.<件数>": {f"today.cases.{name}" for name in TODAY},
        "today.cases.<率>": {f"today.{id}" for id in rates},
        "today.cases.<率>@report": {f"today.{id}@report" for id in COHORT},
        "month.cases.<件数>": {f"month.cases.{name}" for name in MONTH},
        "month.cases.<率>": {f"month.{id}" for id in rates},
        "year.cases.<件数>": {f"year.cases.{name}" for name in YEAR},
        "open.cases.<存量>": {f"open.cases.{name}" for name in OPEN},
    }
    assert set(documented("指标格")) == set(kinds)
    assert set().union(*kinds.values()) == own["m"]


@pytest.mark.parametrize("city", BUILT_IN)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_as_documented_or_not_there_at_all(part: str, city: str, tmp_path: Path) -> None:
    frame = empty_frame(city, tmp_path)
    found = paths(frame, PARTS[part])
    assert found - extra_variants(frame) in (set(), promised(part))


def test_the_parts_of_a_cell_and_the_names_of_counts_are_documented() -> None:
    for name in (*Cell.__annotations__, *TODAY, *MONTH, *YEAR, *OPEN):
        assert f"`{name}`" in PAGE, name


def longest_names(profile: Profile) -> Profile:
    """The profile with the longest names a screen could meet."""
    long = "经济技术开发区城市管理和综合执法局第十二大队"
    return dataclasses.replace(
        profile,
        districts=tuple(dataclasses.replace(one, name=long) for one in profile.districts),
        departments=tuple(dataclasses.replace(one, name=long) for one in profile.departments),
        categories={code: long for code in profile.categories},
    )


@pytest.mark.parametrize("city", BUILT_IN)
def test_the_frame_stays_small(city: str, tmp_path: Path) -> None:
    profile = longest_names(load_profile(city))
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.db", profile.rules, profile.id)
    rng = random.Random(3)
    events = []
    for n in range(3_000):
        events += life(
            f"C{n}",
            NOW - rng.randrange(7, 40 * 24) * 3_600_000,
            district=rng.choice(profile.districts).code,
            category=rng.choice(sorted(profile.categories)),
            channel=rng.choice(sorted(profile.channels)),
            place="长" * 40,
        )[: rng.randrange(1, 9)]
    for n in range(30):
        events.append(sent_by(events[n], f"系统{n}" * 10))
    ledger.apply(events)
    state = LiveState(profile, LedgerHistory(ledger), NOW)
    stamp = Stamp(10**9, NOW, "b" * 40, True, {"rejected": 10**6, "lag_ms": 10**8, "gap": None})
    size = len(orjson.dumps(build_frame(state, stamp)))
    assert 5_000 < size <= MAX_BYTES


def sent_by(event: Any, sender: str) -> Any:
    return type(event)(
        event.id, event.case, event.at, event.rev, event.step, sender, event.changes, event.body
    )
