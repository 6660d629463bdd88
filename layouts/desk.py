"""桌面框 the frame of the desk: navigation, who is signed in, the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.page import Desk, Page, Reader
from layouts.widgets import data

PREFIX = "/desk/"


def shell(desk: Desk, pages: Sequence[Page], reader: Reader) -> Component:
    """The whole page around the content; the content follows the address."""
    mine = [page for page in pages if page.listed and page.action in reader.may]
    return html.Div(
        [
            dcc.Location(id=ids.DESK_AT, refresh=False),
            html.A("跳到正文", href="#content", className="skip"),
            html.Header(
                [
                    html.B(desk.city, className="org"),
                    html.Span("演示数据", className="demo") if desk.demo else None,
                    html.Nav([_link(page) for page in mine], className="tabs"),
                    html.Div(
                        [
                            html.A(reader.name, href="/account", className="who"),
                            _leave(reader),
                        ],
                        className="me",
                    ),
                ],
                className="desk-top",
            ),
            html.Main(id=ids.DESK_CONTENT, tabIndex=-1),
            html.Nav([_link(page) for page in mine if page.on_phone][:5], className="thumbs"),
        ],
        className="office desk",
    )


def _link(page: Page) -> Component:
    if page.outside:
        return html.A(page.title, href=f"{PREFIX}{page.id}", className="tab")
    return dcc.Link(page.title, href=f"{PREFIX}{page.id}", className="tab")


def _leave(reader: Reader) -> Component:
    """Signing out is a change: a form with the token, not a link."""
    return html.Form(
        [
            dcc.Input(type="hidden", name="csrf", value=reader.csrf),
            html.Button("退出", type="submit", className="btn"),
        ],
        action="/logout",
        method="POST",
    )


def not_found(pages: Sequence[Page]) -> Component:
    """What an unknown address shows."""
    links = [html.Li(dcc.Link(page.title, href=f"{PREFIX}{page.id}")) for page in pages]
    return html.Section([html.H1("没有这个页面"), html.Ul(links)], className="sheet")


def not_allowed(page: Page) -> Component:
    """What a page shows to whom it is not for."""
    return html.Section(
        [html.H1(page.title), html.P("您的角色不能看这一页；需要时请联系系统管理员。")],
        className="sheet",
        **data(denied=page.action),
    )
