"""`cityops evaluate … --out F`: the file is written by its extension, or the reason is said."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main

VALUES = Path(__file__).parents[3] / "examples" / "golden" / "zhengzhou-2021.yaml"


def evaluate(folder: Path, out: Path) -> Result:
    words = ["evaluate", "zhengzhou-2021", "--city", "zhengzhou", "--values", str(VALUES)]
    arguments = [*words, "--data-dir", str(folder), "--out", str(out), "--json"]
    return CliRunner().invoke(main, arguments)


def test_a_form_is_written_as_a_file(tmp_path: Path) -> None:
    result = evaluate(tmp_path, tmp_path / "自评表.xlsx")
    assert result.exit_code == 0, result.output
    sheet = openpyxl.load_workbook(tmp_path / "自评表.xlsx")["评价表"]
    total = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "总计")
    assert json.loads(result.stdout)["total"]["score"] in total[3:]


def test_a_pdf_keeps_its_outlines_in_the_data_folder(tmp_path: Path) -> None:
    result = evaluate(tmp_path, tmp_path / "自评表.pdf")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "自评表.pdf").read_bytes().startswith(b"%PDF-")
    assert len(list((tmp_path / "fonts").glob("noto-sans-sc-*.ttf"))) == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [("自评表.xls", ".xls：应为 .xlsx、.docx、.pdf、.csv 之一"), ("无/自评表.csv", "不能写")],
)
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, told: str) -> None:
    result = evaluate(tmp_path, tmp_path / name)
    assert result.exit_code == 1 and told in result.output
    assert not (tmp_path / name).exists()
