"""Figures 数字 on the desk: a number, what it is compared with, its 口径卡, its case list. Pure.

Whoever makes a `Figure` has divided, compared and worded; here it is only drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dash import dcc, html
from dash.development.base_component import Component

from layouts.chart.trend import Mark, happened
from layouts.definition import Definition
from layouts.widgets import aria

NO_VALUE = "—"
VERDICTS = {"good": "✓ 达标", "warn": "▲ 略低于目标", "bad": "✕ 未达标"}
OVER = {"warn": "▲ 略高于目标"}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number as text, its unit, what it is made of and compared with."""

    measure: str
    name: str
    text: str
    unit: str = "件"
    of: str = ""
    """分子 / 分母 of a rate."""
    before: str = ""
    ago: str = ""
    """环比 and 同比, as `comparison` words them."""
    target: str = ""
    verdict: str = ""
    """good, warn, bad, or nothing without a target."""
    lower: bool = False
    """Whether less is better."""
    fill: float | None = None
    mark: float | None = None
    """The bar and its target, in percent of the bar's length."""
    lists: tuple[tuple[str, str], ...] = ()
    """The lists of cases behind it: (words, address)."""
    why: str = ""
    """Why there is no value."""
    window: str = ""
    """Its days, as of when."""
    definition: Definition | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.text != NO_VALUE


def number(figure: Figure, size: str = "n2") -> Component:
    """The number; opening it shows its card and the lists behind it."""
    shown: list[Component] = [html.Span(figure.text)]
    if figure.known and figure.unit == "%":
        shown.append(html.Small("%"))
    said = f"{figure.name} {figure.text}{figure.unit if figure.known else ''}，打开口径"
    return html.Details(
        [
            html.Summary(shown, className=size, title="口径与案卷清单", **aria(label=said)),
            card(figure),
        ],
        className="fig",
    )


def card(figure: Figure) -> Component:
    """口径卡: how the number is computed, of what, over which days, and its cases."""
    told = figure.definition
    lines: list[tuple[str, str]] = []
    if told is not None:
        lines = [
            ("口径", told.text),
            ("归属", told.attribution),
            ("变体", told.variant),
            ("出处", told.source),
            ("说明", told.note),
        ]
    lines += [("分子 / 分母", figure.of), ("期间", figure.window), ("无数据", figure.why)]
    body = [html.Div([html.Dt(word), html.Dd(text)]) for word, text in lines if text]
    links = [dcc.Link(words, href=href, className="btn") for words, href in figure.lists]
    return html.Div(
        [
            html.B(figure.name),
            html.Dl(body),
            html.Div(links, className="row-of-buttons") if links else None,
        ],
        className="fig-card",
        role="group",
        **aria(label=f"{figure.name}的口径"),
    )


def compared(figure: Figure) -> Component:
    """环比 and 同比 beside a number."""
    pairs = [("环比", figure.before), ("同比", figure.ago)]
    return html.Span(
        [
            html.Span([html.Small(word), f" {text}"], className="cmp")
            for word, text in pairs
            if text
        ],
        className="cmps mut",
    )


def verdict(figure: Figure) -> Component | None:
    """判定 by glyph and word."""
    if not figure.verdict:
        return None
    words = (OVER if figure.lower else {}).get(figure.verdict, VERDICTS[figure.verdict])
    return html.Span(words, className=figure.verdict)


def bar(figure: Figure) -> Component | None:
    """子弹条: value as a bar, target as a line."""
    if figure.mark is None:
        return None
    fill = html.I(style={"width": f"{figure.fill or 0:.1f}%"})
    return html.Div(
        [fill, html.U(style={"left": f"{figure.mark:.1f}%"})],
        className="bul",
        **aria(hidden="true"),
    )


def rate(figure: Figure) -> Component:
    """One rate with its verdict, comparison, bar, parts and target."""
    return html.Div(
        [
            html.Div([html.Span(figure.name, className="nm"), verdict(figure)], className="row"),
            html.Div([number(figure), compared(figure)], className="row"),
            bar(figure),
            html.Div(
                [html.Span(figure.of or figure.why), html.Span(figure.target)],
                className="row mut",
            ),
        ],
        className="rt",
    )


