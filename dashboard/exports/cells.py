"""Text that is safe in a cell 单元格文字: no formula, no control character."""

from __future__ import annotations

import re
from typing import Final

FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet may take for the beginning of a formula 公式注入; full-width forms too."""
CELL_MAX: Final = 32_767
"""Characters a cell of Excel holds."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


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
