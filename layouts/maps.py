"""The map 地图 of a tile: Leaflet through dash-leaflet, outlines, and room for what lies over it.

dash-leaflet is imported only where a map is built, so that pages without one do not load it. No
default tile layer, ever: what lies below the heat is the city's configuration.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts.scene import CityMap
from layouts.widgets import data

Child = Component | str | None
STYLE = {"variable": "cityops.outlineStyle"}
LINES = "lines"
"""The pane of the outlines below the districts; `heat-scene.js` shows and hides it."""


def city_map(
    city: CityMap,
    id: str,
    over: Sequence[Child],
    *,
    ranks: int,
    interactive: bool = False,
    stays: bool = False,
) -> Component:
    """A map fitted to the grid; `over` are the boxes 控件 above it, which labels keep clear of.

    `ranks`: how many of the hottest places get a number. `interactive`: may be moved by hand.
    `stays`: as a person left it, with what is chosen in the address; a wall's goes round by itself.
    """
    told = {"id": id, "ranks": ranks, "interactive": interactive} | (
        {"stays": True} if stays else {}
    )
    settings = json.dumps(told)
    return html.Div(
        [_leaflet(city, id, interactive), *over],
        className="map-box",
        **data(map=settings),
    )


def prepare() -> None:
    """Makes dash-leaflet known to a Dash app that builds its pages later: call it before."""
    importlib.import_module("dash_leaflet")


def _leaflet(city: CityMap, id: str, interactive: bool) -> Component:
    import dash_leaflet as dl  # type: ignore[import-untyped]

    west, south, east, north = city.bounds
    outlines = [
        dl.Pane(
            dl.GeoJSON(id=f"outline-{id}", style=STYLE, hideout={"level": "", "opacity": 0}),
            name=LINES,
            style={"zIndex": 390, "display": "none"},
        ),
        dl.GeoJSON(
            id=f"district-{id}",
            url=f"/grid/{city.version}/outlines/district.geojson",
            style=STYLE,
            hideout={"level": "district"},
        )
        if "district" in city.outlines
        else None,
    ]
    found: Component = dl.Map(
        [one for one in outlines if one is not None],
        id=f"map-{id}",
        center=[(south + north) / 2, (west + east) / 2],
        zoom=10,
        zoomSnap=1,
        zoomControl=False,
        preferCanvas=True,  # a thousand outlines as SVG cost a frame each time they change
        attributionControl=False,  # said by `mark`, as text
        keyboard=False,
        boxZoom=False,
        doubleClickZoom=interactive,
        dragging=interactive,
        touchZoom=interactive,
        scrollWheelZoom=interactive,
        trackViewport=False,
        className="leaf",
    )
    return found


def heat(name: str, id: str, class_name: str = "") -> Component:
    """An empty box that `heat-scene.js` fills for the map `id`."""
    return html.Div(className=class_name, **data(heat=f"{id}.{name}"))


def mark(city: CityMap) -> Component:
    """审图号, or 示意 where the outlines are no survey; and whose base map it is."""
    told = (city.approval or ("区界示意" if city.schematic else ""), city.base.get("attribution"))
    said = "　".join(one for one in told if one)
    return html.Div(said, className="ov mark dim" + ("" if said else " gone"))
