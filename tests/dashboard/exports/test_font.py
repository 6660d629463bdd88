"""The document's font: its characters, its weight, the store, and text that can be copied."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import fpdf
import pytest
from fontTools.pens.areaPen import AreaPen
from fontTools.ttLib import TTFont

from dashboard.exports import font as room
from dashboard.exports.font import document_font, slices

TEXT = "郑州市12319热线接通率≥98.74%，目标“达到”（优）①②、μ"
UNKNOWN = "\U0002a6a5"  # 𪚥, four dragons: in none of the slices


def opened(data: bytes) -> TTFont:
    return TTFont(io.BytesIO(data))


def ink(font: TTFont, character: str) -> float:
    glyphs = font.getGlyphSet()
    pen = AreaPen(glyphs)
    glyphs[font.getBestCmap()[ord(character)]].draw(pen)
    return abs(pen.value)


def test_it_has_just_the_characters_of_the_text_and_space() -> None:
    font = opened(document_font([TEXT], 400))
    assert set(font.getBestCmap()) == {ord(c) for c in TEXT} | {32}
    assert {"fvar", "gvar"} & set(font.keys()) == set()
    assert font["hmtx"][font.getBestCmap()[ord("郑")]][0] == 1000


def test_a_heavier_weight_has_more_ink() -> None:
    light, heavy = (opened(document_font([TEXT], weight)) for weight in (400, 700))
    for character in "郑接通率9":
        assert ink(heavy, character) > 1.2 * ink(light, character) > 0


def test_outlines_are_those_of_the_slice_at_that_weight() -> None:
    name = slices()[ord("率")]
    variable = TTFont(room.FOLDER / "files" / name)
    glyphs = variable.getGlyphSet(location={"wght": 400})
    pen = AreaPen(glyphs)
    glyphs[variable.getBestCmap()[ord("率")]].draw(pen)
    assert ink(opened(document_font(["率"], 400)), "率") == pytest.approx(abs(pen.value), rel=0.01)


def test_the_same_characters_give_the_same_bytes_with_any_store(tmp_path: Path) -> None:
    fresh = document_font([TEXT], 400)
    assert document_font(list(reversed(TEXT)), 400) == fresh
    document_font(["完全不同的字", TEXT[:5]], 400, tmp_path)
    assert document_font([TEXT], 400, tmp_path) == fresh
    assert document_font([TEXT], 400, tmp_path) == fresh
    (kept,) = tmp_path.iterdir()
    assert {ord(c) for c in "完全不同的字" + TEXT} < set(TTFont(kept).getBestCmap())


def test_what_is_kept_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document_font([TEXT], 400, tmp_path)
    monkeypatch.setattr(room, "FOLDER", tmp_path / "gone")
    assert document_font([TEXT], 400, tmp_path)
    with pytest.raises(FileNotFoundError):
        document_font([TEXT + "新"], 400, tmp_path)


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"\x00\x01\x00\x00" + b"\xff" * 200])
def test_a_damaged_store_is_made_anew(tmp_path: Path, rubbish: bytes) -> None:
    fresh = document_font(["郑州"], 400, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(rubbish)
    assert document_font(["郑州"], 400, tmp_path) == fresh
    assert len(kept.read_bytes()) > 1000


def test_a_store_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert document_font(["郑州"], 400, tmp_path / "file") == document_font(["郑州"], 400)


def test_a_pdf_with_it_can_be_copied_even_where_it_shows_a_box(tmp_path: Path) -> None:
    text = TEXT + UNKNOWN
    assert ord(UNKNOWN) not in slices()
    file = tmp_path / "font.ttf"
    file.write_bytes(document_font([text], 400))
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.add_font("noto", "", file)
    pdf.set_font("noto", size=10)
    pdf.cell(text=text)
    pdf.output(str(tmp_path / "a.pdf"))
    shown = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", tmp_path / "a.pdf", "-"], capture_output=True, check=True
    )
    assert shown.stdout.decode().strip() == text
