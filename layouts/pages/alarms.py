"""告警: what lasts, to be acknowledged; the log of what was."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.page import Desk, Page, Reader

REFRESH_MS = 4_000


def build(desk: Desk, reader: Reader) -> Component:
    """The frame; its callbacks fill it and look again every few seconds."""
    return html.Div(
        [
            dcc.Interval(id=ids.ALARM_TICK, interval=REFRESH_MS),
            dcc.Store(id=ids.ALARM_SEEN),
            dcc.Store(id=ids.ALARM_DONE),
            html.Header([html.H1("告警")], className="page-head"),
            html.Div(id=ids.ALARM_SAID, role="status"),
            html.Div(html.P("正在查看…", className="mut"), id=ids.ALARM_BOARD),
        ],
        className="sheet alarm-page",
    )


PAGE = Page("alarms", "告警", 75, build)
