"""The alarms for the desk: order, words, who may acknowledge, the first one stays, the audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.alarmdesk import AlarmDesk, NotAllowed, lasted
from dashboard.alarms.engine import Alarm
from dashboard.city import load_profile
from dashboard.ledger import Ledger
from dashboard.ledger import alarms as log_of
from layouts.alarmlog import AlarmBoard, board
from layouts.alarmlog import board as alarm_page
from tests.layouts.parts import texts

CITY = load_profile("zhengzhou")
NOON = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai
MINUTE, DAY = 60_000, 86_400_000
WANG = Identity("wang", "王敏", frozenset({Role.OPERATOR, Role.VIEWER}), kind="user")
ZHAO = Identity("zhao", "赵宁", frozenset({Role.OPERATOR}), kind="user")
LEADER = Identity("leader", "领导", frozenset({Role.VIEWER}), kind="user")


def alarm(rule: str, since: int, **more: object) -> Alarm:
    made = Alarm(f"{rule}@{since}", rule, rule, "", "", since, 8.0, 12.0)
    return replace(made, **more)  # type: ignore[arg-type]


class Desk:
    def __init__(self, url: str) -> None:
        self.ledger = Ledger.open(url, CITY.rules, CITY.id)
        self.now = NOON
        self.trail: list[tuple[str, ...]] = []
        self.desk = AlarmDesk(
            lambda: self.ledger, CITY, lambda: self.now, lambda *told: self.trail.append(told), 7
        )
        log_of.record(
            self.ledger,
            [
                alarm("queue", NOON - 5 * MINUTE),
                alarm("lag", NOON - MINUTE),
                alarm("gap", NOON - 2 * DAY, cleared_at=NOON - 2 * DAY + 3 * MINUTE),
                alarm("no-more", NOON - 400 * DAY, cleared_at=NOON - 399 * DAY),
            ],
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create_database()
    made = Desk(url)
    yield made
    made.ledger.close()


def test_the_worst_lasts_first_and_the_log_is_newest_first(desk: Desk) -> None:
    board = desk.desk.board(WANG)
    assert [row.title for row in board.lasting] == ["排队告警", "入账落后"]
    queue = board.lasting[0]
    assert (queue.value, queue.peak, queue.limit) == ("8 人", "12 人", "> 5 人 持续 30 秒")
    assert (queue.since, queue.lasted, queue.state) == ("11:55:00", "5 分", "active")
    assert [row.title for row in board.past] == ["数据缺口", "no-more"]
    gap, gone = board.past
    assert (gap.since, gap.cleared, gap.lasted) == (
        "11月19日 12:00:00",
        "11月19日 12:03:00",
        "3 分",
    )
    assert gone.text == "规则已停用" and gone.since.startswith("2025年10月")


def test_the_way_to_the_wall_as_it_was_is_there_while_that_is_kept(desk: Desk) -> None:
    board = desk.desk.board(LEADER)
    assert [row.replay for row in board.lasting] == [f"/wall?at={NOON - 5 * MINUTE}", ""]
    assert [row.replay for row in board.past] == [f"/wall?at={NOON - 2 * DAY}", ""]
    shown = str(alarm_page(board))
    assert shown.count("看当时的画面") == 2 and f"/wall?at={NOON - 2 * DAY}" in shown


def test_an_acknowledgement_has_a_name_at_the_desk_a_role_on_the_wall_and_a_trail(
    desk: Desk,
) -> None:
    id = f"queue@{NOON - 5 * MINUTE}"
    assert desk.desk.acknowledge(WANG, id) == "排队告警 已确认，大屏显示“业务已确认”"
    stored = next(one for one in log_of.lasting(desk.ledger, NOON) if one.id == id)
    assert (stored.acked_at, stored.acked_by, stored.acked_by_role) == (NOON, "王敏", "业务")
    assert desk.trail == [("wang", "acknowledge", id, "排队告警")]
    desk.now += MINUTE
    assert desk.desk.acknowledge(ZHAO, id) == "排队告警 已由 王敏 于 12:00:00 先确认"
    assert len(desk.trail) == 1
    board = desk.desk.board(LEADER)
    assert [row.title for row in board.lasting] == ["入账落后", "排队告警"]
    assert board.lasting[1].acked_by == "王敏（业务）"


def test_who_may_not_is_told_who_may_and_nothing_is_written(desk: Desk) -> None:
    assert not desk.desk.board(LEADER).may_acknowledge
    with pytest.raises(NotAllowed, match="业务角色可以"):
        desk.desk.acknowledge(LEADER, f"queue@{NOON - 5 * MINUTE}")
    with pytest.raises(NotAllowed):
        desk.desk.acknowledge(replace(WANG, stage="totp"), f"queue@{NOON - 5 * MINUTE}")
    assert all(one.acked_at is None for one in log_of.lasting(desk.ledger, NOON))
    assert desk.trail == []


def test_one_that_has_cleared_needs_nobody(desk: Desk) -> None:
    assert "已经解除" in desk.desk.acknowledge(WANG, f"gap@{NOON - 2 * DAY}")
    assert "已经解除" in desk.desk.acknowledge(WANG, "nothing@1")
    assert desk.trail == []


def test_nothing_to_show_is_said() -> None:
    told = texts(board(AlarmBoard(lasting=(), past=(), may_acknowledge=True)))
    assert "此刻没有告警。" in told and "还没有解除过的告警。" in told


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0, "不到 1 分"),
        (1, "1 分"),
        (125, "2 小时 5 分"),
        (73 * 60, "3 天 1 小时"),
    ],
)
def test_how_long(minutes: int, told: str) -> None:
    assert lasted(minutes * MINUTE) == told
