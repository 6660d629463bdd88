"""Panel: `pn.state.add_periodic_callback`, indicators for the numbers, Bokeh panes that stream.

Run as `panel serve panel_page.py`.
"""

import sys
from pathlib import Path

import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

sys.path.insert(0, str(Path(__file__).parent))
import workload

pn.extension()
tick = workload.now()
numbers = [
    pn.indicators.Number(name=name, value=n, format="{value:.0f}", font_size="18pt")
    for name, n in zip(workload.NAMES, tick.numbers, strict=True)
]
sources, plots = [], []
for points in tick.charts:
    x = list(range(tick.second - workload.POINTS + 1, tick.second + 1))
    sources.append(ColumnDataSource({"x": x, "y": points}))
    plot = figure(width=400, height=200)
    plot.line("x", "y", source=sources[-1])
    plots.append(pn.pane.Bokeh(plot))


def update() -> None:
    tick = workload.now()
    for indicator, number in zip(numbers, tick.numbers, strict=True):
        indicator.value = number
    for source, points in zip(sources, tick.charts, strict=True):
        source.stream({"x": [tick.second], "y": [points[-1]]}, rollover=workload.POINTS)


pn.state.add_periodic_callback(update, period=1000)
pn.Column(pn.GridBox(*numbers, ncols=8), pn.Row(*plots)).servable()
