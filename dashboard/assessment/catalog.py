"""The formulas that are published 已公布的考评公式, with their sources.

[I] marks what the sources leave open and this program had to fill in; a city profile may put its
own formula under the same id.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Final

from dashboard.assessment.formula import Component, Formula, Step

ON_TIME: Final = "cases.on_time_disposal_rate"
CLOSED: Final = "cases.closure_rate"
CLOSED_ON_TIME: Final = "cases.on_time_closure_rate"
REWORK: Final = "cases.rework_rate"
POSTPONED: Final = "cases.postpone_rate"
UNRECORDED: Final = "事件契约中没有这项"
STANDARD: Final = "GB/T 30428.4-2016、CJ/T 292-2008 综合指标值示例（行业平台公开代码）"


def part(name: str, weight: float, measure: str = "", **more: Any) -> Component:
    """A component; without a measure it is not recorded."""
    if not measure:
        more.setdefault("why", UNRECORDED)
    return Component(name, Fraction(weight), measure, **more)


def steps(*given: tuple[int, int]) -> tuple[Step, ...]:
    return tuple(Step(Fraction(bound), points) for bound, points in given)


_FILED_CELL = (
    Step(Fraction(0), 100),
    *(Step(Fraction(n), points, strict=True) for n, points in ((3, 90), (5, 75), (7, 60), (9, 40))),
)
_HANDLED = {
    "steps": steps((300, 0), (500, 60), (1200, 75), (2000, 90)),
    "beyond": 100,
    "rule": "steps",
}

_ALL: Final = (
    Formula(
        "egova",
        "eGova 综合指数",
        ("district", "department"),
        (
            part("按期处置率", 60, ON_TIME),
            part("结案率", 30, CLOSED),
            part("返工率", 10, REWORK, rule="complement"),
        ),
        "数字政通平台公开代码 comIndex",
    ),
    Formula(
        "standard",
        "国标部门综合指标值",
        ("department",),
        (
            part(
                "立案数",
                10,
                "cases.filed",
                rule="steps",
                steps=steps((50, 100), (100, 90), (200, 75), (500, 60), (1000, 40)),
            ),
            part("结案率", 30, CLOSED),
            part("按期处置率", 30, ON_TIME),
            part("返工率", 30, REWORK, rule="complement"),
        ),
        STANDARD,
    ),
    Formula(
        "standard-area",
        "国标区域综合指标值",
        ("district",),
        (
            part("监督举报率", 10, "cases.public_report_rate", rule="complement"),
            part(
                "每单元网格立案数",
                20,
                "cases.filed",
                rule="steps",
                steps=_FILED_CELL,
                per_unit=True,
            ),
            part("结案率", 30, CLOSED),
            part("按期结案率", 40, CLOSED_ON_TIME),
        ),
        STANDARD,
        missing="reweight",
        note="末项权重原代码误作 10 %（合计仅 70 %），此处按 40 %；立案数分档按单元网格计，"
        "档案 [assessment.units] 没有写该区单元网格数时不计此项",
    ),
    Formula(
        "jinniu",
        "成都金牛综合得分",
        ("district", "department"),
        (
            part("处置率", 30, "cases.disposal_rate"),
            part("按期处置率", 20, ON_TIME),
            part("返工率", 20, REWORK, rule="complement"),
            part("超期待处置率", 20, "cases.overdue_rate", rule="complement"),
            part("延期率", 10, POSTPONED, rule="complement"),
        ),
        "成都市金牛区考评公式（公开代码）",
    ),
    Formula(
        "jinhua",
        "浙江金华考评办法",
        ("district", "department"),
        (
            part("组织保障", 5, why="由考评人员评定，系统不打分"),
            part(
                "按期结案率",
                50,
                CLOSED_ON_TIME,
                variant="due_less_suspended",
                rule="shortfall",
                full_at=Fraction(7, 10),
                lose=Fraction(1),
            ),
            part(
                "结案率",
                20,
                CLOSED,
                variant="due",
                rule="shortfall",
                full_at=Fraction(9, 10),
                lose=Fraction(1),
            ),
            part("紧急问题", 10, why="案卷没有紧急标志"),
            part("其余项目", 15, why="公开文本未见公式"),
            part("返工数", 0, "cases.rework", rule="off", lose=Fraction(1, 5)),
        ),
        "浙江省金华市数字城管考评办法（公开文库文本）",
        note="返工三次以上每件扣 0.5、领导交办与媒体曝光加倍两条没有数据，不计",
    ),
    Formula(
        "fuzhou",
        "福州四率",
        ("district", "department"),
        (
            part("结案率", 25, CLOSED),
            part("按期结案率", 25, CLOSED_ON_TIME),
            part("返工率", 25, REWORK, rule="complement"),
            part("延期率", 25, POSTPONED, rule="complement"),
        ),
        "福州市数字城管通报（2024）：结案率、按期结案率、返工率、延期率与综合指标值",
        note="通报没有写权重，此处四率等权",
    ),
    Formula(
        "collector",
        "采集员综合指标值",
        ("collector",),
        (
            part("有效上报率", 40, "cases.valid_report_rate", variant="collector"),
            part("漏报率", 20, rule="complement", why="案卷没有漏报标志"),
            part("按时核实率", 20, "cases.on_time_verify_rate"),
            part("按时核查率", 20, "cases.on_time_check_rate"),
        ),
        STANDARD,
        missing="reweight",
        note="没有核实或核查任务的，该项不计",
    ),
    Formula(
        "acceptor",
        "受理员综合指标值",
        ("acceptor",),
        (
            part("受理数", 25, "cases.accepted", **_HANDLED),
            part("核实按时派发率", 40, why="案卷没有派发核实的时限"),
            part("核查按时派发率", 35, why="案卷没有派发核查的时限"),
        ),
        STANDARD,
    ),
    Formula(
        "chief",
        "值班长综合指标值",
        ("chief",),
        (
            part("按时立案率", 25, why="案卷没有立案的时限"),
            part("准确立案率", 40, "cases.filing_accuracy"),
            part("按时结案率", 35, CLOSED_ON_TIME, variant="closed"),
        ),
        STANDARD,
    ),
    Formula(
        "dispatcher",
        "派遣员综合指标值",
        ("dispatcher",),
        (
            part("派遣数", 20, "cases.dispatched", **_HANDLED),
            part("按时派遣率", 40, why="案卷没有派遣的时限"),
            part("准确派遣率", 40, "cases.dispatch_accuracy"),
        ),
        STANDARD,
        note="派遣数的分档原文没有写，此处借用受理数的分档",
    ),
)
CATALOG: Final[dict[str, Formula]] = {one.id: one for one in _ALL}
USUAL: Final[dict[str, str]] = {
    "district": "egova",
    "department": "egova",
    "collector": "collector",
    "acceptor": "acceptor",
    "chief": "chief",
    "dispatcher": "dispatcher",
}
"""Subject → the formula where the city has chosen none."""


def for_subject(subject: str, formulas: Iterable[Formula]) -> tuple[Formula, ...]:
    """The formulas one may choose from."""
    return tuple(one for one in formulas if subject in one.subjects)
