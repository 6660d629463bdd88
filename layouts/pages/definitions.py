"""指标口径: every measure with its formula in the city's variants, searchable.

The same registry that the wall, the forms and the exports read."""

from __future__ import annotations

import json
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from layouts.definition import Definition
from layouts.page import Desk, Page, Reader
from layouts.widgets import data

GROUPS = {"cases": "案件", "calls": "热线", "platform": "平台"}
"""What stands before the dot of a measure's id."""


def build(desk: Desk, reader: Reader) -> Component:
    """The page; `assets/desk/search.js` hides the cards that do not match."""
    known = sorted(
        ((id, one) for id, one in desk.definitions.items() if id.partition(".")[0] in GROUPS),
        key=lambda one: list(GROUPS).index(one[0].partition(".")[0]),
    )
    groups = [
        _group(GROUPS[name], list(members))
        for name, members in groupby(known, key=lambda one: one[0].partition(".")[0])
    ]
    search = html.Label(
        [
            html.Span("查找指标", className="unseen"),
            dcc.Input(type="search", placeholder="按名称、编号、公式、出处查找"),
        ],
        className="search",
    )
    count = html.Span(f"共 {len(known)} 项", className="mut", **data(count="cards"))
    head = html.Header([html.H1("指标口径"), search, count], className="page-head")
    return html.Div([head, *groups], className="sheet definitions", **data(search="cards"))


def _group(title: str, members: list[tuple[str, Definition]]) -> Component:
    cards = [_card(id, definition) for id, definition in members]
    return html.Section([html.H2(title), html.Div(cards, className="cards")], **data(group="cards"))


def _card(id: str, definition: Definition) -> Component:
    """One component; `assets/desk/definitions.js` writes the card into it. As components of their
    own its two dozen parts took dash-renderer five seconds for the page."""
    lines = (
        ("分子", definition.numerator),
        ("分母", definition.denominator),
        ("归属", definition.attribution),
        ("口径", definition.variant),
        ("出处", definition.source),
        ("备注", definition.note),
    )
    told = [[word, text] for word, text in lines if text]
    words = " ".join((id, definition.name, definition.text, *(text for _, text in lines)))
    card = {
        "name": definition.name,
        "unit": definition.unit,
        "id": id,
        "text": definition.text,
        "lines": told,
    }
    return html.Article(
        id=f"definition-{id}",
        className="panel",
        **data(words=words.lower(), definition=json.dumps(card, ensure_ascii=False)),
    )


PAGE = Page("definitions", "口径", 90, build, on_phone=False)
