"""The report as pdf, with its Chinese font embedded: selectable, the same on every machine."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align

from dashboard.evaluation.exports.pdftable import LINE, Grid, Writer
from dashboard.evaluation.exports.report import Annex, Block, Heading, local, report
from dashboard.evaluation.exports.table import Table
from dashboard.evaluation.exports.wrapping import wrap
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result
from dashboard.exports.cells import plain
from dashboard.exports.font import document_font

WEIGHTS: Final = {"": 400, "B": 700}
MARGINS: Final = (20.0, 18.0, 20.0)
"""Millimetres: left and right, top, bottom."""
BODY, TITLE, HEADING, NOTE = 11.0, 18.0, 12.5, 9.0
_EPOCH: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def render(
    result: Result, form: Form, timezone: str = "Asia/Shanghai", fonts: Path | None = None
) -> bytes:
    """The file's bytes; the same for the same result."""
    blocks = list(report(form, result, timezone))
    pdf = _Document(result.title)
    pdf.set_creation_date(local(result, timezone) if result.as_of else _EPOCH)
    pdf.set_title(plain(result.title))
    pdf.set_lang("zh-CN")
    with tempfile.TemporaryDirectory() as folder:
        texts = {"": [_FOOTER, *_texts(blocks, bold=False)]}
        texts["B"] = [result.title, *_texts(blocks, bold=True)]
        for style, weight in WEIGHTS.items():
            file = Path(folder) / f"noto-{weight}.ttf"
            file.write_bytes(document_font(texts[style], weight, fonts))
            pdf.add_font("noto", style, file)
        _draw(pdf, result.title, blocks)
        return bytes(pdf.output())


_FOOTER: Final = "第页0123456789\u3000"


def _texts(blocks: Iterable[Block], bold: bool) -> Iterator[str]:
    """What is set in one of the two weights."""
    for block in blocks:
        if isinstance(block, Annex | Table):
            table = block.table if isinstance(block, Annex) else block
            yield block.title if bold else table.note
            for row in (*table.head, *table.rows):
                yield from (cell.text for cell in row if cell is not None and cell.bold == bold)
        elif isinstance(block, Heading) == bold:
            yield block.text if isinstance(block, Heading) else block


class _Document(FPDF):
    """A4 pages, numbered."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_margins(MARGINS[0], MARGINS[1])
        self.set_auto_page_break(True, MARGINS[2])
        self.alias_nb_pages("{nb}")

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font("noto", size=NOTE)
        self.cell(0, 5, f"第 {self.page_no()} 页", align=Align.C)


def _draw(pdf: FPDF, title: str, blocks: Iterable[Block]) -> None:
    pdf.add_page()
    writer = Writer(pdf)
    for line in wrap(plain(title), pdf.epw, writer.measure(TITLE, "B")):
        writer.line(line, TITLE, "B", Align.C)
    pdf.ln(3)
    for block in blocks:
        if isinstance(block, Heading):
            _heading(pdf, writer, block)
        elif isinstance(block, str):
            writer.paragraph(block, BODY)
        elif isinstance(block, Table):
            _table(pdf, writer, block)
        else:
            pdf.add_page(orientation="landscape")
            writer.line(plain(block.title), HEADING, "B")
            pdf.ln(1)
            _table(pdf, writer, block.table)


def _heading(pdf: FPDF, writer: Writer, block: Heading) -> None:
    size = HEADING if block.level == 1 else BODY
    if pdf.will_page_break(4 * LINE * size):  # not the last line of a page
        pdf.add_page()
    pdf.ln(1.5)
    writer.line(plain(block.text), size, "B")


def _table(pdf: FPDF, writer: Writer, table: Table) -> None:
    if table.note:
        writer.line(plain(table.note), NOTE, "", Align.R)
    Grid(pdf, writer, table).draw()
    pdf.ln(3)
