"""Alarms from a real worker: on the wall, in the ledger, acknowledged, and one across a restart."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from dashboard.alarms.rules import AlarmSettings, QuietHours, Rule, condition
from dashboard.alarmwork import AlarmWork
from dashboard.bus import Bus
from dashboard.city import load_profile
from dashboard.ledger import Ledger
from dashboard.ledger import alarms as log_of
from dashboard.ledger.surges import reports_by_member
from dashboard.profile import Profile
from dashboard.surgewatch import SurgeWatch, Weeks
from dashboard.worker import Worker
from tests.servers import RedisServer
from tests.town import line

HOUR, DAY = 3_600_000, 86_400_000
NOON = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai
BUSY = Rule(
    "busy",
    "上报过多",
    "今日上报超过上限",
    "today.cases.reported",
    condition("> 2"),
    condition("<= 1"),
    enter_hold_s=2,
    leave_hold_s=2,
    severity="bad",
    scene="overview",
    unit="件",
)
SURGE = Rule(
    "surge",
    "类别突增",
    "最近一小时上报明显多于过去八周同一时段",
    "surge:category",
    condition("> 4"),
    condition("<= 2"),
    least=5,
)
MEIXIAN = replace(
    load_profile("meixian"),
    alarms=AlarmSettings({"busy": BUSY, "surge": SURGE}, QuietHours(12 * 60, 13 * 60)),
)


def now_or_never(ask: Callable[[], dict[str, Weeks]]) -> Future[dict[str, Weeks]]:
    done: Future[dict[str, Weeks]] = Future()
    done.set_result(ask())
    return done


class Box:
    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def send(self, told: dict[str, Any]) -> None:
        self.told.append(told)


class Desk:
    """A worker with alarms on a clock of the test's own."""

    def __init__(self, redis_server: RedisServer, url: str) -> None:
        self.redis, self.url = redis_server, url
        self.now = NOON
        self.box = Box()
        self.bus = Bus(redis_server.url, MEIXIAN.id, timeout_s=2)
        self.start()

    def start(self, profile: Profile = MEIXIAN) -> None:
        self.ledger = Ledger.open(self.url, profile.rules, profile.id)
        dimensions = [rule.surge for rule in profile.alarms.rules.values() if rule.surge]
        surges = SurgeWatch(
            profile, dimensions, partial(reports_by_member, self.ledger), now_or_never
        )
        self.worker = Worker(
            profile,
            self.ledger,
            Bus(self.redis.url, profile.id, timeout_s=2),
            now=lambda: self.now,
            sleep=time.sleep,
            build="test",
            sections=[AlarmWork(profile, self.ledger, surges, self.box)],
        )

    def report(self, cases: Sequence[str], at: int | None = None, **fields: object) -> None:
        when = self.now - 60_000 if at is None else at
        self.bus.send(
            [line(case, 1, when, "report", district="441403001", **fields) for case in cases]
        )

    def after(self, *seconds: float) -> list[dict[str, Any]]:
        """Rounds with the clock moving on; the alarms on the wall then."""
        for one in seconds:
            self.now += round(one * 1000)
            self.worker.turn()
        frame = self.frame()
        rows: list[dict[str, Any]] = frame["t"]["alarms"]
        return rows

    def frame(self) -> dict[str, Any]:
        body = self.bus.last_frame()
        assert body is not None
        frame: dict[str, Any] = orjson.loads(body)
        return frame


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, redis_server: RedisServer, tmp_path: Path
) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    made = Desk(redis_server, url)
    yield made
    made.bus.close()
    made.ledger.close()


