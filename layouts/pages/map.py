"""地图: the heat of the city by cell, duty grid, street or district; hottest places, one place."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.chart.trend import picture
from layouts.maps import city_map, heat, mark
from layouts.page import Desk, Page, Reader
from layouts.scene import CityMap
from layouts.widgets import aria, data

ID = "desk"
CHOICES = (("measure", "指标"), ("window", "时段"), ("level", "级别"))


def build(desk: Desk, reader: Reader) -> Component:
    """The frame; `assets/desk/map.js` starts the wall's map in it."""
    assert desk.map is not None
    choices = [
        html.Div([html.Span(word, className="mut"), heat(name, ID, "sg")], className="choice",
                 role="group", **aria(label=word))
        for name, word in CHOICES
    ]  # fmt: skip
    return html.Div(
        [
            html.Header(
                [html.H1("地图"), html.Div(choices, className="choices")], className="page-head"
            ),
            html.Div([_map(desk.map), _beside()], className="map-page"),
        ],
        className="sheet map-sheet",
        **data(maps="1"),
    )


def _map(city: CityMap) -> Component:
    over = [
        heat("legend", ID, "ov legend"),
        html.Div(
            [_button("+", "1", "放大"), _button("−", "-1", "缩小"), _button("全图", "0", "看全图")],
            className="ov zoom no-png",
        ),
        html.Div(picture("地图"), className="ov save no-png"),
        mark(city),
    ]
    return html.Section(
        city_map(city, ID, over, ranks=8, interactive=True, stays=True),
        className="tile t-map night",
        **data(figure="地图"),
        **aria(label="热力地图；下面的名次表与之同数"),
    )


def _button(text: str, by: str, label: str) -> Component:
    return html.Button(text, type="button", className="tool", **aria(label=label), **data(by=by))


def _beside() -> Component:
    title = html.Span("最热", **data(heat=f"{ID}.hot-title"))
    note = html.Small(className="mut", **data(heat=f"{ID}.repeat-note"))
    return html.Div(
        [
            html.Section(heat("summary", ID, "sum"), className="panel", **aria(label="合计")),
            html.Section(
                [html.H2([title, picture("最热")]), heat("hot", ID, "hottest")],
                className="panel",
                **data(figure="最热"),
            ),
            html.Section(
                [html.H2(["顽疾点位 ", note]), heat("repeat", ID, "repeats")], className="panel"
            ),
        ],
        className="map-beside",
    )


PAGE = Page("map", "地图", 30, build, needs_map=True)
