import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.city import BUILT_IN, Profile, ProfileError, load_profile
from dashboard.cityparts import Target
from dashboard.config import ConfigError
from dashboard.measures import MEASURES, resolve
from dashboard.platformparts import Platform
from dashboard.terms import CHANNELS
from dashboard.tomltable import Table

MINIMAL = """
id = "qingshi"
code = "990100"
name = "青石镇"

[[districts]]
code = "101"
name = "东街"

[[districts]]
code = "102"
name = "西街"
"""


def at(text: str, zone: str = "Asia/Shanghai") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def load(tmp_path: Path, text: str) -> Profile:
    file = tmp_path / "qingshi.toml"
    file.write_text(text, "utf-8")
    return load_profile(file)


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert "qingshi.toml" in message and "应为" in message
    return message


def test_the_four_cities_are_built_in() -> None:
    assert BUILT_IN == ("meixian", "nanyang", "yueyang", "zhengzhou")
    names = [load_profile(name).name for name in BUILT_IN]
    assert names == ["梅县区", "南阳市", "岳阳市", "郑州市"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_city_is_complete(name: str) -> None:
    city = load_profile(name)
    assert city.id == name and len(city.code) == 6
    assert all(area.lon and area.lat for area in city.districts)
    assert {street.parent for street in city.streets} == {area.code for area in city.districts}
    assert all(len(street.code) == 9 for street in city.streets)
    assert len(city.key_rates) == 3 and set(city.key_rates) <= set(MEASURES)
    assert city.departments and city.sources and city.simulation.roads
    for measure in MEASURES:
        assert resolve(measure, city).variant in MEASURES[measure].variants


def test_the_seeds_facts() -> None:
    zhengzhou, nanyang = load_profile("zhengzhou"), load_profile("nanyang")
    assert len(zhengzhou.districts) == 10 and zhengzhou.area_km2 == 1394
    assert zhengzhou.facts["duty_grids"] == 1193 and zhengzhou.facts["handhelds"] == 1250
    assert len(nanyang.districts) == 4 and len(nanyang.streets) == 27
    assert nanyang.area_km2 == 351.1 == 219 + 132.1
    assert load_profile("meixian").facts["duty_grids"] == 11
    assert len(load_profile("yueyang").districts) == 6


def test_the_cities_choose_their_formulas() -> None:
    for name in ("nanyang", "meixian"):
        assert resolve("cases.closure_rate", load_profile(name)).den[0] == "filed"
    assert resolve("cases.disposal_rate", load_profile("yueyang")).den == ("accepted",)
    assert resolve("cases.closure_rate", load_profile("zhengzhou")).variant == "due"
    assert "self_filed" in resolve("cases.filed", load_profile("nanyang")).num
    assert "self_valid" in resolve("cases.valid_reported", load_profile("yueyang")).num
    assert "self_accepted" not in resolve("cases.accepted", load_profile("yueyang")).num


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_totals_of_a_year_add_up(name: str) -> None:
    city = load_profile(name)
    for totals in city.years.values():
        quick = totals.channels.get("self_handled", 0)
        counted = quick if "reported" in city.self_handled_counts_as else 0
        assert sum(totals.channels.values()) - quick + counted == totals.count("reported")
        assert not set(totals.published) & set(totals.chosen)
        assert set(totals.separate) == city.separate_channels


def test_the_published_totals_are_the_printed_ones() -> None:
    nanyang = load_profile("nanyang").years[2021]
    assert nanyang.published == {"reported": 509566, "filed": 465557, "closed": 428644}
    assert nanyang.channels == {
        "collector": 427455,
        "self_handled": 68654,
        "hotline_12319": 8992,
        "other": 4465,
    }
    assert load_profile("meixian").years[2021].published == {
        "reported": 13966,
        "filed": 13199,
        "closed": 13199,
        "closed_on_time": 12699,
    }
    yueyang = load_profile("yueyang").years[2020]
    assert yueyang.published == {
        "reported": 228805,
        "valid": 225969,
        "accepted": 208569,
        "disposed": 203931,
    }
    transferred = yueyang.separate["transfer_12345"]
    assert [transferred[key] for key in ("reported", "accepted", "closed")] == [9744, 9580, 9580]
    assert not load_profile("zhengzhou").years[2021].published


def test_a_minimal_profile_has_everything_else_by_default(tmp_path: Path) -> None:
    city = load(tmp_path, MINIMAL)
    assert city.title == "青石镇数字化城市管理" and city.timezone == "Asia/Shanghai"
    assert [one.name for one in city.departments] == ["东街城市管理局", "西街城市管理局"]
    assert city.sources[0].id == "case-system"
    assert city.channels == CHANNELS and city.categories["E0102"] == "暴露垃圾"
    assert city.key_rates == (
        "cases.on_time_disposal_rate",
        "cases.closure_rate",
        "cases.on_time_closure_rate",
    )


def test_due_at_is_the_limit_from_dispatch_on_plus_what_was_postponed(tmp_path: Path) -> None:
    city = load(tmp_path, MINIMAL)
    dispatched = at("2021-05-06 17:00")
    assert city.due_at("E0104", None, None, dispatched, 0) == at("2021-05-07 11:00")
    assert city.due_at("E0104", None, None, dispatched, 24) == at("2021-05-08 11:00")
    assert city.due_at("B0103", "hidden_danger", None, dispatched, 0) == at("2021-05-06 19:00")
    assert city.rules.due_at("E0104", None, None, dispatched, 0) == at("2021-05-07 11:00")
    assert city.rules.day(dispatched) == city.day(dispatched) == 18753
    assert city.day_start(18753) == at("2021-05-06 00:00")


def test_own_limits_take_the_place_of_the_samples(tmp_path: Path) -> None:
    city = load(
        tmp_path,
        MINIMAL
        + """
        [[limits]]
        category = "E05"
        amount = 30
        unit = "urgent_hours"
        """,
    )
    start = at("2021-05-06 17:00")
    assert city.due_at("E0501", None, None, start, 0) == start + 30 * 3_600_000
    assert city.due_at("E0102", None, None, start, 0) is None
    assert load(tmp_path, "limits = []\n" + MINIMAL).limits == ()


def test_a_city_may_lie_in_another_zone_with_its_own_channels_and_categories(
    tmp_path: Path,
) -> None:
    city = load(
        tmp_path,
        'timezone = "America/New_York"\n'
        + MINIMAL
        + """
        [calendar]
        sessions = ["09:00-17:00"]
        holidays = "weekends"

        [channels.constituent_call]
        name = "市民来电"
        parent = "public"

        [channels.media]
        name = "报刊"

        [categories]
        "Pothole" = "路面坑洞"
        """,
    )
    assert city.day_start(city.day(at("2015-03-08 12:00", "America/New_York"))) == at(
        "2015-03-08 00:00", "America/New_York"
    )
    assert city.label("channel", "constituent_call") == "市民来电"
    assert city.parent_channel("constituent_call") == city.parent_channel("media") == "public"
    assert city.label("category", "Pothole") == "路面坑洞"


def test_labels() -> None:
    city = load_profile("zhengzhou")
    assert city.label("district", "410105") == "金水区"
    assert city.label("street", "410102001") == "林山寨街道"
    assert city.label("department", "ZZ-B03") == "市园林局"
    assert city.label("duty_grid", "G-7") == "G-7"
    assert city.label("district", "") == city.label("district", None) == "未填"
    assert city.parent_channel("collector") == "patrol"
    assert city.parent_channel(None) == city.parent_channel("carrier-pigeon") == "other"


@pytest.mark.parametrize(
    ("addition", "key", "expected"),
    [
        ('titel = "x"\n', "titel", "title"),
        ("area_km2 = -4\n", "area_km2", "0.01"),
        ('attribution = "closing"\n', "attribution", "deadline"),
        ('timezone = "Mars/Olympus"\n', "timezone", "Asia/Shanghai"),
        ('self_handled_counts_as = ["verified"]\n', "self_handled_counts_as[0]", "reported"),
        ('separate_channels = ["pigeon"]\n', "separate_channels[0]", "来源编码"),
        ('key_rates = ["cases.closure_rate"]\n', "key_rates", "三个"),
        ('key_rates = ["cases.reported", "a", "b"]\n', "key_rates[0]", "比率"),
        ('[facts]\nunit_cells = "many"\n', "facts.unit_cells", "数"),
        ('[variants]\n"cases.closure_rat" = "due"\n', 'variants."cases.closure_rat"', "closure_ra"),
        ('[variants]\n"cases.closure_rate" = "best"\n', "cases.closure_rate", "filed"),
        ('[attribution_by]\n"cases.reported" = "deadline"\n', "cases.reported", "own"),
        ('[targets."cases.closure_rate"]\nvalue = 95\n', "value", "0–1"),
        ('[targets."cases.closure_rate"]\nop = "="\nvalue = 0.5\n', "op", ">="),
        ('[[limits]]\namount = 4\nunit = "hours"\n', "limits[0].unit", "work_hours"),
        ('[[limits]]\namount = 4\nunit = "work_days"\nfor = 1\n', "limits[0].for", "amount"),
        (
            '[[limits]]\namount = 4\nunit = "work_days"\n[[limits]]\namount = 5\n'
            'unit = "work_days"\n',
            "limits[1].category",
            "只有一条",
        ),
        (
            '[[departments]]\ncode = "D"\nname = "D"\ndistrict = "103"\n',
            "departments[0].district",
            "101",
        ),
        ('[[departments]]\ncode = "D"\nname = "D"\nhandles = ["X"]\n', "handles[0]", "B01"),
        ('[[sources]]\nid = "s"\n', "sources[0].name", "名称"),
        ('[[sources]]\nid = "s"\nname = "S"\nexpected_every_s = 0\n', "expected_every_s", "1–"),
        ('[calendar]\nsessions = ["08:00-12:00", "11:00-13:00"]\n', "sessions", "互不重叠"),
        ('[calendar]\nsessions = "08:00-12:00"\n', "sessions", "列表"),
        ('[calendar]\nholidays = "french"\n', "holidays", "china"),
        ('[channels.x]\nname = "x"\nparent = "pigeons"\n', "channels.x.parent", "public"),
        ('[years.21]\nsource = "x"\n', "years.21", "2000"),
        ('[years.2021]\nsource = "x"\n[years.2021.published]\nclosd = 1\n', "closd", "closed"),
        ('[years.2021]\nsource = "x"\n[years.2021.separate.web]\nclosed = 1\n', "web", "已知"),
        ("[simulation]\ncases_per_day = 0\n", "cases_per_day", "1–"),
    ],
)
def test_a_wrong_key_is_named_with_what_is_expected(
    tmp_path: Path, addition: str, key: str, expected: str
) -> None:
    text = MINIMAL + "\n" + addition if addition.startswith("[") else addition + MINIMAL
    message = refused(tmp_path, text)
    assert key in message and expected in message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('id = "qingshi"\ncode = "990100"\nname = "青石镇"\n', "districts"),
        (MINIMAL.replace('name = "青石镇"', ""), "name"),
        (MINIMAL.replace('id = "qingshi"', 'id = "Qing Shi"'), "id"),
        (MINIMAL.replace('id = "qingshi"', "id = 7"), "id"),
        (MINIMAL.replace('"102"', '"101"'), "districts[1].code"),
        (MINIMAL.replace('name = "西街"', 'name = "西街"\nlon = 112.0'), "districts[1].lat"),
        (
            MINIMAL.replace('name = "西街"', 'name = "西街"\nstreets = ["x"]'),
            "districts[1].streets[0]",
        ),
        ("districts = 3\n", "name"),
        ("id = [", "-"),
    ],
)
def test_a_broken_profile_is_refused(tmp_path: Path, text: str, key: str) -> None:
    assert f"：{key} = " in refused(tmp_path, text)


