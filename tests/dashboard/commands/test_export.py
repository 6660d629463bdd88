"""`cityops export cases` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.ledger import Ledger
from tests.town import DAY, MONDAY, life

CITY = load_profile("meixian")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/meixian.db", CITY.rules, CITY.id)
    codes = [CITY.districts[n % 2].code for n in range(10)]
    lives = [life(f"C{n}", MONDAY + n * DAY, district=code) for n, code in enumerate(codes)]
    ledger.apply([one for each in lives for one in each])
    ledger.close()
    return tmp_path


def export(folder: Path, *words: str) -> Result:
    place = ("--city", "meixian", "--data-dir", str(folder))
    return CliRunner().invoke(main, ["export", "cases", *place, *words])


def exported(folder: Path, *words: str) -> list[str]:
    out = folder / "list.csv"
    result = export(folder, *words, "--out", str(out))
    assert result.exit_code == 0, result.output
    lines = out.read_text("utf-8-sig").splitlines()[1:]
    assert f"{len(lines):,} 件 → {out}" in result.output
    return [line.split(",")[0] for line in lines]


def test_days_and_districts_by_name_or_code(folder: Path) -> None:
    week = ("--from", "2026-01-05", "--to", "2026-01-11")
    assert exported(folder, *week) == [f"C{n}" for n in range(7)]
    first = CITY.districts[0]
    for named in (first.name, first.code):
        assert exported(folder, *week, "--district", named) == ["C0", "C2", "C4", "C6"]
    assert exported(folder, "--year", "2026", "--channel", "12319热线") == []
    assert exported(folder, "--day", "2026-01-06", "--by", "closed") == ["C1"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--year", "2026", "--district", "无此区"), "--district 无此区：没有这个区；有 "),
        (("--from", "2026-01-05"), "--from 与 --to 须同时给出"),
        (("--from", "2026-01-05", "--to", "2026-01-01"), "早于"),
        ((), "三者选一"),
        (("--year", "2026", "--by", "due"), "'due' is not one of"),
    ],
)
def test_what_cannot_be_meant_is_said(folder: Path, words: tuple[str, ...], told: str) -> None:
    result = export(folder, *words, "--out", str(folder / "list.csv"))
    assert result.exit_code == 2 and told in result.output
    assert not (folder / "list.csv").exists()


@pytest.mark.parametrize(
    ("out", "told"), [("list.pdf", "应为 .csv 或 .xlsx"), ("nowhere/list.csv", "不能写")]
)
def test_a_place_that_cannot_be_is_said(folder: Path, out: str, told: str) -> None:
    result = export(folder, "--year", "2026", "--out", str(folder / out))
    assert result.exit_code == 1 and told in result.output
