"""Codes of unit cells 单元网格编码: 15 digits after GB/T 30428.1, 14 after CJ/T 213.

15 = 6 county 区县 + 3 street 街道 + 3 community 社区 + 3 sequence 顺序码 (001–999, within a
community from west to east, from north to south). The older 14 have a two-digit street, padded on
the left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LEVELS: Final[dict[str, str]] = {
    "district": "区",
    "street": "街道",
    "community": "社区",
    "duty_grid": "责任网格",
    "unit_cell": "单元网格",
}
"""Levels 层级 of a grid, coarse to fine; a duty grid 责任网格 need not nest in a community."""

PROVINCES: Final = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46}
    | {50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82}
)
"""省级代码: the first two digits of GB/T 2260."""

_DIGITS: Final = re.compile(r"[0-9]+")
_LOOKS: Final = {
    6: "像区县编码",
    9: "像街道编码",
    12: "像社区编码",
    16: "像部件标识码（CJ/T 214）",
    20: "像数字社区编码（CJ/T 349）",
}


class CodeError(ValueError):
    """Not the code of a unit cell; the text says what was found and what was expected."""


@dataclass(frozen=True)
class CellCode:
    """A unit-cell code 单元网格编码 of 15 digits, taken apart; each part contains its parent's."""

    text: str

    @property
    def county(self) -> str:
        """区县: 6 digits, GB/T 2260."""
        return self.text[:6]

    @property
    def street(self) -> str:
        """街道: 9 digits, GB/T 10114."""
        return self.text[:9]

    @property
    def community(self) -> str:
        """社区: 12 digits."""
        return self.text[:12]

    @property
    def sequence(self) -> int:
        """顺序码 1–999."""
        return int(self.text[12:])


def cell_code(text: str) -> CellCode:
    """A code of 15 or 14 digits. Raises `CodeError`."""
    code = text.strip()
    if not _DIGITS.fullmatch(code):
        raise CodeError(f"{text!r}：应为 15 位（或旧 14 位）数字")
    if len(code) == 14:
        code = f"{code[:6]}0{code[6:]}"
    elif len(code) != 15:
        hint = f"，{_LOOKS[len(code)]}" if len(code) in _LOOKS else ""
        raise CodeError(f"{text!r}：{len(code)} 位{hint}；应为 15 位（或旧 14 位）数字")
    if int(code[:2]) not in PROVINCES:
        raise CodeError(f"{text!r}：开头 {code[:2]} 不是省级代码（GB/T 2260）")
    if code[12:] == "000":
        raise CodeError(f"{text!r}：顺序码为 000；应为 001–999")
    return CellCode(code)


def level_code(level: str, text: str) -> str:
    """A code of one of the upper `LEVELS`, stripped. Raises `CodeError`.

    Streets have 9 digits, communities 12; districts and duty grids are whatever the city uses.
    """
    code = text.strip()
    digits = {"street": 9, "community": 12}.get(level)
    if digits is None:
        if not 0 < len(code) <= 64:
            raise CodeError(f"{text!r}：{len(code)} 个字符；应为 1–64 个")
    elif not _DIGITS.fullmatch(code) or len(code) != digits:
        raise CodeError(f"{text!r}：{LEVELS[level]}编码应为 {digits} 位数字")
    return code
