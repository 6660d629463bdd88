"""A chart's numbers go along whole: what is drawn, what is read out, and the table behind it."""

from __future__ import annotations

import json

import pytest

from layouts.chart.trend import Mark, Series, Trend, chart
from tests.layouts.parts import texts

MARCH = Trend(
    "逐日呼入",
    ("3月1日", "3-2", "3-3"),
    (Series("应答", (90, None, 30)), Series("放弃", (2, None, 0), "second")),
    partial=2,
    marks=(Mark(1, 2, "创文检查", "3月2–3日"),),
    heads=("2026-03-01", "2026-03-02", "2026-03-03"),
)


def test_the_drawing_is_given_no_data_as_no_data() -> None:
    told = json.loads(MARCH.payload())
    assert told["series"] == [["应答", "now", [90, None, 30]], ["放弃", "second", [2, None, 0]]]
    assert (told["partial"], told["marks"]) == (2, [[1, 2, "创文检查"]])


def test_it_is_said_in_words_for_whoever_cannot_see_it() -> None:
    said = MARCH.said()
    assert said.startswith("逐日呼入，2026-03-01 至 2026-03-03；应答 最高 90（2026-03-01）")
    assert "最低 30（2026-03-03）" in said


def test_the_table_has_every_number_and_marks_what_is_not_over() -> None:
    words = texts(chart(MARCH))
    for told in ("看数据", "90", "—", "30", "0", " 未走完", "创文检查", "3月2–3日"):
        assert told in words, told


def test_without_any_value_it_says_so_instead_of_drawing() -> None:
    empty = Trend("逐日呼入", ("3月1日",), (Series("应答", (None,)),))
    assert "这段期间无数据" in texts(chart(empty))


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 values, 2 labels"):
        Trend("逐日呼入", ("3月1日", "3-2"), (Series("应答", (1,)),))