def test_one_incident_from_entering_to_leaving(desk: Desk) -> None:
    assert desk.after(0) == []
    desk.report(["C1", "C2", "C3"])
    assert desk.after(1, 1) == []
    (alarm,) = desk.after(1, 1)
    assert alarm["id"] == f"busy@{NOON + 3000}"
    assert (alarm["state"], alarm["value"], alarm["limit"], alarm["card"]) == (
        "active",
        "3 件",
        "> 2 件 持续 2 秒",
        "today.cases.reported",
    )
    assert desk.frame()["s"]["alarms"] == {
        "active": 1,
        "unacked": 1,
        "worst": "bad",
        "quiet": True,
        "quiet_hours": "12:00–13:00",
    }
    desk.bus.send([line("C9", 1, desk.now, "report", district="441403001")])
    desk.after(1)
    desk.start()
    (again,) = desk.after(1, 1, 1, 1)
    assert (again["id"], again["value"]) == (alarm["id"], "4 件")
    assert log_of.acknowledge(desk.ledger, alarm["id"], desk.now, "王敏", "值班长") is not None
    (acked,) = desk.after(1, 1)
    assert (acked["state"], acked["acked_by_role"]) == ("acked", "值班长")
    assert "王敏" not in str(desk.frame())
    night = NOON + 12 * HOUR
    desk.now = night + 1000
    (stale,) = desk.after(0, 5)
    assert stale["state"] == "acked"  # nothing is heard any more: no evidence that it is over
    desk.report(["C10"], at=desk.now)
    (over,) = desk.after(0, 1, 1, 1, 1)
    assert over["state"] == "cleared" and night < over["cleared_at"] < desk.now
    assert desk.frame()["s"]["alarms"]["active"] == 0
    assert desk.after(61, 1) == []
    (stored,) = log_of.log(desk.ledger)
    assert (stored.peak, stored.acked_by, stored.cleared_at) == (4, "王敏", over["cleared_at"])
    assert [told["event"] for told in desk.box.told] == ["entered", "cleared"]


def test_a_rule_that_is_gone_ends_its_alarm(desk: Desk) -> None:
    desk.report(["C1", "C2", "C3"])
    assert len(desk.after(1, 1, 1, 1)) == 1
    desk.start(replace(MEIXIAN, alarms=AlarmSettings()))
    assert desk.after(1, 1) == []
    (stored,) = log_of.log(desk.ledger)
    assert stored.cleared_at is not None


def test_a_surge_is_measured_against_the_same_hour_of_past_weeks(desk: Desk) -> None:
    usual = (2, 3, 2, 2, 0, 3, 2, 2)  # one week without: not recorded
    for week, n in enumerate(usual, 1):
        start = NOON - week * 7 * DAY - 30 * 60_000
        desk.report([f"W{week}-{i}" for i in range(n)], at=start, category="E0102")
    desk.after(0)
    desk.start()  # history is there when a worker starts
    desk.report([f"N{i}" for i in range(7)], category="E0102")
    surges = [one for one in desk.after(0, 1, 1) if one["rule"] == "surge"]
    assert surges == []  # (7 − 2) ÷ √2 = 3.5
    desk.report(["N7", "N8"], category="E0102")
    (surge,) = [one for one in desk.after(1, 1) if one["rule"] == "surge"]
    assert surge["value"] == "9 件（同期中位 2 件）"
    assert surge["text"].startswith("暴露垃圾：")
    desk.now += HOUR  # they have all left the last hour
    cleared = [one for one in desk.after(1, 1, 61) if one["rule"] == "surge"]
    assert [one["state"] for one in cleared] == ["cleared"]


def test_the_last_hour_counts_to_the_minute_and_follows_corrections(desk: Desk) -> None:
    def in_last_hour() -> dict[str, int]:
        work = desk.worker._sections[0]
        assert isinstance(work, AlarmWork)
        return {m: n for m, (n, _, _) in work._surges.members()["category"].items()}

    for week in range(1, 6):
        desk.report([f"W{week}"], at=NOON - week * 7 * DAY - 1, category="E0501")
    desk.report(["C1"], at=NOON - 59 * 60_000, category="E0102")
    desk.report(["C2"], at=NOON - 61 * 60_000, category="E0102")
    desk.after(0)
    desk.start()
    desk.after(1)
    assert in_last_hour() == {"E0102": 1, "E0501": 0}
    desk.bus.send([line("C1", 2, NOON, category="E0501")])
    desk.after(1)
    assert in_last_hour() == {"E0102": 0, "E0501": 1}
    desk.start()
    desk.after(1)
    assert in_last_hour()["E0501"] == 1
