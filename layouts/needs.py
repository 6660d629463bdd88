"""What of the frame a scene shows 画面所需: the paths that its parts name, no more.

A screen that was given some scenes gets these paths of the frame and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final

from dash.development.base_component import Component

from layouts.scene import Scene, View

ALWAYS: Final = frozenset({"m.today.cases.reported", "s.alarms", "t.alarms"})
"""How fresh the data are, and the alarms: those are for everybody in the hall."""
_MEASURES: Final = ("data-measure", "data-card", "data-cell", "data-basis")


def paths_of(scenes: Sequence[Scene], view: View) -> Callable[[tuple[str, ...]], frozenset[str]]:
    """Asks for the paths that some of the scenes show together; the same scenes, the same set."""
    each = {scene.id: needs(scene, view) for scene in scenes}

    @cache
    def of(ids: tuple[str, ...]) -> frozenset[str]:
        return ALWAYS.union(*(each[id] for id in ids if id in each))

    return of


def needs(scene: Scene, view: View) -> frozenset[str]:
    """The paths that the parts of a scene name, and those it says it reads beside them."""
    found = {path for part in _parts(scene.build(view)) for path in _named(part)}
    return frozenset(found | set(scene.reads))


def _parts(node: Any) -> Iterator[Component]:
    if isinstance(node, list | tuple):
        for child in node:
            yield from _parts(child)
    elif isinstance(node, Component):
        yield node
        yield from _parts(getattr(node, "children", None))


def _named(part: Component) -> Iterator[str]:
    yield from str(getattr(part, "data-keys", "")).split()
    for name in _MEASURES:
        if measure := getattr(part, name, None):
            yield f"m.{measure}"
