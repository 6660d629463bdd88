"""A list of cases on the desk 案卷清单: what it holds, the first ones, the file with all. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from layouts.widgets import aria


@dataclass(frozen=True)
class Paging:
    """Which page of how many, and the addresses of the ones beside it ("" where there is none)."""

    page: int
    last: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class CaseList:
    """The cases behind a figure: as many as the figure says, the first of them as rows of text."""

    title: str
    formula: str
    span: str
    total: int
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    file: str
    paging: Paging


def case_list(found: CaseList) -> Component:
    """The page's content."""
    return html.Div(
        [
            html.Header(
                [
                    html.H1(found.title),
                    html.Span(f"共 {found.total:,} 件", className="mut"),
                    html.A("全部下载 csv", href=found.file, className="btn", download=""),
                ],
                className="page-head",
            ),
            html.P([found.formula, html.Span(f"　{found.span}", className="mut")]),
            rows(found),
        ],
        className="sheet",
    )


def rows(found: CaseList) -> Component:
    """The cases of this page of the list, and the way to the other pages."""
    if not found.rows:
        return html.P("没有案卷。", className="mut")
    head = html.Thead(html.Tr([html.Th(word, scope="col") for word in found.headings]))
    body = html.Tbody([html.Tr([html.Td(text) for text in row]) for row in found.rows])
    listed = html.Div(html.Table([head, body], className="list"), className="panel scroll")
    return html.Div([listed, pager(found.paging)], className="listed")


def pager(paging: Paging) -> Component | None:
    """上一页, 下一页."""
    if paging.last == 1:
        return None
    return html.Nav(
        [
            _step("上一页", paging.before),
            html.Span(f"第 {paging.page:,} / {paging.last:,} 页", className="mut"),
            _step("下一页", paging.after),
        ],
        className="pager",
        **aria(label="翻页"),
    )


def _step(words: str, href: str) -> Component:
    if href:
        return dcc.Link(words, href=href, className="btn")
    return html.Span(words, className="btn dis", **aria(disabled="true"))


def refused(reason: str) -> Component:
    """Why there is no list."""
    return html.Div([html.B("✕ 没有这份清单"), html.Div(reason)], className="bad-box")
