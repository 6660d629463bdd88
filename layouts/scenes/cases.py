"""案件 cases: the open backlog by stage and age, what is late or soon due, and who holds it."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.scene import Scene, View
from layouts.widgets import data, drawn, figure, hero, legend, tile

OPEN, OVERDUE, SOON = "open.cases.open", "open.cases.overdue", "open.cases.due_soon"
DAY = "open.backlog.due_24h"
TROUBLE = (
    ("返工", "rework", "open.backlog.reworked"),
    ("延期", "postponed", "open.backlog.postponed"),
    ("挂账", "suspended", "open.cases.suspended"),
)
"""中文, the counter of the windows, and how many of them are among the open cases."""
WINDOWS = (("today", "今日"), ("month", "本月"))


def build(_view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-cases.css`."""
    return html.Div(
        [
            _open(),
            _overdue(),
            _soon(),
            _trouble(),
            _stages(),
            _departments(),
            _list("bol", "超期最久", "overdue", OVERDUE, "无超期未处置案卷"),
            _list("bsl", "最先到期", "soon", DAY, "没有在限内待处置的案卷"),
            _ahead(),
        ],
        className="grid backlog",
    )


def _pair(label: str, key: str, kind: str = "count") -> Component:
    return html.Span([f"{label} ", html.B(figure(key, kind=kind))], **data(card=key))


def _open() -> Component:
    body = [
        html.Div(hero(OPEN, size="h6"), className="row"),
        html.Div(
            [
                _pair("督办", "open.backlog.supervised"),
                _pair("本年立案", "year.cases.filed"),
                _pair("结案", "year.cases.closed"),
            ],
            className="row mut",
        ),
    ]
    return tile("bop", "在办", body, note=("已上报而未了结，含挂账",))


def _overdue() -> Component:
    body = [
        html.Div(hero(OVERDUE, size="h6"), className="row"),
        drawn("lateness", f"s.backlog.late m.{OVERDUE}", "lateness"),
    ]
    return tile("bov", "超期未处置", body, note=("按已超时长",))


def _soon() -> Component:
    body = [
        html.Div(hero(SOON, size="h6"), className="row"),
        html.Div(
            [
                _pair("24 小时内", DAY),
                drawn("nextDue", "t.backlog.soon", "said", every="1"),
            ],
            className="row mut",
        ),
    ]
    return tile("bso", "即将到期", body, note=("2 小时内",))


def _trouble() -> Component:
    """返工、延期、挂账: today, this month, and among the cases open now."""
    head = [html.Th("", className="tl"), *(html.Th(label) for _, label in WINDOWS)]
    rows = [
        html.Tr(
            [
                html.Td(label, className="tl"),
                *(_number(f"{window}.cases.{counter}") for window, _ in WINDOWS),
                _number(held),
            ]
        )
        for label, counter, held in TROUBLE
    ]
    table = [html.Thead(html.Tr([*head, html.Th("在办中")])), html.Tbody(rows)]
    return tile("brw", "返工 延期 挂账", [html.Table(table, className="trouble")])


def _number(key: str) -> Component:
    return html.Td(html.B(figure(key)), **data(card=key))


def _stages() -> Component:
    body = drawn("stageAges", f"t.backlog.stages s.backlog.ages m.{OPEN}", "stage-ages")
    return tile("bst", "环节与时长", [body], note=("在办案卷停在哪一环节，自上报起已有多久",))


def _departments() -> Component:
    keys = html.Span(
        [legend("超期", "box late"), legend("2 小时内到期", "box soon"), legend("待处置", "box")],
        className="keys",
    )
    body = drawn("holders", f"t.backlog.departments m.{OPEN}", "holders")
    return tile("bdp", "压件部门", [body], aside=keys)


def _list(area: str, title: str, name: str, key: str, none: str) -> Component:
    body = drawn(
        "dueRows", f"t.backlog.{name} m.{key}", "due-rows", which=name, none=none, every="1"
    )
    label = "共" if name == "overdue" else "24 小时内"
    return tile(area, title, [body], note=(html.Span([f"{label} ", figure(key), " 件"]),))


def _ahead() -> Component:
    body = drawn("dueAhead", f"s.backlog.ahead m.{OPEN}", "due-ahead")
    return tile("bah", "到期时刻", [body], note=("待处置案卷，此刻起逐钟点",))


SCENE = Scene("cases", "案件", 30, build)
