"""A Zhengzhou afternoon as a frame 画面: Saturday 21 November 2026, 14:32, hand-made figures."""

from __future__ import annotations

import datetime
from typing import Any

TIMEZONE = "Asia/Shanghai"
NOON_MS = int(datetime.datetime.fromisoformat("2026-11-21T14:32:07+08:00").timestamp() * 1000)
RATES = ("cases.closure_rate", "cases.on_time_disposal_rate", "cases.rework_rate")
BUILD = "scenery-1"

FUNNEL = {
    "reported": (912, 887, 1402),
    "accepted": (897, 874, 1381),
    "filed": (861, 842, 1330),
    "dispatched": (848, 829, 1312),
    "disposed": (702, 671, 1176),
    "checked": (655, 629, 1121),
    "closed": (641, 618, 1098),
    "self_handled": (148, 139, 231),
    "cancelled": (6, 9, 14),
}
SHARES = {
    "valid_report_rate": (861, 912),
    "filing_rate": (861, 912),
    "dispatch_accuracy": (835, 848),
    "disposal_rate": (702, 848),
    "on_time_disposal_rate": (758, 848),
    "on_time_check_rate": (611, 655),
    "closure_rate": (641, 655),
}
STEP_SHARES = ("filing_rate", "disposal_rate", "closure_rate")
HOURS = [9, 7, 6, 4, 8, 19, 48, 96, 141, 128, 119, 94, 71, 95, 67]
YESTERDAY = [8, 8, 6, 5, 9, 17, 45, 101, 132, 133, 121, 92, 66, 90, 112, 121, 108, 84, 56, 38]
YESTERDAY += [22, 14, 9, 5]
DISTRICTS = [
    ("410108", "惠济区", 58, 1, 0.954),
    ("410171", "高新区", 83, 2, 0.948),
    ("410105", "金水区", 176, 6, 0.936),
    ("410173", "郑东新区", 102, 3, 0.931),
    ("410172", "经开区", 71, 3, 0.922),
    ("410102", "中原区", 131, 6, 0.915),
    ("410106", "上街区", 15, 1, 0.907),
    ("410104", "管城回族区", 118, 9, 0.892),
    ("410103", "二七区", 124, 12, 0.864),
    ("410174", "航空港区", 34, 4, 0.849),
]
CATEGORIES = ["暴露垃圾", "机动车乱停放", "店外经营", "非法小广告", "道路不洁", "非机动车乱停放"]
CATEGORIES += ["积存垃圾渣土", "无照经营游商"]
DEPARTMENTS = [
    ("二七区城管局", 12, 48),
    ("管城回族区城管局", 9, 31),
    ("市排水管理处", 7, 26),
    ("金水区城管局", 6, 52),
    ("市政设施管理处", 5, 17),
    ("中原区城管局", 4, 39),
    ("市照明灯饰管理处", 3, 11),
    ("郑州供电公司", 2, 8),
]
NEWS = [
    ("金水区", "花园路", "店外经营", "上报"),
    ("二七区", "大学路", "暴露垃圾", "受理"),
    ("中原区", "建设路", "非机动车乱停放", "立案"),
    ("管城回族区", "紫荆山路", "污水井盖破损", "派遣"),
    ("郑东新区", "商务外环", "共享单车堆放", "派遣"),
    ("高新区", "科学大道", "道路不洁", "处置完毕"),
    ("金水区", "未来路", "机动车乱停放", "核查通过"),
    ("惠济区", "江山路", "积存垃圾渣土", "结案"),
    ("经开区", "航海东路", "工地扬尘", "立案"),
    ("上街区", "中心路", "路灯", "受理"),
    ("二七区", "淮河路", "非法小广告", "上报"),
    ("航空港区", "迎宾大道", "绿地脏乱", "上报"),
]
REPORTED = [1240, 1288, 1184, 854, 704, 1306, 1336, 1272, 1260, 1218, 840, 726, 1354, 1328, 1302]
REPORTED += [1278, 1196, 866, 748, 1320, 1346, 1330, 1304, 1246, 894, 764, 1340, 1366, 1318, 1268]


def count(value: int, cmp: int | None = None, tot: int | None = None) -> dict[str, Any]:
    """A cell of a count."""
    return _cell(float(value), n=value, cmp=None if cmp is None else float(cmp), tot=tot)


def rate(n: int, d: int, **more: Any) -> dict[str, Any]:
    """A cell of a rate."""
    return _cell(n / d if d else None, n=n, d=d, st="live" if d else "nodata", **more)


