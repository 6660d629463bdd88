"""What one wall screen shows 排片: which scenes in which order, for how long, over which panels.

Kept with the screen in the ledger; the page hears of it through its stream and changes at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

DWELL_MIN_S: Final = 5
DWELL_MAX_S: Final = 3_600
PANELS_MOST: Final = 12
"""Panels 拼接单元 in a row or a column."""
_GRID: Final = re.compile(r"([1-9]\d?)x([1-9]\d?)")


class BadSettings(ValueError):
    """A setting of a screen that cannot be; says what was expected."""


class ScreenSettings(msgspec.Struct, frozen=True):
    """`scenes` in the order they take turns, none: all it may show; `dwell_s` 停留, 0: as usual;
    `grid` columns x rows of panels 拼缝, "": the wall has no seams that text must keep off."""

    scenes: tuple[str, ...] = ()
    dwell_s: float = 0
    grid: str = ""


_decoder = msgspec.json.Decoder(ScreenSettings)


def written(settings: ScreenSettings) -> str:
    """As the ledger keeps them."""
    return msgspec.json.encode(settings).decode()


def read(text: str) -> ScreenSettings:
    """What `written` made; what cannot be read is as usual: a screen never stays dark for it."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return ScreenSettings()


def read_grid(text: str) -> str:
    """`3x1` also as 3×1 or 3X1; "" or 1x1 is no grid. Raises `BadSettings`."""
    plain = text.strip().lower().replace("×", "x")
    if plain in ("", "1x1"):
        return ""
    found = _GRID.fullmatch(plain)
    if found is None or max(map(int, found.groups())) > PANELS_MOST:
        raise BadSettings(f"拼接 {text}：应为 列x行，各 1–{PANELS_MOST}，如 3x1")
    return plain


def read_dwell(seconds: float) -> float:
    """A dwell 停留 in seconds; 0 is as usual. Raises `BadSettings`."""
    if seconds and not DWELL_MIN_S <= seconds <= DWELL_MAX_S:
        raise BadSettings(f"停留 {seconds:g} 秒：应为 {DWELL_MIN_S}–{DWELL_MAX_S}，0 为缺省")
    return seconds


def read_scenes(
    wanted: Iterable[str], granted: Collection[str], known: Collection[str]
) -> tuple[str, ...]:
    """The scenes of a schedule, each once, in the order given; `granted`: what the screen's link
    lets it show, none: all. Raises `BadSettings`."""
    scenes = tuple(dict.fromkeys(wanted))
    if unknown := [one for one in scenes if one not in known]:
        raise BadSettings(f"没有画面 {'、'.join(unknown)}；有：{'、'.join(known)}")
    if granted and (more := [one for one in scenes if one not in granted]):
        raise BadSettings(
            f"这块屏的链接不许 {'、'.join(more)}，只许 {'、'.join(granted)}；"
            "要放宽请吊销后用 cityops screen add 发新链接"
        )
    return scenes
