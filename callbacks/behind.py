"""The list behind a figure follows its address 依据清单."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.waiting import Stopped, Waiting
from layouts import ids
from layouts.caselist import CaseList, case_list, refused

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]


def register(app: Dash, behind: Callable[[str], CaseList], aside_of: Aside) -> None:
    """`behind` finds the list of an address, for whoever asks."""

    @app.callback(Output(ids.BEHIND, "children"), Input(ids.BEHIND_AT, "search"))
    @aside_of
    def show(search: str | None) -> Component:
        if search is None:  # the page has only just appeared: its address follows
            raise PreventUpdate
        try:
            return case_list(behind(search))
        except (Waiting, Stopped):
            return refused("案卷还在载入，请稍后再打开这份清单")
        except (ValueError, KeyError) as error:
            return refused(str(error))
