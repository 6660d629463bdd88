"""The report as docx, set like an official document 公文 (GB/T 9704): A4, margins of 37 and 28 mm,
仿宋 三号, 28 points a line; the tables are annexes on landscape pages."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from dashboard.evaluation.exports.report import Annex, Heading, local, report
from dashboard.evaluation.exports.table import Cell, Row, Table
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result
from dashboard.exports.cells import plain

PAGE_MM: Final = (210.0, 297.0)
PORTRAIT_MM: Final = (37.0, 35.0, 28.0, 26.0)
"""Margins of the text: top, bottom, left, right."""
LANDSCAPE_MM: Final = (20.0, 18.0, 15.0, 15.0)
TITLE, BODY, TABLE = ("宋体", 20.0), ("仿宋", 16.0), ("宋体", 9.0)
"""Fonts and their sizes, points."""
HEADINGS: Final = {1: ("黑体", 16.0), 2: ("楷体", 16.0)}
ENDS: Final = 4
"""The last rows of a table that stay on one page: a total does not stand alone."""
ALIGN: Final = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_EPOCH: Final = datetime.datetime(2000, 1, 1)
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


def render(
    result: Result, form: Form, timezone: str = "Asia/Shanghai", fonts: Path | None = None
) -> bytes:
    """The file's bytes; the same for the same result."""
    document: Any = docx.Document()
    made = local(result, timezone).replace(tzinfo=None) if result.as_of else _EPOCH
    _properties(document, result, form, made)
    _page(document.sections[0], PORTRAIT_MM, landscape=False)
    _base(document)
    _text(document.add_paragraph(), result.title, TITLE, bold=True, align="center", after=18)
    landscape = False
    for block in report(form, result, timezone):
        if isinstance(block, Annex):
            if landscape:
                document.add_page_break()
            else:
                section = document.add_section(WD_SECTION.NEW_PAGE)
                _page(section, LANDSCAPE_MM, landscape=True)
                landscape = True
            _text(document.add_paragraph(), block.title, HEADINGS[1], after=6)
            _table(document, block.table, PAGE_MM[1] - sum(LANDSCAPE_MM[2:]))
        elif isinstance(block, Table):
            if block.note:
                note = document.add_paragraph()
                _text(note, block.note, (TABLE[0], 10.5), align="right")
            _table(document, block, PAGE_MM[0] - sum(PORTRAIT_MM[2:]))
            document.add_paragraph()
        elif isinstance(block, Heading):
            style = f"Heading {block.level}"
            _text(
                document.add_paragraph(style=style), block.text, HEADINGS[block.level], indent=True
            )
        else:
            _text(document.add_paragraph(), block, BODY, indent=True, align="left")
    out = io.BytesIO()
    document.save(out)
    return _undated(out.getvalue())


def _properties(document: Any, result: Result, form: Form, made: datetime.datetime) -> None:
    known = document.core_properties
    known.title, known.subject, known.comments = plain(result.title), form.id, ""
    known.author = known.last_modified_by = ""
    known.created = known.modified = made
    known.revision = 1


def _page(section: Any, margins: tuple[float, ...], landscape: bool) -> None:
    wide, high = reversed(PAGE_MM) if landscape else PAGE_MM
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(wide), Mm(high)
    section.top_margin, section.bottom_margin = Mm(margins[0]), Mm(margins[1])
    section.left_margin, section.right_margin = Mm(margins[2]), Mm(margins[3])
    section.footer.is_linked_to_previous = False
    footer = section.footer.paragraphs[0]
    footer.alignment = ALIGN["center"]
    for kind in ("— ", "PAGE", " —"):
        _field(footer, kind)


def _field(paragraph: Any, text: str) -> None:
    """A run of text, or the page number."""
    run = paragraph.add_run("" if text == "PAGE" else text)
    _font(run, (TABLE[0], 10.5))
    if text != "PAGE":
        return
    for kind in ("begin", "instr", "end"):
        element = OxmlElement("w:instrText" if kind == "instr" else "w:fldChar")
        if kind == "instr":
            element.text = "PAGE"
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def _base(document: Any) -> None:
    for name in ("Normal", "Heading 1", "Heading 2"):
        style = document.styles[name]
        family, size = {"Heading 1": HEADINGS[1], "Heading 2": HEADINGS[2]}.get(name, BODY)
        style.font.name, style.font.size = family, Pt(size)
        style.font.bold = style.font.italic = False
        style.font.color.rgb = docx.shared.RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(kind), family)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)


def _text(
    paragraph: Any,
    text: str,
    font: tuple[str, float],
    *,
    bold: bool = False,
    align: str = "left",
    indent: bool = False,
    after: float = 0,
) -> None:
    layout = paragraph.paragraph_format
    layout.alignment = ALIGN[align]
    layout.space_after = Pt(after)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = Pt(round(font[1] * 1.75))
    if indent:
        layout.first_line_indent = Pt(2 * font[1])
    _font(paragraph.add_run(plain(text)), font, bold)


def _font(run: Any, font: tuple[str, float], bold: bool = False) -> None:
    family, size = font
    run.font.name, run.font.size, run.font.bold = family, Pt(size), bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), family)


# Tables ------------------------------------------------------------------------------------------


def _table(document: Any, table: Table, room_mm: float) -> None:
    """A table as wide as the page, its headings repeated, no row cut by a page."""
    total = sum(table.widths)
    widths = [Mm(room_mm * width / total) for width in table.widths]
    rows: Sequence[Row] = (*table.head, *table.rows)
    made = document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _margins(made)
    for column, width in zip(made._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = width
    grid = [list(row.cells) for row in made.rows]
    for number, row in enumerate(rows):
        _row(made.rows[number], head=number < len(table.head))
        for at, cell in enumerate(row):
            grid[number][at].width = widths[at]
            if cell is not None:
                _cell(
                    grid,
                    number,
                    at,
                    cell,
                    together=number in range(len(rows) - ENDS, len(rows) - 1),
                )


def _cell(grid: list[list[Any]], row: int, column: int, cell: Cell, together: bool) -> None:
    target = grid[row][column]
    if cell.rows > 1 or cell.cols > 1:
        target = target.merge(grid[row + cell.rows - 1][column + cell.cols - 1])
    target.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = target.paragraphs[0]
    for extra in target.paragraphs[1:]:  # a merge leaves the blank ones of what it covers
        extra._p.getparent().remove(extra._p)
    paragraph.alignment = ALIGN[cell.align]
    layout = paragraph.paragraph_format
    layout.space_after, layout.line_spacing = Pt(0), 1.1
    layout.keep_with_next = together
    _font(paragraph.add_run(plain(cell.text)), TABLE, cell.bold)


def _row(row: Any, head: bool) -> None:
    about = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
        about.append(OxmlElement(name))
    if head:
        for cell in row.cells:
            shade = OxmlElement("w:shd")
            for key, value in (("val", "clear"), ("color", "auto"), ("fill", "E8EEF4")):
                shade.set(qn(f"w:{key}"), value)
            cell._tc.get_or_add_tcPr().append(shade)


def _margins(table: Any) -> None:
    """Narrow cell margins: many columns, little room."""
    margins = OxmlElement("w:tblCellMar")
    for side, width in (("top", 30), ("left", 60), ("bottom", 30), ("right", 60)):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(width))
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))  # Word insists on the order of the schema
    properties.append(margins) if look is None else look.addprevious(margins)


def _undated(data: bytes) -> bytes:
    """The package with the dates of its entries gone."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(part))
    return out.getvalue()
