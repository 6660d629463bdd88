"""Line breaking of Chinese text 折行: anywhere between characters, but not inside a number or word,
and no line begins with a closing mark or ends with an opening one 避头尾."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

NOT_FIRST: Final = frozenset("，。、；：？！）》」』】〕〉”’％%·…,.;:?!)]}")
NOT_LAST: Final = frozenset("（《「『【〔〈“‘([{≥≤")
CARRIED_MAX: Final = 3
_PIECES: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.,:/_%+\-]*|\s|.", re.S)


def width_of(text: str) -> int:
    """Width in half-width characters: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def wrap(text: str, width: float, measure: Callable[[str], float] = width_of) -> list[str]:
    """The lines of a text in `width`, as `measure` counts it; a blank text is one blank line."""
    out: list[str] = []
    for paragraph in text.split("\n"):
        out += _paragraph(paragraph, width, measure)
    return out


def _paragraph(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for piece in _fitting(text, width, measure):
        wide = measure(piece)
        if line and used + wide > width:
            carried = _carried(line, piece)
            lines.append("".join(line).rstrip())
            line = carried
            used = sum(measure(one) for one in line)
            if piece.isspace() and not line:
                continue
        line.append(piece)
        used += wide
    lines.append("".join(line).rstrip())
    return lines


def _fitting(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The pieces that stay together, cut where one alone is wider than a line."""
    out: list[str] = []
    for piece in _PIECES.findall(text):
        out += [piece] if measure(piece) <= width else list(piece)
    return out


def _carried(line: list[str], piece: str) -> list[str]:
    """What must move to the next line with `piece`; taken off the end of `line`. A long run of
    marks stays as it is."""
    keep = len(line)
    head = piece
    while keep > 1 and (head in NOT_FIRST or line[keep - 1] in NOT_LAST):
        keep -= 1
        head = line[keep]
    if len(line) - keep > CARRIED_MAX:
        return []
    carried = line[keep:]
    del line[keep:]
    return carried
