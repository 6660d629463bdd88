"""A part of a page that a question fills 查询区, its progress while that takes long, 取消. Pure."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

TICK_MS = 700
AGAIN_MS = 30_000


def shown_id(name: str) -> str:
    """Where the answer stands."""
    return f"{name}-shown"


def wait_id(name: str) -> str:
    """What stands above it while the answer is under way."""
    return f"{name}-wait"


def said_id(name: str) -> str:
    """How far it is, inside that."""
    return f"{name}-said"


def stop_id(name: str) -> str:
    """取消"""
    return f"{name}-stop"


def tick_id(name: str) -> str:
    """Asks again while the answer is under way."""
    return f"{name}-tick"


def again_id(name: str) -> str:
    """Asks again while the period is running."""
    return f"{name}-again"


def asked_id(name: str) -> str:
    """The address whose answer is under way."""
    return f"{name}-asked"


def place(name: str) -> Component:
    """The part's place in the page."""
    return html.Div(
        [
            dcc.Interval(id=tick_id(name), interval=TICK_MS, disabled=True),
            dcc.Interval(id=again_id(name), interval=AGAIN_MS, disabled=True),
            dcc.Store(id=asked_id(name)),
            html.Div(
                [
                    html.Div(progress(0, 0), id=said_id(name), className="said", role="status"),
                    html.Button("取消", id=stop_id(name), className="btn", type="button"),
                ],
                id=wait_id(name),
                className="panel asking",
            ),
            html.Div(id=shown_id(name), className="answer"),
        ],
        className="asked",
    )


def progress(done: int, total: int) -> list[Component]:
    """How far it is."""
    if not total:
        return [html.Span("正在计算…")]
    share = 100 * done / total
    return [
        html.Span(f"正在载入案卷 {done:,} / {total:,} 件"),
        html.Div(html.I(style={"width": f"{share:.1f}%"}), className="bul"),
    ]


def stopped() -> Component:
    """What a cancelled question leaves."""
    return html.Div(
        [html.B("已取消"), html.Div("没有结果。改一个条件，或重新打开本页，再查一次。")],
        className="warn-box",
        role="status",
    )


def failed(reason: str) -> Component:
    """Why there is no answer."""
    return html.Div([html.B("✕ 没有查成"), html.Div(reason)], className="bad-box", role="alert")
