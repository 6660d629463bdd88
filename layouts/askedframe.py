"""The frame of a page that follows its address: heading, filter bar, and room for a callback."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.filters import frame


def asked_frame(title: str, inside: str, *dimensions: str) -> Component:
    """Without `dimensions` the page is about the whole city: only the period is asked for."""
    return html.Div(
        [
            html.Header([html.H1(title)], className="page-head"),
            frame(*dimensions, narrow=bool(dimensions)),
            html.Div(html.P("正在计算…", className="mut"), id=inside),
        ],
        className="sheet",
    )
