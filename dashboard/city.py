"""From a TOML file to a city profile 城市档案, strictly validated.

The built-in profiles lie in `dashboard/cities/`. A file of one's own needs `id`, `code`, `name` and
its districts; everything else has a default. `ProfileError` says file, key, found and expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from dashboard import terms
from dashboard.alarmprofile import read_alarms
from dashboard.annualprofile import read_annual
from dashboard.assessmentprofile import read_assessment
from dashboard.callmeasures import CALLS
from dashboard.casemeasures import CASES
from dashboard.cityparts import (
    CHOSEN,
    COUNTS,
    Area,
    CrewSize,
    Department,
    RepeatRule,
    Simulation,
    Source,
    Target,
    YearTotals,
)
from dashboard.formula import ATTRIBUTIONS, SELF_SWITCHES
from dashboard.hotlineprofile import Hotline, read_hotline
from dashboard.limits import SAMPLE_LIMITS, Limit
from dashboard.measures import MEASURES
from dashboard.platformprofile import read_platform
from dashboard.profile import KEY_RATES, SOURCES, Profile
from dashboard.terms import Channel
from dashboard.tomltable import ProfileError, Table, read_table
from dashboard.worktime import HOLIDAYS, SESSIONS, WorkCalendar
from dashboard.yearfigures import (
    CALL_COUNTS,
    CALL_RATES,
    PLATFORM_COUNTS,
    PLATFORM_RATES,
    read_figures,
)
from geo.datum import DATUMS

__all__ = ["BUILT_IN", "Profile", "ProfileError", "load_profile"]

FOLDER: Final = Path(__file__).parent / "cities"
BUILT_IN: Final = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
CODE: Final = r"[^\x00-\x1f\x7f]{1,64}"


def load_profile(name_or_path: str | Path) -> Profile:
    """The profile of a built-in city by its name, or of a TOML file by its path.

    Raises `ProfileError`.
    """
    text = str(name_or_path)
    if text in BUILT_IN:
        return _profile(read_table(FOLDER / f"{text}.toml"))
    file = Path(name_or_path).expanduser()
    if not file.is_file():
        expected = f"内置城市 {'、'.join(BUILT_IN)} 之一，或一个城市档案文件"
        raise ProfileError(text, "-", "没有这个文件 / no such file", expected)
    return _profile(read_table(file))


def _profile(table: Table) -> Profile:
    name = table.text("name", "城市名称，如 郑州市")
    districts, streets = _areas(table)
    channels, groups = _channels(table)
    departments = _departments(table, districts)
    self_handled = table.texts(
        "self_handled_counts_as", "、".join(sorted(SELF_SWITCHES)) + " 之一", _any(SELF_SWITCHES)
    )
    apart = frozenset(table.texts("separate_channels", "来源编码", _any(channels)))
    calendar = _calendar(table)
    profile = Profile(
        id=table.text("id", "小写字母开头的编号，如 zhengzhou", r"[a-z][a-z0-9_-]{0,31}"),
        code=table.text("code", "6 位行政区划代码，如 410100", r"[0-9A-Za-z-]{2,12}"),
        name=name,
        title=table.text("title", "大屏标题", default=f"{name}数字化城市管理"),
        districts=districts,
        streets=streets,
        timezone=calendar.timezone,
        area_km2=table.optional_number("area_km2", 0.01, 1e7),
        meridian=_meridian(table),
        facts=_facts(table.table("facts")),
        departments=departments,
        sources=_sources(table, channels),
        calendar=calendar,
        limits=_limits(table, departments),
        self_handled_counts_as=frozenset(self_handled),
        separate_channels=apart,
        attribution=table.choice("attribution", ATTRIBUTIONS, "own"),
        attribution_by=_attributions(table.table("attribution_by")),
        variants=_variants(table.table("variants")),
        targets=_targets(table.table("targets")),
        key_rates=_key_rates(table),
        categories=_categories(table.table("categories")),
        channels=channels,
        channel_groups=groups,
        years=_years(table, channels, apart),
        repeat=_repeat(table.table("repeat")),
        alarms=read_alarms(table.table("alarms")),
        simulation=_simulation(table.table("simulation")),
        hotline=_hotline(table),
        platform=read_platform(table.table("platform"), districts),
        annual=read_annual(table.table("annual")),
        assessment=read_assessment(
            table.table("assessment"), {area.code: area.name for area in districts}
        ),
    )
    table.done()
    return profile


def _hotline(table: Table) -> Hotline | None:
    given = table.table("hotline")
    if "hotline" not in table:
        return None
    rates = {id: one.variants for id, one in CALLS.items() if one.kind == "rate"}
    return read_hotline(given, rates)


def _any(words: Iterable[str]) -> str:
    """A pattern that matches each of the words."""
    return "|".join(map(re.escape, words)) or r"(?!)"


def _areas(table: Table) -> tuple[tuple[Area, ...], tuple[Area, ...]]:
    """区 from `[[districts]]`, and their streets from lines like "410102001 林山寨街道"."""
    districts: list[Area] = []
    streets: list[Area] = []
    for one in table.tables("districts"):
        code = one.text("code", "区编码，国标为 6 位", CODE)
        if any(code == other.code for other in districts):
            raise one.error("code", code, "不重复的编码")
        lon, lat = one.optional_number("lon", -180, 180), one.optional_number("lat", -90, 90)
        if (lon is None) != (lat is None):
            raise one.error("lat" if lat is None else "lon", None, "lon 与 lat 同时给出")
        weight = one.number("weight", 0, 1000, 1.0)
        districts.append(Area(code, one.text("name", "区名"), "", lon, lat, weight))
        for line in one.texts("streets", "“9 位代码 街道名”", r"\S{1,64} .+"):
            street, _, name = line.partition(" ")
            if any(street == other.code for other in streets):
                raise one.error("streets", line, "不重复的街道代码")
            streets.append(Area(street, name.strip(), code))
        one.done()
    if not districts:
        raise table.error("districts", None, "至少一个 [[districts]]（code、name）")
    return tuple(districts), tuple(streets)


def _meridian(table: Table) -> int | None:
    found = table.optional_number("meridian", -180, 180)
    if found is not None and found % 3:
        raise table.error("meridian", found, "3 的倍数：3 度带的中央经线，如 114")
    return None if found is None else int(found)


def _departments(table: Table, districts: tuple[Area, ...]) -> tuple[Department, ...]:
    """部门; where none are given, one for each district."""
    codes = {area.code: area.name for area in districts}
    out: list[Department] = []
    for one in table.tables("departments"):
        code = one.text("code", "部门编码", CODE)
        if any(code == other.code for other in out):
            raise one.error("code", code, "不重复的编码")
        district = one.choice("district", codes, "")
        kind = one.choice("kind", terms.DEPARTMENT_KINDS, "district" if district else "bureau")
        handles = one.texts("handles", "类别编码或其开头，如 B01", r"[BE][0-9]{0,4}")
        out.append(Department(code, one.text("name", "部门名称"), kind, district, handles))
        one.done()
    return tuple(out) or tuple(
        Department(f"D{area.code}", f"{area.name}城市管理局", "district", area.code)
        for area in districts
    )


def _sources(table: Table, channels: Mapping[str, Channel]) -> tuple[Source, ...]:
    out: list[Source] = []
    for one in table.tables("sources"):
        id = one.text("id", "来源系统编号（事件的 sent_by）", CODE)
        if any(id == other.id for other in out):
            raise one.error("id", id, "不重复的编号")
        every_s = int(one.number("expected_every_s", 1, 2_678_400, 600, whole=True))
        sends = one.texts("channels", "来源编码", _any(channels))
        datum = one.choice("datum", dict.fromkeys(DATUMS), "wgs84")
        out.append(Source(id, one.text("name", "来源系统名称"), every_s, sends, datum))
        one.done()
    return tuple(out) or SOURCES


def _calendar(table: Table) -> WorkCalendar:
    zone = table.text("timezone", "IANA 时区，如 Asia/Shanghai", default="Asia/Shanghai")
    given = table.table("calendar")
    holidays = given.choice("holidays", HOLIDAYS, "china")
    spans = given.texts("sessions", "时段，如 08:00-12:00", r"\d\d:\d\d-\d\d:\d\d")
    sessions = [(text[:5], text[6:]) for text in spans]
    given.done()
    try:
        WorkCalendar(zone)
    except ValueError as error:
        raise table.error("timezone", zone, "IANA 时区，如 Asia/Shanghai") from error
    try:
        return WorkCalendar(zone, sessions or SESSIONS, holidays)
    except ValueError as error:
        raise given.error("sessions", spans, f"从早到晚、互不重叠的时段（{error}）") from error


def _limits(table: Table, departments: tuple[Department, ...]) -> tuple[Limit, ...]:
    """处置时限 from `[[limits]]`, the sample limits where the key is absent."""
    codes = {one.code: one.name for one in departments}
    out: list[Limit] = []
    for one in table.tables("limits"):
        limit = Limit(
            one.optional_text("category", "类别编码或其开头，如 E0102", CODE),
            one.optional_text("condition", "立案条件", CODE),
            one.choice("department", codes) if "department" in one else None,
            one.number("amount", 0, 10_000),
            one.choice("unit", terms.LIMIT_UNITS),
        )
        same = (limit.category, limit.condition, limit.department)
        if any(same == (other.category, other.condition, other.department) for other in out):
            raise one.error("category", limit.category, "同一类别、条件、部门只有一条时限")
        out.append(limit)
        one.done()
    return tuple(out) if "limits" in table else SAMPLE_LIMITS


def _channels(table: Table) -> tuple[dict[str, Channel], dict[str, str]]:
    """来源: the standard ones, with names and parents of one's own added or put in their place."""
    groups = dict(terms.CHANNEL_GROUPS)
    given = table.table("channel_groups")
    for id in given:
        groups[id] = given.text(id, "来源大类名称")
    channels = dict(terms.CHANNELS)
    own = table.table("channels")
    for id in own:
        one = own.table(id)
        usual = channels.get(id)
        name = one.text("name", "来源名称", default=usual.name if usual else None)
        channels[id] = Channel(name, one.choice("parent", groups, usual and usual.parent))
        one.done()
    return channels, groups


