"""Text that is safe in a cell 单元格文字: no formula, no control character, no telephone number."""

from __future__ import annotations

import re
from typing import Final

FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula 公式注入; full-width forms too."""
CELL_MAX: Final = 32_767
"""Characters a cell of Excel holds."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PHONE: Final = re.compile(
    r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # 手机
    r"|0\d{2,3}[- ]?\d{7,8}"  # 固定电话
    r"|\d{6}(?:18|19|20)\d{9}[\dXx])(?!\d)"  # 居民身份证
)
_HALF_WIDTH: Final = {ord("０") + n: ord("0") + n for n in range(10)} | {
    ord("－"): ord("-"),
    ord("＋"): ord("+"),
    ord("\u3000"): ord(" "),
}


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return text[:1] in FORMULA_STARTS if text[:1] != " " else text.lstrip(" ")[:1] in FORMULA_STARTS


def plain(text: str) -> str:
    """Without characters that XML or Excel cannot hold, at most `CELL_MAX` long."""
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return text if len(text) <= CELL_MAX else text[: CELL_MAX - 1] + "…"


def csv_text(text: str) -> str:
    """`plain`, with an apostrophe before what would be a formula: a csv has no cell types."""
    text = plain(text)
    return f"'{text}" if starts_formula(text) else text


def masked(text: str) -> str:
    """Telephone and identity-card numbers 电话、身份证号 with their middle digits as `*`."""
    if not re.search(r"\d{4}", text):
        return text
    found = list(_PHONE.finditer(text.translate(_HALF_WIDTH)))
    for one in reversed(found):
        start, end = one.span()
        hidden = re.sub(r"\d", "*", text[start + 3 : end - 2])
        text = text[: start + 3] + hidden + text[end - 2 :]
    return text
