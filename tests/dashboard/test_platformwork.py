"""The platform on the wall: every figure as `cityops measures` has it, every change at once."""

import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.bus import BusDown
from dashboard.city import Profile
from dashboard.eventkinds import Event
from dashboard.ledger import Ledger
from dashboard.platformlive import lanes
from dashboard.platformlive.lanes import cells, packed
from dashboard.platformmeasures import PLATFORM
from dashboard.platformwork import BEAT_MS, PlatformWork, SelfReport
from dashboard.reckoning import reckon
from dashboard.uptime.spans import DOWN, UP
from dashboard.windows import Window
from tests.dashboard.platformtown import DAY, HOUR, MINUTE, Sender, noisy, profile
from tests.framepage import paths, promised
from tests.town import MONDAY, day

FIRST = day(MONDAY)


class Wall:
    """A ledger, the section, and the frame it paints."""

    def __init__(self, folder: Path, now: int, more: str = "") -> None:
        self.city = profile(folder, more)
        self.ledger = Ledger.open(f"sqlite:///{folder}/l.db", self.city.rules, self.city.id)
        self.work = PlatformWork(self.city, self.ledger)
        self.now = now
        self.work.reset(now)

    def take(self, *events: Event) -> None:
        self.work.apply(self.ledger.apply(events))

    def wait(self, ms: int) -> bool:
        self.now += ms
        return self.work.advance(self.now)

    def frame(self) -> dict[str, Any]:
        out: dict[str, Any] = {"m": {}, "s": {}, "t": {}}
        self.work.paint(out)  # type: ignore[arg-type]
        return out


