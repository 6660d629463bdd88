"""A screen's schedule: what may be set, and what it says where it may not."""

from __future__ import annotations

import pytest

from dashboard.screensettings import (
    BadSettings,
    ScreenSettings,
    read,
    read_dwell,
    read_grid,
    read_scenes,
    written,
)

KNOWN = ("overview", "cases", "hotline")


def test_it_is_kept_and_what_cannot_be_read_is_as_usual() -> None:
    settings = ScreenSettings(("hotline", "overview"), 12.5, "4x2")
    assert read(written(settings)) == settings
    assert read("{}") == read("nonsense") == read('{"dwell_s": "x"}') == ScreenSettings()


def test_panels_are_columns_by_rows() -> None:
    assert [read_grid(one) for one in ("3x1", " 4×2 ", "2X2", "", "1x1")] == [
        "3x1", "4x2", "2x2", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["3", "x3", "0x1", "13x1", "3x1x1", "-2x1", "三x一"])
def test_what_is_no_grid_says_what_one_is(text: str) -> None:
    with pytest.raises(BadSettings, match="列x行"):
        read_grid(text)


def test_a_dwell_is_5_seconds_to_an_hour_or_as_usual() -> None:
    assert [read_dwell(one) for one in (0, 5, 3_600)] == [0, 5, 3_600]
    for seconds in (4.9, 3_601, -5, float("nan"), float("inf")):
        with pytest.raises(BadSettings, match="5–3600"):
            read_dwell(seconds)


def test_scenes_are_those_there_are_and_the_link_grants_each_once() -> None:
    assert read_scenes(["hotline", "cases", "hotline"], (), KNOWN) == ("hotline", "cases")
    assert read_scenes([], ("cases",), KNOWN) == ()
    with pytest.raises(BadSettings, match="没有画面 weather；有：overview、cases、hotline"):
        read_scenes(["weather"], (), KNOWN)
    with pytest.raises(BadSettings, match="不许 hotline，只许 cases"):
        read_scenes(["cases", "hotline"], ("cases",), KNOWN)
