"""Numbers of persons 个人号码: telephone and identity-card numbers lose their middle digits."""

from __future__ import annotations

import re
from typing import Final

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
_ESCAPED: Final = re.compile(r"\\u(002[bBdD]|003\d|[fF]{2}1\d|[fF]{2}0[bBdD])")
"""Digits, plus and minus as JSON may write them, full-width too."""


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


def masked_bytes(body: bytes, kept: int) -> bytes:
    """The first `kept` bytes of input that could not be read, numbers masked; it may be anything.

    Masked before it is cut: a number across the cut would no longer look like one. Digits that JSON
    wrote as escapes are digits to whoever reads the copy, so they are written out first.
    """
    text = body[: kept + LONGEST].decode("utf-8", "surrogateescape")
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return masked(text).encode("utf-8", "surrogateescape")[:kept]


LONGEST: Final = 192
"""Bytes beyond the cut that are looked at: more than any number takes, full-width or escaped."""
