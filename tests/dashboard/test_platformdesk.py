"""The page 平台 against a week of 青石镇 counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.cityparts import Target
from dashboard.ledger import Ledger
from dashboard.platformdesk import CITY_WIDE, PlatformBoard, PlatformDesk
from dashboard.remarkdesk import RemarkDesk
from layouts.figures import Figure
from layouts.uptimeboard import calendar, lanes, table
from tests.dashboard.platformtown import DAY, HOUR, MINUTE, Sender, profile
from tests.layouts.parts import attribute, texts
from tests.town import MONDAY

NOW = MONDAY + 7 * DAY
WANG = Identity("wang", "王敏", frozenset({Role.OPERATOR}), kind="user")
SCOPED = replace(WANG, areas=frozenset({"990101"}))
TARGETS = {"platform.normal_days": Target(">=", 365)}
WEEK = "?from=2026-01-05&to=2026-01-11"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[PlatformDesk]:
    """A week of two vital components; Wednesday the database is down for an hour from 10:00, and
    on Friday for 20 minutes, which somebody corrects to maintenance."""
    city, sender = replace(profile(tmp_path), targets=TARGETS), Sender()
    wednesday, friday = MONDAY + 2 * DAY + 10 * HOUR, MONDAY + 4 * DAY + 10 * HOUR
    events = [
        sender.row("case-system", MONDAY, NOW),
        sender.row("database", MONDAY, wednesday - MINUTE),
        sender.row("database", wednesday, wednesday + 59 * MINUTE, ok=False),
        sender.row("database", wednesday + HOUR, friday - MINUTE),
        sender.row("database", friday, friday + 19 * MINUTE, ok=False),
        sender.row("database", friday + 20 * MINUTE, NOW),
        sender.event(
            "outage", NOW, outage="o1", component="database", cause="磁盘写满",
            **{"from": wednesday, "to": wednesday + HOUR},
        ),
        sender.event(
            "correction", NOW, correction="c1", component="database", state="maintenance",
            why="已报备的割接", who="王工", role="运维",
            **{"from": friday, "to": friday + 20 * MINUTE},
        ),
        sender.event("ticket", wednesday, ticket="T1", component="database", opened=wednesday,
                     responded=wednesday + 5 * MINUTE, restored=wednesday + HOUR),
    ]  # fmt: skip
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", city.rules, city.id)
    ledger.apply(events)
    remarks = RemarkDesk(lambda: ledger, city, lambda: NOW)
    yield PlatformDesk(lambda: ledger, city, lambda: NOW, remarks)
    ledger.close()


def figures(shown: PlatformBoard) -> dict[str, Figure]:
    return {one.measure: one for group in shown.figures.groups for one in group.figures}


def test_the_week_in_figures(desk: PlatformDesk) -> None:
    found = figures(desk.board(WANG, WEEK))
    assert found["platform.normal_days"].value == "6"
    assert found["platform.fault_days"].value == "1"
    assert found["platform.outages"].value == "1"
    assert found["platform.down_time"].value == "60 分钟"
    assert found["platform.maintenance_time"].value == "20 分钟"
    assert found["platform.fault_rate"].cells[1:3] == (3_600, 7 * 86_400 - 1_200)
    assert found["platform.maintenance_timeliness"].parts == "1 / 1"


def test_a_target_of_days_is_one_of_the_whole_year(desk: PlatformDesk) -> None:
    for query in (WEEK, "?period=year", "?period=today"):
        shown = figures(desk.board(WANG, query))["platform.normal_days"]
        assert (shown.target, shown.judged) == ("全年目标 ≥ 365", "")
    desk._now = lambda: NOW + 365 * DAY
    over = figures(desk.board(WANG, "?from=2026-01-01&to=2026-12-31"))["platform.normal_days"]
    assert (over.value, over.judged) == ("6", "bad")


def test_the_calendar_has_a_mark_a_day_and_what_was_corrected(desk: PlatformDesk) -> None:
    uptime = desk.board(WANG, WEEK).uptime
    assert uptime.days == "nnxnmnn"
    assert uptime.corrected == {4}
    labels = [said for said in attribute(calendar(uptime), "aria-label") if "月" in said]
    assert labels[2] == "1月7日 故障"
    assert labels[4] == "1月9日 正常，有维护，有人工更正"


def test_lanes_say_in_words_what_they_show(desk: PlatformDesk) -> None:
    uptime = desk.board(WANG, WEEK).uptime
    cells = {one.name: one.cells for one in uptime.lanes}
    assert cells["数据库"] == "uuxumuu"
    assert cells["地理信息"] == "kkkkkkk"
    said = " ".join(attribute(lanes(uptime), "aria-label"))
    assert "数据库：可用 99.40\u2009%　中断 1 次；2026-01-07 中断" in said
    day = desk.board(WANG, "?period=2026-01-07").uptime
    assert {one.name: one.cells for one in day.lanes}["数据库"] == "u" * 10 + "x" + "u" * 13


def test_outages_tickets_and_corrections_are_listed(desk: PlatformDesk) -> None:
    outages, tickets, corrections = desk.board(WANG, WEEK).uptime.tables
    assert outages.rows == (
        ("数据库（核心）", "2026-01-07 10:00", "2026-01-07 11:00", "60 分钟", "磁盘写满"),
    )
    assert tickets.rows[0][-1] == "✓ 及时"
    assert corrections.rows[0][2:4] == ("改为维护", "已报备的割接")
    assert "磁盘写满" in texts(table(outages))


def test_what_contradicts_is_told(desk: PlatformDesk, tmp_path: Path) -> None:
    """Slow all week counts as fault in one city's contract, and yet every day is normal."""
    assert not [note for note in desk.board(WANG, WEEK).figures.notes if "勾稽" in note]
    city, sender = profile(tmp_path, '[variants]\n"platform.fault_rate" = "degraded"\n'), Sender()
    slow = [sender.row(one, MONDAY, NOW, ms=900) for one in ("case-system", "database")]
    ledger = Ledger.open(f"sqlite:///{tmp_path}/slow.db", city.rules, city.id)
    ledger.apply(slow)
    remarks = RemarkDesk(lambda: ledger, city, lambda: NOW)
    shown = PlatformDesk(lambda: ledger, city, lambda: NOW, remarks).board(WANG, WEEK).figures
    ledger.close()
    assert shown.notes[0].startswith("勾稽：故障率 100.00% 相当于停机 7.00 天，而 7 天正常")


def test_a_districts_user_is_told_that_it_is_the_citys(desk: PlatformDesk) -> None:
    assert desk.board(SCOPED, WEEK).figures.notes == (CITY_WIDE,)


def test_days_without_probes_are_no_data(desk: PlatformDesk) -> None:
    shown = desk.board(WANG, "?from=2025-12-30&to=2026-01-06").figures
    line = shown.charts[0].series[0].values
    assert line == (None,) * 6 + (1.0, 1.0)
