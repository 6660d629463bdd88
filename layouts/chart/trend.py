"""A chart over time 走势图: bars or a line, what it is compared with, target, what happened.

The numbers go along as JSON; behind every chart lies its table (看数据), for whoever cannot see the
drawing or wants the figures. Nothing is computed in the browser.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from dash import html
from dash.development.base_component import Component

from layouts.widgets import aria, data
from layouts.written import Unit, written

Role = Literal["now", "second", "rest", "was"]
"""本期 the main series; 次 stacked on it or beside it; 其余 on top; 对照期 a grey line."""


@dataclass(frozen=True)
class Series:
    """One row of values, as many as the chart has labels; None is no data, never 0."""

    name: str
    values: tuple[float | None, ...]
    role: Role = "now"


@dataclass(frozen=True)
class Mark:
    """标注: something that happened from one label to another (places, both in)."""

    first: int
    last: int
    text: str
    when: str = ""


@dataclass(frozen=True)
class Trend:
    """Everything a chart shows. Bars that are not compared are stacked, in their order."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    shape: Literal["bar", "line"] = "bar"
    unit: Unit = "count"
    target: float | None = None
    better: Literal["higher", "lower", "none"] = "none"
    partial: int | None = None
    """The place of the label that has not run its whole length 未走完."""
    marks: tuple[Mark, ...] = ()
    note: str = ""
    heads: tuple[str, ...] = field(default=())
    """Longer names of the labels, for the table and the reading-out; else the labels."""

    def __post_init__(self) -> None:
        for one in self.series:
            if len(one.values) != len(self.labels):
                raise ValueError(
                    f"{self.title} {one.name}: {len(one.values)} values, {len(self.labels)} labels"
                )

    @property
    def named(self) -> tuple[str, ...]:
        """What each label is called where there is room."""
        return self.heads or self.labels

    def payload(self) -> str:
        """What the script draws from."""
        return json.dumps(
            {
                "labels": self.labels,
                "named": self.named,
                "series": [[one.name, one.role, one.values] for one in self.series],
                "shape": self.shape,
                "unit": self.unit,
                "target": self.target,
                "partial": self.partial,
                "marks": [[one.first, one.last, one.text] for one in self.marks],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def said(self) -> str:
        """The chart in one sentence, for a screen reader."""
        told = (
            [f"{self.title}，{self.named[0]} 至 {self.named[-1]}"] if self.labels else [self.title]
        )
        for one in self.series:
            known = [(value, i) for i, value in enumerate(one.values) if value is not None]
            if not known:
                told.append(f"{one.name} 无数据")
                continue
            (low, at_low), (high, at_high) = min(known), max(known)
            told.append(
                f"{one.name} 最高 {written(high, self.unit)}（{self.named[at_high]}），"
                f"最低 {written(low, self.unit)}（{self.named[at_low]}）"
            )
        return "；".join(told)


def chart(trend: Trend, *more: Component | None) -> Component:
    """The figure: heading and legend, the drawing, 标注, the table; `more` beside the title."""
    plotted = {"role": "img", **aria(label=trend.said())}
    known = any(value is not None for one in trend.series for value in one.values)
    drawing = html.Div(className="plot", tabIndex=0, **data(chart=trend.payload()), **plotted)
    return html.Figure(
        [
            html.Figcaption(
                [
                    html.H3([trend.title, _note(trend.note)]),
                    html.Span([_key(one, trend) for one in trend.series], className="keys"),
                    html.Span([*more, picture(trend.title)], className="tools no-png"),
                ]
            ),
            drawing if known else html.P("这段期间无数据", className="no-data"),
            html.P("", className="readout no-png", **aria(live="polite")),
            happened(trend.marks),
            numbers(trend),
        ],
        className="chart panel",
        **data(figure=trend.title),
    )


def picture(title: str) -> Component:
    """The button that saves the box with `data-figure` around it as png: one line for any page."""
    said = aria(label=f"把“{title}”存为 png 图片")
    return html.Button("png", type="button", className="tool no-png", **data(png=title), **said)


def tools(title: str, links: Sequence[tuple[str, str]] = ()) -> Component:
    """What a box can be saved as, at the right of its heading: files, and its picture."""
    files = [
        html.A(
            kind, href=href, className="tool", download="", **aria(label=f"{title}，导出 {kind}")
        )
        for kind, href in links
    ]
    return html.Span([*files, picture(title)], className="tools no-png no-print")


def _note(note: str) -> Component | None:
    return html.Small(note) if note else None


def _key(one: Series, trend: Trend) -> Component:
    line = one.role == "was" or trend.shape == "line"
    swatch = html.I(className=f"sw {one.role} {'line' if line else 'box'}", **aria(hidden="true"))
    return html.Span([swatch, one.name], className="key")


def happened(marks: Sequence[Mark]) -> Component | None:
    """标注 in words: on the drawing there is room for the first of them only."""
    if not marks:
        return None
    rows = [html.Li([html.B(one.when), " ", one.text] if one.when else one.text) for one in marks]
    return html.Ul(rows, className="happened", **aria(label="标注"))


def numbers(trend: Trend) -> Component:
    """看数据: the same figures as a table."""
    head = html.Tr(
        [html.Th("", scope="col")] + [html.Th(s.name, scope="col") for s in trend.series]
    )
    rows = [
        html.Tr(
            [
                html.Th(
                    [name, " 未走完" if i == trend.partial else ""], scope="row", className="tl"
                ),
                *(html.Td(written(s.values[i], trend.unit), className="num") for s in trend.series),
            ]
        )
        for i, name in enumerate(trend.named)
    ]
    table = html.Table(
        [html.Caption(trend.title, className="unseen"), html.Thead(head), html.Tbody(rows)],
        className="list",
    )
    inside = html.Div(
        table,
        className="scroll",
        tabIndex=0,
        role="region",
        **aria(label=f"{trend.title}的数据"),
    )
    return html.Details([html.Summary("看数据"), inside], className="numbers no-png")
