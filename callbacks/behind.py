"""The list behind a figure follows its address 依据清单."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from dash import Dash, Input, Output
from dash.development.base_component import Component

from layouts import ids
from layouts.caselist import CaseList, case_list, refused

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]


def register(app: Dash, behind: Callable[[Mapping[str, str]], CaseList], aside_of: Aside) -> None:
    """`behind` finds the list of an address, for whoever asks."""

    @app.callback(Output(ids.BEHIND, "children"), Input(ids.BEHIND_AT, "search"))
    @aside_of
    def show(search: str | None) -> Component:
        query = {key: found[0] for key, found in parse_qs((search or "").lstrip("?")).items()}
        try:
            return case_list(behind(query))
        except (ValueError, KeyError) as error:
            return refused(str(error))
