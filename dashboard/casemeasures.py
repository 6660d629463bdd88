"""The measures of cases 案件指标: every figure about cases has its one definition here.

To add one: an entry here (and a counter in `counters` if no counter has it yet).
"""

from __future__ import annotations

from typing import Final, Literal

from dashboard.formula import (
    DUE_CLOSING,
    DUE_DISPOSAL,
    OVERDUE,
    OVERDUE_STOCK,
    SUSPENDED_STOCK,
    Attribution,
    Formula,
    Measure,
)

EGOVA: Final = "eGova 逐案 0/1 求和口径"


def _count(
    id: str,
    name: str,
    text: str,
    *counters: str,
    source: str = EGOVA,
    attributions: tuple[Attribution, ...] = ("own", "report"),
    better: Literal["higher", "lower", "none"] = "none",
    note: str = "",
    **variants: Formula,
) -> Measure:
    first = Formula(counters or (id,), text=text, source=source)
    return Measure(
        f"cases.{id}",
        name,
        "count",
        {"standard": first, **variants},
        "standard",
        better,
        attributions,
        note,
    )


def _rate(
    id: str,
    name: str,
    default: str,
    better: Literal["higher", "lower"],
    attributions: tuple[Attribution, ...] = ("own", "report"),
    note: str = "",
    **variants: Formula,
) -> Measure:
    return Measure(f"cases.{id}", name, "rate", variants, default, better, attributions, note)


ALL3: Final[tuple[Attribution, ...]] = ("own", "report", "deadline")
_DUE_CLOSURE = ("disposed", OVERDUE)

_COUNTS = (
    _count(
        "reported",
        "上报数",
        "有上报时间的案卷；作废案卷仍计上报；自行处置是否计入由城市配置",
        collector=Formula(
            ("collector_reported",),
            text="采集员上报：来源为信息采集员（是否含自行处置由城市配置）",
            source="eGova 采集员上报；岳阳 2020 采集员巡查上报",
        ),
    ),
    _count(
        "valid_reported",
        "有效上报数",
        "已立案且未作废的案卷，计入上报之日",
        collector=Formula(
            ("collector_valid",),
            text="采集员上报中已立案且未作废",
            source="岳阳 2020 信息采集有效率",
        ),
    ),
    _count("self_handled", "自行处置数", "信息采集员自行处置上报的案卷", "self_reported"),
    _count("accepted", "受理数", "已受理且未作废的案卷"),
    _count("filed", "立案数", "已立案且未作废的案卷"),
    _count("dispatched", "派遣数", "已派遣且未作废的案卷"),
    _count("disposed", "处置数", "专业部门已处置完毕（返工待处置的不计）", attributions=ALL3),
    _count(
        "disposed_on_time",
        "按期处置数",
        "处置时间不晚于处置截止；延期批准后按顺延的截止",
        attributions=ALL3,
        better="higher",
    ),
    _count("closed", "结案数", "已结案且未作废", attributions=ALL3),
    _count(
        "closed_on_time",
        "按期结案数",
        "已结案且按期处置（按期结案继承按期处置）",
        attributions=ALL3,
        better="higher",
        closing=Formula(
            ("closed_on_time_closing",),
            text="结案时间不晚于处置截止",
            source="部分考评办法：按应结案时限",
        ),
    ),
    _count(
        "due_for_disposal",
        "应处置数",
        "已派遣的案卷（含未到期在办）；自行处置计入处置时也计入应处置",
        DUE_DISPOSAL,
        attributions=ALL3,
        falling_due=Formula(
            ("due@deadline",), text="处置截止落在期内的案卷", source="按截止落期的地方口径"
        ),
    ),
    _count(
        "due_for_closure",
        "应结案数",
        "已处置，加上处置中且已超过截止；未到期在办不计",
        *_DUE_CLOSURE,
        attributions=ALL3,
        disposed_or_open=Formula((DUE_CLOSING,), text="结案加待结案", source="部分平台区域口径"),
    ),
    _count("rework", "返工数", "核查不通过再派遣的案卷，按案 0/1", "reworked", attributions=ALL3),
    _count("postponed", "延期数", "处置中批准过延期的案卷，按案 0/1"),
    _count("suspended", "挂账数", "挂账（缓办）过的案卷，按案 0/1"),
    _count("cancelled", "作废数", "作废的案卷，含自行处置作废", "cancelled", "self_cancelled"),
    _count("supervised", "督办数", "督办过的案卷，按案 0/1"),
    _count("verified", "核实数", "立案前已核实的案卷"),
    _count("verified_on_time", "按时核实数", "核实时间不晚于核实截止"),
    _count("verify_due", "应核实数", "已下发核实任务的案卷", "verify_sent"),
    _count("checked", "核查数", "处置后已核查的案卷"),
    _count("checked_on_time", "按时核查数", "核查时间不晚于核查截止"),
    _count("check_due", "应核查数", "已下发核查任务的案卷", "check_sent"),
    Measure(
        "cases.overdue_open",
        "超期未处置数",
        "stock",
        {
            "standard": Formula(
                (OVERDUE_STOCK,), text="截至时刻已过处置截止而仍待处置的全部案卷", source=EGOVA
            )
        },
        "standard",
        "lower",
        ("own",),
    ),
    Measure(
        "cases.suspended_open",
        "在挂案卷数",
        "stock",
        {
            "standard": Formula(
                (SUSPENDED_STOCK,), text="截至时刻处于挂账（缓办）的案卷", source=EGOVA
            )
        },
        "standard",
        "lower",
        ("own",),
    ),
)

