"""The text columns of a dBase table 属性表 (.dbf), as bytes: to tell which encoding they are in.

A shapefile without .cpg does not say, and software then silently shows mojibake 乱码.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

TRIED: Final = ("utf-8", "gb18030", "big5")
_LANGUAGE: Final = {0x4D: "gbk", 0x7A: "gbk", 0x4F: "big5", 0x78: "big5"}
"""Language driver ids that name a Chinese encoding."""


@dataclass(frozen=True)
class DbfText:
    """The distinct non-ASCII texts of a table (names of columns included) and what it declares."""

    texts: tuple[bytes, ...]
    declared: str | None

    def fits(self, encoding: str) -> bool:
        """Whether every text can be read in an encoding. Texts cut off in the middle of a character
        by the width of their column are read up to there."""
        return all(_readable(text, encoding) for text in self.texts)

    def sample(self, encoding: str, count: int = 3) -> list[str]:
        """A few texts as they read in an encoding."""
        return [text.decode(encoding, "replace") for text in self.texts[:count]]


def _readable(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return error.reason.startswith(("incomplete", "unexpected end"))
    return True


def read_dbf_text(file: Path) -> DbfText:
    """The non-ASCII texts of a .dbf file. Raises `ValueError` for a broken one."""
    data = file.read_bytes()
    count, head, width = (
        int.from_bytes(data[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12))
    )
    if len(data) < head + count * width or head < 33 or width < 1:
        raise ValueError(f"{file.name} 不完整：应有 {count} 行，文件只有 {len(data)} 字节")
    texts: dict[bytes, None] = {}
    records = np.frombuffer(data, np.uint8, count * width, head).reshape(count, width)
    for name, kind, start, length in _columns(data, head):
        if not name.isascii():
            texts[name] = None
        if kind == b"C":
            cells = np.ascontiguousarray(records[:, start : start + length])
            cells = cells[(cells >= 0x80).any(axis=1)]
            for cell in np.unique(cells.view(f"S{length}")).tolist():
                texts[cell.strip(b" \0")] = None
    return DbfText(tuple(texts), _LANGUAGE.get(data[29]))


def _columns(data: bytes, head: int) -> Iterator[tuple[bytes, bytes, int, int]]:
    """(name, type, first byte in a record, length) of every column."""
    start = 1
    for at in range(32, head - 1, 32):
        field = data[at : at + 32]
        if field[:1] == b"\r" or len(field) < 32:
            return
        yield field[:11].split(b"\0")[0], field[11:12], start, field[16]
        start += field[16]