def check(wall: Wall) -> None:
    """Cells against measures at the same instant; a section made anew against this one."""
    frame = wall.frame()
    as_of = wall.now // MINUTE * MINUTE
    today = wall.city.day(wall.now)
    year = (MONDAY - 4 * DAY) and wall.city.day(1767196800000)
    for window, first in (("today", today), ("year", year)):
        found = reckon(wall.ledger, wall.city, Window(first, today + 1, as_of), ids=PLATFORM)
        said = {
            f"{window}.platform.fault_rate": "fault_rate",
            f"{window}.platform.availability@lower": "availability_lower",
            f"{window}.platform.availability@upper": "availability_upper",
        }
        if window == "year":
            said |= {
                "year.platform.normal_days": "normal_days",
                "year.platform.lost_days": "fault_days",
                "year.platform.pending_days": "pending_days",
                "year.platform.outages": "outages",
                "year.platform.mtbf_s": "mtbf",
                "year.platform.mttr_s": "mttr",
                "year.platform.unknown_s": "unknown_time",
                "year.platform.maintenance_timeliness": "maintenance_timeliness",
            }
        for key, id in said.items():
            value = found.measures[f"platform.{id}"]
            if value.state == "live":
                assert frame["m"][key]["v"] == value.value, key
                assert frame["m"][key]["n"] == value.num, key
            else:
                assert frame["m"][key]["v"] is None, key
    fresh = PlatformWork(wall.city, wall.ledger)
    fresh.reset(wall.now)
    again: dict[str, Any] = {"m": {}, "s": {}, "t": {}}
    fresh.paint(again)  # type: ignore[arg-type]
    assert again == frame
    assert len(orjson.dumps(frame)) < 25_000


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 100_000))
def test_whatever_comes_in_whatever_order_the_wall_shows_the_measures(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    rng = random.Random(seed)
    wall = Wall(tmp_path_factory.mktemp("town"), MONDAY + 3 * DAY + 23 * HOUR)
    events = noisy(seed, MONDAY, MONDAY + 4 * DAY)
    rng.shuffle(events)
    while events:
        size = rng.choice([1, 3, 10])
        batch, events = events[:size], events[size:]
        wall.take(*batch)
        wall.wait(rng.choice([0, 20_000, MINUTE, 20 * MINUTE]))
        if rng.random() < 0.2:
            check(wall)
    wall.wait(3 * HOUR)
    check(wall)


def row(frame: dict[str, Any], table: str, id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in frame["t"][f"platform.{table}"] if one["id"] == id)
    return found


def test_an_outage_is_seen_at_once_and_silence_when_its_gap_has_passed(tmp_path: Path) -> None:
    wall, sender = Wall(tmp_path, MONDAY + 12 * HOUR), Sender()
    now = wall.now
    wall.take(
        sender.row("case-system", MONDAY, now),
        sender.row("database", MONDAY, now - 5 * MINUTE),
        sender.row("database", now - 4 * MINUTE, now, ok=False),
    )
    frame = wall.frame()
    database = row(frame, "components", "database")
    assert (database["state"], database["since"]) == ("x", now - 4 * MINUTE)
    assert frame["m"]["now.platform.outages_open"]["v"] == 1
    assert row(frame, "outages", "database")["to"] is None
    assert frame["s"]["platform.about"]["last_outage_at"] == now - 4 * MINUTE
    assert row(frame, "components", "case-system")["state"] == "u"
    assert wall.work.next_at == now + 3 * MINUTE
    assert wall.wait(3 * MINUTE - 1) and not wall.wait(0)
    assert wall.wait(1)
    assert row(wall.frame(), "components", "case-system")["state"] == "k"
    assert row(wall.frame(), "lanes", "database")["h24"].endswith("x2")


def test_a_correction_changes_the_figure_and_is_seen(tmp_path: Path) -> None:
    wall, sender = Wall(tmp_path, MONDAY + DAY + 12 * HOUR), Sender()
    now = wall.now
    wall.take(
        *(sender.row(one, MONDAY, now) for one in ("case-system", "database")),
        sender.row("database", MONDAY + HOUR, MONDAY + 2 * HOUR, ok=False),
    )
    before = wall.frame()
    assert before["s"]["platform.calendar"]["days"][4:6] == "xn"
    assert before["m"]["year.platform.normal_days"]["v"] == 1
    wall.take(
        sender.event(
            "correction", now, component="database", state="up", why="探测线路故障", who="王工",
            role="平台运维", **{"from": MONDAY + HOUR, "to": MONDAY + 3 * HOUR},
        )
    )  # fmt: skip
    frame = wall.frame()
    assert frame["s"]["platform.calendar"]["days"][4:6] == "nn"
    assert frame["s"]["platform.calendar"]["corrected"] == [4]
    assert frame["m"]["year.platform.normal_days"]["v"] == 2
    assert frame["m"]["year.platform.corrections"]["v"] == 1
    shown = frame["t"]["platform.corrections"][0]
    assert (shown["by_role"], shown["why"], shown["at"]) == ("平台运维", "探测线路故障", now)
    assert "王工" not in orjson.dumps(frame).decode()
    check(wall)


def test_groups_screens_and_tickets(tmp_path: Path) -> None:
    wall, sender = Wall(tmp_path, MONDAY + 12 * HOUR), Sender()
    now = wall.now
    wall.take(
        sender.event("probe", now - MINUTE, component="screen:hall", ok=True),
        sender.event("probe", now - HOUR, component="screen:north", ok=True),
        sender.event("ticket", now - HOUR, ticket="T1", component="gis", opened=now - HOUR),
    )
    frame = wall.frame()
    screens = row(frame, "components", "screen")
    assert (screens["up"], screens["total"], screens["state"]) == (1, 2, "u")
    assert [one["state"] for one in frame["t"]["platform.screens"]] == ["live", "offline"]
    ticket = frame["t"]["platform.tickets"][0]
    assert (ticket["state"], ticket["on_time"]) == ("open", False)
    assert ticket["due_at"] == now - 30 * MINUTE
    assert frame["m"]["now.platform.tickets_overdue"]["v"] == 1


def test_midnight_and_new_year_turn_the_page(tmp_path: Path) -> None:
    eve = MONDAY + 360 * DAY + 23 * HOUR + 59 * MINUTE  # 2026-12-31 23:59
    wall, sender = Wall(tmp_path, eve), Sender()
    for at in range(eve - 60 * DAY, eve + DAY, 30 * DAY):
        wall.take(*(sender.row(c, at, at + 30 * DAY) for c in ("case-system", "database")))
    assert wall.frame()["s"]["platform.calendar"]["days"][364] == "n"
    assert wall.wait(MINUTE)
    found = wall.frame()["s"]["platform.calendar"]
    assert (found["year"], found["weekday"], found["today"]) == (2027, 5, 0)
    assert found["days"] == "." * 365
    wall.wait(2 * HOUR)
    assert wall.frame()["m"]["year.platform.normal_days"]["v"] == 1
    check_year = wall.frame()["m"]["year.platform.normal_days"]
    assert (check_year["d"], check_year["tot"], check_year["tgt"]) == (1, 365, 365)


def test_without_any_data_nothing_is_claimed(tmp_path: Path) -> None:
    frame = Wall(tmp_path, MONDAY + HOUR).frame()
    assert {cell["st"] for cell in frame["m"].values()} == {"nodata"}
    assert {cell["v"] for cell in frame["m"].values()} == {None}
    assert row(frame, "components", "database")["state"] == "k"


def test_a_lane_shows_the_worst_of_each_cell() -> None:
    cover = [(0, 14, UP), (14, 15, DOWN), (15, 40, UP)]
    assert cells(cover, [-10, 0, 10, 20, 30, 50]) == ".uxuu"
    assert packed("uuuxxu.") == "u3x2u1.1"


def test_the_worker_says_that_it_works_once_a_minute() -> None:
    sent: list[bytes] = []
    report = SelfReport(lambda bodies: sent.extend(bodies), "1")
    for now in range(MONDAY, MONDAY + 3 * BEAT_MS, 10_000):
        assert report.advance(now) is False
    assert [orjson.loads(one)["at"] for one in sent] == [MONDAY + n * BEAT_MS for n in range(3)]
    report.advance(MONDAY)  # the clock was set back
    assert len(sent) == 4


def test_a_report_that_cannot_be_sent_stops_nothing() -> None:
    def away(_: list[bytes]) -> None:
        raise BusDown("gone")

    assert SelfReport(away, "1").advance(MONDAY) is False


def test_the_frame_has_the_keys_that_are_promised(tmp_path: Path) -> None:
    frame = Wall(tmp_path, MONDAY + HOUR).frame()
    assert paths(frame, "platform") == promised("平台")


def test_restless_lanes_are_told_in_longer_cells(tmp_path: Path) -> None:
    wall, sender = Wall(tmp_path, MONDAY + DAY), Sender()
    events = [
        sender.row("database", at, at + 4 * MINUTE, ok=at // MINUTE % 10 < 5)
        for at in range(MONDAY, MONDAY + DAY, 5 * MINUTE)
    ]
    wall.take(*events)
    assert wall.frame()["s"]["platform.lanes"]["step_min"] == 5
    bounds = lanes.hours_bounds(MONDAY + DAY, 300_000)
    flapping = [(at, at + 300_000, UP if n % 2 else DOWN) for n, at in enumerate(bounds[:-1])]
    step_ms, texts = lanes.hours([flapping] * 24, MONDAY + DAY)
    assert step_ms == 900_000 and sum(map(len, texts)) <= lanes.MOST
    assert texts[0] == "x95u1"


def test_the_profile_of_the_town(tmp_path: Path) -> None:
    city: Profile = profile(tmp_path)
    assert [one.id for one in city.platform.vital] == ["case-system", "database"]
