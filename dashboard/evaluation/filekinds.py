"""What kind of file an attachment is 附件类型: its extension and its content must say the same."""

from __future__ import annotations

import csv
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from dashboard.evaluation.officefile import OfficeRefused, check_office
from dashboard.exports.cells import starts_formula

PIXELS_MAX: Final = 200_000_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD: Final = "旧版 Office 或加密的文件，可能带宏"
ALLOWED: Final = "pdf、png、jpg、xlsx、docx、csv、txt"
_MACROS: Final = frozenset({"xlsm", "xltm", "xlam", "xlsb", "docm", "dotm", "xls", "doc", "ppt"})


class AttachmentRefused(Exception):
    """A file is not taken; the text names it, what was found and what was expected."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(f"附件“{name}”未接收：{found}；应为{expected}")
        self.name = name
        self.found = found
        self.expected = expected


class _Wrong(Exception):
    """What is wrong with the content; the text is `found`, the second argument `expected`."""


def kind_of(name: str, path: Path) -> str:
    """pdf, png, jpg, xlsx, docx, csv or txt; raises `AttachmentRefused` for everything else."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    kind = {"jpeg": "jpg"}.get(suffix, suffix)
    if kind in _MACROS:
        raise AttachmentRefused(
            name, f".{suffix} 可能带宏", f" {ALLOWED} 之一，请另存为 xlsx、docx 或 pdf"
        )
    if kind not in CHECKS:
        found = f"类型 .{suffix}" if suffix else "没有扩展名"
        raise AttachmentRefused(name, found, f" {ALLOWED} 之一")
    if path.stat().st_size == 0:
        raise AttachmentRefused(name, "空文件", "有内容的文件")
    try:
        with open(path, "rb") as file:
            CHECKS[kind](file)
    except OfficeRefused as error:
        raise AttachmentRefused(name, str(error), f"不带宏、可正常打开的 {kind} 文件") from error
    except _Wrong as error:
        raise AttachmentRefused(name, str(error), f"真正的 {kind} 文件") from error
    return kind


def _pdf(file: BinaryIO) -> None:
    head = file.read(1024)
    if not head.startswith(b"%PDF-"):
        raise _Wrong(_other(head, "不以 %PDF 开头"))
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 2048))
    if b"%%EOF" not in file.read():
        raise _Wrong("没有结尾 %%EOF，文件不完整")


def _png(file: BinaryIO) -> None:
    head = file.read(33)
    if not head.startswith(_PNG) or head[12:16] != b"IHDR" or len(head) < 33:
        raise _Wrong(_other(head, "不是 PNG 图片"))
    _pixels(*struct.unpack(">II", head[16:24]))
    file.seek(-12, 2)
    if file.read()[4:8] != b"IEND":
        raise _Wrong("没有结尾 IEND，图片不完整")


def _jpg(file: BinaryIO) -> None:
    head = file.read(3)
    if head != b"\xff\xd8\xff":
        raise _Wrong(_other(head + file.read(16), "不是 JPEG 图片"))
    file.seek(2)
    while True:  # segments up to the frame header that has the size
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:
            raise _Wrong("JPEG 图片不完整")
        if marker[1] == 0xFF:  # fill byte
            file.seek(-1, 1)
            continue
        body = file.read(2)
        length = int.from_bytes(body) if len(body) == 2 else 0
        if length < 2:
            raise _Wrong("JPEG 图片不完整")
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            size = file.read(5)
            if len(size) < 5:
                raise _Wrong("JPEG 图片不完整")
            _pixels(int.from_bytes(size[3:5]), int.from_bytes(size[1:3]))
            return
        if marker[1] in (0xD9, 0xDA):
            raise _Wrong("JPEG 图片不完整")
        file.seek(length - 2, 1)


def _pixels(width: int, height: int) -> None:
    if not 0 < width * height <= PIXELS_MAX:
        raise _Wrong(f"图片 {width:,} × {height:,} 像素，至多 {PIXELS_MAX // 1_000_000} 百万像素")


def _text(file: BinaryIO) -> str:
    data = file.read()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(c < " " and c not in "\t\r\n\f" for c in text):
            break
        return text
    raise _Wrong(_other(data[:64], "含有非文字内容"))


def _csv(file: BinaryIO) -> None:
    text = _text(file)
    try:
        for number, row in enumerate(csv.reader(text.splitlines(keepends=True)), 1):
            for at, cell in enumerate(row, 1):
                if starts_formula(cell) and not _number(cell):
                    shown = cell.strip()[:20]
                    raise _Wrong(f"第 {number} 行第 {at} 列“{shown}”打开时会被当成公式")
    except csv.Error as error:
        raise _Wrong(f"不是 csv 表格（{error}）") from error


def _number(cell: str) -> bool:
    try:
        float(cell.strip().rstrip("%％").replace(",", ""))
    except ValueError:
        return cell.strip() in ("", "-", "--")
    return True


def _other(head: bytes, otherwise: str) -> str:
    """What the content really is, where that can be told."""
    for start, what in (
        (b"MZ", "其实是 Windows 程序"),
        (b"\x7fELF", "其实是 Linux 程序"),
        (b"#!", "其实是脚本"),
        (_OLE, f"其实是{_OLD}"),
        (b"PK\x03\x04", "其实是 zip 或 Office 文件"),
        (b"%PDF-", "其实是 PDF"),
        (_PNG, "其实是 PNG 图片"),
        (b"\xff\xd8\xff", "其实是 JPEG 图片"),
        (b"GIF8", "其实是 GIF 图片"),
        (b"Rar!", "其实是 rar 压缩包"),
        (b"7z\xbc\xaf", "其实是 7z 压缩包"),
        (b"<!DOCTYPE", "其实是网页"),
        (b"<html", "其实是网页"),
    ):
        if head.lower().startswith(start.lower()):
            return what
    return otherwise


def _office(kind: str) -> Callable[[BinaryIO], None]:
    def check(file: BinaryIO) -> None:
        head = file.read(8)
        if head.startswith(_OLE):
            raise _Wrong(f"其实是{_OLD}")
        if not head.startswith(b"PK\x03\x04"):
            raise _Wrong(_other(head, f"不是 {kind} 文件"))
        file.seek(0)
        check_office(file, kind)

    return check


CHECKS: Final[dict[str, Callable[[BinaryIO], object]]] = {
    "pdf": _pdf,
    "png": _png,
    "jpg": _jpg,
    "xlsx": _office("xlsx"),
    "docx": _office("docx"),
    "csv": _csv,
    "txt": _text,
}
CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
"""Kind → what a web server says it is (with nosniff, and as a download)."""
