"""The measures of the platform 平台指标: every figure about it has its one definition here.

Counters are made by `platformcounts`: days, times, and whole seconds of the five states.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from dashboard.formula import Formula, Measure

Better = Literal["higher", "lower", "none"]
_SHOULD = "应运行时长（扣除计划维护）"
_WORKING = ("up_s", "degraded_s")


def _measure(
    id: str,
    name: str,
    kind: Literal["count", "rate", "mean"],
    better: Better,
    unit: str = "",
    note: str = "",
    **variants: Formula,
) -> Measure:
    default = next(iter(variants))
    variants = {
        key: one if one.source else replace(one, source="本系统定义")
        for key, one in variants.items()
    }
    return Measure(f"platform.{id}", name, kind, variants, default, better, ("own",), note, unit)


def _time(state: str, name: str, better: Better, text: str) -> Measure:
    formula = Formula((f"{state}_s",), text=text)
    return _measure(f"{state}_time", name, "count", better, "秒", standard=formula)


_DAYS_NOTE = (
    "正常日由城市档案 `[platform.day]` 定义：非计划中断合计不超过 X 分钟且没有单次超过 Y 分钟"
    "（缺省 30、15）；未知超过 Z 分钟（缺省 60）为待核，不算正常。当日按截至时刻计。"
)

_DAYS = (
    _measure(
        "normal_days", "平台正常运行天数", "count", "higher", "天", _DAYS_NOTE,
        composite=Formula(
            ("days_normal",), text="正常日的天数；中断按平台状态（核心组件合成）计",
            source="本系统定义；各市表 365 天",
        ),
        components=Formula(
            ("days_normal_apart",), text="正常日的天数；中断按各核心组件时长相加计",
            source="本系统定义，较严",
        ),
    ),
    _measure(
        "days", "应运行天数", "count", "none", "天",
        standard=Formula(("days_served",), text="期间内平台应运行的天数；闰年全年 366"),
    ),
    _measure(
        "pending_days", "待核天数", "count", "lower", "天",
        standard=Formula(("days_pending",), text="中断未超限但未知超过 Z 分钟的天数"),
    ),
    _measure(
        "fault_days", "故障天数", "count", "lower", "天",
        standard=Formula(("days_fault",), text="非计划中断超过日限的天数"),
    ),
    _measure(
        "normal_day_rate", "正常运行天数比率", "rate", "higher",
        standard=Formula(("days_normal",), ("days_served",), "正常运行天数 ÷ 应运行天数"),
    ),
)  # fmt: skip

_RATES = (
    _measure(
        "fault_rate", "系统故障率", "rate", "lower", "",
        "按时长与按次数是两回事：365 天全正常与 5 % 的故障率只有按次数计才可能同时成立。",
        duration=Formula(
            ("down_s",), ("should_s",), f"非计划中断时长 ÷ {_SHOULD}；未知不计中断，为下界",
            "领域定义：1 − 可用率",
        ),
        duration_known=Formula(
            ("down_s",), ("known_s",), "非计划中断时长 ÷ 有依据的应运行时长", "剔除未知",
        ),
        duration_upper=Formula(
            ("down_s", "unknown_s"), ("should_s",), f"（中断 + 未知）÷ {_SHOULD}，为上界",
            "未知全按中断计",
        ),
        degraded=Formula(
            ("down_s", "degraded_s"), ("should_s",), f"（中断 + 劣化）÷ {_SHOULD}",
            "性能劣化也算不可用的合同",
        ),
        count=Formula(("outages",), ("days_served",), "中断次数 ÷ 应运行天数", "次数式"),
    ),
    _measure(
        "availability", "平台可用率", "rate", "higher", "",
        "有未知时段时真值介于下界与上界之间；缺省取下界，绝不多报。",
        lower=Formula(_WORKING, ("should_s",), f"（正常 + 劣化）÷ {_SHOULD}", "未知按中断计"),
        known=Formula(_WORKING, ("known_s",), "（正常 + 劣化）÷ 有依据的应运行时长", "剔除未知"),
        strict=Formula(("up_s",), ("should_s",), f"正常 ÷ {_SHOULD}", "劣化不算可用"),
    ),
    _measure(
        "availability_lower", "平台可用率下界", "rate", "higher",
        standard=Formula(_WORKING, ("should_s",), f"（正常 + 劣化）÷ {_SHOULD}", "未知全按中断计"),
    ),
    _measure(
        "availability_upper", "平台可用率上界", "rate", "higher",
        standard=Formula(
            (*_WORKING, "unknown_s"), ("should_s",), f"（正常 + 劣化 + 未知）÷ {_SHOULD}",
            "未知全按正常计",
        ),
    ),
    _measure(
        "maintenance_timeliness", "平台维护及时率", "rate", "higher", "",
        "计入工单开立之日；时限按级别由城市档案 `[platform.tickets]` 定，一步超时即不及时。",
        respond_restore=Formula(
            ("tickets_in_time",), ("tickets_due",),
            "响应与修复都在时限内的工单 ÷ 已到期或已办结的工单",
            "本系统定义；郑州 2022 因无考核依据被扣 3.3 分",
        ),
        respond=Formula(
            ("tickets_responded_in_time",), ("tickets_respond_due",),
            "时限内响应 ÷ 应响应", "只看响应",
        ),
        restore=Formula(
            ("tickets_restored_in_time",), ("tickets_restore_due",),
            "时限内修复 ÷ 应修复", "只看修复",
        ),
    ),
)  # fmt: skip

_TIMES = (
    _measure(
        "outages", "中断次数", "count", "lower", "次",
        "中断之间只隔未知或维护的算一次；计入开始之日。",
        standard=Formula(("outages",), text="期间内开始的非计划中断"),
    ),
    _measure(
        "mtbf", "平均无故障时间", "mean", "higher", "秒",
        uptime=Formula(("up_s", "degraded_s"), ("outages",), "可用时长 ÷ 中断次数", "ITIL MTBF"),
        between=Formula(("known_s",), ("outages",), "（可用 + 中断）÷ 中断次数", "ITIL MTBSI"),
    ),
    _measure(
        "mttr", "平均恢复时间", "mean", "lower", "秒",
        standard=Formula(("down_s",), ("outages",), "中断时长 ÷ 中断次数", "ITIL MTRS"),
    ),
    _time("up", "正常时长", "higher", "平台状态为正常的时长"),
    _time("degraded", "劣化时长", "lower", "可用但慢，或有冗余组件中断"),
    _time("down", "中断时长", "lower", "非计划中断"),
    _time("maintenance", "计划维护时长", "none", "经批准的计划维护"),
    _time("unknown", "未知时长", "lower", "没有探测依据，含本系统自身停机"),
    _measure(
        "tickets", "故障工单数", "count", "none", "件",
        standard=Formula(("tickets_opened",), text="期间内开立的工单"),
    ),
)  # fmt: skip

PLATFORM: Final[dict[str, Measure]] = {one.id: one for one in (*_DAYS, *_RATES, *_TIMES)}
