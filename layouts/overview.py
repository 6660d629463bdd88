"""总览 for leaders: the total first, then the rates, then the districts below target. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from layouts.chart.trend import tools
from layouts.measured import Bars, Figure, Table, bars, compared, number, rate, table
from layouts.widgets import aria, data

TABLES: Final = {"areas": "各区域", "categories": "高发类别", "sources": "来源"}
"""The tables of `Overview` → their headings."""


@dataclass(frozen=True)
class Step:
    """One step of the funnel 漏斗: cases that took it in the period, and of those reported in the
    period how many have taken it, as text and as a share of the reported."""

    name: str
    figure: Figure
    of_reported: str
    share: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The page of one question; `said` is its period in words."""

    said: str
    total: Figure
    notes: tuple[str, ...]
    trend: Bars
    steps: tuple[Step, ...]
    step_note: str
    rates: tuple[Figure, ...]
    stock: Figure
    below_title: str
    below_note: str
    below: tuple[tuple[str, str, str, str, str, str], ...]
    """(place in the ranking, name, address, 上报 n, rate, verdict)."""
    below_nothing: str
    areas: Table
    categories: Table
    sources: Table
    exports: tuple[tuple[str, str], ...]
    """(kind, address)."""
    table_exports: Mapping[str, tuple[tuple[str, str], ...]]
    """areas, categories, sources → the same of that table."""


def overview(shown: Overview) -> Component:
    """The page's content."""
    return html.Div(
        [
            html.P(
                [
                    *[html.Span(note) for note in shown.notes],
                    html.Span(shown.step_note, className="on-phone"),
                ],
                className="notes mut",
            ),
            _total(shown),
            _rates(shown),
            _below(shown),
            *[_panel(shown, part) for part in TABLES],
            exports(shown.exports),
        ],
        className="overview",
        **data(said=shown.said),
    )


def exports(links: Sequence[tuple[str, str]]) -> Component | None:
    """导出 what is on the screen."""
    if not links:
        return None
    made: list[Component] = [
        html.A(f"导出 {kind}", href=href, className="btn", download="") for kind, href in links
    ]
    return html.Div(made, className="row-of-buttons no-print", **aria(label="导出本页"))


def _total(shown: Overview) -> Component:
    figure = shown.total
    steps = [
        html.Div(
            [
                html.Span(step.name, className="mut"),
                number(step.figure, "n3"),
                html.Span(step.share, className="mut sm", title=step.of_reported),
            ]
        )
        for step in shown.steps
    ]
    return html.Section(
        [
            html.Div(
                [html.H2("上报"), compared(figure), tools("上报")],
                className="row",
            ),
            number(figure, "n1"),
            bars(shown.trend, "上报"),
            html.Div(steps, className="fn"),
            html.P(shown.step_note, className="mut sm step-note"),
        ],
        className="panel total",
        **data(figure="上报"),
    )


def _rates(shown: Overview) -> Component:
    return html.Section(
        [
            html.Div(
                [html.H2("关键率"), html.Span("先求和后相除", className="mut"), tools("关键率")],
                className="row",
            ),
            *[rate(one) for one in shown.rates],
            html.Div(
                [
                    html.Div([html.Span(shown.stock.name, className="nm")], className="row"),
                    html.Div([number(shown.stock), compared(shown.stock)], className="row"),
                ],
                className="rt",
            ),
        ],
        className="panel rates",
        **data(figure="关键率"),
    )


def _below(shown: Overview) -> Component:
    rows = [
        html.Div(
            [
                html.Span(place, className="dim"),
                dcc.Link(name, href=href),
                html.Span(f"上报 {n}", className="mut"),
                html.B([html.Span("▲ " if state == "warn" else "✕ ", className=state), value]),
            ],
            className="ds",
        )
        for place, name, href, n, value, state in shown.below
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2(shown.below_title),
                    html.Span(shown.below_note, className="mut"),
                    tools(shown.below_title),
                ],
                className="row",
            ),
            *rows,
            None if rows else html.P(shown.below_nothing, className="mut"),
        ],
        className="panel below",
        **data(figure=shown.below_title),
    )


def _panel(page: Overview, area: str) -> Component:
    title, links = TABLES[area], page.table_exports.get(area, ())
    shown: Table = getattr(page, area)
    return html.Section(
        [
            html.Header(
                [html.H2(title), html.Span(shown.note, className="mut"), tools(title, links)]
            ),
            table(shown),
        ],
        className=f"panel {area}",
        **data(figure=title),
    )
