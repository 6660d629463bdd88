"""平台 platform: the year by days, fault rate, availability, components, outages, tickets."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.scene import Scene, View
from layouts.widgets import Content, bullet, data, drawn, figure, hero, legend, tile, verdict

YEAR = "year.platform"
LOWER, UPPER = f"{YEAR}.availability@lower", f"{YEAR}.availability@upper"
FAULTS = f"{YEAR}.fault_rate"
UPKEEP = (
    ("平均无故障 MTBF", f"{YEAR}.mtbf_s", "span"),
    ("平均恢复 MTTR", f"{YEAR}.mttr_s", "span"),
    ("维护及时率", f"{YEAR}.maintenance_timeliness", "percent"),
)
"""中文, frame key, how it is written."""
SHORTER = (("today", "今日"), ("month", "本月"))
NOW = (
    ("tickets_open", "未关闭"),
    ("tickets_overdue", "已超时"),
)


def build(_view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-platform.css`."""
    return html.Div(
        [
            _days(),
            _faults(),
            _availability(),
            _upkeep(),
            _calendar(),
            _lanes(),
            _outages(),
            _tickets(),
            _feeds(),
            _screens(),
            _corrections(),
        ],
        className="grid platform",
    )


def _days() -> Component:
    key = f"{YEAR}.normal_days"
    elapsed = html.Small(["/ ", figure(key, "of"), " 天"])
    number = html.Span(
        [figure(key), elapsed],
        className="hero val h6",
        role="button",
        tabIndex=0,
        **data(card=key),
    )
    body = [
        html.Div(number, className="row"),
        drawn("yearBar", f"m.{key}", "bul"),
        html.Div(
            [drawn("yearTarget", f"m.{key}", "said"), drawn("yearReach", f"m.{key}", "said")],
            className="row mut",
        ),
        drawn(
            "lostDays",
            f"m.{key} m.{YEAR}.lost_days m.{YEAR}.pending_days",
            "row",
        ),
    ]
    return tile("day", "正常运行天数", body, note=("本年",))


def _faults() -> Component:
    body = [
        html.Div([hero(FAULTS, "rate", "h6"), verdict(FAULTS)], className="row"),
        bullet(FAULTS),
        html.Div(
            [
                drawn("faultParts", f"m.{FAULTS} s.platform.about", "said"),
                figure(FAULTS, "tgt", "rate"),
            ],
            className="row mut",
        ),
        html.Div(_shorter("fault_rate"), className="row mut"),
    ]
    note = html.Span(drawn("platformRule", "s.platform.about", "said", rule="fault_rate"))
    return tile("flt", "故障率", body, note=(html.Span("本年"), note))


def _shorter(measure: str) -> list[Content]:
    return [
        html.Span([f"{label} ", figure(f"{window}.platform.{measure}", kind="percent")])
        for window, label in SHORTER
    ]


def _availability() -> Component:
    """可用率: one number while everything is known, else from – to with what is unknown."""
    keys = f"m.{LOWER} m.{UPPER}"
    cells = html.Span(
        [figure(LOWER, kind="fine"), drawn("upperBound", keys, "upper")],
        className="hero val bounds",
        role="button",
        tabIndex=0,
        **data(card=LOWER),
    )
    body = [
        html.Div(cells, className="row"),
        drawn("boundsBar", keys, "bul"),
        html.Div(
            [
                drawn("unknownTime", f"m.{YEAR}.unknown_s m.{YEAR}.maintenance_s", "said"),
                figure(LOWER, "tgt", "fine"),
            ],
            className="row mut",
        ),
        html.Div(
            [drawn("boundsVerdict", keys, "st verdict"), drawn("boundsScale", keys, "said mut")],
            className="row",
        ),
    ]
    return tile("avl", "可用率", body, note=("本年",))


def _upkeep() -> Component:
    rows = [
        html.Tr(
            [
                html.Td(label, className="tl"),
                html.Td([_beside(key, kind), html.B(figure(key, kind=kind))]),
            ]
        )
        for label, key, kind in UPKEEP
    ]
    last = drawn("lastOutage", f"s.platform.about m.{YEAR}.outages", "said", every="1")
    rows.append(html.Tr([html.Td("距上次中断", className="tl"), html.Td(html.B(last))]))
    return tile("upk", "维护", [html.Table(html.Tbody(rows), className="pairs")], note=("本年",))


def _beside(key: str, kind: str) -> Content:
    return figure(key, "nd", class_name="mut nd") if kind == "percent" else None


def _calendar() -> Component:
    note = (
        html.Span(drawn("calendarYear", "s.platform.calendar", "said")),
        html.Span(drawn("platformRule", "s.platform.about", "said", rule="normal_day")),
    )
    keys = drawn("calendarKeys", "s.platform.calendar", "keys day-keys")
    body = [
        drawn("platformWarning", "s.platform.about", "warning warn gone"),
        drawn("calendar", "s.platform.calendar s.platform.about", "calendar"),
    ]
    return tile("cal", "全年日历", body, note=note, aside=keys)


def _lanes() -> Component:
    keys = html.Span(
        [
            legend("劣化", "lane-d"),
            legend("中断", "lane-x"),
            legend("维护", "lane-m"),
            legend("未知", "lane-k"),
        ],
        className="keys",
    )
    up = html.Span(
        [
            "正常 ",
            figure("now.platform.components_up"),
            " / ",
            figure("now.platform.components_up", "of"),
        ]
    )
    body = drawn("lanes", "t.platform.lanes s.platform.lanes t.platform.components", every="1")
    return tile("lan", "组件", [body], note=(up, html.Span("近 24 小时　近 90 天")), aside=keys)


def _outages() -> Component:
    counts = (
        html.Span(["非计划 ", figure(f"{YEAR}.outages"), " 次"]),
        html.Span(["人工更正 ", figure(f"{YEAR}.corrections"), " 条"]),
    )
    body = drawn("outages", "t.platform.outages", "records", every="1")
    return tile("out", "中断记录", [body], note=counts)


def _tickets() -> Component:
    counts = [html.Span([f"{label} ", figure(f"now.platform.{name}")]) for name, label in NOW]
    body = drawn("tickets", "t.platform.tickets", "records", every="1")
    return tile("tic", "工单", [body], note=counts)


def _feeds() -> Component:
    return tile("fed", "数据接入", [drawn("feeds", "sources health", every="1", brief="1")])


def _screens() -> Component:
    up = html.Span(
        [
            "在线 ",
            figure("now.platform.screens_up"),
            " / ",
            figure("now.platform.screens_up", "of"),
        ]
    )
    return tile("scr", "屏幕", [drawn("screens", "t.platform.screens", every="1")], note=(up,))


def _corrections() -> Component:
    """人工更正: what was changed after the fact, by whom and why."""
    body = drawn("corrections", "t.platform.corrections", "fixes")
    return tile("fix", "人工更正", [body], note=("本年",))


SCENE = Scene("platform", "平台", 50, build, part="platform")
