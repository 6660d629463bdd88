"""Text and tables on pdf pages: our own line breaking, merged cells, headings on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align

from dashboard.evaluation.exports.paging import page_starts
from dashboard.evaluation.exports.table import Cell, Row, Table
from dashboard.evaluation.exports.wrapping import wrap
from dashboard.exports.cells import plain

LINE: Final = 0.56
"""Height of a line of text, mm per point of its size (1.6 lines)."""
SIZES: Final = (9.0, 7.5)
"""Font sizes of tables: few columns, many."""
CELL_LINE: Final = 0.46
PAD_MM: Final = 1.1
GREY: Final = (232, 238, 244)
ALIGN: Final = {"left": Align.L, "center": Align.C, "right": Align.R}


class Writer:
    """Lines and paragraphs in the document's font; widths of characters are looked up once."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._widths: dict[tuple[float, str, str], float] = {}

    def measure(self, size: float, style: str) -> Callable[[str], float]:
        """A function that gives the width of a text in mm."""
        pdf, widths = self._pdf, self._widths

        def width(text: str) -> float:
            total = 0.0
            for character in text:
                key = (size, style, character)
                if key not in widths:
                    pdf.set_font("noto", style, size)
                    widths[key] = pdf.get_string_width(character)
                total += widths[key]
            return total

        return width

    def line(self, text: str, size: float, style: str = "", align: Align = Align.L) -> None:
        """One line over the width of the page."""
        self._pdf.set_font("noto", style, size)
        self._pdf.cell(0, LINE * size, text, align=align, new_x="LMARGIN", new_y="NEXT")

    def paragraph(self, text: str, size: float) -> None:
        """A paragraph, indented by two characters."""
        indented = "\u3000\u3000" + plain(text)
        for line in wrap(indented, self._pdf.epw, self.measure(size, "")):
            self.line(line, size)

    def lines(self, lines: Sequence[str], box: Box, size: float, style: str, align: Align) -> None:
        """Lines in the middle of a box."""
        step = CELL_LINE * size
        self._pdf.set_font("noto", style, size)
        top = box.y + (box.height - step * len(lines)) / 2
        for number, text in enumerate(lines):
            self._pdf.set_xy(box.x + PAD_MM, top + number * step)
            self._pdf.cell(box.width - 2 * PAD_MM, step, text, align=align)


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, mm."""

    x: float
    y: float
    width: float
    height: float


class Grid:
    """A table as wide as the page. A merged cell that goes over a page's end says its text again
    on the next; a row taller than a page goes on there."""

    def __init__(self, pdf: FPDF, writer: Writer, table: Table) -> None:
        self._pdf = pdf
        self._writer = writer
        self._size = SIZES[0] if len(table.widths) <= 7 else SIZES[1]
        scale = pdf.epw / sum(table.widths)
        self._widths = [width * scale for width in table.widths]
        self._head = table.head
        self._head_heights = [self._height(row, bold=True) for row in table.head]
        room = pdf.eph - sum(self._head_heights) - 1
        self._rows = self._cut(table.rows, room)
        self._heights = self._all_heights(room)

    def draw(self) -> None:
        """From where the document stands, over as many pages as it takes."""
        pdf = self._pdf
        head = sum(self._head_heights)
        first = pdf.page_break_trigger - pdf.get_y() - head - 1
        if self._heights and first < min(self._heights[0], pdf.eph / 3):
            pdf.add_page(same=True)
            first = pdf.page_break_trigger - pdf.get_y() - head - 1
        starts = page_starts(self._rows, self._heights, first, pdf.eph - head - 1)
        for begin, end in zip([0, *starts], [*starts, len(self._rows)], strict=True):
            if begin:
                pdf.add_page(same=True)
            self._page(begin, end)

    def _page(self, begin: int, end: int) -> None:
        pdf = self._pdf
        y = pdf.get_y()
        for row, height in zip(self._head, self._head_heights, strict=True):
            self._row(row, y, [height], shaded=True)
            y += height
        for number in range(begin, end):
            heights = self._heights[number:end]
            row = self._rows[number] if number > begin else self._continued(begin)
            self._row(row, y, heights)
            y += self._heights[number]
        pdf.set_xy(pdf.l_margin, y)

    def _continued(self, begin: int) -> Row:
        """The first row of a page, with what is merged into it from the page before."""
        out: list[Cell | None] = list(self._rows[begin])
        for at, cell in enumerate(out):
            above = begin
            while cell is None and above > 0:
                above -= 1
                cell = self._rows[above][at]
            if cell is not None and out[at] is None and above + cell.rows > begin > above:
                left = above + cell.rows - begin
                out[at] = Cell(
                    text=cell.text, align=cell.align, bold=cell.bold, rows=left, cols=cell.cols
                )
        return tuple(out)

    def _row(self, row: Row, y: float, heights: Sequence[float], shaded: bool = False) -> None:
        """Draws a row's cells; `heights` are those of this row and the following on the page."""
        x = self._pdf.l_margin
        for at, cell in enumerate(row):
            if cell is not None:
                wide = sum(self._widths[at : at + cell.cols])
                self._cell(cell, Box(x, y, wide, sum(heights[: cell.rows])), shaded)
            x += self._widths[at]

    def _cell(self, cell: Cell, box: Box, shaded: bool) -> None:
        pdf = self._pdf
        pdf.set_draw_color(110)
        pdf.set_line_width(0.15)
        pdf.set_fill_color(*GREY)
        pdf.rect(box.x, box.y, box.width, box.height, style="DF" if shaded else "D")
        if cell.text:
            style = "B" if cell.bold else ""
            lines = self._lines(cell, box.width, style)
            self._writer.lines(lines, box, self._size, style, ALIGN[cell.align])

    def _lines(self, cell: Cell, width: float, style: str) -> list[str]:
        measure = self._writer.measure(self._size, style)
        return wrap(plain(cell.text), width - 2 * PAD_MM, measure)

    def _needed(self, cell: Cell, at: int, bold: bool = False) -> float:
        width = sum(self._widths[at : at + cell.cols])
        lines = self._lines(cell, width, "B" if cell.bold or bold else "")
        return len(lines) * CELL_LINE * self._size + 2 * PAD_MM

    def _height(self, row: Row, bold: bool = False) -> float:
        cells = [(at, cell) for at, cell in enumerate(row) if cell is not None and cell.rows == 1]
        return max((self._needed(cell, at, bold) for at, cell in cells), default=6.0)

    def _all_heights(self, room: float) -> list[float]:
        """Heights of rows; those a merged cell spans grow until its text has room."""
        heights = [self._height(row) for row in self._rows]
        for number, row in enumerate(self._rows):
            for at, cell in enumerate(row):
                if cell is not None and cell.rows > 1:
                    span = range(number, number + cell.rows)
                    short = self._needed(cell, at) - sum(heights[i] for i in span)
                    for i in span if short > 0 else ():
                        heights[i] = min(heights[i] + short / cell.rows, room)
        return heights

    def _cut(self, rows: Sequence[Row], room: float) -> list[Row]:
        """The rows, those taller than a page cut into several."""
        out: list[Row] = []
        for row in rows:
            most = int((room - 2 * PAD_MM) / (CELL_LINE * self._size))
            if self._height(row) <= room or any(cell and cell.rows > 1 for cell in row):
                out.append(row)
                continue
            parts = [self._parts(cell, at, most) for at, cell in enumerate(row)]
            count = max(len(part) for part in parts)
            out += [
                tuple(part[n] if n < len(part) else Cell() for part in parts) for n in range(count)
            ]
        return out

    def _parts(self, cell: Cell | None, at: int, most: int) -> list[Cell | None]:
        if cell is None:
            return [None]
        width = sum(self._widths[at : at + cell.cols])
        lines = self._lines(cell, width, "B" if cell.bold else "")
        return [
            Cell(text="\n".join(lines[n : n + most]), align=cell.align, bold=cell.bold)
            for n in range(0, len(lines), most)
        ]
