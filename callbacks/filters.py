"""The filter bar follows the address, and the address follows the filter bar 筛选."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from layouts import ids
from layouts.filters import FilterBar, bar


class Filters(Protocol):
    """What the desk knows about filters; whoever asks is added by it."""

    def bar(self, address: str | None, dimensions: Sequence[str]) -> FilterBar: ...
    def chosen(
        self, address: str | None, chosen: Mapping[str, Sequence[str] | None], first: str, last: str
    ) -> str | None: ...


def register(app: Dash, filters: Filters) -> None:
    """`filters` answer for whoever asks."""

    @app.callback(
        Output(ids.FILTER_BAR, "children"),
        Input(ids.FILTER_AT, "search"),
        State(ids.FILTER_DIMENSIONS, "data"),
    )
    async def show(search: str | None, dimensions: list[str]) -> list[Component]:
        if search is None:  # the page has only just appeared: its address follows
            raise PreventUpdate
        return bar(filters.bar(search, dimensions))

    @app.callback(
        Output(ids.FILTER_AT, "search"),
        Input({"type": ids.FILTER, "dimension": ALL}, "value"),
        Input(ids.FILTER_GO, "n_clicks"),
        State({"type": ids.FILTER, "dimension": ALL}, "id"),
        State(ids.FILTER_FIRST, "value"),
        State(ids.FILTER_LAST, "value"),
        State(ids.FILTER_AT, "search"),
        prevent_initial_call=True,
    )
    async def choose(
        values: list[list[str] | None],
        clicks: int | None,
        names: list[dict[str, str]],
        first: str | None,
        last: str | None,
        search: str | None,
    ) -> Any:
        chosen = {id["dimension"]: codes for id, codes in zip(names, values, strict=True)}
        typed = ctx.triggered_id == ids.FILTER_GO and clicks
        ends = (first or "", last or "") if typed else ("", "")
        found = filters.chosen(search, chosen, *ends)
        return no_update if found is None else found
