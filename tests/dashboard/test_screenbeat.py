"""What a wall page says of itself, and when it paints, stands still, is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.screenbeat import LOST_MS, BadBeat, Beat, Kept, kept, read_beat, read_kept, state_of

NOW = 1_795_233_610_123
WELL: dict[str, Any] = {
    "scene": "overview", "turning": "turning", "link": "live", "seq": 4_711, "age_ms": 700,
    "silent_ms": 300, "painted": 900, "painted_ms": 320, "fps": 60, "hidden": False,
    "heap": 31_457_280, "nodes": 3_210, "build": "0.1.0-abc", "width": 3840, "height": 2160,
    "up_s": 86_400, "error": "", "done": [["a1", ""]],
}  # fmt: skip


def beat(**changes: Any) -> Beat:
    return read_beat(json.dumps({**WELL, **changes}).encode())


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "painting"),
        (
            {"silent_ms": 600_000, "painted_ms": 600_000},
            "painting",
        ),  # no frame comes: not its fault
        ({"silent_ms": 500, "painted_ms": 30_000}, "still"),  # they come and are not applied
        ({"silent_ms": 500, "painted_ms": None}, "still"),
        ({"fps": 0, "hidden": True}, "still"),
    ],
)
def test_painting_is_applying_the_frames_that_come(changes: dict[str, Any], state: str) -> None:
    assert state_of(Kept(NOW - 1_000, beat(**changes)), NOW) == state


def test_without_a_beat_a_screen_is_lost_never_seen_or_revoked() -> None:
    found = Kept(NOW - LOST_MS, beat())
    assert state_of(found, NOW) == "painting"
    assert state_of(found, NOW + 1) == "lost"
    assert state_of(None, NOW) == "never"
    assert state_of(found, NOW, revoked=True) == "revoked"


@pytest.mark.parametrize(
    "changes",
    [
        {"scene": "x" * 65}, {"scene": None}, {"turning": "spinning"}, {"seq": -1}, {"fps": 1e9},
        {"fps": "60"}, {"heap": 1 << 60}, {"error": "x" * 301}, {"done": [["a", "b", "c"]]},
        {"done": [["a", ""]] * 17}, {"width": 1 << 20}, {"build": ["x"]},
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadBeat, match="心跳不合格"):
        beat(**changes)


@given(st.binary(max_size=80))
def test_bytes_that_are_no_report_are_refused_and_never_kept(body: bytes) -> None:
    with pytest.raises(BadBeat):
        read_beat(body)
    assert read_kept(body) is None


def test_what_is_kept_comes_back() -> None:
    assert read_kept(kept(NOW, beat())) == Kept(NOW, beat())
    assert read_kept(None) is None
