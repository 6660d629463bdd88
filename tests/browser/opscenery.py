"""The hotline, the platform and the alarms of the scenery's afternoon, hand-made: every key that
docs/frame.md promises under 案件, 热线, 平台, 告警."""

from __future__ import annotations

import datetime
import math
from typing import Any, Final

from tests.browser.annualscenery import annual
from tests.browser.backlogscenery import backlog
from tests.browser.rankingscenery import ranking
from tests.browser.scenery import NOON_MS, count, rate

MINUTE: Final = 60_000
DAY: Final = 86_400_000
NOW_Q: Final = 58.14
"""14:32: the 59th quarter-hour of the day has begun."""
TARGET: Final = {"op": ">=", "tgt": 0.95, "ok": "good"}
ORDERS: Final = {"orders_transferred": "转办", "orders_accepted": "受理", "orders_closed": "办结"}

_CURVE = [22, 16, 12, 9, 8, 7, 7, 6, 5, 6, 5, 6, 7, 6, 8, 9, 10, 12, 11, 14, 11, 14, 16, 20, 22, 27]
_CURVE += [32, 39, 49, 55, 61, 66, 70, 73, 69, 67, 65, 61, 63, 59, 57, 54, 49, 41, 35, 33, 30, 32]
_CURVE += [36, 41, 45, 49, 54, 57, 60, 55, 62, 66, 74, 66, 60, 62, 63, 60, 52, 48, 44, 41, 39, 38]
_CURVE += [36, 36, 35, 34, 33, 31, 30, 29, 28, 28, 27, 26, 26, 25, 25, 24, 24, 24, 23, 23, 23, 22]
_CURVE += [21, 21]
_LOST = {7: 1, 12: 1, 26: 1, 30: 2, 33: 2, 36: 1, 41: 1, 45: 1, 55: 1, 56: 2, 57: 3, 58: 5}


def mean(seconds: int, of: int) -> dict[str, Any]:
    """A cell of a duration: `v` seconds each."""
    return rate(seconds, of)


def calls(now_ms: int = NOON_MS) -> dict[str, Any]:
    """The frame's paths of 热线."""
    return {**_call_cells(), **_call_series(now_ms), **_variants()}


def _call_cells() -> dict[str, Any]:
    cells: dict[str, Any] = {}
    today = {"offered": 2_056, "answered": 2_034, "abandoned": 16, "short_abandoned": 6}
    today |= {"overflow": 0, "answered_in_15s": 1_931}
    for name, n in today.items():
        cells[f"today.calls.{name}"] = count(n, round(n * 0.97), round(n * 1.46))
    totals = {"month": (61_240, 60_501, 612), "year": (1_007_512, 994_817, 10_233)}
    for window, numbers in totals.items():
        for name, n in zip(("offered", "answered", "abandoned"), numbers, strict=True):
            cells[f"{window}.calls.{name}"] = count(n)
    shares = {"today": (2_034, 2_056, 1_931, 16), "month": (60_501, 61_240, 57_388, 612)}
    shares["year"] = (994_817, 1_007_512, 941_203, 10_233)
    orders = {
        "today": (148, 146, 97),
        "month": (4_412, 4_380, 4_301),
        "year": (9_744, 9_580, 9_412),
    }
    for window, (answered, offered, quick, lost) in shares.items():
        key = f"{window}.calls"
        cells[f"{key}.connect_rate"] = rate(answered, offered, **TARGET)
        cells[f"{key}.service_level_15s"] = rate(quick, answered, op=">=", tgt=0.9, ok="good")
        cells[f"{key}.abandonment_rate"] = rate(lost, offered, op="<=", tgt=0.03, ok="good")
        cells[f"{key}.revisit_rate"] = rate(1_277, 1_326, **TARGET) | {"src": "sms"}
        cells[f"{key}.satisfaction_rate"] = rate(411, 433, op=">=", tgt=0.9, ok="good")
        cells[f"{key}.feedback_rate"] = rate(1_126, 1_136, op=">=", tgt=1.0, ok="bad")
        for name, n in zip(ORDERS, orders[window], strict=True):
            cells[f"{key}.{name}"] = count(n)
        cells[f"{key}.work_order_closure_rate"] = rate(orders[window][2], orders[window][1])
    cells["today.calls.connect_rate"]["cmp"] = 0.9881
    cells["today.calls.asa_s"] = mean(17_086, 2_034)
    cells["today.calls.aht_s"] = mean(372_222, 2_034)
    cells["today.calls.occupancy"] = rate(915, 1_000)
    cells["quarter.calls.connect_rate"] = rate(69, 74, **TARGET | {"ok": "warn"})
    cells["quarter.calls.service_level_15s"] = rate(47, 69, op=">=", tgt=0.9, ok="bad")
    cells["now.calls.waiting_now"] = count(3) | {"tgt": 5, "op": "<=", "ok": "good"}
    cells["now.calls.longest_wait_s"] = count(24) | {"tgt": 60, "op": "<=", "ok": "good"}
    cells["now.calls.agents_on_duty"] = count(47, tot=50)
    cells["now.calls.connect_rate_24h"] = rate(3_010, 3_049, **TARGET)
    cells["year.calls.connect_rate_24h_min"] = rate(2_946, 3_018, **TARGET)
    return {f"m.{key}": cell for key, cell in cells.items()}


