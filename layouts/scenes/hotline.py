"""热线 hotline: the queue now, agents, connect rates against target, the day by quarter-hours."""

from __future__ import annotations

from typing import NamedTuple

from dash import html
from dash.development.base_component import Component

from layouts.scene import Scene, View
from layouts.widgets import bullet, drawn, figure, hero, legend, tile, verdict


class Connected(NamedTuple):
    """One connect rate 接通率: frame key, 中文, and what its last line tells."""

    key: str
    label: str
    basis: str


RATES = (
    Connected("today.calls.connect_rate", "今日", "yesterday"),
    Connected("now.calls.connect_rate_24h", "滚动 24 小时", ""),
    Connected("year.calls.connect_rate_24h_min", "滚动最低", "lowest"),
    Connected("year.calls.connect_rate", "本年", ""),
)
FOLLOWED = (
    ("rev", "revisit_rate", "回访率", "今日无应回访工单"),
    ("sat", "satisfaction_rate", "满意率", "今日无有效评价"),
    ("fbk", "feedback_rate", "反馈率", "今日无应反馈工单"),
)
"""Tile, measure, 中文, and why it may have no value."""
WINDOWS = (("today", "今日"), ("month", "本月"), ("year", "本年"))
CALLS = (("offered", "呼入"), ("answered", "应答"), ("abandoned", "放弃"))
ORDERS = (("orders_transferred", "转办"), ("orders_accepted", "受理"), ("orders_closed", "办结"))


def build(_view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-hotline.css`."""
    return html.Div(
        [
            _queue(),
            _agents(),
            _rates(),
            _quarters(),
            _service(),
            *(_followed(*one) for one in FOLLOWED),
            _variants(),
            _totals("tot", "呼叫", CALLS, "connect_rate", "接通率"),
            _totals("ord", "12345 工单", ORDERS, "work_order_closure_rate", "办结率"),
        ],
        className="grid hotline",
    )


def _queue() -> Component:
    """Waiting now with the longest wait, which ticks; the red tile of a 排队告警."""
    waiting = html.Span(
        [figure("now.calls.waiting_now"), html.Small("人等待")],
        className="hero val waiting",
    )
    longest = drawn(
        "longest",
        "s.calls.queue m.now.calls.longest_wait_s",
        "longest hero val",
        measure="now.calls.longest_wait_s",
        card="now.calls.longest_wait_s",
        every="1",
    )
    about = drawn(
        "queueLimits",
        "t.alarms m.now.calls.waiting_now m.now.calls.longest_wait_s",
        "limits",
        every="1",
    )
    wait = html.Div(
        [
            html.Div([waiting, bullet("now.calls.waiting_now")]),
            html.Div([longest, bullet("now.calls.longest_wait_s")]),
        ],
        className="waits",
    )
    return tile("que", "排队", [wait, about], note=("此刻",))


def _agents() -> Component:
    on_duty = html.Span(
        [
            "在班 ",
            figure("now.calls.agents_on_duty"),
            " / ",
            figure("now.calls.agents_on_duty", "of"),
        ]
    )
    busy = html.Span(["利用率 ", figure("today.calls.occupancy", kind="whole")])
    return tile("agt", "坐席", [drawn("agents", "s.calls.agents")], note=(on_duty, busy))


def _rates() -> Component:
    rates = [_rate(rate) for rate in RATES]
    body = html.Div(rates, className="four-rates")
    return tile("con", "接通率", [body])


def _rate(rate: Connected) -> Component:
    told = drawn(
        "callBasis", f"m.{rate.key} s.calls.lowest24h", "basis mut", basis=rate.basis, every="1"
    )
    return html.Div(
        [
            html.Div([html.Span(rate.label, className="nm"), told], className="row"),
            hero(rate.key, "rate", "big"),
            bullet(rate.key),
            html.Div(figure(rate.key, "nd", "rate"), className="mut"),
            html.Div([verdict(rate.key), figure(rate.key, "aim", "rate", "mut")], className="row"),
        ],
        className="col-rate",
    )


def _quarters() -> Component:
    keys = html.Span(
        [
            legend("应答", "bar", figure("today.calls.answered", class_name="num")),
            legend("放弃", "bar lost", figure("today.calls.abandoned", class_name="num")),
            legend("昨日同时", "line", figure("today.calls.offered", "cmp", class_name="num")),
        ],
        className="keys",
    )
    series = "s.calls.quarters s.calls.yesterday m.today.calls.connect_rate"
    note = (html.Span("每刻钟"), html.Span(["今日 ", figure("today.calls.offered"), " 通"]))
    return tile("qrt", "呼入", [drawn("quarters", series)], note=note, aside=keys)


def _service() -> Component:
    key = "today.calls.service_level_15s"
    latest = "quarter.calls.service_level_15s"
    body = [
        html.Div(hero(key, "rate", "h6")),
        bullet(key),
        html.Div([figure(key, "nd", "rate"), figure(key, "tgt", "rate")], className="row mut"),
        html.Div(verdict(key)),
        drawn("service", "s.calls.quarters m.today.calls.service_level_15s", "service"),
        html.Div(
            [html.Span("平均应答"), html.B(figure("today.calls.asa_s", kind="seconds"))],
            className="row mut",
        ),
        html.Div(
            [html.Span("平均处理"), html.B(figure("today.calls.aht_s", kind="seconds"))],
            className="row mut",
        ),
        html.Div(
            [
                html.Span("最近一刻钟"),
                html.Span(
                    [figure(latest, "mark"), figure(latest, kind="percent"), figure(latest, "nd")],
                    className="latest",
                ),
            ],
            className="row mut",
        ),
    ]
    return tile("srv", "15 秒接通率", body, note=("今日",))


def _followed(area: str, measure: str, label: str, why: str) -> Component:
    key = f"today.calls.{measure}"
    keys = " ".join(f"m.{window}.calls.{measure}" for window, _ in WINDOWS) + " sources"
    body = [
        html.Div([hero(key, "rate"), figure(key, "tgt", "rate", "mut")], className="row end"),
        html.Div([figure(key, "nd", "rate"), verdict(key)], className="row mut"),
        drawn("sinceWhen", keys, "since-when row", cell=measure, why=why, every="1"),
    ]
    return tile(area, label, body, note=("今日",), class_name="followed")


def _variants() -> Component:
    """The city's 口径 side by side, with the one it has chosen."""
    return tile(
        "var",
        "口径并列",
        [drawn("variants", "t.calls.variants", "variants", every="1")],
        note=("今日",),
    )


def _totals(
    area: str, title: str, counts: tuple[tuple[str, str], ...], rate: str, named: str
) -> Component:
    head = html.Tr([html.Th(""), *(html.Th(label) for _, label in counts), html.Th(named)])
    rows = [
        html.Tr(
            [
                html.Td(label, className="tl"),
                *(html.Td(figure(f"{window}.calls.{name}")) for name, _ in counts),
                html.Td(html.B(figure(f"{window}.calls.{rate}", kind="percent"))),
            ]
        )
        for window, label in WINDOWS
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="totals")
    return tile(area, title, [table])


SCENE = Scene("hotline", "热线", 40, build, part="hotline")
