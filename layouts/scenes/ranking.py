"""考评 ranking: districts by the city's formula, departments, posts, and what the scores are of."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.scene import Scene, View
from layouts.widgets import Content, data, drawn, legend, tile

ABOUT = "s.ranking.about"
CITY = "s.ranking.city"
FORMULA = "s.ranking.formula"
DISTRICTS = "t.ranking.districts"


def build(_view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-ranking.css`."""
    return html.Div(
        [_city(), _posts(), _parts(), _districts(), _departments(), _formula()],
        className="grid assessment",
    )


def _age() -> Component:
    """How old the answer is: in the place of the state, for it is reckoned every few minutes."""
    return drawn("assessAge", ABOUT, "assess-age", every="1")


def _tile(area: str, title: str, body: list[Content], *note: Component) -> Component:
    return tile(area, title, body, note=note, aside=_age(), class_name="aged")


def _city() -> Component:
    body = drawn("assessCity", f"{ABOUT} {CITY}", "assess-city", card="ranking.district")
    return _tile("rci", "全市", [body], drawn("assessDays", ABOUT, "said"))


def _posts() -> Component:
    body = drawn("assessPosts", f"t.ranking.posts {ABOUT}", "assess-posts")
    return _tile("rpo", "岗位", [body], html.Span("各用各的公式，不排名次"))


def _parts() -> Component:
    body = drawn("assessParts", f"{DISTRICTS} {FORMULA} {ABOUT}", "assess-parts")
    return _tile("rpa", "分项得分率", [body], html.Span("首位与末位的区"))


def _districts() -> Component:
    keys = html.Span(
        [legend("本期", "dotted"), legend("上期", "dotted was"), legend("全市", "line city")],
        className="keys",
    )
    body = drawn("assessBoard", f"{DISTRICTS} {CITY} {ABOUT}", "assess-board")
    note = drawn("assessCount", ABOUT, "said", which="district")
    aside = html.Span([keys, _age()], className="keys")
    return tile("rdi", "区域", [body], note=(note,), aside=aside, class_name="aged")


def _departments() -> Component:
    body = drawn("assessDepartments", f"t.ranking.departments {ABOUT}", "assess-departments")
    note = drawn("assessCount", ABOUT, "said", which="department")
    return _tile("rde", "部门", [body], note)


def _formula() -> Component:
    """口径: the formula with the weights in force, its source, what is compared with what."""
    body = drawn("assessFormula", f"{FORMULA} {ABOUT}", "assess-formula")
    return html.Section(
        [html.Div([html.B("公式"), body, html.Span(className="st state")], className="body")],
        className="tile t-rfo",
        **data(tile="rfo", card="ranking.district"),
    )


SCENE = Scene("ranking", "考评", 60, build)
