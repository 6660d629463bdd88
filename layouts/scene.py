"""A scene 场景 of the wall: one file in `layouts/scenes/` that says `SCENE = Scene(…)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dash.development.base_component import Component

from layouts.definition import Definition


@dataclass(frozen=True)
class View:
    """What scenes may know when the page is made: the city and its definitions, no live value."""

    city: str
    """The wall's title 抬头, e.g. 郑州市数字化城市管理."""
    timezone: str
    """IANA name of the city's zone; clock, date and midnight follow it."""
    key_rates: tuple[str, ...]
    """Measure ids of the 关键率 on the overview, three of them."""
    definitions: Mapping[str, Definition]
    """Measure id (e.g. `cases.closure_rate`) → its 口径."""

    def name(self, measure: str) -> str:
        """The Chinese name of a measure; its id where the registry does not have it."""
        definition = self.definitions.get(measure)
        return definition.name if definition else measure


@dataclass(frozen=True)
class Scene:
    """A page of the wall: id as in `/wall/<id>`, title in the navigation, place in the rotation."""

    id: str
    title: str
    order: int
    build: Callable[[View], Component]
