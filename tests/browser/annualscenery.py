"""The yearly form of the scenery's afternoon 年度: 郑州's form of 2021 for 2026, filled so far,
evaluated and painted by the real engine; measures and typed values are hand-made."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from dashboard.annualprofile import Annual
from dashboard.bookkeeping import Standing
from dashboard.city import load_profile
from dashboard.evaluation.book import Book
from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.form import Form, Source
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.result import Evidence
from dashboard.evaluation.values import Entry, Values
from dashboard.yearwork import Answer, Year, YearWork
from tests.browser.scenery import NOON_MS

GOLDEN: Final = Path(__file__).parents[2] / "examples" / "golden" / "zhengzhou-2021.yaml"
MEASURED: Final = {
    "platform.maintenance_timeliness": (17, 17),
    "calls.connect_rate": (994_817, 1_007_512),
    "platform.normal_days": (324, None),
    "calls.feedback_rate": (9_912, 10_000),
    "platform.fault_rate": (1, 325),
}
"""Satisfaction is not among them: nobody has rated yet."""
WAITING: Final = ("area", "collection_done", "staffing_sound", "daily_upkeep", "procurement")


def form() -> Form:
    return msgspec.structs.replace(load_form("zhengzhou-2021"), year="any")


def evidence(measured: dict[str, tuple[int, int | None]], asked: Form) -> dict[Source, Evidence]:
    return {
        one.source: Evidence(
            measure=one.source.measure or "",
            name=one.name,
            variant="",
            attribution="",
            formula="",
            definition="",
            first="2026-01-01",
            last="2026-11-21",
            num=measured[one.source.measure or ""][0],
            den=measured[one.source.measure or ""][1],
        )
        for one in asked.indicators
        if one.source.measure in measured
    }


def typed() -> Values:
    """The printed values, but for some not filled yet and a figure that still grows."""
    values = load_values(GOLDEN, load_form("zhengzhou-2021"))
    entries = {id: one for id, one in values.values.items() if id not in WAITING}
    entries["bulletins"] = Entry(value=Decimal(12))
    entries["operators"] = Entry(value=Decimal(50), attachment=("花名册.pdf@" + "0" * 64,))
    return msgspec.structs.replace(
        values, year=2026, values=entries, statements=(), finished=(), unfinished=()
    )


def year(asked: Form, values: Values, measured: dict[str, Any] = MEASURED) -> Year:
    """The form evaluated on the scenery's afternoon."""
    result = evaluate(asked, values, evidence(measured, asked), city="郑州市", as_of=NOON_MS)
    book = Book(asked.id, "zhengzhou", 2026, number=17)
    return Year(asked, 2026, NOON_MS, Standing(book, result, []), "91.62")


def painted(found: Year | None, problem: Exception | None = None) -> dict[str, Any]:
    """The frame's paths of 年度 as the worker paints them."""
    answer: Future[Answer] = Future()
    if problem is not None:
        answer.set_exception(problem)
    else:
        answer.set_result(Answer("key", found))
    profile = dataclasses.replace(load_profile("zhengzhou"), annual=Annual(due=(1, 15)))
    work = YearWork(profile, lambda *_: Answer("key", found), lambda _: answer)
    work.reset(NOON_MS)
    if found is not None or problem is not None:
        work.advance(NOON_MS)
    frame: Any = {"s": {}, "t": {}}
    work.paint(frame)
    return {f"{part}.{key}": value for part in ("s", "t") for key, value in frame[part].items()}


def annual() -> dict[str, Any]:
    """A form at work: much filled, some missing, some contradicted."""
    return painted(year(form(), typed()))


def empty() -> dict[str, Any]:
    """Nobody has opened the book and nothing has been measured."""
    return painted(year(form(), Values(form="zhengzhou-2021", year=2026), {}))


def crowded() -> dict[str, Any]:
    """The longest names, and rows as many as a frame holds."""
    told = annual()
    long = "路面破损、城市建设施工影响通行等专项问题普查"
    rows = told["t.annual.output"]
    more = [
        rows[n % len(rows)]
        | {"id": f"r{n}", "name": long, "actual": "1,234,567.89", "unit": "平方公里"}
        for n in range(24)
    ]
    findings = [
        one
        | {
            "name": long,
            "left": "资金表“预算执行率(%)”合计 104.84%"[:40],
            "right": "应 ＝ 资金表“资金到位率(%)”合计 95%",
        }
        for one in told["t.annual.findings"]
    ]
    gaps = [one | {"name": long, "level": "投入和管理目标"} for one in told["t.annual.missing"]]
    score = told["s.annual.score"] | {"score": "100.00", "projected": "100.00", "highest": "100.00"}
    levels = [one | {"items": one["items"] * 2} for one in told["t.annual.levels"]]
    about = told["s.annual.about"] | {
        "title": "2021年度南阳市“数字城管”系统运行维护费项目绩效评价得分表",
        "due": None,
    }
    return told | {
        "t.annual.output": more,
        "t.annual.effect": more[:12],
        "t.annual.findings": findings,
        "t.annual.missing": (gaps * 3)[:12],
        "t.annual.levels": [*levels, *levels[:2]],
        "s.annual.score": score,
        "s.annual.about": about,
    }
