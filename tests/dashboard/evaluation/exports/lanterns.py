"""灯镇's street lamp form, evaluated by hand: every state, a merged level, hostile texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from dashboard.evaluation.form import Form
from dashboard.evaluation.result import (
    Actual,
    Evidence,
    FactResult,
    FigureResult,
    Finding,
    Item,
    LevelResult,
    MoneyCell,
    PartResult,
    Result,
    State,
    Total,
)
from dashboard.evaluation.values import Override, Values

AS_OF: Final = 1_640_966_399_000
"""2021-12-31 23:59:59 in Shanghai."""
D = Decimal
LONG: Final = "；".join(
    f"第{n}项制度已经制定并在全镇公布，由监督科每季度检查一次" for n in range(1, 8)
)

FORM: Final = msgspec.convert(
    {
        "id": "lanterns",
        "title": "灯镇路灯运行维护项目绩效自评表",
        "kind": "单位自评",
        "grades": [{"name": "优", "at_least": 90}, {"name": "良", "at_least": 80}],
        "columns": [
            {"key": "number", "title": "序号", "width": 6},
            {"key": "level1", "title": "一级指标", "width": 10},
            {"key": "level1_weight", "title": "分值", "width": 8},
            {"key": "level2", "title": "二级指标", "width": 10},
            {"key": "name", "title": "三级指标", "width": 20},
            {"key": "weight", "title": "分值", "width": 8},
            {"key": "target", "title": "目标值", "width": 12},
            {"key": "actual", "title": "实际完成值", "width": 24},
            {"key": "score", "title": "得分", "width": 8},
            {"key": "deducted", "title": "扣分", "width": 8},
            {"key": "reason", "title": "扣分原因", "width": 24},
            {"key": "standard", "title": "评分标准", "width": 24},
            {"key": "evidence", "title": "佐证", "width": 16},
            {"key": "rechecked_score", "title": "复核得分", "width": 10},
        ],
        "levels": [
            {"id": "process", "name": "过程", "weight": 30},
            {"id": "output", "name": "产出", "weight": 70},
            {"id": "amount", "name": "数量", "parent": "output", "weight": 40},
            {"id": "quality", "name": "质量", "parent": "output", "weight": 30},
            {"id": "empty", "name": "效益"},
        ],
        "indicators": [
            {
                "id": "rules",
                "level": "process",
                "name": "制度健全性",
                "weight": 30,
                "target": {"op": "is", "words": "健全"},
                "standard": '=HYPERLINK("http://x")',
            },
            {
                "id": "lamps",
                "level": "amount",
                "name": "路灯数",
                "weight": 20,
                "unit": "盏",
                "target": {"op": ">=", "value": 1250},
            },
            {"id": "done", "level": "amount", "name": "实际完成率", "weight": 20},
            {
                "id": "rate",
                "level": "quality",
                "name": "亮灯率",
                "weight": 15,
                "unit": "%",
                "target": {"op": ">=", "value": 98},
            },
            {
                "id": "faults",
                "level": "quality",
                "name": "故障率",
                "weight": 10,
                "unit": "%",
                "target": {"op": "<=", "value": 5},
            },
            {"id": "reward", "level": "quality", "name": "举报奖励", "weight": 5, "unit": "元"},
        ],
        "figures": [{"id": "cases", "name": "案卷数", "unit": "件"}],
        "facts": [{"id": "project", "label": "项目名称"}, {"id": "goal", "label": "总体目标"}],
        "money": {
            "title": "资金情况",
            "unit": "万元",
            "rows": [
                {"id": "budget", "title": "预算", "number": "(1)"},
                {"id": "rate", "title": "执行率", "unit": "%"},
            ],
            "columns": [{"id": "total", "title": "合计"}, {"id": "city", "title": "市级"}],
        },
    },
    Form,
)
EVIDENCE: Final = Evidence(
    measure="lamps.lit",
    name="亮灯率",
    variant="by_lamp",
    attribution="own",
    formula="亮灯数 ÷ 应亮灯数",
    definition="9f3c",
    by="channel",
    member="hotline_12319",
    first="2021-01-01",
    last="2021-12-31",
    num=1_205_125,
    den=1_250_000,
    as_of=AS_OF,
)


def item(id: str, level: str, state: State, actual: Actual, **given: Any) -> Item:
    one = next(one for one in FORM.indicators if one.id == id)
    known: dict[str, Any] = {
        "weight": one.weight,
        "unit": one.unit,
        "target": "",
        "op": "",
        "progress": None,
        "computed": None,
        "override": None,
        "final": None,
        "how": "",
        "note": "",
    }
    return Item(id=id, level=level, name=one.name, actual=actual, state=state, **{**known, **given})


def level(id: str, weight: str, score: str | None, parent: str | None = None) -> LevelResult:
    name = next(one.name for one in FORM.levels if one.id == id)
    got = None if score is None else D(score)
    rate = None if got is None else (got / D(weight) * 100).quantize(D("0.01"))
    return LevelResult(
        id=id,
        parent=parent,
        name=name,
        weight=D(weight),
        computed=got,
        override=None,
        score=got,
        rate=rate,
        pending=D(0),
    )


ITEMS: Final = (
    item(
        "rules",
        "process",
        "met",
        Actual(
            origin="typed",
            text=LONG,
            by="阿宁",
            at="2022-01-05",
            reason="制度汇编",
            attachments=("制度汇编.pdf",),
        ),
        target="健全",
        op="is",
        computed=D("30.00"),
        final=D("30.00"),
        how="要素齐全",
    ),
    item(
        "lamps",
        "amount",
        "unmet",
        Actual(origin="typed", number=D(1200), text="1,200盏"),
        target="≥1250盏",
        op=">=",
        computed=D("19.20"),
        final=D("19.20"),
        how="1200 ÷ 1250 × 20",
        note="新区电缆未通",
    ),
    item(
        "done",
        "amount",
        "partial",
        Actual(origin="typed", text="灯杆 4；电缆 8"),
        computed=D("10.00"),
        final=D("10.00"),
        how="2 个中 1 个达标",
        parts=(
            PartResult(
                id="poles",
                name="灯杆",
                op=">=",
                unit="根",
                target="≥4根",
                progress=D(1),
                actual=Actual(origin="typed", number=D(4), text="4根"),
                state="met",
                share=D(1),
            ),
            PartResult(
                id="cables",
                name="电缆",
                op=">=",
                unit="公里",
                target="≥10公里",
                progress=D("0.8"),
                actual=Actual(origin="typed", number=D(8), text="8公里"),
                state="unmet",
                share=D(0),
            ),
        ),
    ),
    item(
        "rate",
        "quality",
        "unmet",
        Actual(origin="measured", number=D("96.41"), text="96.41%", evidence=EVIDENCE),
        target="≥98%",
        op=">=",
        computed=D("14.75"),
        final=D("14.75"),
        how="96.41 ÷ 98 × 15",
    ),
    item(
        "faults",
        "quality",
        "met",
        Actual(origin="typed", number=D(5), text="5%"),
        target="≤5%",
        op="<=",
        computed=D("10.00"),
        final=D("0.00"),
        how="达标得满分",
        override=Override(score=D(0), reason="+复核时认定未完成", by="老周", at="2022-02-01"),
    ),
    item("reward", "quality", "missing", Actual()),
)
RESULT: Final = Result(
    form="lanterns",
    title=FORM.title,
    kind="单位自评",
    city="灯镇",
    year=2021,
    as_of=AS_OF,
    scoring="items",
    total=Total(
        weight=D(100),
        computed=D("83.95"),
        override=None,
        score=D("73.95"),
        grade="",
        computed_grade="",
        pending=D(5),
        highest=D("78.95"),
        projected=D("77.84"),
        projected_grade="中",
    ),
    levels=(
        level("process", "30", "30.00"),
        level("output", "70", "43.95"),
        level("amount", "40", "29.20", "output"),
        level("quality", "30", "14.75", "output"),
    ),
    items=ITEMS,
    figures=(
        FigureResult(
            id="cases",
            name="案卷数",
            unit="件",
            state="stated",
            actual=Actual(origin="typed", number=D(509566), text="509,566件"),
        ),
    ),
    money=(
        MoneyCell(
            row="budget",
            column="total",
            number=D("98.0980"),
            text="98.0980",
            typed=D("98.0980"),
            computed=None,
        ),
        MoneyCell(row="budget", column="city", number=None, text="", typed=None, computed=None),
        MoneyCell(
            row="rate", column="total", number=D(100), text="100", typed=None, computed=D(100)
        ),
        MoneyCell(row="rate", column="city", number=None, text="—", typed=None, computed=None),
    ),
    facts=(
        FactResult(id="project", label="项目名称", value="@路灯运行维护"),
        FactResult(id="goal", label="总体目标", value=LONG),
    ),
    findings=(
        Finding(
            kind="reading",
            severity="error",
            what="故障率：按目标已达标却未得满分",
            where="评分表“故障率”",
            left="表列 0 分",
            right="按规则 10 分",
            settle="核对目标方向",
            refs=("faults",),
        ),
        Finding(
            kind="unit",
            severity="hint",
            what="举报奖励没有单位",
            where="评分表",
            left="1,000",
            right="",
            settle="=写明单位",
        ),
    ),
    values=Values(form="lanterns", year=2021),
)
