"""The measures of the hotline 热线指标: 接通率 in its four readings, 服务水平, 时长, 回访, 工单.

Everything about a call counts at the instant it was offered 呼入之时. To add one: an entry here
(and a counter in `calls.counting` if no counter has it yet).
"""

from __future__ import annotations

from typing import Final, Literal

from dashboard.formula import Formula, Measure

PENDING: Final = "pending"
PERSON_PENDING: Final = "person_pending"
"""未决: offered, no outcome yet and not long enough ago to be taken for lost, at the as-of time."""
WAITING: Final = "waiting"
LONGEST_WAIT: Final = "longest_wait_s"
ON_DUTY: Final = "agents_on_duty"

GBT: Final = "GB/T 33358-2016"
USUAL: Final = "呼叫中心通行口径"
ATTRIBUTED: Final = (
    "按呼入时间：结局与时长计入呼入之时；回访、反馈计入应办之时，评价计入评价之时，工单计入转办之时"
)
_KEPT_OUT: Final = "仍在等待的来电不进分母"
_STATE_NAMES: Final = {
    "idle": "空闲",
    "ringing": "振铃",
    "talking": "通话",
    "hold": "保持",
    "wrapup": "话后",
    "busy": "小休",
}


def agent_counter(state: str) -> str:
    """The counter of the agents in a state at the as-of time."""
    return f"agents_{state}"


def rolling(variant: str, *, least: bool) -> tuple[str, str]:
    """The counters (num, den) of the 24 hours before the as-of time, or of the least such window
    of the period."""
    name = "least_24h" if least else "last_24h"
    return f"{name}_num_{variant}", f"{name}_den_{variant}"


def _count(
    id: str,
    name: str,
    text: str,
    *counters: str,
    better: Literal["higher", "lower", "none"] = "none",
    source: str = USUAL,
    unit: str = "次",
) -> Measure:
    formula = Formula(counters or (id,), text=text, source=source)
    return _measure(id, name, "count", "standard", better, unit, "", standard=formula)


def _rate(
    id: str,
    name: str,
    default: str,
    better: Literal["higher", "lower"],
    note: str = "",
    **variants: Formula,
) -> Measure:
    return _measure(id, name, "rate", default, better, "%", note, **variants)


def _mean(id: str, name: str, formula: Formula) -> Measure:
    return Measure(
        f"calls.{id}", name, "mean", {"standard": formula}, "standard", "lower", ("own",),
        unit="秒", scale=1000,
    )  # fmt: skip


def _stock(id: str, name: str, unit: str, default: str, **variants: Formula) -> Measure:
    return _measure(id, name, "stock", default, "none", unit, "", **variants)


def _measure(
    id: str,
    name: str,
    kind: Literal["count", "stock", "rate"],
    default: str,
    better: Literal["higher", "lower", "none"],
    unit: str,
    note: str,
    **variants: Formula,
) -> Measure:
    return Measure(f"calls.{id}", name, kind, variants, default, better, ("own",), note, unit)


_COUNTS = (
    _count("offered", "呼入数", "呼入热线的来电，计入呼入之时"),
    _count("answered", "应答数", "人工应答的来电", better="higher"),
    _count("abandoned", "放弃数", "应答之前挂断的来电，含秒挂", better="lower"),
    _count(
        "short_abandoned",
        "秒挂数",
        "等待不到短放弃阈值（城市配置，缺省 5 秒）即挂断的来电；等待时长不明的不算秒挂",
    ),
    _count("overflow", "溢出数", "因无坐席、超时、队列满等转出的来电", better="lower"),
    _count(
        "answered_in_15s",
        "15 秒内应答数",
        "等待不超过应答时限（城市配置，缺省 15 秒）即应答的来电",
        "answered_in_limit",
        better="higher",
        source=GBT,
    ),
    _count("person_requests", "转人工请求数", "要求人工的来电，何谓要求由城市配置", "person"),
    _count("transferred", "转接数", "应答后转接过的来电，按来电 0/1"),
    _count("called_back", "回访数", "应回访的来电中已回访的", unit="件"),
    _count("rated", "评价数", "有满意度评价的来电"),
    _count(
        "orders_transferred",
        "12345 转办数",
        "12345 转来的工单，计入转办之时",
        source="岳阳 2020：9,744",
        unit="件",
    ),
    _count(
        "orders_accepted",
        "12345 受理数",
        "转来的工单中已受理的",
        source="岳阳 2020：9,580",
        unit="件",
    ),
    _count(
        "orders_closed",
        "12345 办结数",
        "转来的工单中已办结的",
        source="岳阳 2020：9,580",
        better="higher",
        unit="件",
    ),
)

