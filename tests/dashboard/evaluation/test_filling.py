"""What a form asks of the registry: together where it can, apart where it must."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.calendars import days_of, span
from dashboard.evaluation.filling import measured_by, sources_of
from dashboard.evaluation.form import Form, Source
from dashboard.evaluation.loading import form_of
from dashboard.formula import Value
from dashboard.measures import resolve
from dashboard.reckoning import Report
from dashboard.windows import City, Window, iso_day
from tests.dashboard.evaluation.bridge import TEXT
from tests.town import Town

NOW = 1_795_300_000_000
Asked = list[tuple[str, str, str | None, tuple[str, ...]]]


def form(*sources: str) -> Form:
    lines = [f"  - {{id: f{n}, name: 数, source: {source}}}" for n, source in enumerate(sources)]
    return form_of(TEXT.replace("figures:\n", "figures:\n" + "\n".join(lines) + "\n").encode(), "x")


def ask_town(wanted: Form) -> tuple[dict[Source, str], Asked]:
    """What each source got (its variant and window) and the questions that were put."""
    asked: Asked = []

    def ask(city: City, window: Window, by: str | None, ids: Iterable[str]) -> Report:
        names = tuple(ids)
        first, last = iso_day(window.first_day), iso_day(window.end_day - 1)
        asked.append((first, last, by, names))
        values = {}
        for id in names:
            one = resolve(id, city)
            values[id] = Value(7, 9, "live", window.as_of, id, one.variant, one.attribution)
        return Report(window, values, {"web": values} if by else {})

    found = measured_by(ask, wanted, Town(), 2021, NOW)
    return {s: f"{e.variant} {e.attribution} {e.first} {e.num}" for s, e in found.items()}, asked


def test_sources_of_one_window_are_one_question() -> None:
    wanted = form("{measure: cases.filed}", "{measure: cases.closed}", "{measure: cases.filed}")
    found, asked = ask_town(wanted)
    assert asked == [
        ("2021-01-01", "2021-12-31", None, ("cases.reported", "cases.filed", "cases.closed"))
    ]
    assert len(found) == 3


def test_two_variants_of_a_measure_are_two_questions() -> None:
    rate = "measure: cases.closure_rate, variant"
    found, asked = ask_town(
        form(f"{{{rate}: due}}", f"{{{rate}: filed}}", "{measure: cases.filed}")
    )
    assert len(asked) == 2
    variants = {source.variant: told.split()[0] for source, told in found.items() if source.variant}
    assert variants == {"due": "due", "filed": "filed"}


def test_windows_and_breakdowns_are_apart_and_absent_members_have_no_data() -> None:
    found, asked = ask_town(
        form(
            "{measure: cases.filed, window: q1}",
            "{measure: cases.filed, by: channel, member: web}",
            "{measure: cases.filed, by: channel, member: app}",
            "{measure: cases.filed, attribution: report, window: 02-01..06-30}",
        )
    )
    assert [(first, last, by) for first, last, by, _ in asked] == [
        ("2021-01-01", "2021-12-31", "channel"),  # which tells the whole year, too
        ("2021-01-01", "2021-03-31", None),
        ("2021-02-01", "2021-06-30", None),
    ]
    told = {source.member: text for source, text in found.items() if source.by}
    assert told == {"web": "standard own 2021-01-01 7", "app": "standard own 2021-01-01 None"}
    assert "standard report 2021-02-01 7" in found.values()


def test_the_fingerprint_of_the_tally_changes_with_any_count() -> None:
    def prints(n: int) -> str:
        def ask(city: City, window: Window, by: str | None, ids: Iterable[str]) -> Report:
            values = {id: Value(7, 9, "live", window.as_of, id) for id in ids}
            return Report(window, values, {}, {"cases": {"filed": n, "closed": 1}})

        (found,) = measured_by(ask, form(), Town(), 2021, NOW, cursor="c").values()
        assert found.cursor == "c"
        return found.tally

    assert prints(1) == prints(1) != prints(2)


def test_two_breakdowns_are_two_questions() -> None:
    by_channel = "{measure: cases.filed, by: channel, member: web}"
    found, asked = ask_town(form(by_channel, "{measure: cases.filed, by: district, member: web}"))
    assert [by for _, _, by, _ in asked] == ["channel", "district"]
    assert [told.split()[-1] for source, told in found.items() if source.by] == ["7", "7"]


def test_every_measured_source_of_a_form_once() -> None:
    wanted = form("{measure: cases.filed}", "{measure: cases.filed}", "{formula: year}")
    assert [source.measure for source in sources_of(wanted)] == ["cases.reported", "cases.filed"]


@given(st.integers(2000, 2099))
def test_the_quarters_are_the_year(year: int) -> None:
    spans = [span(f"q{n}", year) for n in (1, 2, 3, 4)]
    assert (spans[0][0], spans[3][1]) == span("year", year)
    for (_, last), (first, _) in pairwise(spans):
        assert first - last == datetime.timedelta(days=1)
    assert (span("h1", year)[1], span("h2", year)[0]) == (spans[1][1], spans[2][0])
    assert sum((last - first).days + 1 for first, last in spans) == days_of(year)


def test_the_29th_of_february_in_a_short_year() -> None:
    assert span("02-29..03-01", 2021)[0] == datetime.date(2021, 2, 28)
    assert span("02-29..03-01", 2020)[0] == datetime.date(2020, 2, 29)
