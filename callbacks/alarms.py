"""The alarms page looks again every few seconds; 确认 is checked where it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from dash import ALL, Dash, Input, Output, State, ctx, html, no_update

from layouts import ids
from layouts.alarmlog import AlarmBoard, board

Aside = Callable[[Callable[..., Any]], Callable[..., Any]]


class Alarms(Protocol):
    """The alarms for whoever asks."""

    def board(self) -> AlarmBoard: ...
    def acknowledge(self, id: str) -> str: ...


def register(app: Dash, alarms: Alarms, aside_of: Aside) -> None:
    """`aside_of` makes a callback that blocks run beside the live streams."""

    @app.callback(
        Output(ids.ALARM_BOARD, "children"),
        Output(ids.ALARM_SEEN, "data"),
        Input(ids.ALARM_TICK, "n_intervals"),
        Input(ids.ALARM_DONE, "data"),
        State(ids.ALARM_SEEN, "data"),
    )
    @aside_of
    def look(_ticks: int | None, _done: str | None, seen: str | None) -> tuple[Any, Any]:
        """Draws anew only what is another, so that the keyboard keeps its place."""
        found = alarms.board()
        now = hashlib.sha256(repr(found).encode()).hexdigest()[:16]
        return (no_update, no_update) if now == seen else (board(found), now)

    @app.callback(
        Output(ids.ALARM_SAID, "children"),
        Output(ids.ALARM_DONE, "data"),
        Input({"type": ids.ALARM_ACK, "alarm": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @aside_of
    def acknowledge(_clicks: list[int | None]) -> tuple[Any, Any]:
        if not ctx.triggered_id or not ctx.triggered[0]["value"]:  # a button that has just appeared
            return no_update, no_update
        id = str(ctx.triggered_id["alarm"])
        try:
            said = alarms.acknowledge(id)
        except ValueError as error:
            return html.Div(f"✕ {error}", className="bad-box"), no_update
        return html.Div(said, className="said-box"), id
