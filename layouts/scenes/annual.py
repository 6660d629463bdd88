"""年度 annual: the city's yearly form as it stands today: score, progress, gaps, contradictions."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.scene import Scene, View
from layouts.widgets import drawn, legend, tile

ABOUT, SCORE, COUNTS = "s.annual.about", "s.annual.score", "s.annual.counts"


def build(_view: View) -> Component:
    """The scene; its grid per wall shape is in `assets/scene-annual.css`."""
    return html.Div(
        [
            _score(),
            _levels(),
            _filling(),
            _progress("you", "产出指标", "output"),
            _progress("yef", "效果指标", "effect"),
            _findings(),
            _missing(),
        ],
        className="grid annual",
    )


def _note(kind: str, keys: str, **more: str) -> tuple[Component]:
    return (html.Span(drawn(kind, keys, "said", **more)),)


def _score() -> Component:
    """预计总分 with what it rests on, and the bands of grades under it."""
    body = drawn("annualScore", f"{SCORE} {ABOUT}", "year-score")
    return tile("ysc", "预计总分", [body], note=_note("annualHead", ABOUT))


def _levels() -> Component:
    body = drawn("annualLevels", f"t.annual.levels {ABOUT}", "year-levels")
    return tile("ylv", "一级指标", [body], note=("条长 = 权重",))


def _filling() -> Component:
    """填报进度: one square an item, where the book is in its workflow, the days that are left."""
    body = drawn("annualFilling", f"t.annual.levels {COUNTS} {ABOUT}", "year-filling")
    return tile("yfl", "填报进度", [body], note=_note("annualOrigins", COUNTS))


def _progress(area: str, title: str, name: str) -> Component:
    """One row an indicator, what wants doing first; the quiet bars below are those that are met."""
    keys = html.Span(
        [legend("目标", "aim"), legend("年度进度", "pace", drawn("annualPace", ABOUT, "num"))],
        className="keys",
    )
    body = drawn("annualRows", f"t.annual.{name} {COUNTS} {ABOUT}", "year-rows", which=name)
    note = _note("annualTally", f"{COUNTS} t.annual.{name}", which=name)
    return tile(area, title, [body], note=note, aside=keys)


def _findings() -> Component:
    body = drawn("annualFindings", f"t.annual.findings {COUNTS} {ABOUT}", "year-findings")
    return tile("yco", "勾稽矛盾", [body], note=_note("annualFound", COUNTS))


def _missing() -> Component:
    body = drawn("annualMissing", f"t.annual.missing {COUNTS} {ABOUT}", "year-missing")
    return tile("ymi", "缺项", [body], note=_note("annualGaps", COUNTS))


SCENE = Scene("annual", "年度", 70, build)
