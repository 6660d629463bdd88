"""导出: the list of cases as a file, with its progress, and cancelled when somebody says so."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from layouts.page import Desk, Page, Reader
from layouts.widgets import data

BY = {
    "reported": "上报时间",
    "accepted": "受理时间",
    "filed": "立案时间",
    "dispatched": "派遣时间",
    "disposed": "处置时间",
    "closed": "结案时间",
}
CHOICES = {
    "district": "区",
    "department": "专业部门",
    "channel": "来源",
    "category": "小类",
}


def build(desk: Desk, reader: Reader) -> Component:
    """A form that `assets/desk/export.js` sends; the answer tells its own progress."""
    picks = [_pick(id, word, desk.names.get(id, {}), "全部") for id, word in CHOICES.items()]
    return html.Div(
        [
            html.Header([html.H1("导出案卷清单")], className="page-head"),
            html.Div(
                [
                    _pick("by", "按哪个时间", BY),
                    _date("from", "起日"),
                    _date("to", "止日（含）"),
                    *picks,
                    html.Div(
                        [
                            _button("csv", "导出 csv"),
                            _button("xlsx", "导出 xlsx"),
                            html.Button(
                                "取消", className="btn", type="button", hidden=True,
                                **data(cancel="1"),
                            ),
                        ],
                        className="row-of-buttons",
                    ),
                    html.Div(
                        [html.Div(html.I(), className="bul"), html.Span(role="status")],
                        className="export-progress",
                        hidden=True,
                    ),
                ],
                className="panel export-form",
            ),
            html.P(
                "清单不含采集员；地点里的电话、证件号打码。只导出您管辖范围内的案卷；每次导出记入审计日志。",
                className="mut",
            ),
        ],
        className="sheet",
        **data(export="cases"),
    )  # fmt: skip


def _pick(id: str, word: str, names: Mapping[str, str], every: str = "") -> Component:
    options = [html.Option(every, value="")] if every else []
    options += [html.Option(name, value=code) for code, name in names.items()]
    return html.Label([html.Span(word), html.Select(options, name=id)], className="in")


def _date(id: str, word: str) -> Component:
    made = dcc.Input(name=id, type="text", placeholder="2026-01-01", className="date")
    return html.Label([html.Span(word), made], className="in")


def _button(kind: str, word: str) -> Component:
    return html.Button(word, className="btn pri", type="button", **data(kind=kind))


PAGE = Page("cases_export", "导出", 80, build, action="exports.make", on_phone=False)