def _call_series(now_ms: int) -> dict[str, Any]:
    done = int(NOW_Q) + 1
    offered = [*_CURVE[: done - 1], 9]
    lost = [_LOST.get(q, 0) for q in range(done)]
    answered = [n - gone for n, gone in zip(offered, lost, strict=True)]
    connect = [round(1000 * a / n) if n else None for a, n in zip(answered, offered, strict=True)]
    service = [970 - (q * 37) % 60 for q in range(done - 6)] + [930, 920, 870, 790, 681, None]
    lowest = int(datetime.datetime.fromisoformat("2026-03-09T18:20:00+08:00").timestamp() * 1000)
    states = {"talking": 34, "ringing": 3, "wrapup": 6, "idle": 0, "break": 4, "offline": 3}
    about = {"name": "12319", "short_abandon_s": 5, "service_s": 15, "min_sample": 200}
    return {
        "s.calls.about": about,
        "s.calls.queue": {"waiting": 3, "oldest_at": now_ms - 24_000},
        "s.calls.agents": {"seats": 50, "states": states},
        "s.calls.quarters": {
            "n": 96,
            "now_q": NOW_Q,
            "offered": offered,
            "answered": answered,
            "abandoned": lost,
            "connect": connect,
            "service": service,
        },
        "s.calls.yesterday": {
            "offered": [max(0, n - 4 + (q * 7) % 9) for q, n in enumerate(_CURVE)]
        },
        "s.calls.lowest24h": {"from": lowest - DAY, "to": lowest},
    }


def _variants() -> dict[str, Any]:
    rows = [
        ("connect_rate@offered", "应答 ÷ 呼入总量", 2_034, 2_056),
        ("connect_rate@without_short", "应答 ÷（呼入总量 − 秒挂）", 2_034, 2_050),
        ("connect_rate@person", "人工应答 ÷ 转人工请求", 2_034, 2_047),
        ("service_level_15s@answered", "15 秒内应答 ÷ 应答", 1_931, 2_034),
    ]
    told = [
        {"key": f"today.calls.{key}", "mark": mark, "text": text, "chosen": mark in "ad"}
        for mark, (key, text, _, _) in zip("abcd", rows, strict=True)
    ]
    cells = {f"m.today.calls.{key}": rate(n, d) for key, _, n, d in rows}
    return {"t.calls.variants": told, **cells}


def queue_alarm(now_ms: int = NOON_MS, state: str = "active") -> dict[str, Any]:
    """12 waiting, the longest for 1:46: over the limit for 2 min 14 s."""
    since = now_ms - 134_000
    cleared = now_ms - 5_000 if state == "cleared" else None
    row = {
        "id": "queue-1",
        "rule": "queue",
        "severity": "bad",
        "title": "排队告警",
        "text": "等待人数超过上限",
        "scene": "hotline",
        "since": since,
        "state": state,
        "acked_by_role": None if state == "active" else "值班长",
        "acked_at": None if state == "active" else now_ms - 60_000,
        "cleared_at": cleared,
        "value": "12 人",
        "limit": "> 5 人持续 30 秒",
        "leave": "≤ 3 人持续 60 秒",
        "card": "now.calls.waiting_now",
    }
    over = {"tgt": 5, "op": "<=", "ok": "bad"}
    return {
        **alarms([row]),
        "m.now.calls.waiting_now": count(12) | over,
        "m.now.calls.longest_wait_s": count(106) | {"tgt": 60, "op": "<=", "ok": "bad"},
        "s.calls.queue": {"waiting": 12, "oldest_at": now_ms - 106_000},
    }