def _cell(v: float | None, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(("n", "d", "cmp", "tot", "tgt", "op", "ok"))
    return {"v": v, "st": "live"} | empty | more


def frame(now_ms: int = NOON_MS, seq: int = 1, **changes: Any) -> dict[str, Any]:
    """The afternoon's frame; `changes` replace single paths: `{"m.today.cases.filed": …}`."""
    out: dict[str, Any] = {
        "v": 1,
        "seq": seq,
        "as_of": now_ms - 400,
        "build": BUILD,
        "city": {"id": "zhengzhou", "name": "郑州市", "title": "郑州市数字化城市管理"},
        "demo": True,
        "sources": _sources(now_ms),
        "health": {"rejected": 3, "lag_ms": 240, "gap": None},
        "m": _measures(),
        "s": _series(),
        "t": _tables(now_ms),
    }
    for path, value in changes.items():
        section, dot, key = path.partition(".")
        if dot:
            out[section][key] = value
        else:
            out[path] = value
    return out


def _sources(now_ms: int) -> list[dict[str, Any]]:
    rows = [
        ("egova", "数字城管业务系统", 1_400, "live", 5),
        ("pda", "城管通采集终端", 2_300, "live", 30),
        ("hotline", "12319 热线平台", 41_000, "live", 60),
        ("video", "视频智能识别", 96_000, "late", 30),
    ]
    return [
        {"id": i, "name": name, "last_at": now_ms - age, "state": state, "every_s": every}
        for i, name, age, state, every in rows
    ]


def _measures() -> dict[str, Any]:
    cells = {f"today.cases.{k}": count(*values) for k, values in FUNNEL.items()}
    cells |= {f"today.cases.{k}": rate(n, d) for k, (n, d) in SHARES.items()}
    cells |= {f"today.cases.{k}@report": rate(*SHARES[k]) for k in STEP_SHARES}
    cells["today.cases.on_time_disposal_rate"] |= {"tgt": 0.90, "op": ">=", "ok": "warn"}
    good = {"op": ">=", "tgt": 0.95, "ok": "good", "cmp": 0.9533}
    cells["month.cases.closure_rate"] = rate(26731, 27918, **good)
    warn = {"op": ">=", "tgt": 0.90, "ok": "warn", "cmp": 0.9023}
    cells["month.cases.on_time_disposal_rate"] = rate(25214, 28204, **warn)
    low = {"op": "<=", "tgt": 0.03, "ok": "good", "cmp": 0.0234}
    cells["month.cases.rework_rate"] = rate(609, 27918, **low)
    for name, value in (("reported", 412_318), ("filed", 389_402), ("closed", 371_566)):
        cells[f"year.cases.{name}"] = count(value)
    for name, value in (("open", 3_482), ("overdue", 47), ("suspended", 126), ("due_soon", 83)):
        cells[f"open.cases.{name}"] = count(value)
    return cells


def _series() -> dict[str, Any]:
    today: list[int | None] = [*HOURS, *([None] * (24 - len(HOURS)))]
    days = [datetime.date(2026, 10, 22) + datetime.timedelta(n) for n in range(30)]
    closed = [n - 90 - (i * 37) % 60 for i, n in enumerate(REPORTED)]
    return {
        "hourly.reported": {"today": today, "yesterday": YESTERDAY, "now_h": 14.53},
        "days30": {
            "days": [f"{day:%m-%d}" for day in days],
            "reported": REPORTED,
            "closed": closed,
        },
    }


def _tables(now_ms: int) -> dict[str, Any]:
    channels = [
        ("patrol", "信息采集", 760),
        ("public", "公众举报", 118),
        ("device", "智能感知", 15),
    ]
    channels += [("official", "督查考评", 12), ("other", "其他来源", 7)]
    numbers = [143, 118, 96, 88, 74, 61, 45, 32]
    return {
        "channels": [{"id": i, "name": name, "n": n} for i, name, n in channels],
        "categories": [
            {"id": f"E01{i:02}", "name": name, "n": n}
            for i, (name, n) in enumerate(zip(CATEGORIES, numbers, strict=True))
        ],
        "districts": [_district(*row) for row in DISTRICTS],
        "departments": [
            {"id": str(i), "name": name, "overdue": late, "open": held}
            for i, (name, late, held) in enumerate(DEPARTMENTS)
        ],
        "ticker": [
            {"at": now_ms - i * 31_000, "district": d, "place": p, "category": c, "step": s}
            for i, (d, p, c, s) in enumerate(NEWS)
        ],
    }


def _district(code: str, name: str, reported: int, overdue: int, share: float) -> dict[str, Any]:
    ok = "good" if share >= 0.90 else "warn" if share >= 0.85 else "bad"
    row = {"id": code, "name": name, "reported": reported, "overdue": overdue}
    return row | {"v": share, "n": round(1000 * share), "d": 1000, "ok": ok}
