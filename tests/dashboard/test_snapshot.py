"""Frames and their differences: what a screen patches together is the frame that was sent."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.snapshot import Frame, diff, patch, read_frame, slim
from tests.dashboard.test_live import cell, town

values = st.one_of(st.none(), st.integers(-5, 5), st.text(max_size=3))
sections = st.fixed_dictionaries({key: values for key in ("today.cases.filed", "open.x", "ticker")})


@st.composite
def frames(draw: st.DrawFn, seq: int) -> Frame:
    frame: Any = town(seq, 3)
    for section in ("m", "s", "t"):
        frame[section] = draw(sections)
    frame["health"] = {"rejected": draw(st.integers(0, 2)), "lag_ms": 0, "gap": None}
    frame["sources"] = draw(st.lists(values, max_size=2))
    frame["demo"] = draw(st.booleans())
    made: Frame = frame
    return made


@given(frames(1), frames(2))
def test_a_patched_frame_is_the_frame_that_was_sent(old: Frame, new: Frame) -> None:
    before = copy.deepcopy(old)
    delta = diff(old, new)
    assert delta is not None
    assert patch(old, delta) == new
    assert old == before, "a frame is never changed in place"


def test_a_delta_names_only_what_changed() -> None:
    old, new = town(1, 3), town(2, 4)
    new["health"] = {"rejected": 9, "lag_ms": 0, "gap": None}
    delta = diff(old, new)
    assert delta == {
        "base": 1,
        "seq": 2,
        "as_of": new["as_of"],
        "set": {"m.today.cases.reported": cell(4), "health": new["health"]},
    }


def test_an_unchanged_frame_still_moves_the_clock() -> None:
    delta = diff(town(1, 3), town(2, 3))
    assert delta is not None
    assert delta["set"] == {}
    assert delta["as_of"] == town(2, 3)["as_of"]


def test_a_key_that_comes_or_goes_needs_a_whole_frame() -> None:
    old, new = town(1, 3), town(2, 3)
    new["t"]["queues"] = []
    assert diff(old, new) is None
    assert diff(new, town(3, 3)) is None


def test_a_delta_fits_its_base_only() -> None:
    delta = diff(town(4, 1), town(5, 2))
    assert delta is not None
    with pytest.raises(ValueError, match="delta of frame 4 on frame 3"):
        patch(town(3, 1), delta)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"v": 2}, "version 1"),
        ({"more": 1}, "more"),
        ({"seq": "1"}, "seq"),
        ({"as_of": None}, "as_of"),
        ({"m": []}, "objects"),
    ],
)
def test_what_is_not_a_frame_is_refused(change: dict[str, Any], found: str) -> None:
    frame = town(1, 3)
    assert read_frame({**frame}) == frame
    with pytest.raises(ValueError, match=found):
        read_frame({**frame, **change})
    with pytest.raises(ValueError, match="not a frame"):
        read_frame([])


def test_a_published_frame_leaves_out_what_a_cell_has_nothing_to_say_about() -> None:
    frame = town(1, 3)
    frame["m"]["x"] = cell(None) | {"n": None, "d": None, "st": "nodata", "tgt": 0.9, "op": ">="}  # type: ignore[typeddict-item]
    frame["m"]["x"] |= {"cmp": None, "tot": None, "ok": None}  # type: ignore[typeddict-item]
    slimmed = slim(frame)
    assert slimmed["m"]["x"] == {
        "v": None, "n": None, "d": None, "st": "nodata", "tgt": 0.9, "op": ">=",
    }  # fmt: skip
    assert {**slimmed, "m": frame["m"]} == frame and "cmp" in frame["m"]["x"]
    assert read_frame(slimmed) == slimmed
