"""Parts of a tile say what they show and carry no value of their own."""

from __future__ import annotations

from layouts.widgets import bullet, data, drawn, figure, glyph, hero, legend, tile, verdict
from tests.layouts.parts import attribute, elements, texts


def test_data_attributes() -> None:
    assert data(measure="a.b", part="v") == {"data-measure": "a.b", "data-part": "v"}


def test_a_figure_without_a_frame_is_a_dash_not_a_zero() -> None:
    part = figure("today.cases.reported")
    assert texts(part) == ["—"]
    assert attribute(part, "data-measure") == ["today.cases.reported"]
    assert (attribute(part, "data-part"), attribute(part, "data-kind")) == (["v"], ["count"])


def test_a_hero_opens_its_card_by_mouse_and_keyboard() -> None:
    part = hero("month.cases.closure_rate", "rate", "h6")
    assert attribute(part, "data-card") == ["month.cases.closure_rate"]
    assert (part.role, part.tabIndex) == ("button", 0)
    assert texts(part) == ["—", "%"]
    assert texts(hero("today.cases.filed")) == ["—"]


def test_a_bullet_has_a_bar_and_a_target() -> None:
    assert [type(e).__name__ for e in elements(bullet("m"))] == ["Div", "I", "U"]
    assert attribute(verdict("m"), "data-part") == ["verdict"]


def test_a_drawn_box_names_its_painter_and_its_keys() -> None:
    box = drawn("districts", "t.districts m.x", "ranking", word="按期处置率")
    assert attribute(box, "data-draw") == ["districts"]
    assert attribute(box, "data-keys") == ["t.districts m.x"]
    assert attribute(box, "data-word") == ["按期处置率"]
    assert box.className == "ranking"
    assert drawn("feeds", "sources").className == "feeds"


def test_a_tile_has_a_title_a_note_and_a_place_for_its_state() -> None:
    section = tile("opn", "在办案卷", [figure("open.cases.open")], note=("此刻",))
    assert texts(section) == ["在办案卷", "此刻", "—"]
    assert attribute(section, "data-tile") == ["opn"]
    assert [c for c in attribute(section, "className") if "state" in c] == ["st state"]


def test_glyphs_are_hidden_from_readers_and_legends_have_a_swatch() -> None:
    assert attribute(glyph("warn"), "aria-hidden") == ["true"]
    assert attribute(legend("今日", "bar"), "className") == ["key", "sw bar"]
    assert attribute(legend("昨日同时"), "className") == ["key"]
