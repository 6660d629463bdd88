"""The backlog of the scenery's afternoon 案件, hand-made: every key docs/frame.md promises."""

from __future__ import annotations

from typing import Any, Final

from tests.browser.scenery import CATEGORIES, DEPARTMENTS, DISTRICTS, NOON_MS, count

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
STAGES: Final = (
    ("reported", "待受理", (209, 3, 2, 0, 0)),
    ("accepted", "待立案", (151, 14, 3, 0, 0)),
    ("filed", "待派遣", (92, 5, 0, 0, 0)),
    ("dispatched", "待处置", (1_102, 588, 121, 29, 6)),
    ("disposed", "待核查", (377, 198, 22, 5, 0)),
    ("checked", "待结案", (286, 131, 12, 0, 0)),
    ("suspended", "挂账", (2, 9, 31, 57, 27)),
)
"""Adds up to the scenery's 3,482 open and 126 suspended."""
LATE: Final = [21, 14, 8, 4]
AHEAD: Final = [31, 58, 74, 91, 66, 38, 24, 17, 9, 6, 4, 3, 2, 2, 3, 5, 12, 38, 87, 121, 96, 71]
STREETS: Final = ("花园路街道", "大学路街道", "建设路街道", "紫荆山路街道", "如意湖街道")


def backlog(now_ms: int = NOON_MS) -> dict[str, Any]:
    """The frame's paths of 案件."""
    cells = {"reworked": 58, "postponed": 141, "supervised": 23, "due_24h": sum(AHEAD) + 96}
    rows = [_stage(*row) for row in STAGES]
    every = [sum(group) for group in zip(*(row["ages"] for row in rows), strict=True)]
    return {
        **{f"m.open.backlog.{name}": count(n) for name, n in cells.items()},
        **_counters(),
        "s.backlog.ages": [1, 3, 7, 30],
        "s.backlog.late": LATE,
        "s.backlog.ahead": {"from": now_ms // HOUR * HOUR, "n": [*AHEAD, 54, 42]},
        "t.backlog.stages": [*rows, _stage("all", "合计", every)],
        "t.backlog.departments": [
            {"id": str(i), "name": name, "overdue": late, "soon": (i * 7) % 11, "open": held}
            for i, (name, late, held) in enumerate(DEPARTMENTS)
        ],
        "t.backlog.overdue": [_case(n, now_ms - (10 - n) * 23 * HOUR) for n in range(10)],
        "t.backlog.soon": [_case(n + 3, now_ms + (n * n + 3) * 197_000) for n in range(10)],
    }


def _counters() -> dict[str, Any]:
    windows = {"today": (14, 31, 9), "month": (609, 842, 233)}
    return {
        f"m.{window}.cases.{name}": count(n, round(n * 1.1), n if window == "today" else None)
        for window, numbers in windows.items()
        for name, n in zip(("rework", "postponed", "suspended"), numbers, strict=True)
    }


def _stage(id: str, name: str, ages: Any) -> dict[str, Any]:
    return {"id": id, "name": name, "n": sum(ages), "ages": list(ages)}


def _case(n: int, due: int) -> dict[str, Any]:
    return {
        "category": CATEGORIES[n % len(CATEGORIES)],
        "district": DISTRICTS[n % 5][1],
        "street": STREETS[n % 5] if n % 3 else "",
        "department": DEPARTMENTS[n % len(DEPARTMENTS)][0],
        "due": due,
    }


def crowded(now_ms: int = NOON_MS) -> dict[str, Any]:
    """A provincial capital that fell behind: the largest numbers and the longest names."""
    long = "经济技术开发区城市管理和综合执法局第十二大队"
    told = backlog(now_ms)
    rows = [
        row | {"n": row["n"] * 40, "ages": [n * 40 for n in row["ages"]]}
        for row in told["t.backlog.stages"]
    ]
    late = [
        row
        | {
            "category": "城市建设施工影响通行等专项问题普查",
            "district": "郑州航空港经济综合实验区",
            "street": "三官庙街道办事处",
            "department": long,
        }
        for row in told["t.backlog.overdue"]
    ]
    big = {"open": 139_280, "overdue": 11_880, "due_soon": 3_320, "suspended": 5_040}
    return {
        **told,
        **{f"m.open.cases.{name}": count(n) for name, n in big.items()},
        **{f"m.month.cases.{name}": count(24_360) for name in ("rework", "postponed", "suspended")},
        "s.backlog.late": [5_300, 3_200, 2_180, 1_200],
        "t.backlog.stages": rows,
        "t.backlog.departments": [
            {"id": str(n), "name": long, "overdue": 1_180 - n, "soon": 268, "open": 12_432}
            for n in range(10)
        ],
        "t.backlog.overdue": [row | {"due": row["due"] - 400 * DAY} for row in late],
        "t.backlog.soon": [
            row | {"due": now_ms + (n + 1) * 7_100_000} for n, row in enumerate(late)
        ],
    }


def empty() -> dict[str, Any]:
    """All is done: known, and 0."""
    names = ("reworked", "postponed", "supervised", "due_24h")
    told = backlog()
    return {
        **{f"m.open.backlog.{name}": count(0) for name in names},
        **{
            f"m.open.cases.{name}": count(0)
            for name in ("open", "overdue", "due_soon", "suspended")
        },
        "s.backlog.late": [0] * 4,
        "s.backlog.ahead": {"from": NOON_MS // HOUR * HOUR, "n": [0] * 24},
        "t.backlog.stages": [
            _stage(row["id"], row["name"], [0] * 5) for row in told["t.backlog.stages"]
        ],
        "t.backlog.departments": [],
        "t.backlog.overdue": [],
        "t.backlog.soon": [],
    }


def unknown() -> dict[str, Any]:
    """No case has ever come: nothing is known, and nothing is 0."""
    none = count(0) | {"v": None, "n": None, "st": "nodata"}
    told = backlog()
    cells = [key for key in told if key.startswith("m.")]
    cells += [f"m.open.cases.{name}" for name in ("open", "overdue", "due_soon", "suspended")]
    cells += ["m.today.cases.reported", "m.year.cases.filed", "m.year.cases.closed"]
    tables = {key: [] for key in told if key.startswith("t.")}
    return {key: none for key in cells} | tables | {"s.backlog.late": None, "s.backlog.ahead": None}
