"""案件: funnel and rates compared, tables by any dimension, the backlog, the list. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from layouts.caselist import CaseList, rows
from layouts.chart.trend import tools
from layouts.measured import Figure, Table, compared, number, table, verdict
from layouts.overview import Step, exports
from layouts.widgets import aria, data


@dataclass(frozen=True)
class Backlog:
    """在办: stages by how long the cases have been open."""

    ages: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str, float], ...]
    """(stage, n by age, in all, share of the most in percent)."""
    total: str
    note: str


@dataclass(frozen=True, kw_only=True)
class CasesPage:
    """The page of one question; `said` is its period in words."""

    said: str
    notes: tuple[str, ...]
    reported: Figure
    steps: tuple[Step, ...]
    step_note: str
    rates: tuple[Figure, ...]
    counts: tuple[Figure, ...]
    tabs: tuple[tuple[str, str, bool], ...]
    """(dimension's name, address, whether it is shown)."""
    by: Table
    backlog: Backlog
    cases: CaseList
    exports: tuple[tuple[str, str], ...]


def cases_page(shown: CasesPage) -> Component:
    """The page's content."""
    return html.Div(
        [
            html.P([html.Span(note) for note in shown.notes], className="notes mut"),
            _funnel(shown),
            _figures("各率", "先求和后相除；点数字看口径与清单", shown.rates, "rates-table"),
            _figures("各数", "", shown.counts, "counts-table"),
            _backlog(shown.backlog),
            _by(shown),
            _list(shown.cases),
            exports(shown.exports),
        ],
        className="cases-page",
        **data(said=shown.said),
    )


def _funnel(shown: CasesPage) -> Component:
    first = Step("上报", shown.reported, "", "")
    steps = [
        html.Div(
            [
                html.Span(step.name, className="mut"),
                number(step.figure, "n2"),
                compared(step.figure),
                html.Span(f"本期上报的 {step.share}" if step.share else "　", className="mut sm",
                          title=step.of_reported),
            ]
        )
        for step in (first, *shown.steps)
    ]  # fmt: skip
    return html.Section(
        [
            html.Header([html.H2("漏斗"), tools("漏斗")]),
            html.Div(steps, className="fn seven"),
            html.P(shown.step_note, className="mut sm"),
        ],
        className="panel funnel",
        **data(figure="漏斗"),
    )


def _figures(title: str, note: str, figures: Sequence[Figure], area: str) -> Component:
    made = [
        html.Div(
            [
                html.Span(one.name, className="nm"),
                html.Div([number(one, "n3"), verdict(one)], className="row"),
                html.Span(one.of or one.why, className="mut sm"),
                compared(one),
            ],
            className="fact",
        )
        for one in figures
    ]
    return html.Section(
        [
            html.Header([html.H2(title), html.Span(note, className="mut"), tools(title)]),
            html.Div(made, className="facts"),
        ],
        className=f"panel {area}",
        **data(figure=title),
    )


def _backlog(shown: Backlog) -> Component:
    head = html.Tr(
        [html.Th("环节", scope="col")]
        + [html.Th(age, className="num", scope="col") for age in (*shown.ages, "合计")]
    )
    made = [
        html.Tr(
            [
                html.Th(stage, scope="row"),
                *[html.Td(n, className="num") for n in numbers],
                html.Td(
                    html.Span(
                        [n_all, html.I(className="share", style={"width": f"{share:.1f}%"})],
                        className="cell",
                    ),
                    className="num",
                ),
            ]
        )
        for stage, numbers, n_all, share in shown.rows
    ]
    return html.Section(
        [
            html.Header(
                [
                    html.H2(f"在办 {shown.total} 件"),
                    html.Span(shown.note, className="mut"),
                    tools("在办"),
                ]
            ),
            html.Table(
                [
                    html.Caption("在办案卷按环节与压了多久", className="unseen"),
                    html.Thead(head),
                    html.Tbody(made),
                ],
                className="list tabled",
            ),
        ],
        className="panel backlog",
        **data(figure="在办"),
    )


def _by(shown: CasesPage) -> Component:
    links = [
        dcc.Link(
            html.Span(name, **(aria(current="true") if on else {})),
            href=href,
            className="seg-one on" if on else "seg-one",
        )
        for name, href, on in shown.tabs
    ]
    return html.Section(
        [
            html.Header(
                [
                    html.H2("分项"),
                    html.Nav(links, className="seg", **aria(label="按什么分")),
                    html.Span(shown.by.note, className="mut"),
                    tools(shown.by.caption),
                ]
            ),
            table(shown.by),
        ],
        className="panel by",
        **data(figure=shown.by.caption),
    )


def _list(found: CaseList) -> Component:
    return html.Section(
        [
            html.Header(
                [
                    html.H2(f"案卷清单 {found.total:,} 件"),
                    html.Span("本期上报，新的在前", className="mut"),
                    html.A("全部下载 csv", href=found.file, className="btn no-print", download=""),
                ]
            ),
            rows(found),
        ],
        className="case-list",
    )
