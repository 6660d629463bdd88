"""A Dash page that loads only what it shows 精简: Dash sends every component library that any page
of the process has imported, tables and grids to a wall that has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dash import Dash
from dash.development.base_component import Component

OWN: Final = {"dash_core_components": "dcc/", "dash_html_components": "html/"}
"""Dash's own libraries are told apart by their folder."""
OWN_FOLDERS: Final = ("dcc/", "html/", "dash_table/")
CORE: Final = "dash"
"""The namespace of React and the renderer."""


class LeanDash(Dash):
    """`layout` decides; set it before the first page is asked for."""

    def _collect_and_register_resources(
        self, resources: list[dict[str, Any]], *arguments: Any, **named: Any
    ) -> Any:
        used = set(libraries(self.layout))
        kept = [one for one in resources if _needed(one, used)]
        collect: Any = super()._collect_and_register_resources
        return collect(kept, *arguments, **named)


def libraries(node: Any) -> Iterator[str]:
    """The namespaces of the components of a layout, some of them more than once."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from libraries(child)
    elif isinstance(node, Component):
        yield node._namespace
        for name in node._prop_names:
            value = getattr(node, name, None)
            if isinstance(value, Component | list | tuple):
                yield from libraries(value)


def _needed(resource: dict[str, Any], used: set[str]) -> bool:
    path = resource.get("relative_package_path", "")
    first = path if isinstance(path, str) else path[0]
    first = first.removeprefix("dash.")
    if first.startswith(OWN_FOLDERS):
        return any(first.startswith(OWN[name]) for name in used if name in OWN)
    return resource.get("namespace", CORE) in {CORE, *used}
