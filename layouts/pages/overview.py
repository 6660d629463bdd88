"""总览: what leaders see first, under the filters of the address."""

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
        [html.H1("总览", className="unseen"), frame(), place(ids.OVERVIEW)],
        className="sheet overview-page",
    )


PAGE = Page("overview", "总览", 10, build, filtered=True)
