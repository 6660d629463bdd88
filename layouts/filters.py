"""The filter bar 筛选条 of the desk's pages: period, filters, what was misunderstood. Pure.

A page puts `frame(…)` where the bar shall be, and its callbacks follow the search of `FILTER_AT`;
`callbacks.filters` fills the bar and writes what is chosen into the address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.widgets import aria, data

USUAL = ("district", "department", "category", "channel")


@dataclass(frozen=True)
class Filter:
    """One dimension 维度 to narrow by: what is chosen of what there is, as (code, name)."""

    dimension: str
    word: str
    chosen: tuple[str, ...]
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FilterBar:
    """The bar of one address."""

    periods: tuple[tuple[str, str, bool], ...]
    """(name, address, whether it is the one shown)."""
    first: str
    last: str
    custom: bool
    """The days shown, and whether they are 自选."""
    days: str
    """The days as words, e.g. 2026-11-01 至 2026-11-30，截至 11:20."""
    filters: tuple[Filter, ...]
    chips: tuple[tuple[str, str], ...] = ()
    """What else narrows the question: (words, the address without it)."""
    scope: str = ""
    """管辖范围 of a district's user."""
    said: tuple[str, ...] = ()
    """What the address got wrong."""
    clear: str = ""
    """The address without any filter; empty: there is none."""


def frame(*dimensions: str, narrow: bool = True) -> Component:
    """The bar's place in a page, for these dimensions (`USUAL` if none are named); without
    `narrow` only the period is asked for."""
    return html.Div(
        [
            dcc.Location(id=ids.FILTER_AT, refresh="callback-nav"),
            dcc.Store(id=ids.FILTER_DIMENSIONS, data=list(dimensions or USUAL) if narrow else []),
            html.Div(id=ids.FILTER_BAR),
        ],
        className="filters",
        **data(filters="1"),
    )


def bar(shown: FilterBar) -> list[Component]:
    """What stands in the frame."""
    rows = [_periods(shown), _narrowing(shown)]
    if shown.chips or shown.scope:
        rows.append(_chips(shown))
    return rows + ([_said(shown.said)] if shown.said else [])


def _periods(shown: FilterBar) -> Component:
    links = [
        dcc.Link(
            html.Span(name, **(aria(current="true") if on else {})),
            href=href,
            className="seg-one on" if on else "seg-one",
            title=f"现在看的是{name}" if on else None,
        )
        for name, href, on in shown.periods
    ]
    return html.Div(
        [
            html.Nav(links, className="seg", **aria(label="统计期")),
            html.Div(
                [
                    _date(ids.FILTER_FIRST, "起日", shown.first if shown.custom else ""),
                    html.Span("至", className="mut"),
                    _date(ids.FILTER_LAST, "止日（含）", shown.last if shown.custom else ""),
                    html.Button("查看", id=ids.FILTER_GO, className="btn", type="button"),
                ],
                className="from-to on" if shown.custom else "from-to",
                role="group",
                **aria(label="自选起止日"),
            ),
            html.Span(shown.days, className="days mut", role="status"),
            _fold(shown) if shown.filters else None,
            html.Button("复制链接", className="btn copy", type="button", **data(copy="1")),
        ],
        className="filter-row",
    )


def _date(id: str, word: str, value: str) -> Component:
    made = dcc.Input(
        id=id, type="text", value=value, placeholder=word[:2], className="date", maxLength=10
    )
    said = f"{word}，如 2026-01-01"
    return html.Label([html.Span(said, className="unseen"), made])


def _fold(shown: FilterBar) -> Component:
    """On a phone the filters are folded away."""
    chosen = sum(bool(one.chosen) for one in shown.filters)
    return html.Button(
        f"筛选（{chosen}）" if chosen else "筛选",
        className="btn fold",
        type="button",
        **data(fold="1"),
        **aria(expanded="false"),
    )


def _narrowing(shown: FilterBar) -> Component:
    picks = [_pick(one) for one in shown.filters]
    clear = dcc.Link("清除筛选", href=shown.clear, className="btn clear") if shown.clear else None
    return html.Div(
        html.Div([*picks, clear], className="picks") if picks else [],
        className="filter-row narrowing",
    )


def _pick(one: Filter) -> Component:
    id = {"type": ids.FILTER, "dimension": one.dimension}
    dropdown = dcc.Dropdown(
        [{"label": name, "value": code, "search": f"{name} {code}"} for code, name in one.options],
        list(one.chosen),
        id=id,
        multi=True,
        placeholder="全部",
        closeOnSelect=False,
        debounce=True,
        optionHeight=40,
        className="pick",
        labels=WORDS,
    )
    return html.Div(
        [html.Span(one.word, className="mut"), dropdown],
        className="in",
        role="group",
        **aria(label=one.word),
    )


WORDS: dcc.Dropdown.Labels = {
    "select_all": "全选",
    "deselect_all": "全不选",
    "selected_count": "已选 {num_selected} 项",
    "search": "查找",
    "clear_search": "清除",
    "clear_selection": "清除所选",
    "no_options_found": "没有找到",
}


def _chips(shown: FilterBar) -> Component:
    made: list[Component] = []
    if shown.scope:
        made.append(html.Span(f"您的管辖范围：{shown.scope}", className="chip scope"))
    for words, href in shown.chips:
        cross = html.Span("✕", **aria(hidden="true"))
        off = dcc.Link([words, cross], href=href, className="chip", title=f"去掉{words}")
        made.append(off)
    return html.Div(made, className="filter-row chips")


def _said(said: Sequence[str]) -> Component:
    lines = [html.Div(text) for text in said]
    return html.Div([html.B("▲ 地址里有读不懂的条件"), *lines], className="warn-box", role="alert")
