"""What every 口径卡 says: the registry of measures with one city's choices applied."""

from __future__ import annotations

from typing import Final

from dashboard.callmeasures import ATTRIBUTED, CALLS, ON_DUTY
from dashboard.formula import ATTRIBUTIONS, Choice, Measure, Resolved
from dashboard.livestate.state import COHORT
from dashboard.measures import MEASURES, resolve
from layouts.definition import Definition

STOCKS: Final = {
    "cases.overdue": "cases.overdue_open",
    "cases.suspended": "cases.suspended_open",
}
"""Frame keys `open.<…>` of measures that the registry knows by another id."""

OPEN: Final = {
    "open.cases.open": Definition(
        "在办案卷数",
        "件",
        "截至时刻已上报而未了结（结案、作废、不予受理、不予立案）的全部案卷，含挂账",
        source="案卷现状",
    ),
    "open.cases.due_soon": Definition(
        "即将到期数", "件", "待处置且临近处置截止、尚未超期的案卷", source="案卷现状"
    ),
    "open.backlog.reworked": Definition(
        "在办中的返工案卷", "件", "在办案卷中核查不通过过、退回重办的", source="案卷现状"
    ),
    "open.backlog.postponed": Definition(
        "在办中的延期案卷", "件", "在办案卷中批准过延期的", source="案卷现状"
    ),
    "open.backlog.supervised": Definition(
        "在办中的督办案卷", "件", "在办案卷中被督办过的", source="案卷现状"
    ),
    "open.backlog.due_24h": Definition(
        "24 小时内到期数",
        "件",
        "待处置、尚未超期，处置截止在此刻起 24 小时之内的案卷",
        source="案卷现状",
    ),
}


ALIASES: Final = {
    "platform.availability@lower": "platform.availability_lower",
    "platform.availability@upper": "platform.availability_upper",
    "platform.lost_days": "platform.fault_days",
    "platform.unknown_s": "platform.unknown_time",
    "platform.maintenance_s": "platform.maintenance_time",
    "platform.degraded_s": "platform.degraded_time",
    "platform.down_s": "platform.down_time",
    "platform.mtbf_s": "platform.mtbf",
    "platform.mttr_s": "platform.mttr",
}
"""Frame keys without their window whose measures the registry knows by another id."""

NOW: Final = {
    "platform.components_up": Definition(
        "正常组件数", "个", "此刻状态为正常的组件；劣化、中断、维护、未知都不算", source="最近探测"
    ),
    "platform.outages_open": Definition(
        "进行中的中断", "次", "此刻尚未恢复的非计划中断", source="最近探测与登记"
    ),
    "platform.tickets_open": Definition(
        "未关闭工单数", "件", "已登记、尚未关闭的故障工单", source="工单事件"
    ),
    "platform.tickets_overdue": Definition(
        "超时工单数", "件", "未关闭的工单中已过响应或恢复时限的", source="工单事件"
    ),
    "platform.screens_up": Definition(
        "在线屏幕数", "块", "此刻有心跳的登记屏幕", source="屏幕心跳"
    ),
    "platform.corrections": Definition(
        "人工更正数", "条", "本年事后录入或更正的中断，留有角色、时间与理由", source="更正事件"
    ),
}
"""What the platform shows of this moment and no measure counts over a window."""


def definitions(choice: Choice) -> dict[str, Definition]:
    """Frame key without its window (or the whole key for `open.`) → its 口径."""
    told = {measure.id: _definition(measure, choice) for measure in MEASURES.values()}
    for measure in CALLS.values():
        for variant in measure.variants:
            told[f"{measure.id}@{variant}"] = _definition(measure, choice, variant)
    for id in COHORT:
        told[f"{id}@report"] = _definition(MEASURES[id], choice, attribution="report")
    told[f"calls.{ON_DUTY}"] = told["calls.agents_by_state"]
    for key, measure_id in STOCKS.items():
        told[f"open.{key}"] = told[measure_id]
    for key, measure_id in ALIASES.items():
        told[key] = told[measure_id]
    return told | OPEN | NOW


def _attribution(resolved: Resolved) -> str:
    calls = resolved.measure.id in CALLS
    return ATTRIBUTED if calls else ATTRIBUTIONS[resolved.attribution]


def _definition(
    measure: Measure, choice: Choice, variant: str | None = None, attribution: str | None = None
) -> Definition:
    resolved = resolve(measure.id, choice, variant, attribution)
    formula = measure.variants[resolved.variant]
    above, _, below = formula.text.partition("÷")
    rate = measure.kind == "rate"
    return Definition(
        measure.name,
        measure.unit,
        formula.text,
        numerator=above.strip() if rate else "",
        denominator=below.strip() if rate else "",
        attribution=_attribution(resolved) if measure.kind != "stock" else "",
        variant=resolved.variant if len(measure.variants) > 1 else "",
        source=formula.source,
        note=measure.note,
    )
