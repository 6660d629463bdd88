"""A board 屏面 of the desk: a question, its figures in groups, charts; also what a file of it
holds, so that an export says what was on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts.chart.trend import Trend, chart
from layouts.definition import Definition
from layouts.figures import Figure, table, tiles
from layouts.widgets import data


@dataclass(frozen=True)
class Group:
    """Figures that belong together."""

    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class FigureBoard:
    """What a page shows for a question."""

    title: str
    query: str
    """The question as an address says it, `?` in front."""
    said: str
    bases: str
    notes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    """Shown as tiles."""
    tables: tuple[Group, ...] = ()
    """Shown as rows."""
    charts: tuple[Trend, ...] = ()


def board(
    shown: FigureBoard,
    page: str,
    definitions: Mapping[str, Definition],
    may_export: bool,
    *more: Component,
) -> Component:
    """The page's content; `more` goes between the charts and the tables."""
    return html.Div(
        [
            html.P(shown.bases, className="mut"),
            *(html.P(note, className="warn-box", role="status") for note in shown.notes),
            exports(page, shown.query) if may_export else None,
            html.Div([_tiles(group, definitions) for group in shown.groups], className="groups"),
            html.Div([chart(trend) for trend in shown.charts], className="charts"),
            *more,
            *(_table(group) for group in shown.tables),
        ],
        className="figure-board",
        **data(said=f"{shown.said}　{shown.bases}"),
    )


def exports(page: str, query: str) -> Component:
    """The links to the files of a page: what is on the screen, as csv or xlsx."""
    links = [
        html.A(
            f"导出 {kind}", href=f"/desk/export/{page}.{kind}{query}", className="btn", download=""
        )
        for kind in ("csv", "xlsx")
    ]
    return html.Div(links, className="row-of-buttons exports")


def _tiles(group: Group, definitions: Mapping[str, Definition]) -> Component:
    """As wide as it has figures, so that small groups share a row."""
    return html.Section(
        [html.H2(group.title), tiles(group.figures, definitions)],
        style={"--n": len(group.figures)},
    )


def _table(group: Group) -> Component:
    return html.Section(
        [
            html.H2(group.title),
            html.Div(table(group.figures, group.title), className="panel scroll"),
        ]
    )


@dataclass(frozen=True)
class Sheet:
    """One table of a file: cells are text or numbers; None is an empty cell."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[object]]


HEADINGS = ("指标", "口径", "值", "单位", "分子", "分母", "环比基数", "同比基数", "目标", "说明")


def sheets(shown: FigureBoard) -> list[Sheet]:
    """Everything on the screen as tables: rates as shares, so that nothing is rounded."""
    about = Sheet(
        "说明",
        ("项", "内容"),
        [("页面", shown.title), ("期间", shown.said), ("比较", shown.bases)]
        + [("提示", note) for note in shown.notes],
    )
    rows = [_row(one) for group in (*shown.groups, *shown.tables) for one in group.figures]
    drawn = [_chart(trend) for trend in shown.charts]
    return [about, Sheet("指标", HEADINGS, rows), *drawn]


def _row(one: Figure) -> Sequence[object]:
    value, num, den, before, ago, target = one.cells or (None,) * 6
    unit = one.unit or ("秒" if "秒" in one.value or "分钟" in one.value else "")
    return (one.name, one.variant, value, unit, num, den, before, ago, target, one.why)


def _chart(trend: Trend) -> Sheet:
    headings = ["时段", *(one.name for one in trend.series), "标注"]
    rows = []
    for i, name in enumerate(trend.named):
        marked = "；".join(mark.text for mark in trend.marks if mark.first <= i <= mark.last)
        rows.append([name, *(one.values[i] for one in trend.series), marked or None])
    return Sheet(trend.title, headings, rows)
