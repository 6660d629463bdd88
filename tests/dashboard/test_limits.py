from hypothesis import given
from hypothesis import strategies as st

from dashboard.limits import MAX_REMEMBERED, SAMPLE_LIMITS, Limit, LimitTable
from dashboard.terms import CATEGORIES, LIMIT_UNITS

RUBBISH = Limit("E0102", None, None, 4, "work_hours")
STREET = Limit("E01", None, None, 1, "work_days")
ANYTHING = Limit(None, None, None, 3, "work_days")
COVER_DANGER = Limit("B0103", "hidden_danger", None, 2, "urgent_hours")
DRAINAGE = Limit(None, None, "drainage", 9, "calendar_days")
TABLE = LimitTable([ANYTHING, STREET, RUBBISH, COVER_DANGER, DRAINAGE])


def test_the_most_particular_limit_wins() -> None:
    assert TABLE.find("E0102", None, "street-office") == RUBBISH
    assert TABLE.find("E0104", None, None) == STREET
    assert TABLE.find("E0501", None, None) == ANYTHING
    assert TABLE.find(None, None, None) == ANYTHING


def test_a_condition_counts_only_where_it_is_given() -> None:
    assert TABLE.find("B0103", "hidden_danger", None) == COVER_DANGER
    assert TABLE.find("B0103", "loose", None) == ANYTHING


def test_a_department_of_its_own_limit_goes_before_everything() -> None:
    assert TABLE.find("E0102", None, "drainage") == DRAINAGE


def test_without_a_limit_there_is_none() -> None:
    assert LimitTable([RUBBISH]).find("E0104", None, None) is None


def test_conditions_of_a_category() -> None:
    samples = LimitTable(SAMPLE_LIMITS)
    assert set(samples.conditions("B0103")) == {"hidden_danger", "damaged", "loose", "pavement"}
    assert samples.conditions("E0102") == ()


def test_sample_limits_cover_every_category_in_known_units() -> None:
    table = LimitTable(SAMPLE_LIMITS)
    assert all(table.find(code, None, None) for code in CATEGORIES)
    assert {limit.unit for limit in SAMPLE_LIMITS} <= set(LIMIT_UNITS)


def test_strange_codes_do_not_fill_the_memory() -> None:
    table = LimitTable([ANYTHING])
    for number in range(MAX_REMEMBERED + 10):
        table.find(f"X{number}", None, None)
    assert len(table._found) <= MAX_REMEMBERED


CODES = st.one_of(st.none(), st.sampled_from(["E", "E01", "E0102", "E0104", "B0103"]))
WORDS = st.one_of(st.none(), st.sampled_from(["a", "b"]))
LIMITS = st.lists(
    st.builds(Limit, CODES, WORDS, WORDS, st.integers(1, 9), st.just("work_days")),
    unique_by=lambda limit: (limit.category, limit.condition, limit.department),
)


@given(LIMITS, st.sampled_from(["E0102", "E0104", "B0103"]), WORDS, WORDS)
def test_what_is_found_applies_and_nothing_more_particular_does(
    limits: list[Limit], category: str, condition: str | None, department: str | None
) -> None:
    found = LimitTable(limits).find(category, condition, department)
    applying = [one for one in limits if one.applies(category, condition, department)]
    assert (found is None) == (not applying)
    assert found is None or found.weight == max(one.weight for one in applying)
