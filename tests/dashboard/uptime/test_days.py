"""Layers, composition, days: hand-computed, and against an oracle that goes minute by minute."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.platformparts import DayRule
from dashboard.uptime import days as calendar
from dashboard.uptime.composite import compose
from dashboard.uptime.days import FAULT, NORMAL, OUT, PENDING, Day, counters, in_seconds, incidents
from dashboard.uptime.layers import Book, Entered, Service, timeline
from dashboard.uptime.records import Correction, Maintenance, Outage, Record
from dashboard.uptime.spans import (
    DEGRADED,
    DOWN,
    MAINTENANCE,
    UNKNOWN,
    UP,
    Spans,
    join,
    paint,
    state_at,
    totals,
)

END = 100
LETTERS = "ugdm?"


def drawn(cover: Spans, end: int = END) -> str:
    """One letter a tick."""
    found = (state_at(cover, at) for at in range(end))
    return "".join(" " if one is None else LETTERS[one[2]] for one in found)


def spans_of(text: str) -> Spans:
    """Known spans from letters; a blank is a hole."""
    return join((at, at + 1, LETTERS.index(one)) for at, one in enumerate(text) if one != " ")


def test_precedence_by_hand() -> None:
    known = spans_of("uuuuudduuu  uuuu")
    entered = Entered(
        outages=[Outage("O1", "db", 1, 3), Outage("O2", "db", 6, 8, DEGRADED)],
        maintenance=[
            Maintenance("M1", "db", 2, 5, approved=True),
            Maintenance("M2", "db", 8, 12),  # not approved: a note
        ],
        corrections=[
            Correction("C1", "db", 4, 6, UP, "误报", "王", 100),
            Correction("C2", "db", 5, 7, DOWN, "核实", "李", 200),
        ],
    )
    assert drawn(timeline(known, entered, Service(), 0, 16), 16) == "udmmuddguu??uuuu"


def test_the_later_correction_wins_whatever_came_first() -> None:
    one = Correction("C1", "*", 0, 4, UP, "", "", 100)
    two = Correction("C2", "db", 2, 6, DOWN, "", "", 50)
    for records in ([one, two], [two, one]):
        cover = timeline([], Book.of(records).about("db"), Service(), 0, 6)
        assert drawn(cover, 6) == "uuuudd"


def test_outside_its_service_a_component_has_no_period() -> None:
    cover = timeline(spans_of("uuuuuuuu"), Entered(), Service(2, 5), 0, 8)
    assert drawn(cover, 8) == "  uuu   "


def test_on_record_is_up_where_nobody_entered_anything() -> None:
    entered = Entered(outages=[Outage("O1", "db", 3, None)])
    assert drawn(timeline([], entered, Service(on_record=True), 0, 6), 6) == "uuuddd"
    assert drawn(timeline([], Entered(), Service(), 0, 3), 3) == "???"


def test_a_planned_outage_is_maintenance_and_an_entered_one_is_known() -> None:
    entered = Entered(
        outages=[Outage("O1", "db", 1, 3, planned=True), Outage("O2", "db", 4, 5, DEGRADED)]
    )
    assert drawn(timeline([], entered, Service(), 0, 6), 6) == "?mm?g?"


def test_composition_by_hand() -> None:
    rows = ("uuuuddu", "uugmm?u", "udum?uu")
    vital = [spans_of(row) for row in rows]
    assert drawn(compose(vital), 7) == "udgmddu"
    assert drawn(compose(vital, quorum=2), 7) == "uggm??u"
    assert drawn(compose([spans_of("  uu"), spans_of("uu")]), 4) == "uuuu"
    assert compose([]) == []


def test_quorum_by_hand() -> None:
    cases = {
        ("u", "u", "d"): "g",  # two of three work
        ("u", "d", "m"): "m",  # maintenance explains what is missing
        ("u", "d", "?"): "?",  # the unknown one might make it
        ("d", "d", "u"): "d",
        ("u", "m", "?"): "m",
        ("?", "?", "m"): "?",
    }
    for states, expected in cases.items():
        assert drawn(compose([spans_of(one) for one in states], quorum=2), 1) == expected, states


RULE = DayRule(outage_ms=3, single_ms=2, unknown_ms=4)


def days_of(text: str, length: int = 10, before: bool = False) -> list[Day]:
    cover = spans_of(text)
    return list(calendar.days(cover, [cover], range(0, len(text) + 1, length), before))


def test_a_normal_day_by_hand() -> None:
    verdicts = {
        "uuuuuuuuuu": NORMAL,
        "dduuuduuuu": NORMAL,  # three in all, two at once: just allowed
        "ddduuuuuuu": FAULT,  # three at once
        "dduudduuuu": FAULT,  # four in all
        "uuuuuu????": NORMAL,
        "uuuuu?????": PENDING,
        "dddd??????": FAULT,
        "mmmmmmmmmm": NORMAL,
        "gggggggggg": NORMAL,
        "          ": OUT,
    }
    for text, verdict in verdicts.items():
        assert [one.verdict(RULE) for one in days_of(text)] == [verdict], text


def test_outages_begin_once_and_only_work_ends_them() -> None:
    assert [one[:2] for one in incidents(spans_of("udd?dmduddu"))] == [(1, 7), (8, 10)]
    assert [one.down for one in incidents(spans_of("udd?dmduddu"))] == [4, 2]
    found = days_of("uuuuuuuudddd??dduuduuu"[:20])
    assert [one.begun for one in found] == [1, 1]
    assert days_of("dduuuuuuuu", before=True)[0].begun == 0


def test_seconds_are_rounded_once_and_sums_stand() -> None:
    counts = counters([Day((86_399_600, 0, 400, 0, 0))], DayRule())
    seconds = in_seconds(counts)
    assert seconds["up_s"] + seconds["down_s"] == seconds["known_s"] == seconds["should_s"]


# -- an oracle that looks at every tick

STATE_ROWS = st.text(LETTERS + " ", min_size=END, max_size=END)
KNOWN_ROWS = st.text("ugd ", min_size=END, max_size=END)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    out: list[Record] = []
    for n in range(draw(st.integers(0, 6))):
        start = draw(st.integers(-5, END))
        end = start + draw(st.integers(1, 40))
        component = draw(st.sampled_from(["db", "*", "other"]))
        kind = draw(st.sampled_from("omc"))
        if kind == "o":
            state = draw(st.sampled_from([DOWN, DEGRADED]))
            stop = draw(st.sampled_from([end, None]))
            out.append(Outage(f"O{n}", component, start, stop, state, draw(st.booleans())))
        elif kind == "m":
            planned, approved = draw(st.booleans()), draw(st.booleans())
            out.append(Maintenance(f"M{n}", component, start, end, planned, approved))
        else:
            state = draw(st.integers(0, 4))
            made_at = draw(st.integers(0, 3))
            out.append(Correction(f"C{n}", component, start, end, state, "", "", made_at))
    return out


def looked_up(known: str, entered: list[Record], at: int) -> str:
    """The state of one tick from the rules as written in `dashboard.uptime`."""
    mine = [one for one in entered if one.component in ("db", "*")]
    hit = [one for one in mine if _within(one, at)]
    corrections = [one for one in hit if isinstance(one, Correction)]
    if corrections:
        return LETTERS[max(corrections, key=lambda one: (one.made_at, one.id)).state]
    for one in hit:
        if isinstance(one, Maintenance) and one.planned and one.approved:
            return "m"
        if isinstance(one, Outage) and one.planned:
            return "m"
    below = known[at] if known[at] != " " else "?"
    said = [LETTERS[one.state] for one in hit if isinstance(one, Outage)]
    return max([below, *said], key="u?gd".index)


def _within(one: Record, at: int) -> bool:
    assert isinstance(one, Outage | Maintenance | Correction)
    return one.start <= at and (one.end is None or at < one.end)


@settings(max_examples=300)
@given(KNOWN_ROWS, records())
def test_a_timeline_is_what_the_oracle_says_and_adds_up(known: str, entered: list[Record]) -> None:
    cover = timeline(spans_of(known), Book.of(entered).about("db"), Service(), 0, END)
    assert drawn(cover) == "".join(looked_up(known, entered, at) for at in range(END))
    assert sum(totals(cover)) == END
    assert all(one[1] == other[0] and one[2] != other[2] for one, other in pairwise(cover))


@given(KNOWN_ROWS, records(), st.integers(1, END - 1))
def test_splitting_maintenance_and_windows_changes_nothing(
    known: str, entered: list[Record], cut: int
) -> None:
    split: list[Record] = []
    for one in entered:
        if isinstance(one, Maintenance) and one.end is not None and one.start < cut < one.end:
            for n, (a, b) in enumerate(((one.start, cut), (cut, one.end))):
                split.append(
                    Maintenance(f"{one.id}.{n}", one.component, a, b, one.planned, one.approved)
                )
        else:
            split.append(one)
    whole = timeline(spans_of(known), Book.of(entered).about("db"), Service(), 0, END)
    assert timeline(spans_of(known), Book.of(split).about("db"), Service(), 0, END) == whole
    parts = [
        timeline(spans_of(known), Book.of(entered).about("db"), Service(), a, b)
        for a, b in ((0, cut), (cut, END))
    ]
    assert join([*parts[0], *parts[1]]) == whole


@settings(max_examples=200)
@given(st.lists(STATE_ROWS, min_size=1, max_size=4), st.none() | st.integers(1, 4))
def test_a_composite_is_what_the_oracle_says(rows: list[str], quorum: int | None) -> None:
    def at(tick: int) -> str:
        serving = [row[tick] for row in rows if row[tick] != " "]
        if not serving:
            return " "
        needed = len(serving) if quorum is None else min(quorum, len(serving))
        for allowed, answer in (("ug", "u"), ("ugm", "m"), ("ugm?", "?")):
            if sum(one in allowed for one in serving) >= needed:
                hurt = answer == "u" and any(one in "gd" for one in serving)
                return "g" if hurt else answer
        return "d"

    assert drawn(compose([spans_of(row) for row in rows], quorum)) == "".join(
        at(tick) for tick in range(END)
    )


@settings(max_examples=200)
@given(st.lists(STATE_ROWS, min_size=1, max_size=3), st.lists(st.integers(1, END - 1), max_size=4))
def test_days_add_up_however_the_window_is_cut(rows: list[str], cuts: list[int]) -> None:
    vital = [spans_of(row) for row in rows]
    platform = compose(vital)
    whole = counters(calendar.days(platform, vital, [0, END]), RULE)
    bounds = sorted({0, *cuts, END})
    pieces = counters(calendar.days(platform, vital, bounds), RULE)
    for name in ("up_ms", "degraded_ms", "down_ms", "maintenance_ms", "unknown_ms", "outages"):
        assert pieces[name] == whole[name]
    letters = drawn(platform)
    for name, letter in zip(
        ("up", "degraded", "down", "maintenance", "unknown"), LETTERS, strict=True
    ):
        assert whole[f"{name}_ms"] == letters.count(letter)
    seconds = in_seconds(
        {name: n * 1000 for name, n in whole.items() if name.endswith("_ms")} | {"outages": 0}
    )
    if seconds["should_s"]:
        lower = (seconds["up_s"] + seconds["degraded_s"]) / seconds["should_s"]
        upper = lower + seconds["unknown_s"] / seconds["should_s"]
        assert 0 <= lower <= upper <= 1 + 1e-12
    begun = 0
    down = False
    for letter in letters:
        begun += letter == "d" and not down
        down = letter == "d" or (down and letter not in "ug")
    assert whole["outages"] == begun


@given(STATE_ROWS, st.integers(0, END - 1), st.integers(1, END), st.integers(0, 4))
def test_paint_is_tick_by_tick(row: str, start: int, length: int, state: int) -> None:
    full = row.replace(" ", "?")
    painted = paint(spans_of(full), start, start + length, state)
    end = min(END, start + length)
    assert drawn(painted) == full[:start] + LETTERS[state] * (end - start) + full[end:]


def test_the_letters_are_in_the_order_of_the_states() -> None:
    assert [LETTERS[one] for one in (UP, DEGRADED, DOWN, MAINTENANCE, UNKNOWN)] == list("ugdm?")