_STOCKS = (
    _stock(
        "waiting_now",
        "正在等待",
        "人",
        "standard",
        standard=Formula(
            (WAITING,),
            text="截至时刻已要求人工、尚无结局的来电；超过最长合理等待的视为丢失结局，不计",
            source=USUAL,
        ),
    ),
    _stock(
        "longest_wait_s",
        "最长等待",
        "秒",
        "standard",
        standard=Formula(
            (LONGEST_WAIT,), text="截至时刻正在等待者中等得最久的一位已等的时间", source=USUAL
        ),
    ),
    _stock(
        "agents_by_state",
        "坐席状态",
        "人",
        "on_duty",
        on_duty=Formula((ON_DUTY,), text="在班：除离线以外各状态的坐席之和", source=USUAL),
        **{
            state: Formula((agent_counter(state),), text=f"截至时刻处于{name}的坐席", source=USUAL)
            for state, name in _STATE_NAMES.items()
        },
    ),
)

_RATES = (
    _rate(
        "connect_rate",
        "接通率",
        "offered",
        "higher",
        _KEPT_OUT,
        offered=Formula(
            ("answered",), ("offered",), "应答数 ÷ 呼入数", "郑州 2021、2022", minus=(PENDING,)
        ),
        without_short=Formula(
            ("answered",),
            ("offered",),
            "应答数 ÷（呼入数 − 秒挂数）",
            "川内 12345 系统实际式",
            minus=("short_abandoned", PENDING),
        ),
        person=Formula(
            ("person_answered",),
            ("person",),
            "人工应答数 ÷ 转人工请求数",
            "行业口径：只计有机会应答者",
            minus=(PERSON_PENDING,),
        ),
    ),
    _rate(
        "service_level_15s",
        "15 秒接通率",
        "answered",
        "higher",
        "时限由城市配置，缺省 15 秒",
        answered=Formula(
            ("answered_in_limit",), ("answered",), "15 秒内应答数 ÷ 应答数", "杭州 2020 Q3"
        ),
        offered=Formula(
            ("answered_in_limit",),
            ("offered",),
            "15 秒内应答数 ÷ 呼入数",
            GBT + "：15 秒内接听",
            minus=(PENDING,),
        ),
        without_short=Formula(
            ("answered_in_limit",),
            ("offered",),
            "15 秒内应答数 ÷（呼入数 − 秒挂数）",
            "服务水平常见写法",
            minus=("short_abandoned", PENDING),
        ),
        person=Formula(
            ("answered_in_limit",),
            ("person",),
            "15 秒内应答数 ÷ 转人工请求数",
            "服务水平常见写法",
            minus=(PERSON_PENDING,),
        ),
    ),
    *(
        _rate(
            id,
            name,
            "offered",
            "higher",
            note,
            **{
                variant: Formula(
                    (rolling(variant, least=least)[0],),
                    (rolling(variant, least=least)[1],),
                    f"{text}，{what}",
                    GBT + "：连续 24 h 内呼叫接通率 ≥ 95 %",
                )
                for variant, text in (
                    ("offered", "应答数 ÷ 呼入数"),
                    ("without_short", "应答数 ÷（呼入数 − 秒挂数）"),
                    ("person", "人工应答数 ÷ 转人工请求数"),
                )
            },
        )
        for id, name, least, what, note in (
            (
                "connect_rate_24h",
                "24 小时接通率",
                False,
                "截至时刻之前连续 24 小时",
                _KEPT_OUT,
            ),
            (
                "connect_rate_24h_min",
                "24 小时接通率最低值",
                True,
                "期内结束的任一连续 24 小时中最低的一段",
                "逐事件精确计算，不是抽样；呼入数少于最小样本（城市配置，缺省 100）的窗不判",
            ),
        )
    ),
    _rate(
        "abandonment_rate",
        "放弃率",
        "offered",
        "lower",
        _KEPT_OUT,
        offered=Formula(
            ("abandoned",), ("offered",), "放弃数 ÷ 呼入数", "国际通行", minus=(PENDING,)
        ),
        without_short=Formula(
            ("long_abandoned",),
            ("offered",),
            "（放弃数 − 秒挂数）÷（呼入数 − 秒挂数）",
            "常见写法：秒挂既不计放弃也不计呼入",
            minus=("short_abandoned", PENDING),
        ),
        lost=Formula(
            ("abandoned", "overflow"),
            ("offered",),
            "（放弃数 + 溢出数）÷ 呼入数，即呼损率",
            "环信呼损口径",
            minus=(PENDING,),
        ),
    ),
    _mean(
        "asa_s",
        "平均应答等待",
        Formula(("wait_ms",), ("waited",), "已应答来电的等待时长之和 ÷ 其数", "国际通行 ASA"),
    ),
    _mean(
        "aht_s",
        "平均处理时长",
        Formula(("handle_ms",), ("handled",), "（通话 + 保持 + 话后）÷ 已处理数", "国际通行 AHT"),
    ),
    _rate(
        "occupancy",
        "坐席利用率",
        "working",
        "higher",
        "按坐席状态的时长",
        working=Formula(
            ("agent_talking_ms", "agent_hold_ms", "agent_wrapup_ms"),
            (
                "agent_talking_ms",
                "agent_hold_ms",
                "agent_wrapup_ms",
                "agent_ringing_ms",
                "agent_idle_ms",
            ),
            "（通话 + 保持 + 话后）÷（通话 + 保持 + 话后 + 振铃 + 空闲）",
            "国际通行 Occupancy",
        ),
        on_duty=Formula(
            ("agent_talking_ms", "agent_hold_ms", "agent_wrapup_ms"),
            (
                "agent_talking_ms",
                "agent_hold_ms",
                "agent_wrapup_ms",
                "agent_ringing_ms",
                "agent_idle_ms",
                "agent_busy_ms",
            ),
            "（通话 + 保持 + 话后）÷ 在班时长",
            "国际通行 Utilization",
        ),
    ),
    _rate(
        "revisit_rate",
        "回访率",
        "due",
        "higher",
        "何谓应回访由城市配置",
        due=Formula(("called_back",), ("callback_due",), "已回访数 ÷ 应回访数", USUAL),
    ),
    _rate(
        "feedback_rate",
        "反馈率",
        "due",
        "higher",
        "何谓应反馈由城市配置",
        due=Formula(
            ("fed_back",), ("feedback_due",), "已向来电人反馈数 ÷ 应反馈数", "郑州 2021：100 %"
        ),
    ),
    _rate(
        "satisfaction_rate",
        "热线满意率",
        "rated",
        "higher",
        "几分以上为满意由城市配置，缺省 4 分",
        rated=Formula(("satisfied",), ("rated",), "满意数 ÷ 有效评价数", USUAL),
    ),
    _rate(
        "work_order_closure_rate",
        "12345 办结率",
        "accepted",
        "higher",
        accepted=Formula(
            ("orders_closed",), ("orders_accepted",), "办结数 ÷ 受理数", "岳阳 2020：100 %"
        ),
        transferred=Formula(
            ("orders_closed",),
            ("orders_transferred",),
            "办结数 ÷ 转办数",
            "岳阳 2020 数据：98.32 %",
        ),
    ),
)

CALLS: Final[dict[str, Measure]] = {m.id: m for m in (*_COUNTS, *_STOCKS, *_RATES)}
