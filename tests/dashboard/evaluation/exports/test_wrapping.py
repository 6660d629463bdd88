"""Line breaking: no text lost, no line too wide, marks where they belong."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.exports.wrapping import NOT_FIRST, NOT_LAST, width_of, wrap


def test_chinese_breaks_anywhere_numbers_and_words_do_not() -> None:
    assert wrap("接通率达到98.74%", 10) == ["接通率达到", "98.74%"]
    assert wrap("平台cityops运行", 10) == ["平台", "cityops运", "行"]


def test_a_line_does_not_begin_with_a_closing_mark_nor_end_with_an_opening_one() -> None:
    assert wrap("完成全部任务，达标", 12) == ["完成全部任", "务，达标"]
    assert wrap("依据合同文本（附件）", 14) == ["依据合同文本", "（附件）"]


def test_paragraphs_stay_apart_and_blank_text_is_one_line() -> None:
    assert wrap("一\n\n二", 10) == ["一", "", "二"]
    assert wrap("", 10) == [""]


def test_what_is_wider_than_a_line_is_cut() -> None:
    assert wrap("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


words = st.text(st.sampled_from("城管案卷处置率ab12.5%，。（）“” "), max_size=60)


@given(words, st.integers(8, 40))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line) <= width + 2 for line in lines)


tokens = st.lists(
    st.sampled_from(["城管，", "案卷", "（处置）", "率。", "“优”、", "95%"]), max_size=30
)


@given(tokens, st.integers(12, 40))
def test_marks_keep_their_side(found: list[str], width: int) -> None:
    for before, after in pairwise(wrap("".join(found), width)):
        assert after[0] not in NOT_FIRST and before[-1] not in NOT_LAST
