"""Left of the table 左栏: score so far, filters, progress by first level, history."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.book.sheet import Sheet

FILTERS = {
    "all": ("全部指标", "mut"),
    "conflict": ("矛盾", "bad"),
    "missing": ("缺项", "mut"),
    "evidence": ("缺佐证", "warn"),
    "unmet": ("未达标", "warn"),
}


def summary(sheet: Sheet) -> Component:
    """预计总分, what it can still become, and the grade."""
    span = html.Span(f"区间 {sheet.span}", className="mut") if sheet.span else None
    grade = html.Span(f"✓ {sheet.grade}", className="good") if sheet.grade else None
    return html.Div(
        [
            html.Div("预计总分" if sheet.span else "总分", className="mut"),
            html.Div(
                [sheet.score or "—", html.Small(f" / {sheet.total}")] if sheet.total else "不计分",
                className="big",
            ),
            html.Div([span, "　" if span and grade else "", grade]),
        ],
        className="score",
    )


def filters(sheet: Sheet, chosen: str) -> Component:
    """Which rows are shown; the numbers are of this moment."""
    options = [
        {
            "label": html.Span(
                [
                    html.Span(word),
                    html.Span(str(sheet.counts.get(id, 0)), className=colour),
                ],
                className="nv",
            ),
            "value": id,
        }
        for id, (word, colour) in FILTERS.items()
    ]
    return dcc.RadioItems(
        options, chosen, id=ids.BOOK_FILTER, className="navs", inputClassName="unseen"
    )


def progress(sheet: Sheet) -> Component:
    """一级指标: how many of its indicators have a value."""
    bars = [
        html.Div(
            [
                html.Div(
                    [html.Span(one.name), html.Span(f"{one.filled} / {one.all}", className="mut")],
                    className="row",
                ),
                html.Div(
                    html.I(style={"width": f"{100 * one.filled / one.all:.0f}%"}), className="bul"
                ),
            ],
            className="sc",
        )
        for one in sheet.progress
        if one.all
    ]
    return html.Div([html.H2("一级指标"), *bars]) if bars else html.Div()


def history(sheet: Sheet) -> Component:
    """修订记录: the newest first; nothing is ever erased."""
    lines = [
        html.Li(
            [
                html.Span(f"{one.number}", className="dim"),
                html.Span([html.B(one.who), f" {one.what}"]),
                html.Span(one.when, className="dim"),
                html.Span(one.reason, className="mut") if one.reason else None,
            ]
        )
        for one in sheet.history[:40]
    ]
    if not lines:
        return html.Div()
    return html.Details(
        [html.Summary(f"修订记录（{len(sheet.history)}）"), html.Ol(lines)], className="history"
    )


def drifted(sheet: Sheet) -> Component | None:
    """偏移: what the measures say now of a locked book."""
    if not sheet.drift:
        return None
    lines = [
        html.Li([html.B(name), f"　锁定时 {locked}，现在 {now}"])
        for name, locked, now in sheet.drift
    ]
    return html.Section(
        [html.H2(f"锁定后数据有变化（{len(lines)} 项），本册不变"), html.Ul(lines)],
        className="drift warn-box",
    )
