"""Columns against the records themselves: every counter, cut anywhere, chosen by anything."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import cases as c
from dashboard.backlog import Backlog
from dashboard.cases import Row
from dashboard.columns.counting import KNOWN, Counting, Edges
from dashboard.columns.shape import INSTANT_OF, OWN
from dashboard.columns.shape import PLACE as BIT_OF
from dashboard.columns.standing import STAGES, places, standing
from dashboard.columns.table import CaseTable
from dashboard.counters import AT_REPORT, COUNTERS, points
from dashboard.formula import OVERDUE, OVERDUE_STOCK, SUSPENDED_STOCK
from tests.dashboard.columns.rows import CODES, PLACE, chunk, rows, towns
from tests.dashboard.test_reckoning import stock_at
from tests.town import DAY, MONDAY

APART = frozenset({"hotline_12319"})
cuts = st.builds(
    lambda first, length, cut: Edges(
        MONDAY + first * DAY, MONDAY + (first + length) * DAY, MONDAY + cut * (DAY // 4)
    ),
    st.integers(-1, 3),
    st.integers(1, 4),
    st.integers(0, 17),
)
choices = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from([code or "" for code in codes]), min_size=1, max_size=2)
        for name, codes in CODES.items()
    }
    | {"category": st.sampled_from([["E"], ["E01"], ["E0201", "B"], [""]])},
)
areas = st.sampled_from([frozenset[str](), frozenset({"101"})])
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def wanted(row: Row, among: dict[str, list[str]], area: frozenset[str], apart: bool) -> bool:
    if row[c.CHANNEL] in APART and not apart and "channel" not in among:
        return False
    if area and row[c.DISTRICT] not in area:
        return False
    for name, codes in among.items():
        code = row[PLACE[name]] or ""
        begins = name == "category" and code.startswith(tuple(one for one in codes if one))
        if code not in codes and not (begins and any(codes)):
            return False
    return True


def counted(row: Row, edges: Edges) -> Counter[str]:
    """What one record adds to, instant by instant."""
    out: Counter[str] = Counter()
    reported = row[c.REPORTED]
    for at, bit in points(row):
        if edges.start <= at < edges.upto:
            out[COUNTERS[bit]] += 1
        if reported is not None and edges.start <= reported < edges.upto and bit < AT_REPORT:
            out[COUNTERS[bit + AT_REPORT]] += 1
    overdue, hung = stock_at(row, edges.as_of)
    out[OVERDUE_STOCK] += overdue
    out[SUSPENDED_STOCK] += hung
    out[OVERDUE] += overdue and edges.start <= row[c.DUE_AT] < edges.end
    out["overdue@report"] += (
        overdue and reported is not None and edges.start <= reported < edges.end
    )
    return +out


@given(rows())
@settings(max_examples=200, deadline=None)
def test_a_case_counts_what_points_says_and_when(row: Row) -> None:
    table = CaseTable.loaded([chunk([row])])
    bits = table.patterns[table["pattern"][0]]
    found = {name for name in OWN if bits >> BIT_OF[name] & 1}
    said = {COUNTERS[bit]: at for at, bit in points(row)}
    assert found == set(said)
    for name, at in said.items():
        assert table[INSTANT_OF[name]][0] == at // 1000, name


@thorough
@given(towns, cuts, choices, areas, st.booleans())
def test_any_choice_of_cases_counts_as_the_records_do(
    records: list[Row], edges: Edges, among: dict[str, list[str]], area: frozenset[str], apart: bool
) -> None:
    table = CaseTable.loaded([chunk(records[:9]), chunk(records[9:], 9)], APART)
    counting = Counting(table, table.chosen(among, area, apart), edges, KNOWN)
    mine = [row for row in records if wanted(row, among, area, apart)]
    each = [counted(row, edges) for row in mine]
    assert counting.total() == sum(each, Counter[str]())
    for name in CODES:
        by: dict[str, Counter[str]] = {}
        for row, one in zip(mine, each, strict=True):
            by.setdefault(row[PLACE[name]] or "", Counter()).update(one)
        assert counting.by(name) == {member: dict(n) for member, n in by.items() if n}
    for plus, minus in ((["disposed", "overdue"], []), (["closed"], ["suspended"])):
        net = [
            f"C{i:03d}"
            for i, row in enumerate(records)
            if wanted(row, among, area, apart)
            and (one := counted(row, edges))
            and sum(one[n] for n in plus) > sum(one[n] for n in minus)
        ]
        assert table.ids(counting.places(plus, minus)) == net


@thorough
@given(towns, cuts)
def test_pieces_of_a_window_are_windows(records: list[Row], edges: Edges) -> None:
    table = CaseTable.loaded([chunk(records)])
    every = table.chosen({})
    names = KNOWN - {SUSPENDED_STOCK, OVERDUE_STOCK, OVERDUE, "overdue@report"}
    starts = list(range(edges.start, edges.end, DAY // 2))
    every_piece = Counting(table, every, edges, KNOWN).by_time(starts)
    pieces = [{name: n for name, n in one.items() if name in names} for one in every_piece]
    for (start, end), found in zip(pairwise([*starts, edges.end]), pieces, strict=True):
        piece = Edges(start, end, edges.as_of)
        assert found == Counting(table, every, piece, names).total()


@thorough
@given(towns, st.integers(0, 40 * 4))
def test_the_backlog_is_the_walls_backlog(records: list[Row], cut: int) -> None:
    table, as_of = CaseTable.loaded([chunk(records)]), MONDAY + cut * (DAY // 4)
    backlog = Backlog(as_of, [(f"C{i:03d}", row) for i, row in enumerate(records)])
    found = standing(table, table.chosen({}), as_of)
    assert found == {stage: backlog.ages(stage) for stage in STAGES}
    ids = table.ids(places(table, table.chosen({}), as_of))
    assert ids == sorted(backlog.cases)


@thorough
@given(towns, towns, st.permutations(range(25)))
def test_cases_put_later_are_as_if_loaded(
    before: list[Row], after: list[Row], order: list[int]
) -> None:
    """Some are new, some replaced; whatever there was before leaves no trace."""
    table = CaseTable.loaded([chunk(before)], APART)
    news = chunk(after)
    for i in order:
        if i < len(after):
            ints = news.ints[:, i : i + 1]
            table.put(type(news)([news.ids[i]], ints, [codes[i : i + 1] for codes in news.codes]))
    whole = CaseTable.loaded([chunk([*after, *before[len(after) :]])], APART)
    edges = Edges(MONDAY, MONDAY + 4 * DAY, MONDAY + 4 * DAY)
    for name in CODES:
        found, fresh = (
            Counting(one, one.chosen({}, apart=True), edges, KNOWN).by(name)
            for one in (table, whole)
        )
        assert found == fresh
    ids = [sorted(one.ids(one.chosen({}, apart=True).nonzero()[0])) for one in (table, whole)]
    assert ids[0] == ids[1]


def test_a_window_cut_between_seconds_is_refused() -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        Edges(MONDAY, MONDAY + DAY, MONDAY + 1)


def test_work_stops_between_its_steps() -> None:
    class Enough(Exception):
        pass

    steps: list[Any] = []

    def check() -> None:
        steps.append(1)
        if len(steps) == 3:
            raise Enough

    table = CaseTable.loaded([chunk([c.blank()[1]])])
    edges = Edges(MONDAY, MONDAY + DAY, MONDAY + DAY)
    with pytest.raises(Enough):
        Counting(table, table.chosen({}), edges, KNOWN, check).total()
    assert len(steps) == 3
