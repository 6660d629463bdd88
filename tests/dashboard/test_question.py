"""The question in an address: there and back, and what is wrong with one is said."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from dashboard.formula import ATTRIBUTIONS
from dashboard.measures import MEASURES
from dashboard.periods import RUNNING, Period, days_between
from dashboard.question import DEFAULT, FILTERS, Question, read_question

NAMES = {"district": {"01": "东区", "02": "西区"}, "category": {"E0102": "暴露垃圾"}}
dates = st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 12, 31))
periods = (
    st.sampled_from([*RUNNING]).map(Period)
    | dates.map(lambda day: Period(f"{day}"))
    | dates.map(lambda day: Period(f"{day:%Y-%m}"))
    | dates.map(lambda day: Period(f"{day:%Y}"))
    | st.tuples(dates, st.integers(1, 4)).map(lambda p: Period(f"{p[0]:%Y}-Q{p[1]}"))
    | st.tuples(dates, dates).map(lambda ends: days_between(f"{min(ends)}", f"{max(ends)}"))
)
codes = st.text(min_size=0, max_size=12).filter(lambda code: code.isprintable() and code != "-")
variants = st.sampled_from(
    [(measure.id, variant) for measure in MEASURES.values() for variant in measure.variants]
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    found = Question(
        draw(periods),
        (),
        draw(st.sampled_from(["", *ATTRIBUTIONS])),
        tuple(sorted(dict(draw(st.lists(variants, max_size=3))).items())),
    )
    for name in draw(st.sets(st.sampled_from([*FILTERS]))):
        found = found.narrowed(name, draw(st.lists(codes, max_size=4)))
    return found


@given(questions())
def test_an_address_says_the_whole_question(question: Question) -> None:
    read = read_question(question.query(page="2"), {})
    assert read.question == question
    assert read.said == ()
    assert read.rest == {"page": "2"}


@given(st.text(max_size=80))
def test_no_address_is_refused(text: str) -> None:
    read = read_question("?" + text, NAMES)
    assert read_question(read.question.query(), {}).question == read.question


def test_what_an_address_gets_wrong_is_said_with_what_counts_instead() -> None:
    address = (
        "?period=lastmonth&district=01&district=99&category=E01&channel=&attribution=mine"
        "&variant=cases.closure_rate:best&variant=nonsense&unknown=1"
    )
    read = read_question(address, NAMES)
    assert read.question == Question(DEFAULT).narrowed("district", ["01", "99"]).narrowed(
        "category", ["E01"]
    )
    said = "\n".join(read.said)
    for told in (
        "period = lastmonth：应为 today",
        "现按今日显示",
        "district = 99：城市档案里没有这个区，筛选照做",
        "channel：代码应为",
        "attribution = mine：应为 own",
        "cases.closure_rate 的口径有",
        "应为“指标:口径”",
    ):
        assert told in said
    assert len(read.said) == 6
    assert read.rest == {"unknown": "1"}


def test_a_beginning_names_a_group_of_categories_and_a_dash_what_has_none() -> None:
    read = read_question("?category=E&street=-", NAMES)
    assert read.said == ()
    assert read.question.codes("category") == ("E",)
    assert read.question.codes("street") == ("",)
    assert read.question.query() == "?period=today&street=-&category=E"
