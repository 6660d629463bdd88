"""The page 考评 of the desk: the command's numbers, and behind each a list as long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.access.identity import Identity
from dashboard.access.roles import Role
from dashboard.assessing import BY, assess, of_ledger
from dashboard.casedesk import CaseDesk
from dashboard.city import Profile, load_profile
from dashboard.deskcopy import CaseCopy
from dashboard.deskquery import DeskQuery
from dashboard.exports.sheets import csv_file
from dashboard.filterdesk import FilterDesk
from dashboard.ledger import Ledger
from dashboard.periods import period, span
from dashboard.rankingdesk import CONFINED, NARROWED, NOT_YOURS, RankingDesk
from layouts.rankingboard import ranking_board
from tests.dashboard.test_assessing import WEDNESDAY, folder
from tests.layouts.parts import attribute, texts

__all__ = ["folder"]
WANG = Identity("wang", "王敏", frozenset({Role.VIEWER}), kind="user")
SCOPED = replace(WANG, areas=frozenset({"101"}))


@pytest.fixture
def profile(folder: Path) -> Profile:
    return load_profile(folder / "city.toml")


@pytest.fixture
def ledger(folder: Path, profile: Profile) -> Iterator[Ledger]:
    found = Ledger.open(f"sqlite:///{folder}/qingshi.db", profile.rules, profile.id)
    yield found
    found.close()


@pytest.fixture
def query(ledger: Ledger, profile: Profile) -> DeskQuery:
    return DeskQuery(CaseCopy(lambda: ledger, lambda: WEDNESDAY), profile)


@pytest.fixture
def desk(query: DeskQuery, ledger: Ledger, profile: Profile) -> RankingDesk:
    return RankingDesk(query, lambda: ledger, profile, lambda: WEDNESDAY)


@pytest.mark.parametrize("by", BY)
def test_the_same_numbers_as_the_command(
    desk: RankingDesk, ledger: Ledger, profile: Profile, by: str
) -> None:
    shown = desk.board(WANG, f"?period=week&by={by}")
    ranked = assess(of_ledger(ledger), profile, by, span(profile, period("week"), WEDNESDAY))
    rows = [row for row in shown.rows if row.id]
    assert [(row.id, row.rank, row.score, row.grade) for row in rows] == [
        (
            one.member,
            "" if one.rank is None else f"{one.rank}",
            "—" if one.score.total is None else f"{one.score.total}",
            one.score.grade or "",
        )
        for one in ranked.standings
    ]
    said = texts(ranking_board(shown, True))
    assert "升降与同样长的 2026-01-05 至 2026-01-07 相比" in said
    assert all(row.name in said for row in rows)


def test_every_number_opens_a_list_as_long(
    desk: RankingDesk, query: DeskQuery, ledger: Ledger, profile: Profile
) -> None:
    cases = CaseDesk(query, lambda: ledger, profile, FilterDesk(profile, lambda: WEDNESDAY))
    seen = 0
    addresses = (
        "?period=week",
        "?from=2026-01-05&to=2026-01-11&formula=jinniu",
        "?period=week&by=department&formula=standard",
        "?period=week&by=post",
    )
    for address in addresses:
        for row in desk.board(WANG, address).rows:
            for part in row.parts:
                for text, href in part.counts:
                    path, _, address_of = href.partition("?")
                    if not href:
                        assert text == "0"
                        continue
                    assert path == "/desk/behind"
                    found = cases.behind(WANG, address_of)
                    assert f"{found.total:,}" == text, (row.name, part.name, href)
                    seen += 1
    assert seen > 40
    first = next(row for row in desk.board(WANG, "?period=week").rows if row.id == "101")
    listed = first.parts[0].counts[1][1].partition("?")[2]
    assert "东街" in cases.behind(WANG, listed).span
    other = replace(WANG, areas=frozenset({"102"}))
    assert cases.behind(other, listed).total == 0, "the list stays within the reader's area"


def test_the_choices_of_the_page_keep_the_period(desk: RankingDesk) -> None:
    shown = desk.board(WANG, "?from=2026-01-05&to=2026-01-11&by=department&formula=fuzhou")
    ends = "?from=2026-01-05&to=2026-01-11"
    assert [(href, on) for _, href, on in shown.subjects] == [
        (ends, False),
        (f"{ends}&by=department", True),
        (f"{ends}&by=post", False),
        (f"{ends}&by=collector", False),
    ]
    assert ("福州四率", f"{ends}&by=department&formula=fuzhou", True) in shown.formulas
    assert ("eGova 综合指数（本市）", f"{ends}&by=department", False) in shown.formulas
    page = ranking_board(shown, may_export=True)
    files = [href for href in attribute(page, "href") if "/desk/export/" in href]
    assert files == [f"/desk/export/ranking.{kind}{shown.query}" for kind in ("csv", "xlsx")]
    assert not [h for h in attribute(ranking_board(shown, False), "href") if "export" in h]


def test_somebody_of_a_district_sees_the_ranking_but_no_staff_codes(desk: RankingDesk) -> None:
    shown = desk.board(SCOPED, "?period=week&by=collector")
    assert NOT_YOURS in shown.notes and CONFINED in shown.notes
    assert {row.id for row in shown.rows} == {"", "101", "102", "103"}
    assert "by=collector" not in "".join(href for _, href, _ in shown.subjects)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("?period=week&by=mayor", "by = mayor：应为 district、department、post、collector 之一"),
        ("?period=week&formula=nope", "考评公式 nope：应为 egova、"),
        ("?period=week&district=101", NARROWED),
    ],
)
def test_what_the_address_gets_wrong_is_said(desk: RankingDesk, address: str, said: str) -> None:
    shown = desk.board(WANG, address)
    assert [note for note in shown.notes if note.startswith(said)]
    assert {row.id for row in shown.rows} == {"", "101", "102", "103"}


def test_the_file_says_what_the_page_says(desk: RankingDesk) -> None:
    name, found = desk.sheets(WANG, "?period=week&formula=jinniu")
    assert name.startswith("考评 区域考评　本周")
    text = csv_file(found).decode("utf-8-sig")
    shown = desk.board(WANG, "?period=week&formula=jinniu")
    for row in shown.rows:
        assert row.name in text
        if row.score != "—":
            assert float(row.score) in [float(one) for one in re.findall(r"\d+\.\d+", text)], (
                row.score
            )
    assert "成都金牛综合得分" in text and "cases.overdue_rate" in text


def test_asked_again_it_is_not_reckoned_again(desk: RankingDesk, query: DeskQuery) -> None:
    for who in (WANG, SCOPED, WANG):
        desk.board(who, "?period=week")
    assert query.worked == 1, "the same for everybody"
    desk.board(WANG, "?period=week&by=department")
    desk.sheets(WANG, "?period=week&by=department")
    assert query.worked == 2


def test_a_month_nobody_reported_in_is_not_0_on_the_desk_either(desk: RankingDesk) -> None:
    for row in desk.board(WANG, "?period=2025-06").rows:
        assert row.score == "—" and row.note
