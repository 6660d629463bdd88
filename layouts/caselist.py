"""A list of cases on the desk 案卷清单: what it holds, the first ones, the file with all. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component


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


def case_list(found: CaseList) -> Component:
    """The page's content."""
    more = found.total - len(found.rows)
    note = f"共 {found.total:,} 件" + (f"，先列 {len(found.rows):,} 件" if more > 0 else "")
    head = html.Thead(html.Tr([html.Th(word) for word in found.headings]))
    body = html.Tbody([html.Tr([html.Td(text) for text in row]) for row in found.rows])
    nothing = html.P("没有案卷。", className="mut") if not found.rows else None
    return html.Div(
        [
            html.Header(
                [
                    html.H1(found.title),
                    html.Span(note, className="mut"),
                    html.A("全部下载 csv", href=found.file, className="btn", download=""),
                ],
                className="page-head",
            ),
            html.P([found.formula, html.Span(f"　{found.span}", className="mut")]),
            html.Div(html.Table([head, body], className="list"), className="panel scroll"),
            nothing,
        ],
        className="sheet",
    )


def refused(reason: str) -> Component:
    """Why there is no list."""
    return html.Div([html.B("✕ 没有这份清单"), html.Div(reason)], className="bad-box")
