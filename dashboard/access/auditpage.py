"""The page of the audit log 审计日志页, plain HTML; a pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from dashboard.access.pages import Look, alert, brand, document
from dashboard.access.trail import NAMES, Entry


@dataclass(frozen=True)
class Line:
    """One row: its number, time and action as shown, what it tells."""

    seq: int
    at: str
    name: str
    entry: Entry
    detail: str


def page(
    look: Look,
    lines: Sequence[Line],
    action: str,
    older: int | None,
    checked: tuple[int, str] | None,
) -> str:
    """`older`: the number below which the next page begins; `checked`: entries that are whole, and
    what is wrong."""
    chosen = {key: " selected" if key == action else "" for key in NAMES}
    options = "".join(
        f'<option value="{escape(key)}"{chosen[key]}>{escape(name)}</option>'
        for key, name in NAMES.items()
    )
    form = (
        '<form class="filter" method="get" action="/audit"><label><span>动作</span>'
        f'<select name="action"><option value="">全部</option>{options}</select></label>'
        '<button class="small" type="submit">筛选</button>'
        '<button class="small" type="submit" name="check" value="1">核对哈希链</button>'
        '<a class="small" href="/audit/export">导出</a>'
        '<a class="small" href="/account">我的账号</a>'
        "</form>"
    )
    said = ""
    if checked is not None:
        entries, wrong = checked
        said = (
            alert(f"不完好：{wrong}", "bad")
            if wrong
            else alert(f"完好：{entries:,} 条，逐条接上", "good")
        )
    rows = "".join(_row(line) for line in lines) or '<tr><td colspan="6">没有记录</td></tr>'
    head = "".join(
        f"<th>{name}</th>" for name in ("序号", "时间", "动作", "主体", "对象", "来路与细节")
    )
    more = f"?before={older}" + (f"&amp;action={escape(action)}" if action else "")
    onward = f'<a class="other" href="/audit{more}">更早的</a>' if older else ""
    body = (
        f'<main class="ledger">{brand(look)}<section class="card wide"><h1>审计日志</h1>'
        f'<p class="lead">只增不改，逐条相扣；最新的在上。</p>{form}{said}'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{onward}</section></main>"
    )
    return document(look, "审计日志", body)


def _row(line: Line) -> str:
    entry = line.entry
    bad = (
        ' class="bad"'
        if entry.action.endswith((".failed", ".locked", ".refused", "denied"))
        else ""
    )
    detail = "" if line.detail == "{}" else escape(line.detail)
    cells = (
        f"<td>{line.seq:,}</td><td>{escape(line.at)}</td><td{bad}>{escape(line.name)}</td>"
        f"<td>{escape(entry.who)}</td><td>{escape(entry.subject)}</td>"
        f'<td class="mut">{escape(entry.address)} {detail}</td>'
    )
    return f"<tr>{cells}</tr>"
