"""Where cases count: the rules one by one, and no trace of order, repetition or former grids."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.cases import COLUMNS, PLACED, as_dict
from dashboard.events import CaseEvent, Rejected, decode
from dashboard.fold import fold
from dashboard.places import OUTSIDE, Places
from dashboard.tally import Rules, recount
from geo.addresses import Addresses
from geo.datum import to_bd09, to_gcj02
from tests.geo.qingshi import block, town
from tests.town import MONDAY, NOW, RULES, event, line

GRID = block()
PLACES = Places(GRID.version, lambda: Addresses(GRID), {"amap": "gcj02"})
WITH_GRID = replace(RULES, places=PLACES)
FIFTH = (float(GRID.centres[4, 0]), float(GRID.centres[4, 1]))
HOME = {
    "district": "410151",
    "street": "410151001",
    "community": "410151001001",
    "duty_grid": "W",
    "unit_cell": "410151001001005",
}
FAR = {"lon": 116.4, "lat": 39.9}


def placed(*events: CaseEvent, rules: Rules = WITH_GRID) -> dict[str, object]:
    """The place columns of the one case after these events."""
    changes = fold(events, {}, rules).changes
    row = as_dict("", changes[-1][2])
    return {name: row[name] for name in PLACED}


def reported(rev: int = 1, **fields: object) -> CaseEvent:
    return event("A1", rev, MONDAY, "report", **fields)


def at(lon: float, lat: float, **more: object) -> dict[str, object]:
    return {"lon": lon, "lat": lat, **more}


def only_members(found: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in found.items() if name not in ("lon", "lat")}


# The rules ---------------------------------------------------------------------------------------


def test_a_position_finds_its_cell_and_everything_above_it() -> None:
    assert placed(reported(**at(*FIFTH))) == HOME | {"lon": FIFTH[0], "lat": FIFTH[1]}


def test_a_code_alone_finds_everything_above_it() -> None:
    assert only_members(placed(reported(unit_cell=HOME["unit_cell"]))) == HOME


def test_an_old_code_of_fourteen_digits_is_the_same_cell() -> None:
    assert only_members(placed(reported(unit_cell="41015101001005"))) == HOME


def test_what_the_events_say_wins_above_the_cell() -> None:
    found = placed(reported(district="410152", duty_grid="Z-9", **at(*FIFTH)))
    assert only_members(found) == HOME | {"district": "410152", "duty_grid": "Z-9"}


def test_a_known_code_wins_over_the_position() -> None:
    found = placed(reported(unit_cell="410151001001001", **at(*FIFTH)))
    assert found["unit_cell"] == "410151001001001" and found["lon"] == FIFTH[0]


def test_an_unknown_code_gives_way_to_the_position_and_stays_without_one() -> None:
    assert only_members(placed(reported(unit_cell="410151009009009", **at(*FIFTH)))) == HOME
    alone = placed(reported(unit_cell="410151009009009", street="410151009"))
    assert alone["unit_cell"] == "410151009009009" and alone["street"] == "410151009"
    assert alone["community"] is None


def test_outside_every_cell_is_a_member_of_its_own() -> None:
    assert only_members(placed(reported(**FAR))) == dict.fromkeys(HOME, OUTSIDE)
    known = placed(reported(district="410151", **FAR))
    assert known["district"] == "410151" and known["street"] == OUTSIDE


def test_without_a_place_nothing_is_made_up() -> None:
    assert placed(reported(channel="web")) == dict.fromkeys(PLACED)


def test_without_a_grid_cases_count_where_the_events_say() -> None:
    given_all = {"district": "1", "unit_cell": "x", "lon": 113.0, "lat": 34.0}
    assert placed(reported(**given_all), rules=RULES) == dict.fromkeys(PLACED) | given_all


def test_a_corrected_position_moves_the_case_and_a_cleared_one_takes_it_away() -> None:
    there = reported(1, **FAR)
    here = event("A1", 2, MONDAY, **at(*FIFTH))
    gone = event("A1", 3, MONDAY, lon=None, lat=None)
    assert only_members(placed(there, here)) == HOME
    assert placed(there, here, gone) == dict.fromkeys(PLACED)


# Datums ------------------------------------------------------------------------------------------


def sent(by: str, **fields: object) -> CaseEvent:
    return decode(
        line("A1", 1, MONDAY, "report", **fields).replace(b'"town"', f'"{by}"'.encode()), NOW
    )


@pytest.mark.parametrize(
    ("by", "shifted", "said"),
    [
        ("amap", to_gcj02(*FIFTH), {}),
        ("town", to_gcj02(*FIFTH), {"datum": "gcj02"}),
        ("town", to_bd09(*FIFTH), {"datum": "bd09"}),
        ("amap", FIFTH, {"datum": "wgs84"}),
        ("amap", FIFTH, {"datum": "cgcs2000"}),
        ("town", FIFTH, {}),
    ],
)
def test_positions_are_in_the_datum_said_or_that_of_the_sender(
    by: str, shifted: tuple[float, float], said: dict[str, str]
) -> None:
    found = placed(sent(by, **at(*shifted, **said)))
    assert found["unit_cell"] == HOME["unit_cell"]
    assert (found["lon"], found["lat"]) == pytest.approx(FIFTH, abs=1e-8)


def test_a_corrected_declaration_is_applied_to_what_was_folded_before() -> None:
    """The record keeps the position as it was sent, and who sent it."""
    case = sent("amap", **at(*to_gcj02(*FIFTH)))
    wrong = replace(RULES, places=replace(PLACES, datums={}))
    row = fold([case], {}, wrong).changes[0][2]
    WITH_GRID.derive([row])
    assert as_dict("", row)["unit_cell"] == HOME["unit_cell"]


@pytest.mark.parametrize(
    "fields",
    [
        {"lon": 113.0},
        {"lat": 34.0},
        {"datum": "gcj02"},
        {"lon": 113.0, "lat": None},
        at(113.0, 34.0, datum="bj54"),
    ],
)
def test_half_a_position_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(Rejected, match="datum"):
        event("A1", 1, MONDAY, "report", **fields)


# No trace of the way -----------------------------------------------------------------------------

SPOTS = [FIFTH, (116.4, 39.9), (float(GRID.centres[11, 0]), float(GRID.centres[11, 1]))]
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "district": st.sampled_from(["410151", "410152", None]),
        "street": st.sampled_from(["410151001", None]),
        "unit_cell": st.sampled_from(["410151001001001", "410151001001012", "stranger", None]),
        "duty_grid": st.sampled_from(["W", "Z-9", None]),
        "place_at": st.sampled_from([0, 1, 2, None]),
    },
)


def history(steps: list[dict[str, object]]) -> list[CaseEvent]:
    out = []
    for i, fields in enumerate(steps):
        spot = fields.pop("place_at", "absent")
        if spot is None:
            fields |= {"lon": None, "lat": None}
        elif isinstance(spot, int):
            fields |= at(*SPOTS[spot])
        step = "report" if i == 0 else None
        out.append(event("A1", i // 2 + 1, MONDAY, step, **{"channel": "web", **fields}))
    return out


@settings(max_examples=150, deadline=None)
@given(st.lists(FIELDS, min_size=2, max_size=4))
def test_the_place_does_not_depend_on_the_order_or_number_of_events(
    steps: list[dict[str, object]],
) -> None:
    events = history([dict(step) for step in steps])
    expected = fold(events, {}, WITH_GRID).changes[0][2]
    for order in permutations(events):
        assert fold([*order, *order[:2]], {}, WITH_GRID).changes[0][2] == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=4), st.integers(0, 99))
def test_a_grid_that_came_later_leaves_the_same_record(
    steps: list[dict[str, object]], seed: int
) -> None:
    """One event at a time under changing grids, then settled by the last: as if by it alone."""
    events = history([dict(step) for step in steps])
    expected = fold(events, {}, WITH_GRID).changes[0][2]
    other = town()
    grids = [
        RULES,
        WITH_GRID,
        replace(RULES, places=Places(other.version, lambda: Addresses(other))),
    ]
    rng = random.Random(seed)
    stored: dict[str, tuple[list[int], list[object]]] = {}
    for one in events:
        folded = fold([one], stored, rng.choice(grids))
        for case, _, row in folded.changes:
            stored[case] = (folded.revs[case], row)
    row = stored["A1"][1]
    WITH_GRID.derive([row])
    assert row == expected
    assert recount([row], WITH_GRID) == recount([expected], WITH_GRID)


def test_the_columns_of_a_record_have_names() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS)
    assert COLUMNS[-len(PLACED) :] == PLACED and "own_district" in COLUMNS
