"""The baseline 对照页: the same frame on a Dash page with `dcc.Interval`, as Dash's docs show.

Two pages for gunicorn, `dashboard.bench.interval:store()` hands the frame to one `dcc.Store`, the
least such a page can do; `:page()` fills the figures and four charts of the overview in one
callback. Both read the last frame from Redis; the settings come from the environment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy  # noqa: F401 - plotly imports it at the first answer, and threads met it half-made
import orjson
import plotly.graph_objects as go  # type: ignore[import-untyped]
from dash import Dash, Input, Output, dcc, html
from flask import Flask

from dashboard.bus import Bus
from dashboard.city import load_profile
from dashboard.config import load_config
from dashboard.snapshot import Frame

PERIOD_MS = 1_000
CHARTS = ("hours", "days", "categories", "channels")


def store() -> Flask:
    """The frame goes into a `dcc.Store`."""
    latest = _reader()
    app = _app([dcc.Store(id="frame")])

    @app.callback(Output("frame", "data"), Input("every", "n_intervals"))
    def update(_n: int) -> Frame:
        return latest()

    server: Flask = app.server
    return server


def page() -> Flask:
    """Every figure goes into a `html.Span`, four charts into `dcc.Graph`."""
    latest = _reader()
    measures = sorted(latest()["m"])
    names = [name.replace(".", "-") for name in measures]
    spans = [html.Span(id=name) for name in names]
    app = _app([html.Span(id="seq"), *spans, *(dcc.Graph(id=name) for name in CHARTS)])

    @app.callback(
        Output("seq", "children"),
        *(Output(name, "children") for name in names),
        *(Output(name, "figure") for name in CHARTS),
        Input("every", "n_intervals"),
    )
    def update(_n: int) -> list[Any]:
        frame = latest()
        values = [_text(frame["m"][name]["v"]) for name in measures]
        return [frame["seq"], *values, *_charts(frame)]

    server: Flask = app.server
    return server


def _app(content: list[Any]) -> Dash:
    app = Dash("baseline", include_assets_files=False, title="dcc.Interval")
    app.server.add_url_rule("/healthz", view_func=lambda: "ok")
    app.layout = html.Div([dcc.Interval(id="every", interval=PERIOD_MS), *content])
    return app


def _reader() -> Callable[[], Frame]:
    config = load_config()
    profile = load_profile(config.profile_source)
    bus = Bus(config.require_redis(), config.bus_name(profile.id))

    def latest() -> Frame:
        frame: Frame = orjson.loads(bus.last_frame() or b"null")
        return frame

    return latest


def _text(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.2%}" if isinstance(value, float) else f"{value:,}"


def _charts(frame: Frame) -> list[go.Figure]:
    hourly, days = frame["s"]["hourly.reported"], frame["s"]["days30"]
    hours = go.Figure([go.Bar(y=hourly["today"]), go.Scatter(y=hourly["yesterday"])])
    month = go.Figure([go.Scatter(x=days["days"], y=days[k]) for k in ("reported", "closed")])
    bars = [
        go.Figure(go.Bar(x=[row["n"] for row in rows], y=[row["name"] for row in rows]))
        for rows in (frame["t"]["categories"], frame["t"]["channels"])
    ]
    return [hours, month, *bars]
