"""Pages of access 登录与账号页面: plain HTML that needs no script, in the look of the office pages.

Pure functions; every text from outside goes through `escape`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from dashboard.access.identity import Identity
from dashboard.access.roles import shown


@dataclass(frozen=True)
class Look:
    """What the pages are made with: the city's title, our style sheets and icon, by URL."""

    city: str
    styles: Sequence[str] = ()
    icon: str = ""
    hint: str = ""
    """A line below the sign-in form."""
    oidc: str = ""
    """The label of the button to the city's own sign-in 统一身份认证; "" without one."""


def document(look: Look, title: str, body: str, kind: str = "office") -> str:
    """A whole page."""
    sheets = "".join(f'<link rel="stylesheet" href="{escape(url)}">' for url in look.styles)
    icon = f'<link rel="icon" href="{escape(look.icon)}" type="image/svg+xml">' if look.icon else ""
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · {escape(look.city)}</title>{sheets}{icon}</head>"
        f'<body class="access {kind}">{body}</body></html>'
    )


def brand(look: Look) -> str:
    """Whose system this is."""
    return (
        '<header class="brand"><svg viewBox="0 0 32 32" aria-hidden="true">'
        '<rect class="a" x="2" y="16" width="6" height="14" rx="1.5"/>'
        '<rect class="b" x="10" y="8" width="6" height="22" rx="1.5"/>'
        '<rect class="c" x="18" y="2" width="6" height="28" rx="1.5"/>'
        '<rect class="d" x="26" y="12" width="4" height="18" rx="1.5"/></svg>'
        f"<div><b>{escape(look.city)}</b><span>城市运行墙</span></div></header>"
    )


def _card(look: Look, title: str, lead: str, inside: str) -> str:
    lead = f'<p class="lead">{escape(lead)}</p>' if lead else ""
    card = f'<section class="card"><h1>{escape(title)}</h1>{lead}{inside}</section>'
    return f'<main class="gate">{brand(look)}{card}</main>'


def alert(text: str, kind: str = "bad") -> str:
    """A line that stands out: `bad` or `good`; nothing for no text."""
    if not text:
        return ""
    sign = {"bad": "M8 4.2v4.6M8 11.4v.2", "good": "M4 8.5l2.8 2.8L12 5.6"}[kind]
    return (
        f'<p class="alert {kind}" role="alert"><svg viewBox="0 0 16 16" aria-hidden="true">'
        f'<circle cx="8" cy="8" r="7"/><path d="{sign}"/></svg>{escape(text)}</p>'
    )


def _field(name: str, label: str, kind: str, complete: str, value: str = "", more: str = "") -> str:
    return (
        f'<label><span>{escape(label)}</span><input name="{name}" type="{kind}" '
        f'autocomplete="{complete}" value="{escape(value)}" required {more}></label>'
    )


def _form(action: str, csrf: str, inside: str, button: str) -> str:
    return (
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">{inside}'
        f'<button class="go" type="submit">{escape(button)}</button></form>'
    )


def sign_in(look: Look, csrf: str, onward: str = "", user: str = "", said: str = "") -> str:
    """The sign-in page 登录."""
    kept = f'<input type="hidden" name="next" value="{escape(onward)}">' if onward else ""
    focus = ("", "autofocus") if user else ("autofocus", "")
    plain = 'autocapitalize="none" spellcheck="false" maxlength="64"'
    fields = (
        kept
        + _field("user", "用户名", "text", "username", user, f"{plain} {focus[0]}")
        + _field("password", "口令", "password", "current-password", "", focus[1])
    )
    other = f'<a class="other" href="/login/oidc">{escape(look.oidc)}</a>' if look.oidc else ""
    note = look.hint or "连续输错 5 次，账号与来路各锁 15 分钟。忘记口令，请找系统管理员。"
    inside = alert(said) + _form("/login", csrf, fields, "登录") + other
    inside += f'<p class="note">{escape(note)}</p>'
    return document(look, "登录", _card(look, "登录", "", inside))


