"""Folding: the same page in fewer components, and text that stays text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import dash_leaflet as dl  # type: ignore[import-untyped]
import pytest
from dash import html
from dash.development.base_component import Component

from dashboard.cards import definitions
from dashboard.city import load_profile
from layouts.folded import folded, html_of
from layouts.scene import CityMap, View
from layouts.scenes import mounted
from layouts.wall import wall

Tag = tuple[str, dict[str, str | None]]


def city(mapped: bool) -> Component:
    profile = load_profile("zhengzhou")
    view = View(
        profile.title,
        profile.timezone,
        profile.key_rates,
        definitions(profile),
        map=CityMap("x", (0.0, 0.0, 1.0, 1.0)) if mapped else None,
        parts=frozenset({"hotline", "platform"}),
    )
    return wall(view, mounted(view))


def components(node: Any) -> Iterator[Component]:
    if isinstance(node, Component):
        yield node
        yield from components(getattr(node, "children", None))
    elif isinstance(node, list | tuple):
        for one in node:
            yield from components(one)


class Tags(HTMLParser):
    """Every tag with its attributes, and every text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_wall_without_a_map_is_one_component_and_one_with_it_some_dozen() -> None:
    assert len(list(components(city(mapped=False)))) > 800
    assert len(list(components(folded(city(mapped=False))))) == 1
    assert len(list(components(folded(city(mapped=True))))) < 100


def test_what_is_unfolded_is_what_was_there() -> None:
    whole = Tags(html_of(city(mapped=False)))
    (root,) = components(folded(city(mapped=False)))
    found = Tags(getattr(root, "data-html"))
    assert found.tags == whole.tags[1:] and found.texts == whole.texts
    measures = [told["data-measure"] for _, told in found.tags if "data-measure" in told]
    assert "today.cases.reported" in measures and len(measures) > 100


def test_maps_and_what_they_stand_in_stay_components() -> None:
    page = html.Div([html.Section([html.H2("图"), dl.Map(id="map")], id="a"), html.P("字")])
    found = folded(page)
    names = [type(one).__name__ for one in components(found)]
    assert names == ["Div", "Section", "H2", "MapContainer", "P"]
    texts = [getattr(one, "data-html", None) for one in components(found)]
    assert texts == [None, None, "图", None, "字"]


def test_text_is_text_and_attributes_are_attributes() -> None:
    evil = '<img src=x onerror="alert(1)">'
    given: dict[str, Any] = {"data-title": evil, "aria-hidden": "true"}
    node = html.Div(evil, className="a b", tabIndex=0, hidden=True, style={"flexGrow": 2}, **given)
    found = Tags(html_of(node))
    assert found.tags == [
        (
            "div",
            {
                "class": "a b",
                "tabindex": "0",
                "hidden": "",
                "style": "flex-grow:2",
                "data-title": evil,
                "aria-hidden": "true",
            },
        )
    ]
    assert "".join(found.texts) == evil


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="n_clicks"):
        html_of(html.Button("按", n_clicks=3))
