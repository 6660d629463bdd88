"""The list of 标注 follows its address; writing is a form of its own, see `remarkweb`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output
from dash.development.base_component import Component

from layouts import ids
from layouts.remarklist import RemarkBoard, board

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]


def register(app: Dash, shown: Callable[[Mapping[str, str]], RemarkBoard], aside_of: Aside) -> None:
    """`shown` is the page of an address, for whoever asks."""

    @app.callback(Output(ids.REMARKS, "children"), Input(ids.REMARKS_AT, "search"))
    @aside_of
    def show(search: str | None) -> Component:
        query = {key: found[0] for key, found in parse_qs((search or "").lstrip("?")).items()}
        return board(shown(query))
