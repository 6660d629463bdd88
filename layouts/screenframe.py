"""The frame of a page that follows its address: heading, and room that a callback fills."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component


def frame(title: str, at: str, inside: str, *more: Component) -> Component:
    """`more` stands beside the title."""
    return html.Div(
        [
            dcc.Location(id=at, refresh=False),
            html.Header([html.H1(title), *more], className="page-head"),
            html.Div(html.P("正在计算…", className="mut"), id=inside),
        ],
        className="sheet",
    )
