"""大屏: how each wall screen is. A page of its own, which needs no script: see `screenpage`."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.desk import PREFIX
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """Where the desk itself is asked for it."""
    link = html.A("打开大屏页", href=f"{PREFIX}screens", className="btn pri")
    return html.Section([html.H1("大屏"), link], className="sheet")


PAGE = Page("screens", "大屏", 85, build, action="screens.read", outside=True, on_phone=False)
