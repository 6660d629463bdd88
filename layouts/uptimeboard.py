"""The platform's days, lanes and records as the desk shows them: glyph and word, never colour
alone; every strip has its words for a screen reader."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from dash import html
from dash.development.base_component import Component

from layouts.chart.trend import picture
from layouts.widgets import aria, data

MARKS: Final[Mapping[str, tuple[str, str]]] = {
    "n": ("", "正常"),
    "d": ("▲", "正常，有劣化"),
    "m": ("◩", "正常，有维护"),
    "u": ("◌", "正常，有未知"),
    "q": ("?", "待核"),
    "x": ("✕", "故障"),
    "-": ("", "未纳入"),
    ".": ("", "未到"),
}
"""Mark of a day → glyph and word."""
STATES: Final[Mapping[str, str]] = {
    "u": "正常", "d": "劣化", "x": "中断", "m": "维护", "k": "未知", ".": "未纳入",
}  # fmt: skip
WEEKDAYS: Final = "一二三四五六日"


@dataclass(frozen=True)
class Lane:
    """One component along the period: a letter of `STATES` for each cell."""

    name: str
    vital: bool
    cells: str
    said: str
    """可用率 and outages, in words."""


@dataclass(frozen=True)
class Table:
    """Rows of text with their headings; `none` where there are no rows."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    none: str


@dataclass(frozen=True)
class Uptime:
    """Everything beside the figures."""

    first: datetime.date
    days: str
    """A mark for each day of the period; empty where it is shorter than a week."""
    corrected: frozenset[int]
    """Places of days that somebody corrected."""
    rule: str
    lanes: tuple[Lane, ...]
    heads: tuple[str, ...]
    """What each cell of the lanes is called."""
    tables: tuple[Table, ...]


def calendar(shown: Uptime) -> Component | None:
    """运行日历: months side by side, a cell a day."""
    if not shown.days:
        return None
    days = [
        (shown.first + datetime.timedelta(i), mark, i in shown.corrected)
        for i, mark in enumerate(shown.days)
    ]
    months = [
        _month(key, list(found))
        for key, found in groupby(days, key=lambda day: (day[0].year, day[0].month))
    ]
    counts = {mark: shown.days.count(mark) for mark in MARKS if mark in shown.days}
    keys = [
        html.Span([html.I(MARKS[m][0], className=f"day-cell {_class(m)}", **aria(hidden="true")),
                   f"{MARKS[m][1]} {n} 天"], className="key")
        for m, n in counts.items() if m != "."
    ]  # fmt: skip
    head = html.Figcaption(
        [
            html.H3(["运行日历", html.Small(shown.rule)]),
            html.Span(keys, className="keys"),
            html.Span(picture("运行日历"), className="tools no-png"),
        ]
    )
    return html.Figure(
        [head, html.Div(months, className="months")],
        className="chart panel calendar",
        **data(figure="运行日历"),
    )


def _class(mark: str) -> str:
    return {"-": "off", ".": "ahead"}.get(mark, mark)


def _month(key: tuple[int, int], days: Sequence[tuple[datetime.date, str, bool]]) -> Component:
    blank = [html.I() for _ in range(days[0][0].weekday())]
    cells = [_day(*day) for day in days]
    weekdays = [html.Span(name, **aria(hidden="true")) for name in WEEKDAYS]
    return html.Div(
        [
            html.H4(f"{key[0]}年{key[1]}月"),
            html.Div(weekdays, className="weekdays"),
            html.Div([*blank, *cells], className="month-days"),
        ],
        className="month",
    )


def _day(date: datetime.date, mark: str, corrected: bool) -> Component:
    glyph, word = MARKS[mark]
    said = f"{date.month}月{date.day}日 {word}{'，有人工更正' if corrected else ''}"
    name = f"day-cell {_class(mark)}{' fixed' if corrected else ''}"
    return html.I(glyph, className=name, title=said, role="img", **aria(label=said))


def lanes(shown: Uptime) -> Component:
    """组件泳道: one strip a component, runs of one state as one piece."""
    rows = [_lane(one, shown.heads) for one in shown.lanes]
    keys = [
        html.Span(
            [html.I(className=f"lane-key s-{id}", **aria(hidden="true")), word], className="key"
        )
        for id, word in STATES.items() if id != "."
    ]  # fmt: skip
    ends = html.Div([html.Span(shown.heads[0]), html.Span(shown.heads[-1])], className="lane-ends")
    return html.Figure(
        [
            html.Figcaption(
                [
                    html.H3(["组件", html.Small("每格取最差的状态")]),
                    html.Span(keys, className="keys"),
                    html.Span(picture("组件泳道"), className="tools no-png"),
                ]
            ),
            html.Div([*rows, ends], className="lanes-box"),
        ],
        className="chart panel",
        **data(figure="组件泳道"),
    )


def _lane(one: Lane, heads: Sequence[str]) -> Component:
    pieces, at = [], 0
    told: list[str] = []
    for letter, run in groupby(one.cells):
        n = sum(1 for _ in run)
        where = heads[at] if n == 1 else f"{heads[at]} 至 {heads[at + n - 1]}"
        pieces.append(
            html.I(className=f"s-{'off' if letter == '.' else letter}", style={"flexGrow": n},
                   title=f"{where} {STATES[letter]}")
        )  # fmt: skip
        if letter not in "u.":
            told.append(f"{where} {STATES[letter]}")
        at += n
    said = f"{one.name}：{one.said}；{'；'.join(told[:20]) or '全程正常'}"
    return html.Div(
        [
            html.Span(
                [one.name, html.Small(" 核心") if one.vital else None], className="lane-name"
            ),
            html.Div(pieces, className="lane", role="img", **aria(label=said)),
            html.Span(one.said, className="lane-said mut"),
        ],
        className="lane-row",
    )


FEW: Final = 10
"""Rows that stand in the open; the others are to be unfolded."""


def table(shown: Table) -> Component:
    """Records in rows, or the sentence that there are none."""
    title = html.H2(f"{shown.title}（{len(shown.rows)}）")
    if not shown.rows:
        return html.Section([title, html.P(shown.none, className="mut")])
    rest = shown.rows[FEW:]
    more = html.Details(
        [html.Summary(f"其余 {len(rest)} 条"), _rows(shown, rest)], className="numbers"
    )
    return html.Section([title, _rows(shown, shown.rows[:FEW]), more if rest else None])


def _rows(shown: Table, rows: Sequence[tuple[str, ...]]) -> Component:
    head = html.Tr([html.Th(word, scope="col") for word in shown.headings])
    body = [
        html.Tr(
            [
                html.Td(text, **data(word=word))
                for word, text in zip(shown.headings, row, strict=True)
            ]
        )
        for row in rows
    ]
    made = html.Table(
        [html.Caption(shown.title, className="unseen"), html.Thead(head), html.Tbody(body)],
        className="list stacks",
    )
    return html.Div(made, className="panel scroll")
