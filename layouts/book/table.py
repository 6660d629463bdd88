"""The form as an editable table 填报表: rows in, a grid out; a row says what it may do."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag  # type: ignore[import-untyped]
from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.book.sheet import Sheet

_NUMBER = {"cellClass": "num", "headerClass": "num"}
_THEME = (
    "themeQuartz.withParams({accentColor: '#0b6bb8', backgroundColor: '#ffffff',"
    " foregroundColor: '#17212b', headerBackgroundColor: '#ffffff', headerTextColor: '#5d6b79',"
    " borderColor: '#d9dfe5', rowBorder: '1px solid #eef1f4', wrapperBorder: false,"
    " wrapperBorderRadius: 0, fontFamily: 'inherit', fontSize: 14, headerFontWeight: 400,"
    " cellHorizontalPadding: 10, selectedRowBackgroundColor: '#e3f0fa',"
    " rowHoverColor: '#f3f5f7', oddRowBackgroundColor: '#ffffff'})"
)
"""The office's tokens as the grid's parameters; it draws its styles itself."""
_WORDS = {
    "noRowsToShow": "没有符合筛选的指标",
    "loadingOoo": "载入中…",
}


def table(sheet: Sheet) -> Component:
    """The grid; editing a cell of 实际完成值 is a change that the page's callback saves."""
    made: Component = dag.AgGrid(
        id=ids.BOOK_GRID,
        columnDefs=columns(sheet),
        rowData=[row.as_json() for row in sheet.rows],
        getRowId="params.data.id",
        defaultColDef={"sortable": False, "resizable": True, "suppressHeaderMenuButton": True},
        rowClassRules={"grp": "params.data.kind == 'group'", "part": "params.data.kind == 'part'"},
        dashGridOptions={
            "theme": {"function": _THEME},
            "rowHeight": 42,
            "headerHeight": 42,
            "domLayout": "normal",
            "rowSelection": {
                "mode": "singleRow",
                "checkboxes": False,
                "enableClickSelection": True,
                "hideDisabledCheckboxes": True,
            },
            "singleClickEdit": True,
            "stopEditingWhenCellsLoseFocus": True,
            "enterNavigatesVertically": True,
            "enterNavigatesVerticallyAfterEdit": True,
            "ensureDomOrder": True,
            "suppressMovableColumns": True,
            "localeText": _WORDS,
            "animateRows": False,
        },
        className="book-grid",
        columnSize="responsiveSizeToFit",
        style={"height": "100%"},
    )
    return made


def columns(sheet: Sheet) -> list[dict[str, Any]]:
    """指标 权重 目标值 实际完成值 得分 来源 状态, and last year's value where one is compared."""
    actual = {
        "field": "actual",
        "headerName": "实际完成值",
        "minWidth": 150,
        "flex": 2,
        "editable": {"function": "params.data.editable"},
        "cellClassRules": {
            "inp": "params.data.editable",
            "emp": "params.data.status == 'missing'",
            "err": "params.data.status == 'conflict'",
        },
        **_NUMBER,
    }
    out: list[dict[str, Any]] = [
        {"field": "name", "headerName": "指标", "flex": 4, "minWidth": 200, "tooltipField": "name"},
        {"field": "weight", "headerName": "权重", "width": 90, **_NUMBER},
        {"field": "target", "headerName": "目标值", "flex": 2, "minWidth": 110, **_NUMBER},
        actual,
    ]
    if sheet.others and any(row.last_year for row in sheet.rows):
        out.append(
            {"field": "last_year", "headerName": "对照", "flex": 2, "minWidth": 110, **_NUMBER}
        )
    return [
        *out,
        {
            "field": "score",
            "headerName": "得分",
            "width": 90,
            "cellClass": "num strong",
            "headerClass": "num",
        },
        {"field": "origin", "headerName": "来源", "width": 90},
        {
            "field": "state",
            "headerName": "状态",
            "width": 120,
            "cellClassRules": {
                colour: f"params.data.colour == '{colour}'"
                for colour in ("good", "warn", "bad", "dim", "acc")
            },
        },
    ]


def printed(sheet: Sheet) -> Component:
    """The same rows as a plain table, shown only on paper: a grid prints what is scrolled into
    view."""
    head = ("指标", "权重", "目标值", "实际完成值", "得分", "来源", "状态")
    body = [
        html.Tr(
            [
                html.Td(text)
                for text in (
                    row.name, row.weight, row.target, row.actual, row.score, row.origin,
                    row.as_json()["state"],
                )
            ],
            className=row.kind,
        )
        for row in sheet.rows
    ]  # fmt: skip
    return html.Table(
        [html.Thead(html.Tr([html.Th(word) for word in head])), html.Tbody(body)],
        className="on-paper",
    )
