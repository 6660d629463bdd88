"""A part of a page follows its address through an answer that may take long 查询: progress, cancel.

While the answer is under way the page asks again every moment; nobody asking ends the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from dash import Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from dashboard.waiting import Stopped, Waiting
from layouts import asked, ids

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Answer:
    """What stands on the page; `running`: it changes as time passes."""

    content: Component
    running: bool = False


class Asking(Protocol):
    """One part's question, asked for whoever asks; whatever it raises ValueError is told."""

    def answer(self, address: str) -> Answer: ...
    def cancel(self, address: str) -> None: ...
    def progress(self) -> tuple[int, int]: ...


def register(app: Dash, name: str, asking: Asking, aside_of: Aside) -> None:
    """`name` as in `layouts.asked.place(name)`."""

    @app.callback(
        Output(asked.shown_id(name), "children"),
        Output(asked.wait_id(name), "hidden"),
        Output(asked.said_id(name), "children"),
        Output(asked.tick_id(name), "disabled"),
        Output(asked.again_id(name), "disabled"),
        Output(asked.asked_id(name), "data"),
        Input(ids.FILTER_AT, "search"),
        Input(asked.tick_id(name), "n_intervals"),
        Input(asked.again_id(name), "n_intervals"),
        Input(asked.stop_id(name), "n_clicks"),
        State(asked.asked_id(name), "data"),
    )
    @aside_of
    def show(
        search: str | None, _tick: int, _again: int, _stop: int | None, before: str | None
    ) -> tuple[Any, ...]:
        if search is None:  # the page has only just appeared: its address follows
            raise PreventUpdate
        if before is not None and before != search:
            asking.cancel(before)
        if ctx.triggered_id == asked.stop_id(name):
            asking.cancel(search)
            return asked.stopped(), True, no_update, True, True, None
        try:
            found = asking.answer(search)
        except Waiting:
            done, total = asking.progress()
            return no_update, False, asked.progress(done, total), False, True, search
        except Stopped:
            return asked.stopped(), True, no_update, True, True, None
        except (ValueError, KeyError) as error:
            return asked.failed(str(error)), True, no_update, True, True, None
        return found.content, True, no_update, True, not found.running, None