def alarms(rows: list[dict[str, Any]], quiet: bool = False) -> dict[str, Any]:
    """The two paths of 告警 for the rows, already in order."""
    there = [row for row in rows if row["state"] != "cleared"]
    worst = next(
        (s for s in ("bad", "warn", "info") if any(r["severity"] == s for r in there)), None
    )
    told = {
        "active": len(there),
        "unacked": sum(row["state"] == "active" for row in there),
        "worst": worst,
        "quiet": quiet,
        "quiet_hours": "22:00–7:00",
    }
    return {"s.alarms": told, "t.alarms": rows}


COMPONENTS: Final = (
    ("case", "受理派遣平台", "u288", True, 400, None),
    ("db", "数据库", "u288", True, 1_000, None),
    ("gateway", "接口网关", "u145d6u137", True, 600, None),
    ("pda", "城管通消息", "u288", False, 2_000, None),
    ("cti", "呼叫平台", "u288", True, 300, None),
    ("sms", "短信网关", "u286d2", False, 252_000, None),
    ("video", "视频接入", "u85k9u194", False, 3_000, None),
    ("gis", "地理信息", "u24m12u252", False, 1_000, None),
    ("second", "二级平台", "u181k3u104", False, 5_000, (18, 18)),
    ("screens", "大屏终端", "u288", False, 2_000, (6, 6)),
)
"""Id, name, 24 hours, vital, age of the last probe, up and total of a group."""


def platform(now_ms: int = NOON_MS) -> dict[str, Any]:
    """The frame's paths of 平台."""
    return {**_platform_cells(), **_platform_series(now_ms), **_platform_tables(now_ms)}


def _platform_cells() -> dict[str, Any]:
    days = count(324) | {"d": 325, "tgt": 365, "op": ">=", "ok": "bad", "tot": 364}
    cells: dict[str, Any] = {"year.platform.normal_days": days}
    cells |= {"year.platform.lost_days": count(1), "year.platform.pending_days": count(0)}
    due = {"today": 52_320, "month": 1_780_320, "year": 28_002_720}
    for window, seconds in due.items():
        down, unknown = (8_400, 2_760) if window == "year" else (0, 0)
        up = seconds - down - unknown
        low = {"op": "<=", "tgt": 0.05, "ok": "good"}
        high = {"op": ">=", "tgt": 0.999, "ok": "good"}
        key = f"{window}.platform"
        cells[f"{key}.fault_rate"] = rate(down, seconds, **low)
        cells[f"{key}.availability@lower"] = rate(up, seconds, **high)
        cells[f"{key}.availability@upper"] = rate(up + unknown, seconds, **high)
    spent = {"unknown_s": 2_760, "maintenance_s": 43_200, "degraded_s": 1_860, "down_s": 8_400}
    cells |= {f"year.platform.{name}": count(n) for name, n in spent.items()}
    cells["year.platform.mtbf_s"] = mean(27_993_600, 2)
    cells["year.platform.mttr_s"] = mean(8_400, 2)
    cells |= {"year.platform.outages": count(2), "year.platform.corrections": count(1)}
    good = {"op": ">=", "tgt": 0.98, "ok": "good"}
    cells["year.platform.maintenance_timeliness"] = rate(17, 17, **good)
    now = {"components_up": (9, 10), "screens_up": (6, 6), "outages_open": (1, None)}
    now |= {"tickets_open": (2, None), "tickets_overdue": (1, None)}
    cells |= {f"now.platform.{name}": count(n, tot=of) for name, (n, of) in now.items()}
    return {f"m.{key}": cell for key, cell in cells.items()}


def _platform_series(now_ms: int) -> dict[str, Any]:
    first, here = datetime.date(2026, 1, 1), datetime.date(2026, 11, 21)
    days = ["."] * 365
    today = (here - first).days
    days[: today + 1] = ["n"] * (today + 1)
    odd = {"d": ("03-17", "06-23", "09-05"), "m": ("01-18", "04-12", "07-12", "10-11")}
    odd |= {"u": ("05-09",), "x": ("08-03",)}
    for letter, dates in odd.items():
        for date in dates:
            days[(datetime.date.fromisoformat(f"2026-{date}") - first).days] = letter
    fault = int(datetime.datetime.fromisoformat("2026-08-03T09:12:00+08:00").timestamp() * 1000)
    return {
        "s.platform.about": {
            "normal_day": "非计划中断 ≤ 30 分钟且单次 ≤ 15 分钟",
            "fault_rate": "按时长，扣除计划维护",
            "availability": "按时长",
            "fault_by": "duration",
            "vital": ["受理派遣平台", "数据库", "接口网关", "呼叫平台"],
            "warning": None,
            "last_outage_at": fault,
        },
        "s.platform.calendar": {
            "year": 2026,
            "weekday": first.isoweekday(),
            "days": "".join(days),
            "today": today,
            "corrected": [(datetime.date(2026, 5, 9) - first).days],
            "counts": {letter: days.count(letter) for letter in "ndmuqx"},
        },
        "s.platform.lanes": {
            "to": math.ceil(now_ms / (5 * MINUTE)) * 5 * MINUTE,
            "step_min": 5,
            "cells": 288,
            "days": 90,
        },
    }