def test_a_city_nobody_knows_lists_those_there_are() -> None:
    with pytest.raises(ProfileError, match="zhengzhou"):
        load_profile("atlantis")
    with pytest.raises(ConfigError):
        load_profile("atlantis")


def test_the_documented_profiles_load_and_name_every_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "cities.md").read_text("utf-8")
    shortest, full = re.findall(r"```toml\n(.*?)```", page, re.S)
    assert load(tmp_path, shortest).name == "青石镇"
    asked: set[str] = set()
    monkeypatch.setattr(Table, "get", _noting(asked))
    city = load(tmp_path, full)
    assert city.years[2021].separate == {"transfer_12345": {"reported": 50}}
    unmentioned = {key for key in asked if not re.search(rf"\b{re.escape(key)}\b", full)}
    assert not unmentioned


def _noting(asked: set[str]) -> Callable[[Table, str], Any]:
    get = Table.get

    def noting(table: Table, key: str) -> Any:
        asked.add(key)
        return get(table, key)

    return noting


def test_targets_judge() -> None:
    target = Target(">=", 0.95, 0.05)
    assert [target.judge(v) for v in (0.95, 0.949, 0.9, 0.899, None)] == [
        "good",
        "warn",
        "warn",
        "bad",
        None,
    ]
    ceiling = Target("<=", 0.05, 0.02)
    assert [ceiling.judge(v) for v in (0.05, 0.06, 0.08)] == ["good", "warn", "bad"]


def test_the_wall_has_what_the_city_has() -> None:
    assert load_profile("zhengzhou").parts == {"hotline", "platform"}
    bare = replace(load_profile("meixian"), hotline=None, platform=Platform())
    assert bare.parts == frozenset()
