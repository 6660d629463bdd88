"""The alarms on the desk 告警页: those that last with their 确认, then the log. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.widgets import Content, data

MARKS: Final = {"bad": "✕", "warn": "▲", "info": "●"}
HEADINGS: Final = ("级别", "告警", "开始", "解除", "持续", "最高", "进入条件", "确认")


@dataclass(frozen=True, kw_only=True)
class AlarmRow:
    """One incident, every figure as text."""

    id: str
    severity: str
    severity_name: str
    title: str
    text: str
    state: str
    since: str
    cleared: str
    lasted: str
    value: str
    peak: str
    limit: str
    acked_at: str
    acked_by: str
    replay: str = ""
    """Where the wall of its first minute can be seen again; "" where it cannot."""


@dataclass(frozen=True, kw_only=True)
class AlarmBoard:
    """What the page shows to one reader."""

    lasting: tuple[AlarmRow, ...]
    past: tuple[AlarmRow, ...]
    may_acknowledge: bool


def board(found: AlarmBoard) -> Component:
    """The page's content; it is made anew whenever something in it is another."""
    waiting = sum(not row.acked_by for row in found.lasting)
    count = f"{len(found.lasting)} 条，未确认 {waiting} 条" if found.lasting else "没有"
    cards = [_card(row, found.may_acknowledge) for row in found.lasting]
    quiet = html.P("此刻没有告警。", className="panel good") if not cards else None
    return html.Div(
        [
            html.Section(
                [
                    html.H2(["此刻的告警 ", html.Small(count, className="mut")]),
                    html.Div(cards, className="alarms"),
                    quiet,
                ]
            ),
            html.Section([html.H2("记录"), _log(found.past)]),
        ],
        className="alarm-board",
    )


def _severity(row: AlarmRow) -> Component:
    """Glyph, word and colour together."""
    colour = {"bad": "bad", "warn": "warn"}.get(row.severity, "mut")
    return html.Span(f"{MARKS[row.severity]} {row.severity_name}", className=f"severity {colour}")


def _card(row: AlarmRow, may_acknowledge: bool) -> Component:
    facts = (
        ("开始", [f"{row.since}，已 {row.lasted}", *_replay(row)]),
        ("现值", row.value),
        ("最高", row.peak),
        ("进入条件", row.limit),
    )
    told = [html.Div([html.Dt(word), html.Dd(text)]) for word, text in facts if text]
    return html.Article(
        [
            html.Header([_severity(row), html.H3(row.title), _acked(row, may_acknowledge)]),
            html.P(row.text),
            html.Dl(told),
        ],
        className=f"panel alarm {row.severity} {row.state}",
        **data(alarm=row.id),
    )


def _replay(row: AlarmRow) -> list[Content]:
    """The way to the wall as it was 回放."""
    if not row.replay:
        return []
    return [" ", html.A("看当时的画面", href=row.replay, className="then")]


def _acked(row: AlarmRow, may_acknowledge: bool) -> Component:
    if row.acked_by:
        return html.Span(f"✓ {row.acked_by} {row.acked_at} 已确认", className="acked good")
    if not may_acknowledge:
        return html.Span("未确认", className="acked mut")
    return html.Button(
        "确认",
        id={"type": ids.ALARM_ACK, "alarm": row.id},
        type="button",
        className="btn pri acked",
        title=f"确认 {row.title}",
    )


def _log(rows: tuple[AlarmRow, ...]) -> Component:
    if not rows:
        return html.P("还没有解除过的告警。", className="panel mut")
    head = html.Thead(html.Tr([html.Th(word) for word in HEADINGS]))
    lines = [
        html.Tr([_cell(*pair) for pair in zip(HEADINGS, _cells(row), strict=True)]) for row in rows
    ]
    table = html.Table([head, html.Tbody(lines)], className="list")
    return html.Div(table, className="panel scroll")


def _cells(row: AlarmRow) -> tuple[Content | list[Content], ...]:
    """In the order of the headings."""
    return (
        _severity(row),
        [html.B(row.title), html.Span(row.text, className="mut about")],
        [row.since, *_replay(row)],
        row.cleared,
        row.lasted,
        row.peak,
        row.limit,
        f"{row.acked_by} {row.acked_at}" if row.acked_by else "—",
    )


def _cell(word: str, content: Content | list[Content]) -> Component:
    """On a phone the heading stands before its cell."""
    return html.Td(content, **data(word=word))
