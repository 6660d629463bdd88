"""The ranking on the desk 考评榜: who stands where, what of, and the cases behind. Pure.

Grades go with a glyph, changes with ▲ ▼: never colour alone. Posts each have their own formula, so
their components stand in their row, not in columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from layouts.chart.trend import tools
from layouts.definition import Definition
from layouts.figureboard import exports
from layouts.figures import definition
from layouts.widgets import aria, data

GRADES: Final = {"A": ("✓", "good"), "B": ("●", "mut"), "C": ("▲", "warn"), "D": ("✕", "bad"),
                 "E": ("✕", "bad")}  # fmt: skip
"""Grade → glyph and tone."""


@dataclass(frozen=True)
class Part:
    """分项 of a row: value, what it earned, and its numbers as (text, address of the cases)."""

    name: str
    value: str
    points: str
    counts: tuple[tuple[str, str], ...]
    why: str = ""


@dataclass(frozen=True)
class Row:
    """A member; everything in words already."""

    id: str
    rank: str
    moved: str
    name: str
    score: str
    grade: str
    change: str
    parts: tuple[Part, ...]
    note: str
    """Why there is no score, or of what weight it is."""


@dataclass(frozen=True)
class RankingBoard:
    """What the page shows for an address."""

    query: str
    said: str
    bases: str
    notes: tuple[str, ...]
    subjects: tuple[tuple[str, str, bool], ...]
    """(word, address, whether shown): districts, departments, posts, collectors."""
    formulas: tuple[tuple[str, str, bool], ...]
    headings: tuple[str, ...]
    """Components with their weights; empty where every row has its own."""
    rows: tuple[Row, ...]
    cards: tuple[Definition, ...]
    grades: str


def ranking_board(shown: RankingBoard, may_export: bool) -> Component:
    """The page's content."""
    return html.Div(
        [
            html.Div(
                [_segments(shown.subjects, "评谁"), _segments(shown.formulas, "公式")],
                className="filter-row ranking-choices",
            ),
            html.P([shown.bases, html.Span(f"　{shown.grades}", className="mut")]),
            *(html.P(note, className="warn-box", role="status") for note in shown.notes),
            exports("ranking", shown.query) if may_export else None,
            html.Div(
                [
                    html.Header(tools("考评")),
                    html.Div(_table(shown), className="scroll"),
                ],
                className="panel",
                **data(figure="考评"),
            ),
            html.Div([_card(one) for one in shown.cards], className="cards"),
        ],
        className="figure-board",
        **data(said=f"{shown.said}　{shown.bases}"),
    )


def _segments(choices: Sequence[tuple[str, str, bool]], word: str) -> Component | None:
    if not choices:
        return None
    links = [
        dcc.Link(
            [name, html.Span("（所选）", className="unseen") if on else None],
            href=href,
            className="seg-one on" if on else "seg-one",
        )
        for name, href, on in choices
    ]
    return html.Nav(links, className="seg", **aria(label=word))


def _table(shown: RankingBoard) -> Component:
    """Posts are not ranked and have no columns for ranks; without notes there is none for them."""
    own = not shown.headings
    noted = any(row.note for row in shown.rows)
    words = ["名称", "得分", "等级", "得分升降", *(["分项"] if own else shown.headings)]
    columns = [*([] if own else ["名次", "升降"]), *words, *(["说明"] if noted else [])]
    head = html.Tr(
        [
            html.Th(word, scope="col", className="num" if word in ("得分", "得分升降") else "")
            for word in columns
        ]
    )
    return html.Table(
        [
            html.Caption(shown.said, className="unseen"),
            html.Thead(head),
            html.Tbody([_row(row, shown.headings, noted) for row in shown.rows]),
        ],
        className="list stacks ranking-table",
    )


def _row(row: Row, headings: Sequence[str], noted: bool) -> Component:
    glyph, tone = GRADES.get(row.grade, ("", "mut"))
    place = [
        html.Td(row.rank, **data(word="名次")),
        html.Td(row.moved, className="mut", **data(word="升降")),
    ]
    parts = [
        html.Td(_part(part, named=False), **data(word=word))
        for word, part in zip(headings, row.parts, strict=bool(headings))
    ]
    together = html.Div([_part(part, named=True) for part in row.parts], className="parts")
    return html.Tr(
        [
            *(place if headings else []),
            html.Th(row.name, scope="row"),
            html.Td(html.B(row.score), className="num", **data(word="得分")),
            html.Td(f"{glyph} {row.grade}".strip(), className=tone, **data(word="等级")),
            html.Td(row.change, className="num mut", **data(word="得分升降")),
            *(parts or [html.Td(together, **data(word="分项"))]),
            *([html.Td(row.note, className="mut wide", **data(word="说明"))] if noted else []),
        ],
        className="whole" if not row.id else "",
        **data(member=row.id),
    )


def _part(part: Part, named: bool) -> Component:
    counts: list[Component | str] = []
    for text, href in part.counts:
        if counts:
            counts.append(" / ")
        counts.append(dcc.Link(text, href=href) if href else text)
    name = [html.Span(f"{part.name} ", className="mut")] if named else []
    return html.Div(
        [
            html.Div([*name, html.B(part.value), html.Span(f"　{part.points}", className="mut")]),
            html.Div(counts or part.why, className="mut"),
        ],
        className="part",
    )


def _card(one: Definition) -> Component:
    return html.Div([html.H3(one.name), html.P(one.text), definition(one)], className="panel")
