"""The page's head 页首: styles, scripts and fonts in order, and what scripts know at the start."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from layouts import ids

FIRST_STYLES: Final = ("fonts/noto-sans-sc.css", "tokens.css", "wall.css")
FIRST_SCRIPTS: Final = ("format.js", "live.js", "paint.js", "lists.js")
LAST_SCRIPTS: Final = ("wall.js",)
FONT_SHEET: Final = "fonts/noto-sans-sc.css"

_FACE = re.compile(r"@font-face\s*{(.*?)}", re.DOTALL)
_FILE = re.compile(r"url\(([^)]+)\)")
_RANGE = re.compile(r"unicode-range:\s*([^;]+);")


def in_order(files: Iterable[str]) -> tuple[list[str], list[str]]:
    """The style sheets and the scripts among the asset `files`, each in loading order.

    A scene brings its own `scene-<id>.css` and any script of its own without a register.
    """
    names = [name for name in files if "/" not in name or name in FIRST_STYLES]
    styles = sorted(
        (n for n in names if n.endswith(".css")), key=lambda n: (_rank(n, FIRST_STYLES), n)
    )
    scripts = sorted(
        (n for n in names if n.endswith(".js")),
        key=lambda n: (len(FIRST_SCRIPTS) + 1 if n in LAST_SCRIPTS else _rank(n, FIRST_SCRIPTS), n),
    )
    return styles, scripts


def _rank(name: str, first: Sequence[str]) -> int:
    return first.index(name) if name in first else len(first)


def font_slices(sheet: str, text: str) -> list[str]:
    """The font files, as named in the style `sheet`, that a page showing `text` will ask for.

    Where the ranges of two faces overlap, the later one in the sheet wins, as in browsers.
    """
    faces = [(_FILE.search(face), _ranges(face)) for face in _FACE.findall(sheet)]
    wanted: dict[str, None] = {}
    for letter in sorted(set(text)):
        for file, ranges in reversed(faces):
            if file and any(low <= ord(letter) <= high for low, high in ranges):
                wanted[file.group(1)] = None
                break
    return list(wanted)


def _ranges(face: str) -> list[tuple[int, int]]:
    found = _RANGE.search(face)
    pairs = (part.strip()[2:].split("-") for part in found.group(1).split(",")) if found else ()
    return [(int(pair[0], 16), int(pair[-1], 16)) for pair in pairs]


def page_json(page: Mapping[str, Any]) -> str:
    """A JSON block that can end neither its script element nor Dash's `{%…%}`, whatever it says."""
    text = json.dumps(page, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    text = text.replace("<", "\\u003c").replace("{%", "\\u007b%")
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def index_string(
    styles: Sequence[str],
    scripts: Sequence[str],
    fonts: Sequence[str],
    icon: str,
    page: Mapping[str, Any],
) -> str:
    """Dash's index template of the wall page; every argument is a URL but `page`.

    Our scripts come before Dash's: the stream is open while React still loads. Fonts come after
    both are under way: figures do not wait for glyphs.
    """
    lines = [f'<link rel="stylesheet" href="{url}">' for url in styles]
    lines += [f'<link rel="icon" href="{icon}" type="image/svg+xml">']
    lines += [f'<script id="{ids.PAGE}" type="application/json">{page_json(page)}</script>']
    lines += [f'<script src="{url}"></script>' for url in scripts]
    lines += [
        f'<link rel="preload" href="{u}" as="font" type="font/woff2" crossorigin>' for u in fonts
    ]
    head = "\n    ".join(lines)
    return f"""<!DOCTYPE html>
<html lang="zh-CN" translate="no">
  <head>
    {{%metas%}}
    <meta name="google" content="notranslate">
    <title>{{%title%}}</title>
    {head}
  </head>
  <body>
    {{%app_entry%}}
    <footer>
      {{%config%}}
      {{%scripts%}}
      {{%renderer%}}
    </footer>
  </body>
</html>
"""
