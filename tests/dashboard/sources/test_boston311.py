"""A foreign city's real cases: what we judge on time is what that city printed, case by case.

The example's sample is always read; the whole half-year too where the data folder is at hand
(CITYOPS_SHARED_DATA, or shared/data beside the checkout).
"""

from __future__ import annotations

import csv
import gzip
import json
import os
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cases import CATEGORY, CHANNEL, CLOSED, DEADLINE, DEPARTMENT, DISTRICT, LAT, LON
from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.counters import BIT, points
from dashboard.ledger import Ledger
from dashboard.ledger.reading import records
from dashboard.sources.mapping import load_mapping

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "boston311"
PROFILE = load_profile(EXAMPLE / "profile.toml")
MAPPING = load_mapping(EXAMPLE / "mapping.toml")
SHARED = Path(os.environ.get("CITYOPS_SHARED_DATA") or ROOT.parent / "shared" / "data")
WHOLE = SHARED / "cases-311-2015h1.csv.gz"


@dataclass(frozen=True)
class Half:
    """A file of cases: how many there are, are closed, have a deadline as well, and are on time."""

    file: Path
    cases: int
    closed: int
    judged: int
    on_time: int


HALVES = [
    Half(EXAMPLE / "sample.csv.gz", 2_000, 1_706, 1_302, 964),
    *([Half(WHOLE, 58_119, 49_126, 37_320, 27_295)] if WHOLE.is_file() else []),
]


@dataclass(frozen=True)
class Imported:
    """A half, the folder its ledger is in, and what the import said."""

    half: Half
    folder: Path
    told: dict[str, Any]

    def printed(self) -> dict[str, dict[str, str]]:
        with gzip.open(self.half.file, "rt", encoding="utf-8", newline="") as text:
            return {row["CASE_ENQUIRY_ID"]: row for row in csv.DictReader(text)}


def run(folder: Path, *arguments: object) -> dict[str, Any]:
    city = ["--profile", EXAMPLE / "profile.toml", "--data-dir", folder, "--json"]
    done = CliRunner().invoke(main, [str(a) for a in [*arguments, *city]])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def import_into(folder: Path, file: Path) -> dict[str, Any]:
    mapping, rejected = EXAMPLE / "mapping.toml", folder / "rejected.csv"
    return run(folder, "import", "cases", file, "--mapping", mapping, "--rejected", rejected)


@pytest.fixture(scope="module", params=HALVES, ids=lambda half: half.file.name)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("boston")
    return Imported(request.param, folder, import_into(folder, request.param.file))


def ledger_of(imported: Imported) -> Ledger:
    file = next(imported.folder.glob("*.db"))
    return Ledger.open(f"sqlite:///{file}", PROFILE.rules, PROFILE.id)


def test_every_case_is_taken_and_every_code_known(imported: Imported) -> None:
    told, cases = imported.told, imported.half.cases
    assert (told["read"], told["accepted"], told["rejected"]) == (cases, cases, 0)
    assert told["unknown_codes"] == {} and told["rejected_file"] is None


def test_on_time_closure_is_the_printed_flag_for_every_case_that_can_be_judged(
    imported: Imported,
) -> None:
    printed, judged, on_time = imported.printed(), 0, 0
    differing = []
    with closing(ledger_of(imported)) as ledger:
        for case, row in records(ledger):
            if row[DEADLINE] is None or row[CLOSED] is None:
                continue
            judged += 1
            ours = any(bit == BIT["closed_on_time_closing"] for _, bit in points(row))
            on_time += ours
            if ours is not (printed[case]["OnTime_Status"] == "ONTIME"):
                differing.append(case)
    assert differing == []
    assert (judged, on_time) == (imported.half.judged, imported.half.on_time)


def test_the_measures_say_the_same(imported: Imported) -> None:
    window = ["--from", "2015-01-01", "--to", "2016-12-31"]
    found = run(imported.folder, "measures", *window)["measures"]
    assert found["cases.reported"]["value"] == imported.half.cases
    assert found["cases.closed"]["value"] == imported.half.closed
    assert found["cases.closed_on_time"]["value"] == imported.half.on_time
    rate = found["cases.closure_rate"]
    assert (rate["num"], rate["den"]) == (imported.half.closed, imported.half.cases)


def test_words_and_places_come_through_the_value_maps(imported: Imported) -> None:
    sources, districts = MAPPING.fields["channel"].values, MAPPING.fields["district"].values
    assert sources is not None and districts is not None
    expected: Counter[tuple[Any, ...]] = Counter()
    for row in imported.printed().values():
        district = districts.get(row["neighborhood"])
        place = (float(row["LONGITUDE"]), float(row["LATITUDE"]))
        words = (sources[row["Source"]], district, row["Department"], row["TYPE"])
        expected[(*words, *place)] += 1
    with closing(ledger_of(imported)) as ledger:
        columns = (CHANNEL, DISTRICT, DEPARTMENT, CATEGORY, LON, LAT)
        found = Counter(tuple(row[c] for c in columns) for _, row in records(ledger))
    assert found == expected


def test_importing_again_changes_nothing_and_the_books_agree(imported: Imported) -> None:
    again = import_into(imported.folder, imported.half.file)
    assert (again["accepted"], again["unchanged"]) == (0, imported.half.cases)
    run(imported.folder, "reconcile", "--year", "2015")
