"""Bokeh server: a periodic callback, `Div`s for the numbers, `stream` with rollover for the charts.

Run as `bokeh serve bokeh_page.py`.
"""

import sys
from pathlib import Path

from bokeh.io import curdoc
from bokeh.layouts import column, gridplot, row
from bokeh.models import ColumnDataSource, Div
from bokeh.plotting import figure

sys.path.insert(0, str(Path(__file__).parent))
import workload

tick = workload.now()
numbers = [Div(text=str(n)) for n in tick.numbers]
sources, plots = [], []
for points in tick.charts:
    x = list(range(tick.second - workload.POINTS + 1, tick.second + 1))
    sources.append(ColumnDataSource({"x": x, "y": points}))
    plot = figure(width=400, height=200)
    plot.line("x", "y", source=sources[-1])
    plots.append(plot)


def update() -> None:
    tick = workload.now()
    for div, number in zip(numbers, tick.numbers, strict=True):
        div.text = str(number)
    for source, points in zip(sources, tick.charts, strict=True):
        source.stream({"x": [tick.second], "y": [points[-1]]}, rollover=workload.POINTS)


rows = [row(*numbers[i : i + 8]) for i in range(0, workload.NUMBERS, 8)]
curdoc().add_root(column(*rows, gridplot([plots])))
curdoc().add_periodic_callback(update, 1000)
