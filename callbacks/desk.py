"""The desk follows its address 换页: one callback for all pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dash import Dash, Input, Output
from dash.development.base_component import Component

from layouts import ids
from layouts.desk import PREFIX, not_allowed, not_found
from layouts.page import Desk, Page, Reader


def register(app: Dash, desk: Desk, pages: Sequence[Page], reader: Callable[[], Reader]) -> None:
    """`reader` says who asks, at the time of asking."""
    by_id = {page.id: page for page in pages}

    @app.callback(Output(ids.DESK_CONTENT, "children"), Input(ids.DESK_AT, "pathname"))
    async def show(path: str | None) -> Component:
        who = reader()
        mine = [page for page in pages if page.listed and page.action in who.may]
        id = (path or "").removeprefix(PREFIX.rstrip("/")).strip("/")
        page = by_id.get(id) if id else next(iter(mine), None)
        if page is None:
            return not_found(mine)
        return page.build(desk, who) if page.action in who.may else not_allowed(page)
