"""墙框 the frame of the wall: header, navigation, stale banner, stage of scenes, 口径卡."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from layouts import ids
from layouts.scene import Scene, View
from layouts.widgets import data, glyph


def wall(view: View, scenes: Sequence[Scene]) -> Component:
    """The whole page. Made once; from then on `assets/wall.js` moves it."""
    return html.Div(
        [
            _header(view, scenes),
            html.Main([_mounted(scene, view) for scene in scenes], id=ids.STAGE, className="stage"),
            html.Aside(id=ids.CARD, className="card", role="dialog"),
            html.Section(className="playback"),
        ],
        id=ids.WALL,
        className="wall",
    )


def _header(view: View, scenes: Sequence[Scene]) -> Component:
    fresh = [html.Span(className="st state"), html.Span(className="as-of")]
    return html.Header(
        [
            html.H1(scenes[0].title, className="ttl"),
            html.Span(view.city, className="org"),
            html.Span("演示数据", className="demo gone"),
            _navigation(scenes),
            html.Div(className="alarm-bar gone", role="alert"),
            html.Div(id=ids.BANNER, className="banner", role="alert"),
            html.Button(className="sound gone", type="button"),
            html.Div(fresh, className="fresh"),
            html.Span(className="date"),
            html.Span(className="clk"),
        ],
        id=ids.HEADER,
        className="hdr",
    )


def _navigation(scenes: Sequence[Scene]) -> Component:
    """Only the scenes that are mounted; the underline is the progress of the rotation."""
    links = [html.Span(scene.title, className="link", **data(goto=scene.id)) for scene in scenes]
    paused = html.Span([glyph("pause"), "已暂停"], className="paused gone")
    return html.Nav([*links, paused], id=ids.NAV)


def _mounted(scene: Scene, view: View) -> Component:
    attributes = data(scene=scene.id, title=scene.title)
    return html.Section(scene.build(view), className="scene", **attributes)
