"""Walking a component tree in tests: every element with its attributes, every text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component


def elements(node: Any) -> Iterator[Component]:
    """The node and everything below it."""
    if isinstance(node, list | tuple):
        for child in node:
            yield from elements(child)
    elif isinstance(node, Component):
        yield node
        yield from elements(getattr(node, "children", None))


def attribute(node: Any, name: str) -> list[str]:
    """The values of one attribute wherever it occurs, in order."""
    return [getattr(e, name) for e in elements(node) if getattr(e, name, None) is not None]


def texts(node: Any) -> list[str]:
    """Every text, in order."""
    found: list[str] = []
    for element in elements(node):
        children = getattr(element, "children", None)
        for child in children if isinstance(children, list | tuple) else [children]:
            if isinstance(child, str):
                found.append(child)
    return found
