"""A scene 场景 of the wall: one file in `layouts/scenes/` that says `SCENE = Scene(…)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dash.development.base_component import Component

from layouts.definition import Definition


@dataclass(frozen=True)
class CityMap:
    """The city's grid 网格 as far as the page is concerned; everything else comes with the data."""

    version: str
    """Hash of the grid: part of every URL that is kept for ever."""
    bounds: tuple[float, float, float, float]
    """West, south, east, north, degrees WGS-84."""
    outlines: tuple[str, ...] = ("district",)
    """Levels whose outlines can be asked for."""
    base: Mapping[str, Any] = field(default_factory=lambda: {"kind": "boundaries"})
    """底图: `kind` and what that kind needs in the browser; `hosts` are origins it loads from."""
    schematic: bool = False
    """示意: the outlines are no survey."""
    approval: str = ""
    """审图号, empty where there is none."""


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
    map: CityMap | None = None
    """None: the city has no grid, so nothing on the wall shows a map."""
    parts: frozenset[str] = frozenset()
    """What the city has beside cases: `hotline` 热线, `platform` 平台."""

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
    needs_map: bool = False
    """Absent in a city without a grid."""
    part: str = ""
    """Absent in a city without this part, see `View.parts`."""
    reads: tuple[str, ...] = ()
    """Paths of the frame that its painters read beside those its parts name."""

    def wanted(self, view: View) -> bool:
        """Whether this city's wall has the scene."""
        mapped = view.map is not None or not self.needs_map
        return mapped and (not self.part or self.part in view.parts)
