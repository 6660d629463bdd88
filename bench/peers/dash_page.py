"""Dash, the naive way: `dcc.Interval`, one callback for every number and every figure.

Run as `gunicorn --worker-class gthread --threads 8 dash_page:server`.
"""

import numpy  # noqa: F401 - plotly imports it at the first answer, and threads met it half-made
import plotly.graph_objects as go
import workload
from dash import Dash, Input, Output, dcc, html

numbers = ["seq", *(f"n{i}" for i in range(1, workload.NUMBERS))]
charts = [f"chart{i}" for i in range(workload.CHARTS)]
app = Dash(__name__)
app.layout = html.Div(
    [
        dcc.Interval(id="every", interval=1000),
        html.Div(
            [html.Span(id=id) for id in numbers],
            style={"display": "grid", "gridTemplateColumns": "repeat(8, 1fr)"},
        ),
        html.Div(
            [dcc.Graph(id=id, style={"height": 200, "width": 400}) for id in charts],
            style={"display": "flex"},
        ),
    ]
)


@app.callback(
    *(Output(id, "children") for id in numbers),
    *(Output(id, "figure") for id in charts),
    Input("every", "n_intervals"),
)
def update(_ticks: int | None) -> list:
    tick = workload.now()
    return [*tick.numbers, *(go.Figure(go.Scatter(y=points)) for points in tick.charts)]


server = app.server
server.add_url_rule("/healthz", view_func=lambda: "ok")
