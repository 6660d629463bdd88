"""Right of the table 右栏: everything known about one indicator, and where to change it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.book.sheet import STATUSES, Field, Link, Panel
from layouts.widgets import data


def empty() -> Component:
    """Before an indicator is chosen."""
    return html.Div("点一行看依据：口径、分子分母、清单、佐证，并在这里填写。", className="mut")


def panel(one: Panel) -> Component:
    """Candidates, chain of evidence, findings, attachments, inputs."""
    return html.Div(
        [
            _head(one),
            html.Div([_measured(one), _typed(one)], className="opt"),
            html.Div(one.how, className="mut how") if one.how else None,
            *_findings(one),
            _chain(one.chain),
            _cases(one),
            _files(one),
            _inputs(one) if one.writes or one.scores else None,
        ],
        className="panel-in",
        **data(item=one.id),
    )


def _head(one: Panel) -> Component:
    mark = None
    if one.status:
        glyph, word, colour = STATUSES[one.status]
        mark = html.Span(f"{glyph} {word}", className=colour)
    return html.Header(
        [
            html.Div([html.B(one.name, className="t2"), mark], className="row"),
            html.Div(one.note, className="mut"),
        ]
    )


def _measured(one: Panel) -> Component | None:
    if one.measured is None:
        return None
    value, parts, verdict = one.measured
    chosen = "op on" if one.typed is None else "op"
    return html.Div(
        [
            html.Div([html.Span("系统算得"), html.Span(verdict, className="mut")], className="row"),
            html.Div(value, className="big"),
            html.Div(parts, className="mut"),
        ],
        className=chosen,
    )


def _typed(one: Panel) -> Component | None:
    if one.typed is None:
        return None
    value, why = one.typed
    return html.Div(
        [
            html.Div([html.Span("人工填报"), html.Span("采用", className="acc")], className="row"),
            html.Div(value, className="big"),
            html.Div(why, className="mut"),
        ],
        className="op on",
    )


def _findings(one: Panel) -> list[Component]:
    return [
        html.Div(
            [
                html.B(("✕ " if severity == "error" else "· ") + what),
                html.Div(values),
                html.Div(f"处理：{settle}", className="mut"),
            ],
            className="bad-box" if severity == "error" else "warn-box",
        )
        for severity, what, values, settle in one.findings
    ]


def _chain(links: tuple[Link, ...]) -> Component | None:
    if not links:
        return None
    steps = [
        html.Div(
            [
                html.I(),
                html.Div(
                    [html.B(link.word), html.Span(link.value, className="mut")], className="row"
                ),
                html.Div(link.line, className="mut") if link.line else None,
            ],
            className="stp",
        )
        for link in links
    ]
    return html.Section([html.H2("依据链"), html.Div(steps, className="chain")])


def _cases(one: Panel) -> Component | None:
    if not one.cases:
        return None
    links = [html.Li(html.A(word, href=address)) for word, address in one.cases]
    return html.Section([html.H2("清单"), html.Ul(links, className="plain")])


def _files(one: Panel) -> Component | None:
    files = [html.Li(html.A(name, href=address)) for name, address in one.files]
    upload = None
    if one.writes:
        upload = html.Button("添加佐证…", className="btn", type="button", **data(attach=one.id))
    if not files and upload is None:
        return None
    note = html.Span(className="mut", role="status", **data(attached=one.id))
    return html.Section(
        [html.H2("佐证"), html.Ul(files, className="plain"), upload, note], className="files"
    )


def _inputs(one: Panel) -> Component:
    rows = [_input(one.id, field) for field in one.fields]
    save = html.Button("保存", id=ids.BOOK_SAVE, className="btn pri", type="button")
    return html.Section(
        [
            html.H2("填写"),
            *rows,
            html.Div([save, html.Span(id=ids.BOOK_SAID, className="mut")], className="act"),
            html.Div("原值、理由、时间与填写人都留在修订记录里，不可删除。", className="dim nt"),
        ],
        className="inputs",
    )


def _input(item: str, field: Field) -> Component:
    at: dict[str, Any] = {"type": ids.BOOK_FIELD, "field": field.id, "item": item}
    made: Component
    if field.kind == "area":
        made = dcc.Textarea(id=at, value=field.value, rows=2)
    elif field.kind == "select":
        options = [{"label": label, "value": value} for value, label in field.choices]
        made = dcc.Dropdown(options, field.value, id=at, clearable=False, searchable=False)
    elif field.kind == "elements":
        options = [{"label": label, "value": value} for value, label in field.choices]
        made = dcc.Checklist(options, field.value or [], id=at)
    else:
        hint_date = "2026-03-31" if field.kind == "date" else ""
        made = dcc.Input(id=at, value=field.value, type="text", placeholder=hint_date)
    hint = html.Span(field.hint, className="dim") if field.hint else None
    return html.Label([html.Span(field.label), made, hint], className=f"in {field.kind}")
