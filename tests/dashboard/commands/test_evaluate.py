"""`cityops evaluate`: 梅县's whole year from simulated events to the printed table; options."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.evaluation.loading import load_form
from dashboard.evaluation.result import decode
from tests.dashboard.evaluation.bridge import FULL, TEXT

GOLDEN = Path(__file__).parents[3] / "examples" / "golden"
VALUES = str(GOLDEN / "meixian-2021.yaml")


FIGURES = """\
figures:
  - id: january
    name: 一月
    source: {measure: cases.reported, window: 01-01..01-31}
  - id: later
    name: 其余
    source: {measure: cases.reported, window: 02-01..12-31}
  - id: phones
    name: 电话
    unit: 起
    source: {measure: cases.reported, by: channel, member: hotline_12319}
  - id: nobody
    name: 无人
    source: {measure: cases.reported, by: channel, member: nobody}
  - id: due
    name: 应结
    unit: "%"
    source: {measure: cases.on_time_closure_rate, variant: due}
  - id: filed
    name: 立案
    unit: "%"
    source: {measure: cases.on_time_closure_rate, variant: filed}
"""


def cityops(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture(scope="module")
def meixian(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options of a ledger with 梅县's simulated 2021: 13,966 cases."""
    folder = tmp_path_factory.mktemp("meixian")
    year = str(folder / "2021.jsonl.gz")
    where = ["--city", "meixian", "--data-dir", str(folder / "data")]
    assert (
        cityops("simulate", "year", "--city", "meixian", "--year", "2021", "--out", year).exit_code
        == 0
    )
    done = cityops("ingest", year, *where)
    assert done.exit_code == 0, done.output
    return where


def test_a_year_of_events_prints_the_figures_of_the_document(meixian: list[str]) -> None:
    done = cityops("evaluate", "meixian-2021", "--values", VALUES, *meixian, "--json")
    assert done.exit_code == 0, done.output
    result = decode(done.stdout.encode())
    figures = {figure.id: figure.actual for figure in result.figures}
    texts = {id: actual.text for id, actual in figures.items() if actual.origin == "measured"}
    assert texts == {
        "reported": "13966起",
        "filed": "13199起",
        "closed": "13199起",
        "closure_rate": "100.00%",
        "closed_on_time": "12699起",
        "on_time_rate": "96.21%",
    }
    evidence = figures["on_time_rate"].evidence
    assert evidence is not None
    assert (evidence.num, evidence.den, evidence.variant) == (12_699, 13_199, "closed")
    assert (evidence.first, evidence.last) == ("2021-01-01", "2021-12-31")
    assert evidence.as_of == result.as_of
    prints = {getattr(evidence, name) for name in ("definition", "tally", "cursor")}
    assert len(prints) == 3 and all(len(one) == 16 for one in prints)
    assert [f.kind for f in result.findings] == [
        "two_places",
        "direction",
        "relation.closed_all",
        "other_year",
        "evidence",
        "blank",
    ]


def test_a_month_and_one_channel_are_asked_for_by_the_form(
    meixian: list[str], tmp_path: Path
) -> None:
    own = TEXT.replace("figures:\n", FIGURES)
    (tmp_path / "bridge.yaml").write_text(own, "utf-8")
    words = [
        "evaluate",
        "bridge",
        "--forms-dir",
        str(tmp_path),
        "--year",
        "2021",
        *meixian,
        "--json",
    ]
    done = cityops(*words)
    assert done.exit_code == 0, done.output
    actual = {figure.id: figure.actual for figure in decode(done.stdout.encode()).figures}
    months = [actual[id].number for id in ("january", "later")]
    assert None not in months and sum(n for n in months if n is not None) == 13_966
    assert actual["phones"].text == "412起"
    assert actual["nobody"].text == "—" and actual["nobody"].number is None
    variants = [one.evidence.variant for one in (actual["due"], actual["filed"]) if one.evidence]
    assert variants == ["due", "filed"]


def test_the_table_as_text(meixian: list[str]) -> None:
    done = cityops("evaluate", "meixian-2021", "--values", VALUES, *meixian)
    assert "梅县区住房和城乡建设局项目绩效自评表" in done.stdout
    assert "勾稽：2 处矛盾，4 处提示" in done.stdout and "处理：" in done.stdout


def test_check_ends_with_1_where_something_is_contradicted(tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_text(TEXT, "utf-8")
    head = "form: bridge\nyear: 2021\n"
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    fine = FULL.replace("share: 100", "share: 90")
    good.write_text(head + fine, "utf-8")
    bad.write_text(head + fine + "overrides: {faults: {score: 0, reason: 抽查}}\n", "utf-8")
    where = ["--forms-dir", str(tmp_path), "--data-dir", str(tmp_path / "data"), "--check"]
    assert cityops("evaluate", "bridge", "--values", str(good), *where).exit_code == 0
    done = cityops("evaluate", "bridge", "--values", str(bad), *where)
    assert done.exit_code == 1 and "故障率：按目标已达标却未得满分" in done.stdout


def test_list_and_schema() -> None:
    listed = cityops("evaluate", "--list").stdout
    assert len(listed.splitlines()) == 8 and "zhengzhou-2021" in listed
    schema = json.loads(cityops("evaluate", "--schema").stdout)
    assert schema["$ref"] == "#/$defs/Form" and {"Indicator", "Values"} <= set(schema["$defs"])
    assert set(load_form("meixian-2021").__struct_fields__) == set(
        schema["$defs"]["Form"]["properties"]
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "要评价哪张表"),
        (["zhengzhou-2012"], "是否 zhengzhou-202"),
        (["meixian-2021"], "加 --city meixian"),
        (["zhengzhou-2021", "--year", "2022"], "三处不一致"),
        (["standard-self-evaluation"], "须用 --year 给出"),
        (["zhengzhou-2021", "--out", "x.doc"], "应为 .xlsx、.docx、.pdf、.csv 之一"),
        (["zhengzhou-2021", "--values", VALUES], "form = meixian-2021：应为 zhengzhou-2021"),
    ],
)
def test_what_cannot_be_evaluated_is_told(words: list[str], told: str, tmp_path: Path) -> None:
    done = cityops("evaluate", *words, "--data-dir", str(tmp_path))
    assert done.exit_code != 0 and told in done.stderr, done.output
    assert not list(tmp_path.iterdir())


def test_without_a_ledger_nothing_is_made_and_nothing_is_known(tmp_path: Path) -> None:
    where = ["--city", "meixian", "--data-dir", str(tmp_path / "none")]
    done = cityops("evaluate", "meixian-2021", *where, "--json")
    states = {figure.id: figure.state for figure in decode(done.stdout.encode()).figures}
    assert states["reported"] == "nodata" and not (tmp_path / "none").exists()
