"""A Chinese font for a document 文档字体, out of the web font slices that come with the package.

A slice is a variable woff2 font of some hundred characters. A document gets one static TrueType
font with just its characters, at the weight wanted: nothing is needed from the user's machine, and
the same characters give the same bytes. Drawing an outline at a weight takes milliseconds, so what
was drawn once is kept in a store on the disk.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.recordingPen import DecomposingRecordingPen  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

FOLDER: Final = Path(__file__).parents[1] / "assets" / "fonts"
_CSS: Final = "noto-sans-sc.css"
_EM: Final = 1000
_ASCENT, _DESCENT = 1160, -288
_MADE: Final = 3_029_529_600
"""The date in every font, seconds since 1904: 2000-01-01."""
_NAMES: Final = {400: "Regular", 500: "Medium", 700: "Bold"}
_LICENSE: Final = "SIL Open Font License 1.1"


@dataclass(frozen=True)
class Outline:
    """A character's TrueType glyph and its advance, in thousandths of the font size."""

    glyph: Any
    advance: int


Outlines = dict[int, Outline]


@functools.cache
def slices() -> Mapping[int, str]:
    """Code point → the slice that has it, as the style sheet of the web font says."""
    css = (FOLDER / _CSS).read_text("utf-8")
    found: dict[int, str] = {}
    for name, ranges in re.findall(r"url\(files/([^)]+)\).*?unicode-range:([^;]+);", css, re.S):
        for span in ranges.split(","):
            first, _, last = span.strip().removeprefix("U+").partition("-")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                found.setdefault(code, name)
    return found


def document_font(text: Iterable[str], weight: int, store: Path | None = None) -> bytes:
    """A TrueType font with the characters of `text` (and space) at `weight` (100–900).

    A character that no slice has is an empty box, and is still that character when copied.
    `store`: the folder in which outlines are kept; without one they are drawn anew.
    """
    wanted = {ord(c) for c in {" "}.union(*text) if unicodedata.category(c)[0] != "C"}
    kept = _kept(store, weight)
    drawn = _drawn(wanted - kept.keys(), weight)
    outlines = {code: kept.get(code) or drawn[code] for code in sorted(wanted)}
    if store is not None and drawn:
        _keep(store, weight, dict(sorted((kept | drawn).items())))
    return _built(outlines, weight)


def _drawn(codes: set[int], weight: int) -> Outlines:
    """Outlines out of the slices; a box for what none of them has."""
    by_slice: dict[str, list[int]] = {}
    for code in codes:
        by_slice.setdefault(slices().get(code, ""), []).append(code)
    out: Outlines = {}
    for name, members in by_slice.items():
        if not name:
            out |= {code: _box() for code in members}
            continue
        font = TTFont(FOLDER / "files" / name)
        glyphs = font.getGlyphSet(location={"wght": weight})
        names = font.getBestCmap()
        for code in members:
            if code not in names:
                out[code] = _box()
                continue
            glyph = glyphs[names[code]]
            parts = DecomposingRecordingPen(glyphs)  # the parts are not in the new font
            glyph.draw(parts)
            pen = TTGlyphPen(None)
            parts.replay(pen)
            out[code] = Outline(pen.glyph(), round(glyph.width))
    return out


def _box() -> Outline:
    pen = TTGlyphPen(None)
    for corners in (
        ((100, -80), (100, 840), (900, 840), (900, -80)),
        ((150, -30), (850, -30), (850, 790), (150, 790)),
    ):
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return Outline(pen.glyph(), _EM)


def _name(code: int) -> str:
    return f"u{code:05X}"


def _built(outlines: Outlines, weight: int) -> bytes:
    """The font file, without dates: only its characters and weight make a difference."""
    glyphs = {".notdef": _box()} | {_name(code): one for code, one in outlines.items()}
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupHead(unitsPerEm=_EM, created=_MADE, modified=_MADE)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({code: _name(code) for code in outlines})
    builder.setupGlyf({name: one.glyph for name, one in glyphs.items()})
    bounds = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {name: (one.advance, getattr(bounds[name], "xMin", 0)) for name, one in glyphs.items()}
    )
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    style = _NAMES.get(weight, str(weight))
    names = {"familyName": "Noto Sans SC", "styleName": style, "licenseDescription": _LICENSE}
    builder.setupNameTable(
        {**names, "psName": f"NotoSansSC-{style}", "fullName": f"Noto Sans SC {style}"}
    )
    builder.setupOS2(
        sTypoAscender=_ASCENT,
        sTypoDescender=_DESCENT,
        usWinAscent=_ASCENT,
        usWinDescent=-_DESCENT,
        usWeightClass=weight,
        sCapHeight=733,
        sxHeight=543,
    )
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


# The store ---------------------------------------------------------------------------------------


@functools.cache
def _version() -> str:
    """Changes with the slices: outlines of other slices are not taken."""
    sizes = sorted((file.name, file.stat().st_size) for file in (FOLDER / "files").iterdir())
    told = repr((sizes, (FOLDER / _CSS).stat().st_size))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _file(store: Path, weight: int) -> Path:
    return store / f"noto-sans-sc-{weight}-{_version()}.ttf"


def _kept(store: Path | None, weight: int) -> Outlines:
    """What the store has; nothing where it is not there or not readable."""
    if store is None:
        return {}
    try:
        font = TTFont(_file(store, weight))
        glyf, widths = font["glyf"], font["hmtx"].metrics
        return {
            code: Outline(glyf[name], widths[name][0]) for code, name in font.getBestCmap().items()
        }
    except (OSError, TTLibError, KeyError, AssertionError, ValueError):
        return {}


def _keep(store: Path, weight: int, outlines: Outlines) -> None:
    """Writes the store anew, whole; a disk that refuses only costs the time of drawing again."""
    with contextlib.suppress(OSError):
        store.mkdir(parents=True, exist_ok=True)
        number, aside = tempfile.mkstemp(dir=store, suffix=".part")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(_built(outlines, weight))
            os.replace(aside, _file(store, weight))
        except BaseException:
            os.unlink(aside)
            raise
