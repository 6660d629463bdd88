"""年度: the yearly form as an editable table, the chosen indicator's evidence beside it."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.book.panel import empty
from layouts.page import Desk, Page, Reader


def build(desk: Desk, reader: Reader) -> Component:
    """The frame of the page; its callbacks fill it from the address (`?form=&year=`)."""
    return html.Div(
        [
            dcc.Location(id=ids.BOOK_AT, refresh=False),
            dcc.Store(id=ids.BOOK_OPENED),
            dcc.Store(id=ids.BOOK_SEEN),
            dcc.Store(id=ids.BOOK_UNSAVED, storage_type="local"),
            html.Header(id=ids.BOOK_HEAD, className="book-head"),
            html.Div(id=ids.BOOK_ALERT, role="alert"),
            html.Div(
                [
                    html.Aside(id=ids.BOOK_LEFT, className="lft"),
                    html.Div(id=ids.BOOK_MAIN, className="ctr"),
                    html.Aside(empty(), id=ids.BOOK_PANEL, className="rgt"),
                ],
                className="book",
            ),
        ],
        className="annual",
    )


PAGE = Page("annual", "年度", 70, build)
