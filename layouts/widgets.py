"""Parts of a wall tile 磁贴: pure functions; the scripts fill in every live value.

A part says what it shows with `data-` attributes, and `assets/*.js` draws it:
`data-measure` + `data-part` for one figure of the frame, `data-draw` + `data-keys` for a chart or
a list. A part never carries a value itself, so a page without a connection shows “—”, not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

Content = Component | str | None
NO_VALUE = "—"


def data(**values: str) -> dict[str, Any]:
    """`data-…` attributes for a component: `data(measure="x")` is `{"data-measure": "x"}`."""
    return {f"data-{name}": value for name, value in values.items()}


def aria(**values: str) -> dict[str, Any]:
    """`aria-…` attributes for a component: `aria(label="区")` is `{"aria-label": "区"}`."""
    return {f"aria-{name}": value for name, value in values.items()}


def glyph(name: str) -> Component:
    """One of the glyphs 字形 of wall.css: dot up down check warn cross clock dash pause bell."""
    hidden: dict[str, Any] = {"aria-hidden": "true"}
    return html.I(className=f"g g-{name}", **hidden)


def figure(measure: str, part: str = "v", kind: str = "count", class_name: str = "") -> Component:
    """One live text of a cell of the frame, e.g. `figure("today.cases.reported")`.

    `part`: v value · nd 分子 / 分母 · cmp comparison basis · delta change · tot whole-day
    comparison · tgt 目标 · aim the same without its word · of what the figure is out of · mark a
    glyph where it falls short. `kind`: count 件, rate without its unit, percent, whole or fine
    percent, seconds, span of time.
    """
    attributes = data(measure=measure, part=part, kind=kind)
    return html.Span(NO_VALUE, className=class_name or None, **attributes)


def hero(measure: str, kind: str = "count", size: str = "h5") -> Component:
    """The one biggest number of a tile 主数; opens its 口径卡."""
    number: list[Content] = [figure(measure, kind=kind)]
    if kind == "rate":
        number.append(html.Small("%"))
    classes = f"hero val {size}"
    return html.Span(number, className=classes, role="button", tabIndex=0, **data(card=measure))


def verdict(measure: str) -> Component:
    """判定 by glyph and word: ✓ 达标, ▲ 略低于目标, ✕ 未达标; the script fills it."""
    return html.Span(className="st verdict", **data(measure=measure, part="verdict"))


def bullet(measure: str) -> Component:
    """子弹条: value as a bar, target as a line."""
    bar: list[Content] = [html.I(), html.U()]
    return html.Div(bar, className="bul", **data(measure=measure, part="bullet"))


def drawn(kind: str, keys: str, class_name: str = "", **more: str) -> Component:
    """A box that the painter `kind` fills whenever one of the frame `keys` changed.

    `every="1"`: also every second, for what ages. Other `more` reach the painter as data-….
    """
    return html.Div(className=class_name or kind, **data(draw=kind, keys=keys, **more))


def legend(text: str, swatch: str = "", live: Component | None = None) -> Component:
    """图例: swatch (`bar`, `line`, or none) and its word, with a live number after it."""
    mark = html.I(className=f"sw {swatch}") if swatch else None
    return html.Span([mark, text, live], className="key")


def tile(
    area: str,
    title: str | Component,
    body: Sequence[Content],
    *,
    note: Sequence[Content] = (),
    aside: Component | None = None,
    class_name: str = "",
) -> Component:
    """磁贴: title, note (范围与比较基准), state + data age on the right, body.

    `aside` takes the place of the state, for charts that carry their legend there.
    """
    heading: list[Any] = [title]
    if note:
        heading.append(html.Small(list(note)))
    state = html.Span(className="st state")
    return html.Section(
        [
            html.Header([html.H2(heading), aside, state]),
            html.Div(list(body), className="body"),
        ],
        className=f"tile t-{area} {class_name}".rstrip(),
        **data(tile=area),
    )
