"""The table `[hotline]` of a profile: read strictly, and a year's own target and variant."""

from pathlib import Path

import pytest

from dashboard.city import ProfileError, load_profile
from dashboard.hotlineprofile import Hotline

HEAD = """
id = "qingshi"
code = "990100"
name = "青石镇"
[[districts]]
code = "990101"
name = "东街"
"""


def profile(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "city.toml"
    file.write_text(HEAD + text, "utf-8")
    return file


def test_a_city_without_the_table_has_no_hotline(tmp_path: Path) -> None:
    city = load_profile(profile(tmp_path, ""))
    assert city.hotline is None
    assert city.rules.hotline == Hotline()


def test_an_empty_table_takes_every_default_and_the_same_rules(tmp_path: Path) -> None:
    bare = load_profile(profile(tmp_path, ""))
    city = load_profile(profile(tmp_path, "[hotline]\n"))
    assert city.hotline == Hotline()
    assert city.rules.version == bare.rules.version


def test_what_a_stored_count_follows_from_changes_the_rules(tmp_path: Path) -> None:
    usual = load_profile(profile(tmp_path, "[hotline]\n")).rules.version
    for line, differs in (
        ("short_abandon_s = 0", True),
        ("answer_within_s = 20", True),
        ('person_request = "offered"', True),
        ("min_sample = 30", False),
        ("max_wait_s = 600", False),
    ):
        found = load_profile(profile(tmp_path, f"[hotline]\n{line}\n")).rules.version
        assert (found != usual) == differs, line


def test_a_year_has_its_own_target_and_variant(tmp_path: Path) -> None:
    city = load_profile(
        profile(
            tmp_path,
            '[targets."calls.connect_rate"]\nvalue = 0.9\n'
            "[hotline.years.2021]\ntarget = 0.95\n"
            '[hotline.years.2022]\ntarget = 0.98\nvariant = "without_short"\nsource = "目标"\n',
        )
    )
    id = "calls.connect_rate"
    assert [city.in_year(y).targets[id].value for y in (2020, 2021, 2022)] == [0.9, 0.95, 0.98]
    assert city.in_year(2022).variants[id] == "without_short"
    assert id not in city.in_year(2021).variants


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hotline]\nshort_abandons = 5\n", "short_abandons"),
        ("[hotline]\nshort_abandon_s = -1\n", "short_abandon_s"),
        ('[hotline]\nperson_request = "all"\n', "person_request"),
        ("[hotline.years.21]\ntarget = 0.9\n", "年份"),
        ("[hotline.years.2021]\ntarget = 95\n", "target"),
        ('[hotline.years.2021]\nvariant = "b"\n', "without_short"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        load_profile(profile(tmp_path, text))
