"""`[platform]` of a city profile 城市档案, strictly read."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from dashboard.cityparts import Area
from dashboard.platformparts import (
    DUE,
    KINDS,
    SCREEN,
    SELF,
    Component,
    DayRule,
    Due,
    Endpoint,
    Platform,
)
from dashboard.tomltable import Table
from dashboard.uptime.policy import LONGEST_GAP_MS, Policy

SCHEMES: Final = ("http", "https", "tcp", "redis", "rediss", "sqlite", "postgresql", "mysql")
_ID: Final = r"[0-9A-Za-z_.:-]{1,64}"
_MINUTE: Final = 60_000


def read_platform(table: Table, districts: Sequence[Area] = ()) -> Platform:
    """The platform of a profile; without `[[platform.components]]` only this system itself.

    `district_platforms = true` adds a second-level platform 二级平台 for each district.
    """
    components = [_component(one) for one in table.tables("components")]
    if table.flag("district_platforms"):
        policy = Policy(gap_ms=900_000)
        components += [
            Component(f"district:{one.code}", f"{one.name}二级平台", "district", policy=policy)
            for one in districts
        ]
    ids = [one.id for one in components]
    for id in ids:
        if ids.count(id) > 1:
            raise table.error("components", id, "不重复的编号")
    if SELF not in ids:
        components.append(Component(SELF, "城市运行墙", "self"))
    vital = sum(one.vital for one in components)
    quorum = table.optional_number("quorum", 1, max(vital, 1))
    platform = Platform(
        tuple(components),
        None if quorum is None else int(quorum),
        _day(table.table("day")),
        _due(table.table("tickets")),
        _policy(table.table("screens"), 30, Policy(gap_ms=90_000, failures=1)),
    )
    table.done()
    return platform


def _component(one: Table) -> Component:
    id = one.text("id", "组件编号（探测事件的 component）", _ID)
    if id.startswith(SCREEN):
        raise one.error("id", id, f"不以 {SCREEN} 开头：大屏自行登记，不列入档案")
    evidence = one.choice("evidence", {"probes": 0, "records": 0}, "probes")
    endpoint = _endpoint(one)
    every_s = endpoint.every_s if endpoint else int(one.number("every_s", 1, 3600, 60, whole=True))
    if evidence == "records" and endpoint:
        raise one.error("evidence", evidence, "有探测地址的组件为 probes")
    component = Component(
        id,
        one.text("name", "组件名称"),
        one.choice("kind", KINDS, "system"),
        one.flag("vital"),
        _date(one, "since"),
        _date(one, "until"),
        evidence == "records",
        _policy(one, every_s, Policy(gap_ms=3_000 * every_s), done=False),
        endpoint,
    )
    if component.since and component.until and component.until < component.since:
        raise one.error("until", component.until.isoformat(), f"不早于 since {component.since}")
    one.done()
    return component


def _endpoint(one: Table) -> Endpoint | None:
    url = one.text("probe", "探测地址，如 http://127.0.0.1:8080/health、tcp://db:1521", default="")
    file = one.text("probe_file", "内含探测地址的文件", default="")
    if url and file:
        raise one.error("probe_file", file, "probe 与 probe_file 只给一个")
    if not url and not file:
        return None
    if url and urlsplit(url).scheme.partition("+")[0] not in SCHEMES:
        raise one.error("probe", url, "、".join(f"{scheme}://" for scheme in SCHEMES) + " 之一")
    every_s = int(one.number("every_s", 1, 3600, 60, whole=True))
    return Endpoint(url, file, every_s, one.number("timeout_s", 0.1, 300, 10))


def _policy(one: Table, every_s: int, usual: Policy, *, done: bool = True) -> Policy:
    longest = LONGEST_GAP_MS // 1000
    gap_s = one.number("gap_s", every_s, longest, min(usual.gap_ms / 1000, longest))
    slow = one.optional_number("slow_ms", 1, 600_000)
    failures = one.number("failures", 1, 100, usual.failures, whole=True)
    successes = one.number("successes", 1, 100, usual.successes, whole=True)
    if done:
        one.done()
    return Policy(
        round(gap_s * 1000), None if slow is None else int(slow), int(failures), int(successes)
    )


def _date(one: Table, key: str) -> datetime.date | None:
    text = one.text(key, "日期，如 2026-01-01", r"\d{4}-\d\d-\d\d", default="")
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise one.error(key, text, "日期，如 2026-01-01") from error


def _day(one: Table) -> DayRule:
    usual = DayRule()
    rule = DayRule(
        round(one.number("outage_min", 0, 1440, usual.outage_ms / _MINUTE) * _MINUTE),
        round(one.number("single_min", 0, 1440, usual.single_ms / _MINUTE) * _MINUTE),
        round(one.number("unknown_min", 0, 1440, usual.unknown_ms / _MINUTE) * _MINUTE),
    )
    one.done()
    return rule


def _due(given: Table) -> dict[str, Due]:
    out = dict(DUE)
    for level in given:
        one = given.table(level)
        usual = out.get(level, Due())
        out[level] = Due(
            round(one.number("respond_min", 0, 100_000, usual.respond_ms / _MINUTE) * _MINUTE),
            round(one.number("restore_min", 0, 100_000, usual.restore_ms / _MINUTE) * _MINUTE),
        )
        one.done()
    return out
