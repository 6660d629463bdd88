"""The head of the page: order of files, font slices, and JSON that cannot break out."""

from __future__ import annotations

import json

from layouts.theme import font_slices, in_order, index_string, page_json

SHEET = """
@font-face { src: url(files/common.woff2); unicode-range: U+4e00-9fff,U+30-39; }
@font-face { src: url(files/rare.woff2); unicode-range: U+9f98; }
@font-face { src: url(files/latin.woff2); unicode-range: U+0000-00FF; }
"""


def test_tokens_come_first_and_the_start_comes_last() -> None:
    files = ["wall.js", "zebra.js", "card.js", "live.js", "format.js", "scene-x.css", "tokens.css"]
    files += ["wall.css", "fonts/noto-sans-sc.css", "fonts/files/a.woff2", "favicon.svg"]
    styles, scripts = in_order(files)
    assert styles == ["fonts/noto-sans-sc.css", "tokens.css", "wall.css", "scene-x.css"]
    assert scripts == ["format.js", "live.js", "card.js", "zebra.js", "wall.js"]


def test_a_scene_is_loaded_without_a_register() -> None:
    styles, scripts = in_order(["scene-hotline.css", "hotline.js"])
    assert (styles, scripts) == (["scene-hotline.css"], ["hotline.js"])


def test_only_the_slices_of_the_letters_shown_are_wanted() -> None:
    assert font_slices(SHEET, "上报") == ["files/common.woff2"]
    assert font_slices(SHEET, "上报 912") == ["files/latin.woff2", "files/common.woff2"]


def test_of_two_slices_the_later_one_draws_the_letter() -> None:
    assert font_slices(SHEET, "龘") == ["files/rare.woff2"]
    assert font_slices(SHEET, "7") == ["files/latin.woff2"]


def test_a_letter_of_no_slice_is_left_to_the_systems_fonts() -> None:
    assert font_slices(SHEET, "한") == []


def test_page_json_ends_neither_its_element_nor_a_placeholder() -> None:
    page = {"text": "</script><script>alert(1)</script> {%scripts%} \u2028"}
    text = page_json(page)
    assert "</script" not in text and "{%" not in text and "\u2028" not in text
    assert json.loads(text) == page


def test_our_scripts_come_before_dashs() -> None:
    page = index_string(["/a.css"], ["/a.js"], ["/a.woff2"], "/i.svg", {"build": "1"})
    places = [
        page.index(part) for part in ("/a.css", '"build"', "/a.js", "/a.woff2", "{%scripts%}")
    ]
    assert places == sorted(places)
    assert '<html lang="zh-CN" translate="no">' in page and "notranslate" in page