_RATES = (
    _rate(
        "filing_rate",
        "立案率",
        "reported",
        "higher",
        reported=Formula(("filed",), ("reported",), "立案数 ÷ 上报数", "南阳 2021：91.36 %"),
        accepted=Formula(("filed",), ("accepted",), "立案数 ÷ 受理数", "地方口径"),
    ),
    _rate(
        "valid_report_rate",
        "有效上报率",
        "reported",
        "higher",
        reported=Formula(("valid_reported",), ("reported",), "有效上报数 ÷ 上报数", EGOVA),
        collector=Formula(
            ("collector_valid",),
            ("collector_reported",),
            "采集员有效上报 ÷ 采集员上报",
            "岗位评价；岳阳 2020：98.76 %",
        ),
    ),
    _rate(
        "disposal_rate",
        "处置率",
        "due",
        "higher",
        ALL3,
        due=Formula(("disposed",), (DUE_DISPOSAL,), "处置数 ÷ 应处置数", EGOVA),
        accepted=Formula(("disposed",), ("accepted",), "处置数 ÷ 受理数", "岳阳 2020：97.78 %"),
    ),
    _rate(
        "on_time_disposal_rate",
        "按期处置率",
        "due",
        "higher",
        ALL3,
        due=Formula(("disposed_on_time",), (DUE_DISPOSAL,), "按期处置数 ÷ 应处置数", EGOVA),
        due_now=Formula(
            ("disposed_on_time",),
            _DUE_CLOSURE,
            "按期处置数 ÷（处置数 + 超期未处置数）",
            "未到期在办不计入分母的地方口径",
        ),
    ),
    _rate(
        "closure_rate",
        "结案率",
        "due",
        "higher",
        ALL3,
        due=Formula(("closed",), _DUE_CLOSURE, "结案数 ÷ 应结案数（处置数 + 超期未处置数）", EGOVA),
        filed=Formula(("closed",), ("filed",), "结案数 ÷ 立案数", "南阳 2021：92.07 %；梅县 2021"),
        dispatched=Formula(
            ("closed",), (DUE_CLOSING,), "结案数 ÷（结案 + 待结案）", "部分平台区域口径"
        ),
    ),
    _rate(
        "on_time_closure_rate",
        "按期结案率",
        "due",
        "higher",
        ALL3,
        due=Formula(("closed_on_time",), _DUE_CLOSURE, "按期结案数 ÷ 应结案数", EGOVA),
        closed=Formula(
            ("closed_on_time",), ("closed",), "按期结案数 ÷ 结案数", "梅县 2021：96.21 %"
        ),
        filed=Formula(("closed_on_time",), ("filed",), "按期结案数 ÷ 立案数", "梅县 2021"),
        closing=Formula(
            ("closed_on_time_closing",),
            ("closed",),
            "结案时间不晚于截止的结案数 ÷ 结案数",
            "部分考评办法：按应结案时限",
        ),
        due_less_suspended=Formula(
            ("closed_on_time",),
            _DUE_CLOSURE,
            "按期结案数 ÷（应结案数 − 缓办数）",
            "金华考评办法",
            minus=("suspended",),
        ),
    ),
    _rate(
        "rework_rate",
        "返工率",
        "due",
        "lower",
        ALL3,
        due=Formula(("reworked",), _DUE_CLOSURE, "返工数 ÷ 应结案数", "金牛、联通口径"),
        disposed=Formula(("reworked",), ("disposed",), "返工数 ÷ 处置数", "经处置数口径"),
    ),
    _rate(
        "postpone_rate",
        "延期率",
        "due",
        "lower",
        due=Formula(("postponed",), (DUE_DISPOSAL,), "延期数 ÷ 应处置数", "金牛口径"),
    ),
    _rate(
        "on_time_verify_rate",
        "按时核实率",
        "due",
        "higher",
        due=Formula(("verified_on_time",), ("verify_sent",), "按时核实数 ÷ 应核实数", EGOVA),
    ),
    _rate(
        "on_time_check_rate",
        "按时核查率",
        "due",
        "higher",
        due=Formula(("checked_on_time",), ("check_sent",), "按时核查数 ÷ 应核查数", EGOVA),
    ),
    _rate(
        "dispatch_accuracy",
        "派遣准确率",
        "dispatched",
        "higher",
        dispatched=Formula(
            ("dispatched_accurate",), ("dispatched",), "未被回退的派遣数 ÷ 派遣数", EGOVA
        ),
    ),
    _rate(
        "filing_accuracy",
        "准确立案率",
        "kept",
        "higher",
        note="作废指立案之后作废；受理、立案环节的应报不予受理、不予立案，不计入作废",
        kept=Formula(
            ("filed",), ("filed", "cancelled"), "立案数 ÷（立案数 + 作废数）", "eGova：立案 − 作废"
        ),
    ),
    _rate(
        "overdue_rate",
        "超期待处置率",
        "due",
        "lower",
        ALL3,
        due=Formula((OVERDUE,), (DUE_DISPOSAL,), "超期未处置数 ÷ 应处置数", "金牛口径"),
    ),
    _rate(
        "public_report_rate",
        "监督举报率",
        "verified",
        "lower",
        verified=Formula(
            ("verified",), ("filed",), "立案前已核实的举报数 ÷ 立案数", "联通区域口径"
        ),
    ),
)

CASES: Final[dict[str, Measure]] = {m.id: m for m in (*_COUNTS, *_RATES)}
