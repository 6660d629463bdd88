"""Pages that follow their address 换条件: each is filled anew when its question changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]


def register(
    app: Dash, fills: Mapping[tuple[str, str], Callable[[str], Component]], aside_of: Aside
) -> None:
    """(id of the page's address, id of its room) → what fills the room for a query."""
    for (at, inside), fill in fills.items():
        _follow(app, at, inside, fill, aside_of)


def _follow(
    app: Dash, at: str, inside: str, fill: Callable[[str], Component], aside_of: Aside
) -> None:
    @app.callback(Output(inside, "children"), Input(at, "search"))
    @aside_of
    def show(search: str | None) -> Component:
        return fill(search or "")
