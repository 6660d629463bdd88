"""Changing the grid: the ledger is as if the new grid had been there from the beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.events import CaseEvent
from dashboard.ledger import Ledger, LedgerError, RulesMoved
from dashboard.ledger.digest import digest
from dashboard.ledger.reading import members
from dashboard.places import OUTSIDE, Places
from dashboard.reassign import preview, reassign
from dashboard.reconcile import reconcile
from dashboard.tally import Rules
from geo.addresses import Addresses
from geo.grid import Grid
from tests.geo.qingshi import block, town
from tests.town import DAY, MONDAY, RULES, day, event, life


def rules_of(grid: Grid | None) -> Rules:
    if grid is None:
        return RULES
    return replace(RULES, places=Places(grid.version, lambda: Addresses(grid)))


OLD, NEW = rules_of(block()), rules_of(town())
INSIDE = town().centres[::40].tolist()


def stories() -> list[CaseEvent]:
    """Cases by code, by position inside one grid, both or neither, and without a place."""
    out = []
    for i, (lon, lat) in enumerate(INSIDE):
        out += life(f"P{i}", MONDAY + i * 60_000, district=None, street=None, lon=lon, lat=lat)
    for i, (lon, lat) in enumerate(block().centres.tolist()):
        out += life(f"B{i}", MONDAY + DAY + i * 60_000, lon=lon, lat=lat)
    for i, code in enumerate((block().codes[0], town().codes[0], town().codes[-1], "stranger")):
        out += life(f"C{i}", MONDAY + 2 * DAY, unit_cell=str(code))
    return [*out, *life("far", lon=100.0, lat=30.0), *life("none", street=None)]


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    names: Iterator[int] = iter(range(99))

    def make() -> str:
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path}/{next(names)}.db"
        return str(request.getfixturevalue("postgres_server").create_database())

    return make


def folded(url: str, rules: Rules) -> Ledger:
    ledger = Ledger.open(url, rules, "qingshi")
    ledger.apply(stories())
    return ledger


@pytest.mark.parametrize("before", [RULES, OLD], ids=["no grid", "another grid"])
def test_it_equals_a_ledger_folded_with_the_new_grid(
    fresh: Callable[[], str], before: Rules
) -> None:
    url = fresh()
    folded(url, before).close()
    ledger = Ledger.open(url, NEW, "qingshi", new_rules=True)
    seen: dict[str, Sequence[str | None]] = {}
    moves = reassign(ledger, watch=lambda case, old, new: seen.update({case: new}))
    expected = folded(fresh(), NEW)
    assert digest(ledger) == digest(expected)
    span = (day(MONDAY) - 5, day(MONDAY) + 400)
    assert reconcile(ledger, *span).differences == []
    assert moves.records == len(INSIDE) + 12 + 4 + 2
    assert moves.changed == len(seen) > len(INSIDE)
    assert moves.unknown_codes == {"stranger": 1}
    assert moves.in_cells + moves.outside + moves.without_place + 1 == moves.records
    assert seen["P0"][4] == town().codes[0]
    again = reassign(ledger)
    assert (again.changed, digest(ledger)) == (0, digest(expected))


def test_a_preview_says_the_same_and_writes_nothing(fresh: Callable[[], str]) -> None:
    url = fresh()
    ledger = folded(url, OLD)
    before = digest(ledger)
    ledger.close()
    ledger = Ledger.open(url, NEW, "qingshi", new_rules=True)
    foretold = preview(ledger)
    assert digest(ledger) == before
    assert foretold == reassign(ledger)
    assert foretold.outside >= 1 and 0 < foretold.moved["unit_cell"] <= foretold.changed


def test_another_grid_is_refused_until_reassigned(fresh: Callable[[], str]) -> None:
    url = fresh()
    folded(url, OLD).close()
    with pytest.raises(
        LedgerError,
        match=f"按网格 {block().version} 落格，现为 {town().version}：请先运行 cityops grid",
    ):
        Ledger.open(url, NEW, "qingshi")
    with pytest.raises(LedgerError, match="现为 （无）"):
        Ledger.open(url, RULES, "qingshi")
    reassign(Ledger.open(url, NEW, "qingshi", new_rules=True))
    Ledger.open(url, NEW, "qingshi").close()


def test_whoever_had_it_open_may_not_write_by_the_old_grid(fresh: Callable[[], str]) -> None:
    url = fresh()
    worker = folded(url, OLD)
    reassign(Ledger.open(url, NEW, "qingshi", new_rules=True))
    with pytest.raises(RulesMoved, match="cityops grid reassign"):
        worker.apply([event("late", 1, MONDAY, "report")])


def test_an_empty_ledger_takes_the_grid_it_is_opened_with(fresh: Callable[[], str]) -> None:
    url = fresh()
    Ledger.open(url, RULES, "qingshi").close()
    ledger = Ledger.open(url, NEW, "qingshi")
    ledger.apply([event("far", 1, MONDAY, "report", lon=100.0, lat=30.0)])
    assert members(ledger, "unit_cell") == [OUTSIDE]
    Ledger.open(url, NEW, "qingshi").close()
