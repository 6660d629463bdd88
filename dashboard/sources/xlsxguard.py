"""A workbook that is a bomb 压缩炸弹 is told before anything of it is unpacked.

Sheets are streamed and may be large; everything else (texts, styles) is held in memory by whoever
opens a workbook, and may not. What a part claims is what is read: zipfile stops there.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from dashboard.sources.tables import TableError

PARTS_MAX: Final = 5_000
SHEET_MAX: Final = 4 << 30
"""Bytes of a sheet: a million rows of forty cells take about two."""
HELD_MAX: Final = 256 << 20
"""Bytes of all other parts together."""
RATIO_MAX: Final = 300
"""Times a part may grow when unpacked; sheets of equal rows reach about 60."""
_RATIO_FROM: Final = 16 << 20
_SHEET: Final = re.compile(r"(?i)^/?xl/worksheets/[^/]+\.xml$")
_HEAD: Final = 4_096


def check_workbook(path: Path) -> None:
    """Raises `TableError` for a bomb, `zipfile.BadZipFile` for what is no zip."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > PARTS_MAX:
            raise TableError(f"{path}：内含 {len(parts):,} 个文件，至多 {PARTS_MAX:,} 个")
        held = 0
        for part in parts:
            sheet = bool(_SHEET.match(part.filename))
            held += 0 if sheet else part.file_size
            _check_part(path, part, sheet)
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as content:
                    _check_head(path, part.filename, content.read(_HEAD))
        if held > HELD_MAX:
            raise TableError(
                f"{path}：工作表以外的部分解压后 {held / 1_048_576:,.0f} MB，"
                f"至多 {HELD_MAX >> 20} MB（疑似压缩炸弹）"
            )


def _check_part(path: Path, part: zipfile.ZipInfo, sheet: bool) -> None:
    size, grows = part.file_size, part.file_size / max(part.compress_size, 1)
    if size > _RATIO_FROM and grows > RATIO_MAX:
        raise TableError(f"{path}：{part.filename} 解压后增大 {grows:,.0f} 倍（疑似压缩炸弹）")
    if sheet and size > SHEET_MAX:
        raise TableError(
            f"{path}：{part.filename} 解压后 {size / (1 << 30):,.1f} GB，至多 {SHEET_MAX >> 30} GB"
        )


def _check_head(path: Path, name: str, head: bytes) -> None:
    """A document type could name entities that grow without end; no spreadsheet program writes
    one."""
    if b"<!doctype" in head.replace(b"\x00", b"").lower():
        raise TableError(f"{path}：{name} 含有 XML 实体定义（可用来耗尽内存）")
