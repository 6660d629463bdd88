"""总览 overview: today's funnel, key rates, hour by hour, backlog, districts, sources, newest."""

from __future__ import annotations

from typing import NamedTuple

from dash import html
from dash.development.base_component import Component

from layouts.maps import city_map, heat, mark
from layouts.scene import CityMap, Scene, View
from layouts.strips import strip_classes, strips
from layouts.widgets import bullet, data, drawn, figure, hero, legend, tile, verdict


class Step(NamedTuple):
    """One step of the funnel: counter, 中文, and the rate of today's reported cases beside it."""

    counter: str
    label: str
    rate: str = ""


FUNNEL = (
    Step("cases.reported", "上报"),
    Step("cases.accepted", "受理"),
    Step("cases.filed", "立案", "cases.filing_rate@report"),
    Step("cases.dispatched", "派遣"),
    Step("cases.disposed", "处置", "cases.disposal_rate@report"),
    Step("cases.checked", "核查"),
    Step("cases.closed", "结案", "cases.closure_rate@report"),
)
RANKED_BY = "cases.on_time_disposal_rate"
BACKLOG = (
    ("open.cases.open", "在办", ""),
    ("open.cases.overdue", "超期", "g g-warn warn"),
    ("open.cases.due_soon", "即将到期", "sw box c4"),
    ("open.cases.suspended", "挂账", "sw box c6"),
)
"""Frame key, 中文, and its mark in the bar below the numbers."""
MAP = "overview"
"""The overview's map; see `layouts.maps`."""
YEAR = (
    ("year.cases.reported", "上报"),
    ("year.cases.filed", "立案"),
    ("year.cases.closed", "结案"),
)


def build(view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-overview.css`."""
    return html.Div(
        [
            _funnel(),
            _rates(view),
            _map(view.map) if view.map else None,
            *strips(view),
            _hours(),
            _month(),
            _backlog(),
            _year(),
            _departments(),
            _districts(view),
            _categories(),
            _channels(),
            _feeds(),
            _newest(),
            drawn("ticker", "t.ticker", "tick"),
        ],
        className=("grid overview with-map" if view.map else "grid overview") + strip_classes(view),
    )


def _map(city: CityMap) -> Component:
    over = [
        heat("legend", MAP, "ov legend"),
        heat("short", MAP, "ov hot-short"),
        mark(city),
    ]
    note = html.Span(**data(heat=f"{MAP}.note"))
    body = city_map(city, MAP, over, ranks=3)
    return tile("map", "网格热力", [body], note=(note,))


def _funnel() -> Component:
    steps = [_step(step) for step in FUNNEL]
    note = (
        html.Span(className="until"),
        html.Span("与昨日同时比较"),
        html.Span("率按今日上报案件"),
    )
    return tile("fun", "今日案件", [html.Div(steps, className="steps")], note=note)


def _step(step: Step) -> Component:
    key = f"today.{step.counter}"
    rate = None
    if step.rate:
        share = figure(f"today.{step.rate}", kind="rate")
        rate = html.Span([share, " %"], className="share", **data(card=f"today.{step.rate}"))
    basis = [html.Span("昨", className="yl"), figure(key, "cmp"), figure(key, "delta")]
    rib = html.Div(html.I(), className="rib", **data(measure=key, part="rib"))
    return html.Div(
        [
            html.Div([html.Span(step.label, className="nm2"), rate], className="lb"),
            hero(key),
            html.Div(basis, className="basis mut"),
            rib,
        ],
        className="step",
    )


def _rates(view: View) -> Component:
    rates = [_rate(view, measure) for measure in view.key_rates]
    note = (html.Span("本月"), html.Span("较上月同期"))
    return tile("rat", "关键率", rates, note=note)


def _rate(view: View, measure: str) -> Component:
    key = f"month.{measure}"
    name = html.Span(view.name(measure), className="nm")
    return html.Div(
        [
            html.Div([name, verdict(key)], className="row"),
            html.Div([hero(key, "rate"), figure(key, "tgt", "rate", "mut")], className="row end"),
            bullet(key),
            html.Div(
                [figure(key, "nd", "rate"), figure(key, "delta", "rate")], className="row mut"
            ),
        ],
        className="rate",
    )


def _hours() -> Component:
    total = "today.cases.reported"
    keys = html.Span(
        [
            legend("今日", "bar", figure(total, class_name="num")),
            legend("昨日同时", live=figure(total, "cmp", class_name="num")),
            legend("昨日全天", "line", figure(total, "tot", class_name="num")),
        ],
        className="keys",
    )
    return tile("trd", "逐时上报", [drawn("hours", "s.hourly.reported")], aside=keys)


def _month() -> Component:
    keys = html.Span(
        [
            legend("上报", "line now"),
            legend("结案", "line"),
        ],
        className="keys",
    )
    return tile("t30", "近 30 日", [drawn("days", "s.days30")], aside=keys)


def _backlog() -> Component:
    cells = [_cell(label, key, mark) for key, label, mark in BACKLOG]
    bar = drawn("backlog", " ".join(f"m.{key}" for key, _, _ in BACKLOG), "seg")
    year = [html.Span([f"{label} ", html.B(figure(key))]) for key, label in YEAR]
    line = html.Div([html.Span("本年"), *year], className="year-line")
    body = [html.Div(cells, className="cells"), bar, line]
    return tile("opn", "在办案卷", body, note=("此刻",))


def _cell(label: str, key: str, mark: str = "") -> Component:
    """A number under its word."""
    word = html.Span([html.I(className=mark) if mark else None, label], className="lb")
    return html.Div([word, hero(key, size="h4")], className="cell")


def _year() -> Component:
    cells = [_cell(label, key) for key, label in YEAR]
    note = (html.Span(className="year-to-date"),)
    return tile("yr", "本年累计", [html.Div(cells, className="cells")], note=note)


def _departments() -> Component:
    return tile(
        "dpt",
        "超期待处置",
        [drawn("departments", "t.departments", "bars four")],
        note=("超期 / 在办",),
    )


def _districts(view: View) -> Component:
    note = (html.Span("本月"), html.Span("上报为今日"))
    body = drawn(
        "districts",
        f"t.districts m.month.{RANKED_BY}",
        "ranking",
        measure=f"month.{RANKED_BY}",
        word=view.name(RANKED_BY),
        every="1",
    )
    return tile("dis", "区域排名", [body], note=note)


def _categories() -> Component:
    return tile("cat", "高发类别", [drawn("categories", "t.categories", "bars")], note=("今日",))


def _channels() -> Component:
    total = figure("today.cases.reported")
    return tile(
        "src",
        "案件来源",
        [drawn("channels", "t.channels")],
        note=(html.Span(["今日 ", total, " 件"]),),
    )


def _feeds() -> Component:
    return tile("fed", "数据接入", [drawn("feeds", "sources health", every="1")])


def _newest() -> Component:
    return tile("new", "最新案卷", [drawn("newest", "t.ticker", "newest")])


SCENE = Scene("overview", "总览", 10, build)
