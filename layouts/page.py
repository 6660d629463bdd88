"""A page 页面 of the desk: one file in `layouts/pages/` that says `PAGE = Page(…)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dash.development.base_component import Component

from layouts.definition import Definition
from layouts.scene import CityMap


@dataclass(frozen=True)
class Reader:
    """Who looks at the desk: name as shown, what they may do (`access.policy` actions), and the
    token that a change brings along."""

    name: str = ""
    may: frozenset[str] = frozenset()
    csrf: str = ""


@dataclass(frozen=True)
class Desk:
    """What pages may know when they are made: the city and its definitions, no live value."""

    city: str
    """The city's title, e.g. 郑州市数字化城市管理."""
    timezone: str
    definitions: Mapping[str, Definition]
    """Measure id → its 口径, in the variants the city has chosen."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Dimension → code → Chinese name."""
    parts: frozenset[str] = frozenset()
    """What the city has besides cases: hotline, platform."""
    map: CityMap | None = None
    demo: bool = False
    """模拟数据: said on every page."""


@dataclass(frozen=True)
class Page:
    """A page of the desk: id as in `/desk/<id>`, title in the navigation, its place there, and the
    action somebody must be allowed to see it."""

    id: str
    title: str
    order: int
    build: Callable[[Desk, Reader], Component]
    action: str = "desk.read"
    part: str = ""
    """Only in a city with this part (hotline, platform); empty: everywhere."""
    needs_map: bool = False
    listed: bool = True
    """In the navigation; other pages are reached from a figure."""
    outside: bool = False
    """A page of its own at the same address, not drawn by the desk: its link leaves the desk."""
    on_phone: bool = True
    """In the short navigation at the bottom of a phone."""
    filtered: bool = False
    """Its address carries the question of `layouts.filters`; links to it take it along."""
    usual: str = ""
    """The query it is opened with where no question is taken along, `?…`."""

    def wanted(self, desk: Desk) -> bool:
        """Whether this city's desk has the page."""
        part_ok = not self.part or self.part in desk.parts
        return part_ok and (desk.map is not None or not self.needs_map)
