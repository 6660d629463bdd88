"""`cityops ingest`, `measures`, `reconcile` as a user types them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from dashboard.cli import main
from tests.town import DAY, MONDAY, life


class Desk:
    """A person at a shell with a data directory of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str, ok: bool = True) -> Result:
        arguments = [*words, "--city", "meixian", "--data-dir", str(self.folder)]
        result = CliRunner().invoke(main, arguments)
        assert (result.exit_code == 0) == ok, result.output
        return result

    def json(self, *words: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run(*words, "--json").stdout)
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    file = tmp_path / "week.jsonl.gz"
    lives = [life(f"C{n:02}", MONDAY + n * DAY // 5, district="441403") for n in range(35)]
    bodies = [one.body for each in lives for one in each]
    file.write_bytes(gzip.compress(b"\n".join([*bodies, b"{broken"])))
    desk = Desk(tmp_path)
    done = desk.json("ingest", str(file))[str(file)]
    assert done == {
        "read": 281,
        "accepted": 280,
        "unchanged": 0,
        "rejected": 1,
        "skipped": 0,
        "reasons": [[281, done["reasons"][0][1]]],  # type: ignore[index]
    }
    return desk


def test_a_year_in_json_has_every_part_of_every_figure(desk: Desk) -> None:
    told = desk.json("measures", "--year", "2026")
    assert told["window"] == {"from": "2026-01-01", "to": "2026-12-31"}
    rate = told["measures"]["cases.closure_rate"]  # type: ignore[index]
    assert rate == {
        "value": 1.0,
        "num": 35,
        "den": 35,
        "state": "live",
        "variant": "filed",
        "attribution": rate["attribution"],
        "scale": 1,
    }


def test_a_breakdown_names_its_members(desk: Desk) -> None:
    by = desk.json("measures", "--year", "2026", "--by", "category")["by"]
    part = by["category"]["E0102"]  # type: ignore[index]
    assert part["name"] == "暴露垃圾"
    assert part["measures"]["cases.reported"]["value"] == 35
    days = desk.json("measures", "--from", "2026-01-05", "--to", "2026-01-11", "--by", "day")
    assert len(days["by"]["day"]) >= 7  # type: ignore[index]


def test_as_of_cuts_the_window(desk: Desk) -> None:
    words = ("measures", "--day", "2026-01-05", "--as-of", "2026-01-05T05:00:00+08:00")
    told = desk.json(*words)
    assert told["measures"]["cases.reported"]["value"] == 2  # type: ignore[index]
    assert told["as_of"] == "2026-01-05T05:00:00.000+08:00"


def test_people_read_percent_and_a_dash_for_nothing(desk: Desk) -> None:
    shown = desk.run("measures", "--day", "2026-01-05").output
    assert "100.00%  5 / 5" in shown
    assert "—" in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("measures",), "三者选一"),
        (("measures", "--year", "2026", "--day", "2026-01-05"), "三者选一"),
        (("measures", "--from", "2026-01-05"), "同时给出"),
        (("measures", "--from", "2026-01-05", "--to", "2026-01-04"), "早于"),
        (("measures", "--day", "5 Jan"), "YYYY-MM-DD"),
        (("measures", "--year", "2026", "--as-of", "noon"), "RFC 3339"),
        (("measures", "--year", "2026", "--by", "weather"), "weather"),
    ],
)
def test_a_wrong_window_is_refused_in_words(desk: Desk, words: tuple[str, ...], told: str) -> None:
    assert told in desk.run(*words, ok=False).output


def test_reconcile_is_silent_about_nothing_and_loud_about_one(desk: Desk) -> None:
    assert "不符 0 处" in desk.run("reconcile", "--year", "2026").output
    engine = create_engine(f"sqlite:///{desk.folder / 'meixian.db'}")
    with engine.begin() as connection:
        connection.execute(text("update tally set n = n + 1 where dim = 1 and day = 20458"))
    engine.dispose()
    told = desk.run("reconcile", "--year", "2026", ok=False)
    assert told.exit_code == 1 and "district 441403 2026-01-05" in told.output
    assert "不符 0 处" in desk.run("reconcile", "--year", "2026", "--rebuild").output
    assert "不符 0 处" in desk.run("reconcile", "--year", "2026").output


def test_the_ledger_of_another_city_is_refused(desk: Desk) -> None:
    url = f"sqlite:///{desk.folder / 'meixian.db'}"
    words = ["measures", "--year", "2026", "--city", "yueyang", "--ledger-url", url]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 1 and "belongs to meixian, not to yueyang" in told.output
