"""Guards for xlsx and docx 办公文件检查: no bomb, no macro, nothing that reaches outside.

A file is read as a zip and never unpacked to disk; what its directory claims is bounded before
anything is decompressed, and decompressing stops at what was claimed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import BinaryIO, Final

PARTS_MAX: Final = 5_000
TOTAL_MAX: Final = 300 * 1024 * 1024
RATIO_MAX: Final = 150
"""Times a part may grow when unpacked; sheets of equal rows reach about 60."""
_RATIO_FROM: Final = 1024 * 1024
_CHUNK: Final = 1 << 16
_MAIN: Final = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_ACTIVE: Final = re.compile(
    r"(?i)vbaproject|vbadata|macrosheets/|dialogsheets/|activex/|customui/|\.(?:bin|exe|dll|js|vbs|"
    r"bat|cmd|ps1|hta|lnk|scr|jar|xlsm|docm|xlsb|xls|doc)$"
)
_HARMLESS: Final = re.compile(r"(?i)(?:printersettings|customproperty)\d*\.bin$")
_MACRO: Final = (b"macroenabled", b"vbaproject", b"ms-excel.macrosheet")
"""What the list of content types and the relations must not have; in a text they are just words."""
_CONTENT: Final = (
    (b"<!doctype", "含有 XML 实体定义（可用来耗尽内存）"),
    (b"<!entity", "含有 XML 实体定义（可用来耗尽内存）"),
    (b"<ddelink", "含有 DDE 链接（打开时会运行程序）"),
    (b":ddelink", "含有 DDE 链接（打开时会运行程序）"),
)
"""What an XML part must not have, in small letters."""
_FIELD: Final = re.compile(rb"instr(?:text[^>]*>|=[\"'])\s*dde")
_OUTSIDE: Final = re.compile(
    rb"<Relationship\b(?=[^>]*TargetMode=\"External\")"
    rb"(?=[^>]*/(?:attachedTemplate|oleObject|frame|subDocument)\")[^>]*>"
)


class OfficeRefused(Exception):
    """What is wrong with the file."""


def check_office(file: BinaryIO, kind: str) -> None:
    """Raises `OfficeRefused` unless the file is a plain xlsx or docx."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _directory(parts, kind)
            for part in parts:
                if not part.is_dir():
                    _part(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise OfficeRefused("文件损坏，打不开") from error
    except RuntimeError as error:  # zipfile's word for a password
        raise OfficeRefused("有密码") from error


def _directory(parts: list[zipfile.ZipInfo], kind: str) -> None:
    names = [part.filename for part in parts]
    if len(parts) > PARTS_MAX:
        raise OfficeRefused(f"内含 {len(parts):,} 个文件，至多 {PARTS_MAX:,} 个")
    if len(set(names)) != len(names):
        raise OfficeRefused("内含同名文件")
    total = sum(part.file_size for part in parts)
    if total > TOTAL_MAX:
        most = TOTAL_MAX // 1_048_576
        raise OfficeRefused(f"解压后 {total / 1_048_576:,.0f} MB，至多 {most} MB（疑似压缩炸弹）")
    for part in parts:
        grows = part.file_size / max(part.compress_size, 1)
        if part.file_size > _RATIO_FROM and grows > RATIO_MAX:
            raise OfficeRefused(f"{part.filename} 解压后增大 {grows:,.0f} 倍（疑似压缩炸弹）")
        if part.flag_bits & 1:
            raise OfficeRefused("有密码")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise OfficeRefused(f"{part.filename[:60]} 的压缩方式不是 Office 所用")
        if part.filename.startswith("/") or ".." in re.split(r"[/\\]", part.filename):
            raise OfficeRefused(f"内含路径 {part.filename[:60]}")
        if _ACTIVE.search(part.filename) and not _HARMLESS.search(part.filename):
            raise OfficeRefused(f"带宏或程序（{part.filename[:60]}）")
    for needed in ("[Content_Types].xml", _MAIN[kind]):
        if needed not in names:
            raise OfficeRefused(f"内部没有 {needed}，不是 {kind} 文件")


def _part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Reads one part to its end (its checksum is checked) and looks at XML for what is active."""
    text = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    before = b""
    with archive.open(part) as content:
        while block := content.read(_CHUNK):
            if text:
                seen = before + block.replace(b"\x00", b"")  # UTF-16 hides nothing
                _look(part.filename, seen)
                before = seen[-2_000:]


def _look(name: str, seen: bytes) -> None:
    small = seen.lower()
    listing = name == "[Content_Types].xml" or name.lower().endswith(".rels")
    if listing and any(mark in small for mark in _MACRO):
        raise OfficeRefused(f"带宏（{name[:60]}）")
    for mark, what in _CONTENT:
        if mark in small:
            raise OfficeRefused(f"{what}（{name[:60]}）")
    if b"instr" in small and _FIELD.search(small):
        raise OfficeRefused(f"含有 DDE 域（打开时会运行程序）（{name[:60]}）")
    if name.lower().endswith(".rels") and _OUTSIDE.search(seen):
        raise OfficeRefused(f"引用外部文件（{name[:60]}）")