@dataclass(frozen=True)
class Bars:
    """Bars over time: (name, value as text, share of the highest 0–100 or None, share of the
    period compared with, its text, whether the piece is still running)."""

    pieces: tuple[tuple[str, str, float | None, float | None, str, bool], ...]
    labels: tuple[str, ...]
    """What stands under the bars, spread evenly."""
    now: str
    base: str
    """Legends of the bars and of the line."""
    peak: str = ""
    marks: tuple[Mark, ...] = ()
    """标注, placed by the pieces."""


def bars(shown: Bars, title: str) -> Component:
    """Bars with a tick for the period compared with; every one tells its number. What happened
    stands as a band behind its bars, and in words below."""
    marked = {i for one in shown.marks for i in range(one.first, one.last + 1)}
    made = [
        html.Div(
            [
                html.I(style={"height": f"{share or 0:.1f}%"}, className="part" if part else None),
                html.U(style={"bottom": f"{base:.1f}%"}) if base is not None else None,
            ],
            title=f"{name}　{text}" + (f"，上期 {base_text}" if base_text else ""),
            className="event" if i in marked else None,
        )
        for i, (name, text, share, base, base_text, part) in enumerate(shown.pieces)
    ]
    legend = [html.Span([html.I(className="sw bar"), shown.now], className="key")]
    if shown.base:
        legend.append(html.Span([html.I(className="sw line"), shown.base], className="key"))
    if shown.peak:
        legend.append(html.Span(shown.peak, className="key"))
    heard = "；".join(f"{name} {text}" for name, text, *_ in shown.pieces)
    return html.Div(
        [
            html.Div(legend, className="keys mut"),
            html.Div(made, className="columns", role="img", **aria(label=f"{title}：{heard}")),
            html.Div([html.Span(word) for word in shown.labels], className="ax"),
            happened(shown.marks),
        ],
        className="overtime",
    )


@dataclass(frozen=True)
class Cell:
    """One cell of a table: text, where it leads, how it stands (good, warn, bad)."""

    text: str
    href: str = ""
    state: str = ""
    share: float | None = None
    """A bar behind the number, in percent."""


@dataclass(frozen=True)
class Table:
    """A table whose headings sort it: (words, address that sorts, "" | up | down)."""

    caption: str
    headings: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    nothing: str = "没有案卷。"
    texts: int = 1
    """The first columns are words, the others numbers."""
    note: str = field(default="")


def table(shown: Table) -> Component:
    """The table; words left, numbers right."""
    head = html.Tr([_heading(shown, i) for i in range(len(shown.headings))])
    rows = [_row(shown, row) for row in shown.rows]
    foot = [html.Tfoot(_row(shown, shown.total))] if shown.total else []
    made = html.Table(
        [
            html.Caption(shown.caption, className="unseen"),
            html.Thead(head),
            html.Tbody(rows),
            *foot,
        ],
        className="list tabled",
    )
    return html.Div([made, None if rows else html.P(shown.nothing, className="mut pad")])


def _heading(shown: Table, index: int) -> Component:
    words, href, sorted_by = shown.headings[index]
    arrow = {"up": " ↑", "down": " ↓"}.get(sorted_by, "")
    said = {"up": "ascending", "down": "descending"}.get(sorted_by)
    inside = dcc.Link(words + arrow, href=href) if href else words
    more = aria(sort=said) if said else {}
    name = "num" if index >= shown.texts else None
    return html.Th(inside, className=name, scope="col", **more)


def _row(shown: Table, row: Sequence[Cell]) -> Component:
    return html.Tr(
        [
            html.Td(_cell(cell), className="num" if index >= shown.texts else None)
            for index, cell in enumerate(row)
        ]
    )


def _cell(cell: Cell) -> Component | str:
    text: Component | str = dcc.Link(cell.text, href=cell.href) if cell.href else cell.text
    glyph = {"warn": "▲ ", "bad": "✕ "}.get(cell.state, "")
    if not glyph and cell.share is None:
        return text
    inside = [html.Span(glyph, className=cell.state) if glyph else None, text]
    if cell.share is not None:
        inside.append(html.I(className="share", style={"width": f"{cell.share:.1f}%"}))
    return html.Span(inside, className="cell")
