"""标注: what happened on which days, as it stands on every time series of the desk."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """Filled from the address: the form's fields, and what came of the last try."""
    return html.Div(
        [
            dcc.Location(id=ids.REMARKS_AT, refresh=False),
            html.Header([html.H1("标注")], className="page-head"),
            html.Div(html.P("正在查看…", className="mut"), id=ids.REMARKS),
        ],
        className="sheet",
    )


PAGE = Page("annotations", "标注", 76, build, on_phone=False)
