"""Pages that follow the address of the filter bar 换条件: each is filled anew with its question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from layouts import ids

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]
Fill = Callable[[str], Component]


def register(app: Dash, fills: Mapping[str, Fill], aside_of: Aside) -> None:
    """Id of a page's room → what fills it for a query."""
    for room, fill in fills.items():
        _follow(app, room, fill, aside_of)


def _follow(app: Dash, room: str, fill: Fill, aside_of: Aside) -> None:
    @app.callback(Output(room, "children"), Input(ids.FILTER_AT, "search"))
    @aside_of
    def show(search: str | None) -> Component:
        if search is None:  # the page has only just appeared: its address follows
            raise PreventUpdate
        return fill(search)