def _categories(given: Table) -> dict[str, str]:
    own = {code: given.text(code, "类别名称") for code in given}
    return {**terms.CATEGORIES, **own}


def _facts(given: Table) -> dict[str, float]:
    return {key: given.number(key, -1e15, 1e15) for key in given}


def _attributions(given: Table) -> dict[str, str]:
    out: dict[str, str] = {}
    for id in given.known(MEASURES):
        allowed = {name: text for name, text in ATTRIBUTIONS.items() if _may(id, name)}
        out[id] = given.choice(id, allowed)
    return out


def _may(id: str, attribution: str) -> bool:
    return attribution in MEASURES[id].attributions


def _variants(given: Table) -> dict[str, str]:
    return {id: given.choice(id, MEASURES[id].variants) for id in given.known(MEASURES)}


def _targets(given: Table) -> dict[str, Target]:
    out: dict[str, Target] = {}
    for id in given.known(MEASURES):
        one = given.table(id)
        top = 1.0 if MEASURES[id].kind == "rate" else 1e12
        op = one.choice("op", {">=": 0, "<=": 0}, ">=")
        value, warn = one.number("value", 0, top), one.number("warn", 0, top, 0.0)
        source = one.text("source", "出处", default="")
        out[id] = Target(">=" if op == ">=" else "<=", value, warn, source)
        one.done()
    return out


