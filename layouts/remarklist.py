"""The page of 标注: a form for whoever may write, and the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from layouts.widgets import aria, data

PAGE = "/desk/annotations"
SAVE, REMOVE = f"{PAGE}/save", f"{PAGE}/remove"


@dataclass(frozen=True)
class RemarkRow:
    """One annotation as the list shows it; `mine`: whoever looks may change it."""

    id: str
    first: str
    last: str
    text: str
    district: str
    place: str
    by: str
    mine: bool


@dataclass(frozen=True)
class RemarkBoard:
    """What the page shows: the form's fields as they were typed, and what came of the last try."""

    rows: Sequence[RemarkRow]
    districts: Mapping[str, str]
    may_write: bool
    csrf: str
    fields: Mapping[str, str]
    whole_city: bool = True
    done: str = ""
    trouble: str = ""


def board(shown: RemarkBoard) -> Component:
    """The form above, the list below."""
    return html.Div(
        [
            _said(shown),
            _form(shown) if shown.may_write else None,
            _list(shown),
        ],
        className="annotation-board",
    )


def _said(shown: RemarkBoard) -> Component | None:
    if shown.trouble:
        return html.Div(f"✕ {shown.trouble}", className="bad-box", role="alert")
    if shown.done:
        return html.Div(f"✓ {shown.done}", className="said-box", role="status")
    return None


def _form(shown: RemarkBoard) -> Component:
    fields, id = shown.fields, shown.fields.get("id", "")
    places = [html.Option("全市", value="")] if shown.whole_city else []
    places += [
        html.Option(name, value=code, selected=code == fields.get("district"))
        for code, name in shown.districts.items()
    ]
    return html.Form(
        [
            html.H2("改标注" if id else "新标注"),
            dcc.Input(type="hidden", name="csrf", value=shown.csrf),
            dcc.Input(type="hidden", name="id", value=id),
            _in("起日", _text("first", fields, "2026-01-01", required=True, pattern=DAY)),
            _in("止日（含，可空）", _text("last", fields, "同起日", pattern=DAY)),
            _in(
                "发生了什么", _text("text", fields, "创文检查", required=True, maxLength=40), "wide"
            ),
            _in("范围", html.Select(places, name="district")),
            html.Div(
                [
                    html.Button("保存" if id else "添加", type="submit", className="btn pri"),
                    dcc.Link("取消", href=PAGE, className="btn") if id else None,
                ],
                className="row-of-buttons",
            ),
        ],
        action=SAVE,
        method="POST",
        className="panel annotation-form",
        key=id or "new",
    )


DAY = r"\s*\d{4}-\d{2}-\d{2}\s*"


def _text(name: str, fields: Mapping[str, str], hint: str, **more: Any) -> Component:
    return dcc.Input(
        type="text",
        name=name,
        value=fields.get(name, ""),
        placeholder=hint,
        autoComplete="off",
        **more,
    )


def _in(word: str, field: Component, class_name: str = "") -> Component:
    return html.Label([html.Span(word), field], className=f"in {class_name}".rstrip())


def _list(shown: RemarkBoard) -> Component:
    if not shown.rows:
        return html.P(
            "还没有标注。写上的标注显示在每一张覆盖那几天的走势图上。", className="panel mut"
        )
    words = ("日期", "发生了什么", "范围", "谁、何时写", "")
    head = html.Tr([html.Th(word or html.Span("操作", className="unseen")) for word in words])
    rows = [_row(one, shown.csrf, words) for one in shown.rows]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="list stacks")
    return html.Section(html.Div(table, className="panel scroll"))


def _row(one: RemarkRow, csrf: str, words: Sequence[str]) -> Component:
    days = one.first if one.first == one.last else f"{one.first} 至 {one.last}"
    values = (days, one.text, one.place, one.by)
    cells = [html.Td(value, **data(word=word)) for value, word in zip(values, words, strict=False)]
    return html.Tr([*cells, html.Td(_acts(one, csrf) if one.mine else None)])


def _acts(one: RemarkRow, csrf: str) -> Component:
    asked = {"id": one.id, "first": one.first, "last": one.last, "text": one.text}
    link = f"{PAGE}?{urlencode({**asked, 'district': one.district})}"
    told = aria(label=f"删除标注 {one.text}")
    return html.Div(
        [
            dcc.Link("改", href=link, className="btn", title=f"改标注 {one.text}"),
            html.Form(
                [
                    dcc.Input(type="hidden", name="csrf", value=csrf),
                    dcc.Input(type="hidden", name="id", value=one.id),
                    html.Button("删除", type="submit", className="btn", **told),
                ],
                action=REMOVE,
                method="POST",
            ),
        ],
        className="acts",
    )
