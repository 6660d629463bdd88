"""桌面框 the frame of the desk: navigation, who is signed in, the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.page import Desk, Page, Reader
from layouts.widgets import aria, data

PREFIX = "/desk/"


def shell(desk: Desk, pages: Sequence[Page], reader: Reader) -> Component:
    """The whole page around the content; the content follows the address."""
    tabs, thumbs = links(pages, reader, "")
    return html.Div(
        [
            dcc.Location(id=ids.DESK_AT, refresh=False),
            dcc.Store(id=ids.DESK_KEPT, storage_type="session"),
            html.A("跳到正文", href="#content", className="skip"),
            html.Header(
                [
                    html.B(desk.city, className="org"),
                    html.Span("演示数据", className="demo") if desk.demo else None,
                    html.Nav(tabs, id=ids.DESK_TABS, className="tabs", **aria(label="页面")),
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
            html.Nav(thumbs, id=ids.DESK_THUMBS, className="thumbs", **aria(label="常用页面")),
        ],
        className="office desk",
    )


def links(
    pages: Sequence[Page], reader: Reader, kept: str
) -> tuple[list[Component], list[Component]]:
    """The navigation at the top and on a phone; `kept`: the question as a query, `?…`."""
    mine = [page for page in pages if page.listed and page.action in reader.may]
    phone = [page for page in mine if page.on_phone]
    return [_link(page, kept) for page in mine], [_link(page, kept) for page in phone[:5]]


def _link(page: Page, kept: str) -> Component:
    if page.outside:
        return html.A(page.title, href=f"{PREFIX}{page.id}", className="tab")
    query = (kept or page.usual) if page.filtered else ""
    return dcc.Link(page.title, href=f"{PREFIX}{page.id}{query}", className="tab")


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
