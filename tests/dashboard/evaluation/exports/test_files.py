"""The four files of a form, opened and read back: tables, types, text, no formula, same bytes."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import msgspec
import openpyxl
import pytest

from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.exports import FORMATS, render, write
from dashboard.evaluation.exports.official import official_table
from dashboard.evaluation.form import Form, MoneyRow
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.result import Item, Result
from dashboard.evaluation.values import Override
from dashboard.exports.wholefile import FileRefused
from tests.dashboard.evaluation.exports.lanterns import FORM, LONG, RESULT

GOLDEN = Path(__file__).parents[4] / "examples" / "golden"
TABLE = official_table(FORM, RESULT)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture(scope="module")
def book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(render(RESULT, FORM, ".xlsx")))


@pytest.fixture(scope="module")
def report() -> Any:
    return docx.Document(io.BytesIO(render(RESULT, FORM, ".docx")))


@pytest.fixture(scope="module")
def pdf_text(fonts: Path) -> str:
    return text_of(render(RESULT, FORM, ".pdf", fonts=fonts))


def text_of(pdf: bytes) -> str:
    """What a reader copies out of a pdf, without line ends and blanks."""
    command = ["pdftotext", "-enc", "UTF-8", "-layout", "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return "".join(done.stdout.decode().split())


# xlsx --------------------------------------------------------------------------------------------


def test_xlsx_has_the_table_the_evidence_the_findings_and_the_money(book: Any) -> None:
    assert book.sheetnames == ["评价表", "依据", "勾稽"]
    assert book["评价表"]["A1"].value == FORM.title


def test_xlsx_cells_are_those_of_the_table_typed_and_merged(book: Any) -> None:
    sheet = book["评价表"]
    top = 7  # the title, two facts, the headings and two rows of the money table
    assert [cell.value for cell in sheet[top]] == [one.title for one in FORM.columns]
    spans = {
        (span.min_row, span.min_col): (span.size["rows"], span.size["columns"])
        for span in sheet.merged_cells.ranges
    }
    for number, row in enumerate(TABLE.rows, top + 1):
        for at, cell in enumerate(row, 1):
            found = sheet.cell(number, at)
            if cell is None:
                assert found.value is None
                continue
            assert found.number_format == cell.format
            if cell.number is None:
                assert found.value == (cell.text or None)
            else:
                assert found.value == pytest.approx(float(cell.number), abs=1e-12)
            assert spans.get((number, at), (1, 1)) == (cell.rows, cell.cols)


def test_xlsx_is_ready_to_print(book: Any) -> None:
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 0), (None, 0))
        assert sheet.print_title_rows and sheet.freeze_panes
    assert book["评价表"].print_title_rows == "$7:$7"
    assert book["评价表"].freeze_panes == "A8"
    widths = {}
    for one in book["评价表"].column_dimensions.values():  # equal neighbours are one entry
        widths.update(dict.fromkeys(range(one.min, one.max + 1), round(one.width - 0.71)))
    assert list(widths.values()) == [one.width for one in FORM.columns]


def test_xlsx_breaks_pages_between_groups_and_after_a_long_money_table(book: Any) -> None:
    def breaks(form: Form, result: Result) -> list[int]:
        sheet = openpyxl.load_workbook(io.BytesIO(render(result, form, ".xlsx")))["评价表"]
        return [one.id for one in sheet.row_breaks.brk]

    assert breaks(FORM, RESULT) == []
    money = FORM.money
    assert money is not None
    rows = tuple(MoneyRow(id=f"r{n}", title=f"第{n}项") for n in range(30))
    form = msgspec.structs.replace(FORM, money=msgspec.structs.replace(money, rows=rows))
    assert breaks(form, RESULT) == [34]  # right above the headings: title, facts, 1 + 30 rows


def test_xlsx_rows_are_high_enough_for_their_text(book: Any) -> None:
    sheet = book["评价表"]
    lines = len(LONG) * 2 / 24
    assert sheet.row_dimensions[8].height > lines * 13
    assert sheet.row_dimensions[9].height < 40


def test_xlsx_evidence_has_numerator_and_denominator(book: Any) -> None:
    rows = {row[1]: row for row in book["依据"].iter_rows(min_row=3, values_only=True)}
    assert rows["亮灯率"][6:8] == (1_205_125, 1_250_000)
    assert rows["亮灯率"][5].splitlines() == [
        *("亮灯率", "亮灯数 ÷ 应亮灯数", "来源：12319热线"),
        "2021-01-01 至 2021-12-31，按办理时间",
        "口径 by_lamp 9f3c",
    ]
    assert rows["亮灯率"][3:5] == ("未达标", "系统测算")
    assert rows["故障率"][9:] == (10, "达标得满分", 0, "+复核时认定未完成（老周，2022-02-01）")
    assert rows["制度健全性"][8] == "制度汇编（阿宁，2022-01-05）\n附件：制度汇编.pdf"
    assert rows["　灯杆"][2] == 4 and rows["案卷数"][2] == 509_566
    findings = [row[1:4] for row in book["勾稽"].iter_rows(min_row=3, values_only=True)]
    assert findings[0] == ("矛盾", "故障率：按目标已达标却未得满分", "评分表“故障率”")


def test_xlsx_has_the_money_in_the_table_or_on_a_sheet_of_its_own(book: Any) -> None:
    inside = [
        [cell for cell in row if cell is not None]
        for row in book["评价表"].iter_rows(min_row=4, max_row=6, values_only=True)
    ]
    assert inside == [
        ["资金情况（单位：万元）", "行次", "合计", "市级"],
        ["预算", "(1)", 98.098],
        ["执行率", 1, "—"],
    ]
    apart = msgspec.structs.replace(FORM, kind="部门评价")
    sheet = openpyxl.load_workbook(io.BytesIO(render(RESULT, apart, ".xlsx")))["资金"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert rows == [("预算", "(1)", 98.098, None), ("执行率", None, 1, "—")]
    assert [sheet.cell(row, 3).number_format for row in (4, 5)] == ["#,##0.0000", "0.00%"]


def test_typed_scores_of_levels_and_the_whole_are_on_the_evidence_sheet() -> None:
    typed = Override(score=Decimal(88), reason="评审会议定", by="老周", at="2022-03-01")
    level = replace(RESULT.levels[0], override=typed)
    total = replace(RESULT.total, override=typed)
    data = render(replace(RESULT, levels=(level,), total=total), FORM, ".xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(data))["依据"].iter_rows(values_only=True))
    assert [row[1] for row in rows[-2:]] == ["过程（得分）", "总分"]
    assert rows[-2][9:] == (30, None, 88, "评审会议定（老周，2022-03-01）")


def test_no_findings_are_said(book: Any) -> None:
    clean = replace(RESULT, findings=())
    sheet = openpyxl.load_workbook(io.BytesIO(render(clean, FORM, ".xlsx")))["勾稽"]
    assert sheet["A3"].value == "未发现矛盾"


def test_xlsx_has_no_formula_whatever_was_typed(book: Any) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    hostile = [c for c in cells if isinstance(c.value, str) and c.value[0] in "=+-@"]
    assert {cell.value for cell in hostile} >= {'=HYPERLINK("http://x")', "@路灯运行维护"}
    assert all(cell.quotePrefix for cell in hostile)


# docx --------------------------------------------------------------------------------------------


def test_docx_drafts_the_report(report: Any) -> None:
    text = [paragraph.text for paragraph in report.paragraphs]
    assert text[0] == FORM.title
    headings = [p.text for p in report.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["一、基本情况", "二、资金情况", "三、评价结论", "四、指标完成情况"]
    assert "2．实际完成率，部分达到目标。" in "".join(text)
    assert "以上数据截至2021年12月31日。" in text


def test_docx_has_the_official_table_with_merged_cells(report: Any) -> None:
    table = next(t for t in report.tables if len(t.columns) == len(FORM.columns))
    assert [cell.text for cell in table.rows[0].cells] == [one.title for one in FORM.columns]
    for number, row in enumerate(TABLE.rows, 1):
        shown = [cell.text for cell in table.rows[number].cells]
        for at, cell in enumerate(row):
            if cell is not None:
                assert shown[at] == cell.text
    assert table.rows[2].cells[1]._tc is table.rows[6].cells[1]._tc  # 产出 over five rows
    properties = table.rows[0]._tr.trPr
    assert properties.find(f"{{{properties.nsmap['w']}}}tblHeader") is not None


def test_docx_total_does_not_stand_alone_on_a_page(report: Any) -> None:
    table = next(t for t in report.tables if len(t.columns) == len(FORM.columns))
    kept = [row.cells[4].paragraphs[0].paragraph_format.keep_with_next for row in table.rows]
    assert kept[-4:] == [True, True, True, False] and not any(kept[:-4])


def test_docx_pages_are_those_of_an_official_document(report: Any) -> None:
    portrait, landscape = report.sections
    assert round(portrait.page_width.mm) == 210 and round(portrait.top_margin.mm) == 37
    assert round(landscape.page_width.mm) == 297 and landscape.orientation == 1
    assert portrait.footer.paragraphs[0].runs


# pdf ---------------------------------------------------------------------------------------------


def test_pdf_text_can_be_read_and_its_fonts_are_embedded(pdf_text: str, fonts: Path) -> None:
    for part in (FORM.title, "四、指标完成情况", "附表1", "亮灯数÷应亮灯数", "1,205,125", LONG[:9]):
        assert "".join(part.split()) in pdf_text, part
    data = render(RESULT, FORM, ".pdf", fonts=fonts)
    listed = subprocess.run(
        ["pdffonts", "-"], input=data, capture_output=True, check=True
    ).stdout.decode()
    rows = listed.splitlines()[2:]
    assert len(rows) == 2 and all("NotoSansSC" in row and "yes yes yes" in row for row in rows)


def test_pdf_repeats_headings_and_merged_levels_on_every_page(fonts: Path) -> None:
    many: list[Item] = [replace(RESULT.items[3], id="rate") for _ in range(60)]
    form = msgspec.structs.replace(FORM, indicators=tuple(FORM.indicators[3] for _ in range(60)))
    data = render(replace(RESULT, items=tuple(many)), form, ".pdf", fonts=fonts)
    info = subprocess.run(["pdfinfo", "-"], input=data, capture_output=True, check=True)
    pages = int(info.stdout.decode().split("Pages:")[1].split()[0])
    seen = 0
    for page in range(1, pages + 1):
        command = ["pdftotext", "-f", str(page), "-l", str(page), "-", "-"]
        text = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
        if "三级指标" in text:
            seen += 1
            assert ("产出" in text and "质量" in text) or "总计" in text
    assert seen >= 3


def test_a_text_longer_than_a_page_goes_on_on_the_next(fonts: Path) -> None:
    item = RESULT.items[0]
    long = replace(item, actual=replace(item.actual, text="长" * 6_000 + "完"))
    data = render(replace(RESULT, items=(long, *RESULT.items[1:])), FORM, ".pdf", fonts=fonts)
    text = text_of(data)
    assert text.count("长") >= 6_000 * 3 and "完" in text


# csv, and all ------------------------------------------------------------------------------------


def test_csv_repeats_merged_cells_and_guards_formulas() -> None:
    data = render(RESULT, FORM, ".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == [one.title for one in FORM.columns]
    assert [row[1] for row in rows[1:8]] == ["过程", *["产出"] * 5, "效益"]
    assert rows[1][11] == '\'=HYPERLINK("http://x")'
    assert rows[2][6:10] == ["≥1250盏", "1,200盏", "19.2", "0.8"]
    assert rows[-2][0] == "总计" and rows[-2][8] == "73.95"


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_result_gives_the_same_bytes(suffix: str, fonts: Path) -> None:
    assert render(RESULT, FORM, suffix, fonts=fonts) == render(RESULT, FORM, suffix, fonts=fonts)
    assert render(replace(RESULT, as_of=0), FORM, suffix, fonts=fonts)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"\.xls：应为 \.xlsx、\.docx、\.pdf、\.csv 之一"):
        write(RESULT, FORM, tmp_path / "a.xls")
    assert list(tmp_path.iterdir()) == []


GOLDEN_FORMS = sorted(file.stem for file in GOLDEN.glob("*.yaml"))
READERS: dict[str, Callable[[bytes], str]] = {
    ".xlsx": lambda data: "".join(
        str(cell)
        for row in openpyxl.load_workbook(io.BytesIO(data))["评价表"].iter_rows(values_only=True)
        for cell in row
    ),
    ".docx": lambda data: "".join([p.text for p in docx.Document(io.BytesIO(data)).paragraphs]),
    ".pdf": text_of,
    ".csv": lambda data: data.decode("utf-8-sig"),
}


@pytest.mark.parametrize("id", GOLDEN_FORMS)
def test_every_official_form_prints_its_total_in_every_file(id: str, fonts: Path) -> None:
    form = load_form(id)
    result = evaluate(form, load_values(GOLDEN / f"{id}.yaml", form))
    for suffix, read in READERS.items():
        text = "".join(read(render(result, form, suffix, fonts=fonts)).split())
        if form.scoring != "none":
            assert result.total.score is not None
            assert f"{result.total.score.normalize():f}" in text, suffix
        for item in result.items:
            assert "".join(item.name.split()).rstrip("。") in text, (suffix, item.name)
