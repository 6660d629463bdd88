"""The hotline, the platform and the alarms at their largest, and with nothing at all."""

from __future__ import annotations

from typing import Any, Final

from tests.browser import opscenery
from tests.browser.scenery import count, rate

LONG: Final = "城市运行管理服务平台数据交换与共享网关"
MARKS: Final = "abcd"


def crowded(now_ms: int = opscenery.NOON_MS) -> dict[str, Any]:
    """A provincial capital: 320 seats, millions of calls, 24 long-named components, 9 alarms."""
    changes = opscenery.operations(now_ms)
    for window, factor in (("today", 12), ("month", 300), ("year", 4_000)):
        for name in ("offered", "answered", "abandoned"):
            changes[f"m.{window}.calls.{name}"] = count(2_340 * factor, 2_100 * factor, 9_876_543)
        for name in opscenery.ORDERS:
            changes[f"m.{window}.calls.{name}"] = count(876 * factor)
        for name in ("connect_rate", "service_level_15s", "work_order_closure_rate"):
            low = {"op": ">=", "tgt": 0.9875, "ok": "warn"}
            changes[f"m.{window}.calls.{name}"] = rate(2_140 * factor, 2_340 * factor, **low)
    for key in ("now.calls.connect_rate_24h", "year.calls.connect_rate_24h_min"):
        changes[f"m.{key}"] = rate(118_765, 119_876, op=">=", tgt=0.9875, ok="warn")
    changes["m.now.calls.waiting_now"] = count(128) | {"tgt": 100, "op": "<=", "ok": "bad"}
    changes["s.calls.queue"] = {"waiting": 128, "oldest_at": now_ms - 3_723_000}
    states = {"talking": 211, "ringing": 13, "wrapup": 26, "idle": 20, "break": 24, "offline": 26}
    changes["s.calls.agents"] = {"seats": 320, "states": states}
    changes["m.now.calls.agents_on_duty"] = count(294, tot=320)
    changes["t.calls.variants"] = [
        row | {"text": "人工应答 ÷（呼入总量 − 秒挂 − 自助办结）"}
        for row in changes["t.calls.variants"]
    ]
    for row in changes["t.calls.variants"]:
        changes[f"m.{row['key']}"] = rate(25_680, 28_080)
    return changes | _platform(changes, now_ms) | opscenery.alarms(_alarms(now_ms))


def _platform(told: dict[str, Any], now_ms: int) -> dict[str, Any]:
    rows = told["t.platform.components"]
    more = [rows[i % len(rows)] | {"id": f"c{i}", "name": f"{LONG}{i:02}"[-12:]} for i in range(24)]
    more[3] |= {"state": "x", "since": now_ms - 90_000_000}
    lanes = [{"id": row["id"], "h24": "u20x5u90d6k9m30u128", "d90": "u30x1m2k4u53"} for row in more]
    outages = [
        row | {"name": LONG, "cause": "因上级平台接口升级改造导致数据交换中断"}
        for row in told["t.platform.outages"]
    ]
    days = count(318) | {"d": 325, "tgt": 365, "op": ">=", "ok": "bad", "tot": 358}
    high = {"op": ">=", "tgt": 0.9995, "ok": "bad"}
    warning = "正常 325 天与故障率 5 %（合 18.25 天）同时成立，请核对口径"
    return {
        "t.platform.components": more,
        "t.platform.lanes": lanes,
        "t.platform.outages": (outages * 3)[:12],
        "t.platform.tickets": [row | {"name": LONG} for row in told["t.platform.tickets"]] * 2,
        "m.year.platform.normal_days": days,
        "m.year.platform.lost_days": count(7),
        "m.year.platform.pending_days": count(12),
        "m.year.platform.availability@lower": rate(97_123, 100_000, **high),
        "m.year.platform.availability@upper": rate(99_987, 100_000, **high),
        "m.year.platform.fault_rate": rate(8_400_000, 28_002_720, op="<=", tgt=0.05, ok="bad"),
        "s.platform.about": told["s.platform.about"] | {"warning": warning},
    }


def _alarms(now_ms: int) -> list[dict[str, Any]]:
    row = opscenery.queue_alarm(now_ms)["t.alarms"][0]
    return [
        row | {"id": f"a{n}", "title": "排队等待超限告警", "value": "128 人", "scene": None}
        for n in range(9)
    ]


def nothing(now_ms: int = opscenery.NOON_MS) -> dict[str, Any]:
    """Both parts are configured and nothing has been heard of them yet."""
    told = opscenery.operations(now_ms)
    empty = rate(0, 0)
    changes: dict[str, Any] = {path: empty for path in told if path.startswith("m.")}
    absent = dict.fromkeys(("n", "v"), None)
    for path in list(changes):
        if path.rpartition(".")[2] in ("offered", "answered", "waiting_now", "normal_days"):
            changes[path] = empty | absent | {"d": None}
    quarters = {"n": 96, "now_q": 58.1, "connect": [], "service": []}
    quarters |= {name: [None] * 59 for name in ("offered", "answered", "abandoned")}
    calendar = told["s.platform.calendar"]
    days = "-" * 324 + "q" + "." * 40
    counts = dict.fromkeys("ndmux", 0) | {"q": 1}
    silent = [row | {"state": "k", "seen_at": None} for row in told["t.platform.components"]]
    lanes = [row | {"h24": "k288", "d90": ".89k1"} for row in told["t.platform.lanes"]]
    changes |= {
        "s.calls.queue": {"waiting": 0, "oldest_at": None},
        "s.calls.quarters": quarters,
        "s.calls.yesterday": {"offered": []},
        "s.calls.lowest24h": {"from": None, "to": None},
        "s.platform.calendar": calendar | {"days": days, "counts": counts, "corrected": []},
        "s.platform.about": told["s.platform.about"] | {"last_outage_at": None},
        "t.platform.components": silent,
        "t.platform.lanes": lanes,
        **{f"t.platform.{name}": [] for name in ("outages", "tickets", "screens", "corrections")},
    }
    return changes
