"""网格热力 grid heat: the city by unit cell, full screen; hottest cells, 顽疾点位, the day."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts.maps import city_map, heat, mark
from layouts.scene import CityMap, Scene, View
from layouts.widgets import Content, data, drawn, figure, tile

ID = "grid"


def build(view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-grid-heat.css`."""
    assert view.map is not None
    return html.Div(
        [_map(view.map), _hottest(), _replay(), _repeats(), _newest()],
        className="grid grid-heat",
    )


def _map(city: CityMap) -> Component:
    choices = [heat(name, ID, "sg") for name in ("window", "measure", "level")]
    control = html.Div([*choices, html.Span(className="st state")], className="ov ctl")
    over = [
        control,
        heat("summary", ID, "ov sum"),
        heat("legend", ID, "ov legend"),
        html.Div(
            [_button("+", "1", "放大"), _button("−", "-1", "缩小"), _button("全图", "0", "看全图")],
            className="ov zoom",
        ),
        mark(city),
    ]
    return html.Section(
        city_map(city, ID, over, ranks=8, interactive=True),
        className="tile t-map",
        **data(tile="map"),
    )


def _button(text: str, by: str, label: str) -> Component:
    told: dict[str, Any] = {"aria-label": label, **data(by=by)}
    return html.Button(text, type="button", role="button", **told)


def _hottest() -> Component:
    title = html.Span("最热单元网格", **data(heat=f"{ID}.hot-title"))
    return tile("hot", title, [heat("hot", ID, "hottest")])


def _repeats() -> Component:
    note = html.Span(**data(heat=f"{ID}.repeat-note"))
    return tile("rep", "顽疾点位", [heat("repeat", ID, "repeats")], note=(note,))


def _replay() -> Component:
    buttons: list[Content] = [
        html.Button("播放", type="button", role="button", className="play"),
        html.Button("实时", type="button", role="button", className="to-live"),
    ]
    hours = [
        html.Span(
            f"{hour} 时" if hour in (0, 24) else str(hour),
            className=_place(hour),
            style={"left": f"{hour / 24:.2%}"},
        )
        for hour in range(0, 25, 3)
    ]
    body = html.Div(
        [html.Div(className="lapse"), html.Div(hours, className="ax")],
        className="lapse-box",
    )
    note = (html.Span("逐时上报"), html.Span([figure("today.cases.reported"), " 件"]))
    aside = html.Span(
        [html.Span(className="at-time mut"), html.Span(buttons, className="sg")], className="player"
    )
    found = tile("lap", "今日回放", [body], note=note, aside=aside)
    return html.Div(found, className="lap-box", **data(heat=f"{ID}.replay"))


def _newest() -> Component:
    """Only where a wall is wide enough for it."""
    return tile("latest", "最新案卷", [drawn("newest", "t.ticker", "newest")])


def _place(hour: int) -> str:
    return "first" if hour == 0 else "last" if hour == 24 else "minor" if hour % 6 else ""


SCENE = Scene("grid_heat", "网格热力", 20, build, needs_map=True, reads=("s.hourly.reported",))
