"""依据清单: the cases behind a figure; reached from the figure, not from the navigation."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """Filled from the address; a long list takes a moment, and says so."""
    return html.Div(
        [
            dcc.Location(id=ids.BEHIND_AT, refresh=False),
            html.Div(html.P("正在查找案卷…", className="sheet mut"), id=ids.BEHIND),
        ]
    )


PAGE = Page("behind", "依据清单", 99, build, action="cases.list", on_phone=False, listed=False)
