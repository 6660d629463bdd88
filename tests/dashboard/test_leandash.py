"""A page loads the libraries it shows, whatever else the process has imported."""

from __future__ import annotations

import dash_ag_grid  # type: ignore[import-untyped]  # noqa: F401 - a desk page has it
import dash_leaflet as dl  # type: ignore[import-untyped]
from dash import dcc, html
from dash.development.base_component import Component
from fastapi import FastAPI

from dashboard.leandash import LeanDash, libraries


def scripts(layout: Component) -> str:
    app = LeanDash("dashboard", server=False, backend="fastapi", include_assets_files=False)
    app.backend.websocket_capability = False
    app.init_app(FastAPI())
    app.layout = layout
    found: str = app._generate_scripts_html()
    return found


def test_a_plain_page_loads_react_the_renderer_and_html_alone() -> None:
    found = scripts(html.Div([html.P("上报")]))
    for part in ("react", "dash_renderer", "dash_html_components"):
        assert part in found
    for part in ("dash_core_components", "dash_table", "ag_grid", "leaflet", "plotly"):
        assert part not in found


def test_what_stands_deep_in_the_layout_is_loaded() -> None:
    layout = html.Div([html.Section(html.Div([dcc.Store(id="x"), dl.Map()]))])
    assert set(libraries(layout)) == {
        "dash_html_components",
        "dash_core_components",
        "dash_leaflet",
    }
    found = scripts(layout)
    assert "dash_core_components" in found and "leaflet" in found
    assert "ag_grid" not in found
