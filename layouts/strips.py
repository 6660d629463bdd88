"""The overview's strips 条: hotline and platform in one tile each, in cities that have them."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.scene import View
from layouts.widgets import data, drawn, figure, hero, tile

WAITING, LONGEST = "now.calls.waiting_now", "now.calls.longest_wait_s"
CONNECTED = "today.calls.connect_rate"
NORMAL, FAULTS = "year.platform.normal_days", "year.platform.fault_rate"
UP = "now.platform.components_up"


def strips(view: View) -> list[Component]:
    """The tiles of the parts this city has."""
    found = {"hotline": _hotline, "platform": _platform}
    return [make() for part, make in found.items() if part in view.parts]


def strip_classes(view: View) -> str:
    """What the overview's grid must know: any strip at all, or only one of them."""
    parts = view.parts & {"hotline", "platform"}
    if not parts:
        return ""
    return " with-ops" + (f" only-{next(iter(parts))}" if len(parts) == 1 else "")


def _hotline() -> Component:
    longest = drawn(
        "longest",
        f"s.calls.queue m.{LONGEST}",
        "longest val",
        measure=LONGEST,
        card=LONGEST,
        every="1",
    )
    waiting = html.Span([figure(WAITING), html.Small("人等待")], className="hero val h4")
    body = [
        html.Div([waiting, longest], className="row"),
        html.Div(
            [html.Span("接通率"), html.B(figure(CONNECTED, kind="percent"), className="nm")],
            className="row",
        ),
        html.Div([figure(CONNECTED, "nd"), figure(CONNECTED, "aim")], className="row mut"),
        drawn("agentsBar", "s.calls.agents", "agents-bar"),
    ]
    name = html.Span("热线", **data(draw="callsName", keys="s.calls.about"))
    return tile("hln", name, body)


def _platform() -> Component:
    elapsed = html.Small(["/ ", figure(NORMAL, "of"), " 天正常"])
    days = hero(NORMAL, size="h4")
    days.children = [*days.children, elapsed]
    body = [
        html.Div(days, className="row"),
        html.Div(
            [html.Span("故障率"), html.B(figure(FAULTS, kind="percent"), className="nm")],
            className="row",
        ),
        html.Div(
            [
                drawn("faultParts", f"m.{FAULTS} s.platform.about", "said", brief="1"),
                figure(FAULTS, "tgt"),
            ],
            className="row mut",
        ),
        html.Div(
            [
                drawn("componentsUp", f"m.{UP}", "st verdict"),
                html.Span([figure(UP), " / ", figure(UP, "of"), " 正常"]),
            ],
            className="row",
        ),
        drawn("recentDays", "s.platform.calendar", "recent"),
    ]
    return tile("pfm", "平台", body)