def _key_rates(table: Table) -> tuple[str, ...]:
    rates = [id for id, measure in CASES.items() if measure.kind == "rate"]
    ids = table.texts("key_rates", "比率指标，如 cases.closure_rate", _any(rates))
    if ids and len(ids) != 3:
        raise table.error("key_rates", list(ids), "三个比率指标")
    return ids or KEY_RATES


def _years(
    table: Table, channels: Mapping[str, Channel], apart: frozenset[str]
) -> dict[int, YearTotals]:
    out: dict[int, YearTotals] = {}
    apart_words = dict.fromkeys(sorted(apart))
    years = table.table("years")
    for key in years:
        one = years.table(key)
        if not key.isdecimal() or not 2000 <= int(key) <= 2099:
            raise years.error(key, key, "年份 2000–2099")
        separate = one.table("separate")
        days = {"days": date(int(key), 12, 31).timetuple().tm_yday}
        out[int(key)] = YearTotals(
            int(key),
            one.text("source", "出处"),
            _counts(one.table("published"), COUNTS),
            _counts(one.table("chosen"), CHOSEN),
            _counts(one.table("channels"), channels),
            {id: _counts(separate.table(id), COUNTS) for id in separate.known(apart_words)},
            read_figures(one.table("hotline"), CALL_COUNTS, CALL_RATES, {}),
            read_figures(one.table("platform"), PLATFORM_COUNTS, PLATFORM_RATES, days),
        )
        one.done()
    return out


def _counts(given: Table, known: Mapping[str, object]) -> dict[str, int]:
    return {key: int(given.number(key, 0, 1e12, whole=True)) for key in given.known(known)}


def _repeat(given: Table) -> RepeatRule:
    usual = RepeatRule()
    times = given.number("times", 2, 1000, usual.times, whole=True)
    rule = RepeatRule(int(times), int(given.number("days", 1, 366, usual.days, whole=True)))
    given.done()
    return rule


def _simulation(given: Table) -> Simulation:
    per_day = given.number("cases_per_day", 1, 1e6, Simulation.cases_per_day)
    roads = given.texts("roads", "道路名（20 字以内）", r".{1,20}")
    late_checks = given.number("late_checks", 0, 1, Simulation.late_checks)
    hotline = _crew(given.table("hotline")) if "hotline" in given else None
    given.done()
    return Simulation(per_day, roads, late_checks, hotline)


def _crew(given: Table) -> CrewSize:
    crew = CrewSize(
        int(given.number("agents", 1, 5_000, whole=True)),
        given.number("calls_per_day", 1, 1e6),
        int(given.number("places", 1, 10_000, CrewSize.places, whole=True)),
        given.number("talk_s", 10, 3_600, CrewSize.talk_s),
        given.number("wrap_s", 0, 3_600, CrewSize.wrap_s),
    )
    given.done()
    return crew
