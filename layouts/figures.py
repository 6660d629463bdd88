"""Figures 数 of the desk's pages: value, parts, target, 同比、环比, and the 口径 behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dash import html
from dash.development.base_component import Component

from layouts.definition import Definition
from layouts.widgets import data

Judgement = Literal["good", "warn", "bad", ""]
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "good": ("✓", "达标"),
    "warn": ("▲", "临界"),
    "bad": ("✕", "未达标"),
}
"""判定: glyph and word, never colour alone."""


@dataclass(frozen=True)
class Figure:
    """One measure over a period, everything in words already."""

    measure: str
    name: str
    value: str
    unit: str = ""
    parts: str = ""
    """分子 / 分母."""
    target: str = ""
    judged: Judgement = ""
    before: str = ""
    ago: str = ""
    variant: str = ""
    chosen: bool = False
    """This variant is the city's own."""
    why: str = ""
    """Why there is no value."""
    cells: tuple[object, ...] = ()
    """As numbers for a file: value, numerator, denominator, 环比 base, 同比 base, target."""


def tiles(figures: Sequence[Figure], definitions: Mapping[str, Definition]) -> Component:
    """The figures as boxes, several in a row."""
    return html.Div([tile(one, definitions) for one in figures], className="figures")


def tile(one: Figure, definitions: Mapping[str, Definition]) -> Component:
    """One figure: name, value, parts, judgement and target, comparisons, its 口径 to open."""
    compared = [
        html.Span([html.Span(word, className="dim"), " ", text])
        for word, text in (("环比", one.before), ("同比", one.ago))
        if text
    ]
    return html.Div(
        [
            html.Div(one.name, className="name"),
            html.Div([one.value, html.Small(one.unit)], className="value"),
            html.Div(one.parts or one.why, className="mut") if one.parts or one.why else None,
            html.Div(
                [judgement(one.judged), html.Span(one.target, className="mut")], className="aim"
            )
            if one.target
            else None,
            html.Div(compared, className="cmp") if compared else None,
            definition(definitions.get(one.measure)),
        ],
        className="figure panel",
        **data(measure=one.measure),
    )


def judgement(judged: Judgement) -> Component | None:
    """✓ 达标, ▲ 临界, ✕ 未达标."""
    if not judged:
        return None
    glyph, word = WORDS[judged]
    return html.Span(f"{glyph} {word}", className=judged)


def definition(found: Definition | None) -> Component | None:
    """口径 to open in place: formula, variant, attribution, source."""
    if found is None:
        return None
    lines = (
        ("公式", found.text),
        ("归属", found.attribution),
        ("口径", found.variant),
        ("出处", found.source),
        ("备注", found.note),
    )
    told = [html.Div([html.Dt(word), html.Dd(text)]) for word, text in lines if text]
    summary = html.Summary(["口径", html.Span(f"：{found.name}", className="unseen")])
    return html.Details([summary, html.Dl(told)], className="how no-png")


def table(figures: Sequence[Figure], caption: str) -> Component:
    """Figures in rows: 口径并列, or what has no room as a tile."""
    head = html.Tr(
        [
            html.Th(word, scope="col", className="num" if i else "")
            for i, word in enumerate(("", "值", "分子 / 分母", "目标", "环比", "同比"))
        ]
    )
    rows = [
        html.Tr(
            [
                html.Th(
                    [one.name, html.Span(" 本市口径", className="tag") if one.chosen else None],
                    scope="row",
                ),
                html.Td(html.B([one.value, html.Small(f" {one.unit}" if one.unit else "")]),
                        className="num", **data(word="值")),
                html.Td(one.parts or one.why, className="num mut", **data(word="分子 / 分母")),
                html.Td([judgement(one.judged), " ", one.target] if one.target else None,
                        className="num", **data(word="目标")),
                html.Td(one.before, className="num", **data(word="环比")),
                html.Td(one.ago, className="num", **data(word="同比")),
            ],
            **data(measure=one.measure, variant=one.variant),
        )
        for one in figures
    ]  # fmt: skip
    return html.Table(
        [html.Caption(caption, className="unseen"), html.Thead(head), html.Tbody(rows)],
        className="list stacks figures-table",
    )
