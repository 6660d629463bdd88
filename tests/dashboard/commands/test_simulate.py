import gzip
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.commands.simulate import run_live
from dashboard.sources.simulator import LiveTown

NOON = 1_767_585_600_000
CITYOPS = [sys.executable, "-m", "dashboard.cli"]


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


def simulate(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["simulate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_year_goes_to_a_file_with_the_same_bytes_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl.gz"
    for file in (first, second):
        simulate("year", "--city", "meixian", "--year", "2021", "--out", str(file))
    assert first.read_bytes() == second.read_bytes()
    lines = gzip.decompress(first.read_bytes()).splitlines()
    assert len({orjson.loads(line)["case"] for line in lines}) == 13966
    assert sorted(tmp_path.iterdir()) == [first, second]


def test_the_parts_of_a_year_can_be_chosen() -> None:
    asked = ["--city", "yueyang", "--year", "2020", "--what"]
    calls = [orjson.loads(line) for line in simulate("year", *asked, "calls").splitlines()]
    assert {event["type"] for event in calls} == {"call"}
    assert len({event["call"] for event in calls}) == 9744
    result = CliRunner().invoke(main, ["simulate", "year", *asked, "platform"])
    assert result.exit_code == 1 and "[years.2020.platform]" in result.output


def test_another_seed_is_another_year(tmp_path: Path) -> None:
    out = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for seed, file in enumerate(out, 1):
        arguments = ["--year", "2021", "--seed", str(seed), "--out", str(file)]
        simulate("year", "--city", "meixian", *arguments)
    assert out[0].read_bytes() != out[1].read_bytes()


def test_history_ends_now() -> None:
    asked = ["--city", "meixian", "--days", "2"]
    events = [
        orjson.loads(line) for line in simulate("history", *asked, "--what", "cases").splitlines()
    ]
    assert len(events) > 20
    city = load_profile("meixian")
    days = {city.day(event["at"]) for event in events}
    assert len(days) <= 3
    whole = [orjson.loads(line) for line in simulate("history", *asked).splitlines()]
    assert {event["type"] for event in whole} >= {"case", "probe"}


def test_live_runs_for_the_seconds_asked() -> None:
    clock, written = Clock(), []
    town = LiveTown(load_profile("meixian"), 1, 20.0, flat=True)
    run_live(town, written.extend, 30.0, clock, clock.sleep)
    assert clock.now == NOON + 30_000
    assert 450 < len(written) < 750
    assert all(orjson.loads(line)["at"] <= clock.now for line in written)


def test_live_prints_lines() -> None:
    asked = ["--city", "meixian", "--rate", "200", "--seconds", "0.5", "--flat"]
    out = simulate("live", *asked, "--what", "cases")
    assert {orjson.loads(line)["type"] for line in out.splitlines()} == {"case"}
    result = CliRunner().invoke(main, ["simulate", "live", "--what", "cases,call"])
    assert result.exit_code == 2 and "'call'" in result.output


def test_a_reader_that_stops_listening_ends_it_quietly() -> None:
    command = [*CITYOPS, "simulate", "year", "--city", "meixian", "--year", "2021"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert b"Traceback" not in child.stderr.read()
        assert child.wait(60) == 0


def test_contradicting_totals_and_bad_targets_are_said_plainly(tmp_path: Path) -> None:
    profile = tmp_path / "town.toml"
    profile.write_text(
        'id = "town"\ncode = "990100"\nname = "青石镇"\n[[districts]]\ncode = "1"\nname = "东街"\n'
        '[years.2021]\nsource = "x"\n[years.2021.published]\nreported = 9\n'
        "[years.2021.channels]\ncollector = 10\n",
        "utf-8",
    )
    arguments = ["simulate", "year", "--profile", str(profile), "--year", "2021"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1 and "reported 9" in result.output
    nowhere = str(tmp_path / "none" / "x.jsonl")
    result = CliRunner().invoke(main, ["simulate", "history", "--days", "1", "--out", nowhere])
    assert result.exit_code == 1 and nowhere in result.output


@pytest.mark.parametrize("option", [["--rate", "0"], ["--seed", "-1"], ["--seconds", "-1"]])
def test_impossible_options_are_refused(option: list[str]) -> None:
    assert CliRunner().invoke(main, ["simulate", "live", *option]).exit_code == 2
