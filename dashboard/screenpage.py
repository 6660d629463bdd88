"""The page of the screens 大屏, plain HTML that needs no script; the script only keeps it fresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from dashboard.access.identity import Identity
from dashboard.screenboard import MARKS, ScreenBoard, ScreenRow
from dashboard.screenorder import NAMES, Act
from dashboard.screensettings import DWELL_MAX_S, DWELL_MIN_S

PATH = "/desk/screens"
PLAIN: tuple[Act, ...] = ("reload", "unpin", "pause", "resume", "sound")


@dataclass(frozen=True)
class ScreenLook:
    """What the page is made with, by URL, and the titles of the scenes."""

    city: str
    styles: Sequence[str]
    script: str
    icon: str
    titles: Mapping[str, str]


def page(
    look: ScreenLook,
    who: Identity,
    found: ScreenBoard,
    *,
    tabs: Sequence[tuple[str, str]],
    may_order: bool,
    said: str = "",
    wrong: str = "",
) -> str:
    """The whole page; without `may_order` it only shows."""
    sheets = "".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in look.styles)
    box = f'<p class="bad-box" role="alert">✕ {escape(wrong)}</p>' if wrong else ""
    box += f'<p class="said-box" role="status">{escape(said)}</p>' if said else ""
    cards = "".join(_card(look, row, who.csrf if may_order else "") for row in found.rows)
    empty = (
        '<p class="panel mut">还没有屏幕：运行 cityops screen add 名字，'
        "在那块屏上打开它打印的链接。</p>"
    )
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>大屏 · {escape(look.city)}</title>{sheets}"
        f'<link rel="icon" href="{escape(look.icon)}" type="image/svg+xml">'
        f'<script src="{escape(look.script)}" defer></script></head>'
        f'<body><div class="office desk">{_top(look, who, tabs)}'
        '<main id="content" class="sheet screens"><header class="page-head"><h1>大屏</h1>'
        f'<p class="counts" data-fresh="counts">{_counts(found)}</p></header>'
        f'<div id="said">{box}</div>'
        f'<div class="screen-cards" id="screens">{cards or empty}</div></main></div></body></html>'
    )


def _top(look: ScreenLook, who: Identity, tabs: Sequence[tuple[str, str]]) -> str:
    links = "".join(
        f'<a class="tab{" on" if url == PATH else ""}" href="{escape(url)}">{escape(title)}</a>'
        for title, url in tabs
    )
    return (
        f'<header class="desk-top"><b class="org">{escape(look.city)}</b>'
        f'<nav class="tabs">{links}</nav><div class="me">'
        f'<a class="who" href="/account">{escape(who.name or who.user)}</a></div></header>'
    )


def _counts(found: ScreenBoard) -> str:
    words = [f"共 {len(found.rows)} 块屏"]
    for state, n in found.counts:
        glyph, colour = MARKS[state]
        name = next(row.word for row in found.rows if row.state == state)
        words.append(f'<span class="{colour}">{glyph} {name} {n}</span>')
    return "　".join(words)


def _card(look: ScreenLook, row: ScreenRow, csrf: str) -> str:
    glyph, colour = MARKS[row.state]
    facts = "".join(f"<div><dt>{k}</dt><dd>{escape(v)}</dd></div>" for k, v in row.facts)
    trouble = f'<p class="trouble warn">▲ {escape(row.trouble)}</p>' if row.trouble else ""
    order = f'<p class="order mut">遥控　{escape(row.order)}</p>' if row.order else ""
    acts = _acts(look, row, csrf) if csrf and row.state != "revoked" else ""
    return (
        f'<article class="panel screen {row.state}" data-screen="{escape(row.id)}">'
        f'<div data-fresh="{escape(row.id)}"><header><h2>{escape(row.name)}</h2>'
        f'<span class="state {colour}">{glyph} {row.word}</span></header>'
        f"<dl>{facts}</dl>{trouble}{order}</div>{acts}</article>"
    )


def _acts(look: ScreenLook, row: ScreenRow, csrf: str) -> str:
    hidden = (
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
        f'<input type="hidden" name="screen" value="{escape(row.id)}">'
    )
    options = "".join(
        f'<option value="{escape(id)}">{escape(look.titles.get(id, id))}</option>'
        for id in row.scenes
    )
    buttons = "".join(_button(act) for act in PLAIN)
    return (
        f'<form class="orders" method="post" action="{PATH}/order">{hidden}'
        f'<label class="pick"><span class="unseen">画面</span><select name="scene">{options}'
        f"</select></label>{_button('show')}{_button('pin')}{buttons}</form>"
        f"<details><summary>排片</summary>"
        f'<form class="schedule" method="post" action="{PATH}/settings">{hidden}'
        f"{_fields(look, row)}"
        '<button class="btn pri" type="submit">保存</button></form></details>'
    )


def _button(act: Act) -> str:
    return f'<button class="btn" type="submit" name="act" value="{act}">{NAMES[act]}</button>'


def _fields(look: ScreenLook, row: ScreenRow) -> str:
    """The order of each scene as a number, empty: not shown; dwell; panels."""
    chosen = row.settings.scenes or row.scenes
    places = {id: str(n + 1) for n, id in enumerate(chosen)}
    scenes = "".join(
        f"<label><span>{escape(look.titles.get(id, id))}</span>"
        f'<input name="at.{escape(id)}" inputmode="numeric" size="2" maxlength="2" '
        f'value="{places.get(id, "")}"></label>'
        for id in row.scenes
    )
    dwell = f"{row.settings.dwell_s:g}" if row.settings.dwell_s else ""
    return (
        "<fieldset><legend>次序（空着为不放）</legend>"
        f'<div class="places">{scenes}</div></fieldset>'
        f"<label><span>停留秒数，{DWELL_MIN_S}–{DWELL_MAX_S}，空着为缺省</span>"
        f'<input name="dwell" inputmode="decimal" size="6" value="{dwell}"></label>'
        "<label><span>拼接 列x行，文字避开拼缝；空着为没有拼缝</span>"
        f'<input name="grid" size="6" value="{escape(row.settings.grid)}" '
        'placeholder="3x1"></label>'
    )
