"""Printed figures and chosen counts: a rate is as exact as printed, and what its counts say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.city import load_profile
from dashboard.tomltable import ProfileError, Table
from dashboard.yearfigures import CALL_COUNTS, CALL_RATES, as_printed, read_figures


@pytest.mark.parametrize(
    ("part", "whole", "printed", "said"),
    [
        (446_601, 452_300, "98.74%", "98.74%"),
        (9_545, 10_000, "95", "95"),
        (955, 1_000, "95", "96"),  # half up
        (18, 365, "5%", "5%"),
        (18, 366, "4.9%", "4.9%"),
        (1, 3, "33.333%", "33.333%"),
        (0, 7, "0.0%", "0.0%"),
    ],
)
def test_a_rate_is_written_as_it_was_printed(
    part: int, whole: int, printed: str, said: str
) -> None:
    assert as_printed(part, whole, printed) == said


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 4))
def test_what_is_written_is_within_half_a_digit(part: int, whole: int, digits: int) -> None:
    printed = "0." + "0" * digits + "%" if digits else "0%"
    said = float(as_printed(part, whole, printed).removesuffix("%"))
    assert abs(said - 100 * part / whole) <= 0.5 * 10**-digits * (1 + 1e-9)


def table(published: dict[str, object], chosen: dict[str, object]) -> Table:
    return Table({"published": published, "chosen": chosen}, "town.toml", "years.2022.hotline")


def test_counts_that_do_not_make_the_printed_rate_are_refused() -> None:
    good = table({"connect_rate": "98.74%"}, {"offered": 452_300, "answered": 446_601})
    figures = read_figures(good, CALL_COUNTS, CALL_RATES, {})
    assert figures.count("answered") == 446_601 and figures and not figures.count("rated")
    for chosen, said in (
        ({"offered": 452_300, "answered": 446_000}, "446000 ÷ 呼入 452300 = 98.61%"),
        ({"answered": 446_601}, "呼入 0 = —"),
    ):
        with pytest.raises(ProfileError, match=said):
            read_figures(
                table({"connect_rate": "98.74%"}, dict(chosen)), CALL_COUNTS, CALL_RATES, {}
            )
    with pytest.raises(ProfileError, match="是否 answered？"):
        read_figures(table({}, {"answred": 1}), CALL_COUNTS, CALL_RATES, {})
    with pytest.raises(ProfileError, match="印出的百分数"):
        read_figures(table({"connect_rate": 0.9874}, {}), CALL_COUNTS, CALL_RATES, {})


def test_the_cities_say_what_their_documents_printed() -> None:
    zhengzhou, yueyang = load_profile("zhengzhou"), load_profile("yueyang")
    first, second = zhengzhou.years[2021], zhengzhou.years[2022]
    assert first.hotline.rates["connect_rate"] == "95"
    assert second.hotline.rates == {"connect_rate": "98.74%", "satisfaction_rate": "97.08%"}
    assert first.platform.published["normal_days"] == 365
    assert first.platform.rates == {"fault_rate": "5%", "maintenance_timeliness": "100%"}
    assert second.platform.published["outages"] == 0
    orders = yueyang.years[2020].hotline.published
    assert (orders["orders"], orders["orders_accepted"], orders["orders_closed"]) == (
        9744, 9580, 9580,
    )  # fmt: skip
    assert not load_profile("meixian").years[2021].hotline


def test_a_profile_with_a_wrong_rate_names_file_and_key(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text(
        'id = "town"\ncode = "990100"\nname = "青石镇"\n[[districts]]\ncode = "1"\nname = "东街"\n'
        '[years.2021]\nsource = "x"\n[years.2021.platform.published]\nfault_rate = "5%"\n'
        "[years.2021.platform.chosen]\noutages = 99\n",
        "utf-8",
    )
    with pytest.raises(ProfileError, match=r"years\.2021\.platform\.published\.fault_rate.*27%"):
        load_profile(file)