def second_factor(look: Look, csrf: str, said: str = "") -> str:
    """The second step 动态口令."""
    digits = 'inputmode="numeric" pattern="[0-9 ]{6,7}" maxlength="7" autofocus'
    field = _field("code", "六位动态口令", "text", "one-time-code", "", digits)
    inside = alert(said) + _form("/login/totp", csrf, field, "继续") + _leave(csrf, "换个账号")
    lead = "打开手机上的验证器，输入当前的六位数字。"
    return document(look, "动态口令", _card(look, "动态口令", lead, inside))


def new_password(look: Look, csrf: str, forced: bool, said: str = "") -> str:
    """A new password 改口令; `forced` at the first sign-in."""
    fields = (
        _field("old", "当前口令", "password", "current-password", "", "autofocus")
        + _field("new", "新口令", "password", "new-password", "", 'minlength="10" maxlength="128"')
        + _field("again", "再输一遍新口令", "password", "new-password", "", 'maxlength="128"')
    )
    back = _leave(csrf, "退出") if forced else '<a class="other" href="/account">返回</a>'
    inside = alert(said) + _form("/account/password", csrf, fields, "改口令") + back
    inside += (
        '<p class="note">10 个字符以上；大写、小写、数字、符号至少三类；不含用户名；'
        "不与最近 5 次相同。</p>"
    )
    lead = "首次登录，先换掉发给您的口令。" if forced else "改完后，其他设备上的登录随即失效。"
    return document(look, "改口令", _card(look, "改口令", lead, inside))


def own_totp(look: Look, csrf: str, seed: str, uri: str, word: str, on: bool, said: str) -> str:
    """Switching one's second factor on (a seed to type in) or off."""
    digits = 'inputmode="numeric" pattern="[0-9 ]{6,7}" maxlength="7"'
    field = _field("code", "验证器上的六位数字", "text", "one-time-code", "", digits)
    if on:
        lead, told, button = "已启用。要停用，请输入当前的六位数字。", "", "停用"
    else:
        lead = "在手机验证器中选“手动输入密钥”，录入下面的密钥，再把显示的六位数字填到这里。"
        shown_seed = " ".join(seed[i : i + 4] for i in range(0, len(seed), 4))
        told = (
            f'<dl class="seed"><dt>密钥</dt><dd><code>{escape(shown_seed)}</code></dd>'
            "<dt>类型</dt><dd>基于时间，6 位，30 秒</dd>"
            f"<dt>地址</dt><dd><code>{escape(uri)}</code></dd></dl>"
        )
        button = "启用"
    field = f'<input type="hidden" name="word" value="{escape(word)}">{field}'
    inside = alert(said) + told + _form("/account/totp", csrf, field, button)
    inside += '<a class="other" href="/account">返回</a>'
    return document(look, "动态口令", _card(look, "动态口令", lead, inside))


def own_account(
    look: Look, who: Identity, csrf: str, facts: Iterable[tuple[str, str]],
    links: Iterable[tuple[str, str]], said: str = "",
) -> str:  # fmt: skip
    """One's own account 我的账号, and where this role can go."""
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts)
    doors = "".join(
        f'<a class="door" href="{escape(url)}">{escape(text)}<i aria-hidden="true">›</i></a>'
        for url, text in links
    )
    inside = f'{alert(said, "good")}<dl class="facts">{rows}</dl><nav>{doors}</nav>'
    inside += _leave(csrf, "退出登录")
    return document(look, who.name, _card(look, who.name, shown(who.roles), inside))


def notice(look: Look, status: int, title: str, text: str = "", dark: bool = False) -> str:
    """A page that says what is the matter 出错页; `dark` for walls, and then without links."""
    back = "" if dark or status == 503 else '<a class="other" href="/">回到首页</a>'
    said = f'<p class="lead">{escape(text)}</p>' if text else ""
    inside = f'<section class="card notice"><p class="status">{status}</p>'
    inside += f"<h1>{escape(title)}</h1>{said}{back}</section>"
    kind = "wall" if dark else "office"
    return document(look, title, f'<main class="gate">{brand(look)}{inside}</main>', kind)


def _leave(csrf: str, text: str) -> str:
    return (
        '<form class="leave" method="post" action="/logout">'
        f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
        f'<button class="other" type="submit">{escape(text)}</button></form>'
    )
