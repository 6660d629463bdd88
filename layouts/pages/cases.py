"""案件: everything about cases under the filters of the address."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.asked import place
from layouts.filters import frame
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """The frame; its callbacks fill it from the address."""
    return html.Div(
        [html.H1("案件", className="unseen"), frame(), place(ids.CASES)],
        className="sheet",
    )


PAGE = Page("cases", "案件", 20, build, filtered=True)