def _platform_tables(now_ms: int) -> dict[str, Any]:
    components, lanes = [], []
    for n, (id, name, h24, vital, age, group) in enumerate(COMPONENTS):
        state = "d" if h24.endswith("d2") else "u"
        up, total = group or (None, None)
        row = {"id": id, "name": name, "vital": vital, "state": state, "up": up, "total": total}
        since = now_ms - (age if state == "d" else 40 * DAY)
        components.append(row | {"since": since, "seen_at": now_ms - age, "every_s": 60})
        d90 = "u90" if n % 4 else f"u{10 + n}m1u{78 - n}d1"
        lanes.append({"id": id, "h24": h24, "d90": d90})
    return {
        "t.platform.components": components,
        "t.platform.lanes": lanes,
        "t.platform.outages": _outages(now_ms),
        "t.platform.tickets": _tickets(now_ms),
        "t.platform.screens": [
            {
                "id": f"s{n}",
                "name": name,
                "state": "live",
                "last_at": now_ms - 2_000,
                "painting": True,
            }
            for n, name in enumerate(
                ("指挥大厅主屏", "大厅左屏", "大厅右屏", "会商室", "值班室", "走廊")
            )
        ],
        "t.platform.corrections": [
            {
                "at": _at("05-11T10:20"),
                "by_role": "运维管理员",
                "what": "5月9日 采集探针 46 分钟 由中断改为未知",
                "why": "探针主机断电，业务日志证明平台在用",
            }
        ],
    }


def _at(text: str) -> int:
    return int(datetime.datetime.fromisoformat(f"2026-{text}+08:00").timestamp() * 1000)


def _outages(now_ms: int) -> list[dict[str, Any]]:
    fixed = {"by_role": "运维管理员", "at": _at("05-11T10:20"), "why": "业务日志证明平台在用"}
    rows = [
        ("sms", "短信网关", "d", now_ms - 252_000, None, "响应超过 3 秒", False, None),
        ("gis", "地理信息", "m", _at("10-11T01:00"), 180, "底图更新", True, None),
        ("db", "数据库", "x", _at("08-03T09:12"), 128, "存储阵列故障", False, None),
        ("probe", "采集探针", "k", _at("05-09T16:05"), 46, "探针主机断电", False, fixed),
        ("gateway", "接口网关", "x", _at("03-17T11:40"), 12, "证书过期", False, None),
    ]
    return [
        {
            "id": id,
            "name": name,
            "state": state,
            "from": start,
            "to": None if minutes is None else start + minutes * MINUTE,
            "cause": cause,
            "planned": planned,
            "corrected": corrected,
        }
        for id, name, state, start, minutes, cause, planned, corrected in rows
    ]


def _tickets(now_ms: int) -> list[dict[str, Any]]:
    rows = [
        ("W-1107", "短信网关", now_ms - 200_000, now_ms + 26 * MINUTE, "responded", None),
        ("W-1105", "大厅左屏", now_ms - 300 * MINUTE, now_ms - 60 * MINUTE, "open", False),
        ("W-1098", "视频接入", now_ms - 2 * DAY, now_ms - 2 * DAY + 7_200_000, "closed", True),
    ]
    return [
        {"id": id, "name": name, "opened_at": start, "due_at": due, "state": state, "on_time": ok}
        for id, name, start, due, state, ok in rows
    ]


def operations(now_ms: int = NOON_MS) -> dict[str, Any]:
    """A city with both parts, a yearly form at work, and no alarm."""
    return {
        **backlog(now_ms),
        **calls(now_ms),
        **platform(now_ms),
        **annual(),
        **ranking(),
        **alarms([]),
    }
