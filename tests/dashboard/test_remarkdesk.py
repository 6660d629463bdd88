"""标注: written by operators within their area, on every chart that covers the day, audited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.city import load_profile
from dashboard.ledger import Ledger
from dashboard.ledger import remarks as store
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from dashboard.remarkdesk import RemarkDesk
from dashboard.remarks import BadRemark, typed

CITY = load_profile("zhengzhou")
NOON = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai
DAY = CITY.day(NOON)
WANG = Identity("wang", "王敏", frozenset({Role.OPERATOR}), kind="user")
LEADER = Identity("leader", "领导", frozenset({Role.VIEWER}), kind="user")
HERE, THERE = (one.code for one in CITY.districts[:2])
EAST = Identity("east", "东区", frozenset({Role.OPERATOR}), frozenset({HERE}), kind="user")


@dataclass
class House:
    ledger: Ledger
    desk: RemarkDesk
    url: str

    def trail(self) -> list[tuple[str, str]]:
        found = AuditLog(Database(self.url)).newest(20)
        return [(link.entry.who, link.entry.action) for link in reversed(list(found))]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    ledger = Ledger.open(url, CITY.rules, CITY.id)
    yield House(ledger, RemarkDesk(lambda: ledger, CITY, lambda: NOON), url)
    ledger.close()


def days(first: int, end: int) -> list[tuple[int, int]]:
    return [(day, day + 1) for day in range(first, end)]


def test_a_remark_stands_on_every_place_it_touches(house: House) -> None:
    house.desk.save(WANG, "", "2026-11-18", "2026-11-20", " 创文　检查 ", "")
    (mark,) = house.desk.marks(LEADER, days(DAY - 2, DAY + 1))
    assert (mark.first, mark.last, mark.text, mark.when) == (0, 1, "创文 检查", "11月18–20日")
    (month,) = house.desk.marks(LEADER, [(DAY - 20, DAY + 10)])
    assert (month.first, month.last) == (0, 0)
    assert house.desk.marks(LEADER, days(DAY, DAY + 1)) == ()


def test_writing_changing_and_deleting_are_audited_with_what_was(house: House) -> None:
    id = house.desk.save(WANG, "", "2026-11-18", "", "暴雪", "")
    assert house.desk.save(WANG, id, "2026-11-19", "", "暴雪", "") == id
    house.desk.remove(WANG, id)
    assert house.trail() == [
        ("wang", "annotation.add"),
        ("wang", "annotation.change"),
        ("wang", "annotation.remove"),
    ]
    assert store.between(house.ledger, 0, 1 << 20) == []
    board = house.desk.board(WANG, {"done": "removed", "id": id}, "")
    assert "审计日志" in board.done


def test_only_who_may_writes_and_only_within_their_area(house: House) -> None:
    with pytest.raises(BadRemark, match="角色"):
        house.desk.save(LEADER, "", "2026-11-18", "", "暴雪", "")
    for district in ("", THERE):
        with pytest.raises(BadRemark, match="管辖"):
            house.desk.save(EAST, "", "2026-11-18", "", "暴雪", district)
    foreign = house.desk.save(WANG, "", "2026-11-18", "", "停电", THERE)
    with pytest.raises(BadRemark, match="管辖"):
        house.desk.save(EAST, foreign, "2026-11-18", "", "停电", HERE)
    with pytest.raises(BadRemark, match="管辖"):
        house.desk.remove(EAST, foreign)
    own = house.desk.save(EAST, "", "2026-11-18", "", "庙会", HERE)
    assert [row.id for row in house.desk.board(EAST, {}, "").rows] == [own]
    assert [one.text for one in house.desk.marks(WANG, days(DAY - 5, DAY), HERE)] == [
        f"{CITY.label('district', HERE)}：庙会"
    ]


def test_a_mistake_is_told_anew_and_the_fields_stay(house: House) -> None:
    fields = {"done": "refused", "first": "2026-13-01", "text": "暴雪"}
    board = house.desk.board(WANG, fields, "")
    assert board.trouble == "起日 2026-13-01：应为日期，如 2026-01-01"
    assert board.fields["text"] == "暴雪"
    assert not house.desk.board(LEADER, {}, "").may_write


@pytest.mark.parametrize(
    ("first", "last", "text", "district", "said"),
    [
        ("2026-11-20", "2026-11-18", "暴雪", "", "止日 2026-11-18 在起日"),
        ("2024-01-01", "2026-01-01", "暴雪", "", "最多 400 天"),
        ("2026-11-20", "", "  ", "", "内容是空的"),
        ("2026-11-20", "", "雪" * 41, "", "有 41 个字，最多 40"),
        ("2026-11-20", "", "暴雪", "999999", "没有代码为 999999 的区"),
        ("昨天", "", "暴雪", "", "起日 昨天：应为日期"),
    ],
)
def test_what_is_no_remark_is_refused_in_words(
    first: str, last: str, text: str, district: str, said: str
) -> None:
    with pytest.raises(BadRemark, match=said):
        typed(first, last, text, district, CITY.names["district"])
