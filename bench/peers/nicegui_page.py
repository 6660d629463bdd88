"""NiceGUI: a timer of the page, labels for the numbers, `ui.echart` for the charts.

Run as `python nicegui_page.py PORT`.
"""

import sys

import workload
from nicegui import ui


@ui.page("/")
def page() -> None:
    tick = workload.now()
    with ui.grid(columns=8):
        labels = [ui.label(str(n)) for n in tick.numbers]
    with ui.row():
        charts = [ui.echart(_options(points)).classes("w-96 h-48") for points in tick.charts]

    def update() -> None:
        tick = workload.now()
        for label, number in zip(labels, tick.numbers, strict=True):
            label.set_text(str(number))
        for chart, points in zip(charts, tick.charts, strict=True):
            chart.options["series"][0]["data"] = points
            chart.update()

    ui.timer(1.0, update)


def _options(points: list[int]) -> dict:
    return {
        "animation": False,
        "xAxis": {"type": "category"},
        "yAxis": {"type": "value", "scale": True},
        "series": [{"type": "line", "showSymbol": False, "data": points}],
    }


ui.run(host="127.0.0.1", port=int(sys.argv[1]), show=False, reload=False)
