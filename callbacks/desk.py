"""The desk follows its address 换页, and its navigation takes the question along 筛选随行."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from dashboard.question import Question, read_question
from layouts import ids
from layouts.desk import PREFIX, links, not_allowed, not_found
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

    @app.callback(
        Output(ids.DESK_TABS, "children"),
        Output(ids.DESK_THUMBS, "children"),
        Output(ids.DESK_KEPT, "data"),
        Input(ids.DESK_AT, "href"),
        State(ids.DESK_AT, "pathname"),
        State(ids.DESK_AT, "search"),
        State(ids.DESK_KEPT, "data"),
    )
    async def carry(
        href: str | None, path: str | None, search: str | None, kept: str | None
    ) -> tuple[Any, ...]:
        id = (path or "").removeprefix(PREFIX.rstrip("/")).strip("/")
        page = by_id.get(id) if id else next(iter(pages), None)
        if page is not None and page.filtered:
            kept = kept_of(search)
        elif not kept:
            return no_update, no_update, no_update
        return *links(pages, reader(), kept or ""), kept


def kept_of(search: str | None) -> str:
    """What a link to another page takes along of an address: its question, or nothing."""
    question = read_question(search, {}).question
    return "" if question == Question() else question.query()
