"""A layout folded 折叠: parts that only show become text inside one component.

dash-renderer keeps a wrapper and a selector for every component, about 2 ms each while a page
starts; the wall has over a thousand of them and gives none of them to a callback. Whatever holds
only `html` components is written as HTML into the `data-html` of its topmost one, which
`assets/wall.js` unfolds before anything is bound. What is not `html` (a map), and all that it
stands in, stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from dash.development.base_component import Component

from layouts.widgets import data

HTML: Final = "dash_html_components"
NAMES: Final = {"className": "class", "tabIndex": "tabindex"}
"""Properties whose attribute is called otherwise."""
PLAIN: Final = re.compile(r"(data|aria)-[a-z-]+|id|role|title|type|href|src|hidden|style")
VOID: Final = frozenset({"br", "hr", "img", "input"})


def folded(node: Component) -> Component:
    """The same page in fewer components."""
    if _shows_only(node):
        inside = _inner(node)
        props = {key: value for key, value in _props(node).items() if key != "children"}
        return type(node)(**props, **data(html=inside)) if inside else node
    children = getattr(node, "children", None)
    if isinstance(children, Component):
        node.children = folded(children)
    elif isinstance(children, list | tuple):
        node.children = [folded(one) if isinstance(one, Component) else one for one in children]
    return node


def html_of(node: Any) -> str:
    """A tree of `html` components as HTML. Raises ValueError for a property it cannot write."""
    if node is None:
        return ""
    if isinstance(node, list | tuple):
        return "".join(map(html_of, node))
    if not isinstance(node, Component):
        return escape(str(node), quote=False)
    tag = type(node).__name__.lower()
    attributes = "".join(
        _attribute(name, value) for name, value in _props(node).items() if name != "children"
    )
    if tag in VOID:
        return f"<{tag}{attributes}>"
    return f"<{tag}{attributes}>{_inner(node)}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    if name not in NAMES and not PLAIN.fullmatch(name):
        raise ValueError(f"the wall cannot write the property {name}={value!r}")
    if isinstance(value, Mapping):
        value = ";".join(f"{_kebab(key)}:{text}" for key, text in value.items())
    text = "" if value is True else str(value)
    return f' {NAMES.get(name, name)}="{escape(text)}"'


def _kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda found: "-" + found[0].lower(), name)


def _inner(node: Component) -> str:
    return html_of(getattr(node, "children", None))


def _props(node: Component) -> dict[str, Any]:
    told: Any = node.to_plotly_json
    found: dict[str, Any] = told()["props"]
    return found


def _shows_only(node: Any) -> bool:
    if isinstance(node, list | tuple):
        return all(map(_shows_only, node))
    if isinstance(node, Component):
        return node._namespace == HTML and _shows_only(getattr(node, "children", None))
    return True
