"""`cityops platform` and `cityops probe`, from the command line to the figures and the frame."""

from __future__ import annotations

import datetime
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from dashboard.bus import Bus
from dashboard.cli import main
from dashboard.eventkinds import OtherEvent, read_event
from tests.dashboard.platformtown import TEXT, profile
from tests.servers import RedisServer, wait_until

DAY = datetime.timedelta(days=1)


class Desk:
    """Runs commands for the town in a folder."""

    def __init__(self, folder: Path, more: str = "") -> None:
        profile(folder, more)
        self.folder = folder
        self.environment = {
            "CITYOPS_PROFILE": str(folder / "qingshi.toml"),
            "CITYOPS_DATA_DIR": str(folder),
            "CITYOPS_LEDGER_URL": f"sqlite:///{folder}/l.db",
        }

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, [*words], env=self.environment)

    def figures(self, day: str) -> dict[str, float | None]:
        result = self.run("measures", "--from", day, "--to", day, "--json")
        assert result.exit_code == 0, result.output
        found = json.loads(result.output)["measures"]
        return {id: one["value"] for id, one in found.items()}


def test_a_correction_changes_the_figure_and_is_listed_with_who_and_why(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    day = (datetime.date.today() - 3 * DAY).isoformat()
    said = ["--from", f"{day} 08:00", "--why", "依据运维日报", "--who", "王工", "--direct"]
    for component in ("case-system", "database"):
        whole = ["--from", f"{day} 00:00", "--to", f"{day} 23:59:59.999", "--state", "up"]
        result = desk.run("platform", "correct", "--component", component, *whole, *said[2:])
        assert result.exit_code == 0, result.output
    assert desk.figures(day)["platform.normal_days"] == 1
    down = ["--component", "database", "--to", f"{day} 09:00", "--state", "down"]
    result = desk.run("platform", "correct", *down, *said)
    number = result.output.split()[-1]
    figures = desk.figures(day)
    assert figures["platform.normal_days"] == 0 and figures["platform.mttr"] == 3600
    listed = json.loads(desk.run("platform", "list", "--kind", "correction", "--json").output)
    mine = next(one for one in listed if one["number"] == number)
    assert (mine["who"], mine["why"], mine["state"]) == ("王工", "依据运维日报", "down")
    assert mine["made_at"] > mine["to"]
    undone = ["--number", number, "--why", "录错", "--who", "李工", "--direct"]
    assert desk.run("platform", "withdraw", *undone).exit_code == 0
    assert desk.figures(day)["platform.normal_days"] == 1
    assert "void=True" in desk.run("platform", "list").output


def test_outages_maintenance_and_tickets_are_entered_and_completed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    day = (datetime.date.today() - 3 * DAY).isoformat()
    opened = ["--component", "database", "--from", f"{day} 08:00", "--cause", "磁盘写满"]
    assert desk.run("platform", "outage", "--number", "O1", *opened, "--direct").exit_code == 0
    end = ["--number", "O1", "--to", f"{day} 08:20", "--direct"]
    assert desk.run("platform", "outage", *end).exit_code == 0
    window = ["--component", "*", "--from", f"{day} 20:00", "--to", f"{day} 21:00"]
    assert desk.run("platform", "maintenance", *window, "--approved", "--direct").exit_code == 0
    ticket = ["--component", "database", "--opened", f"{day} 08:01", "--responded", f"{day} 08:09"]
    done = ["--restored", f"{day} 08:20", "--direct"]
    assert desk.run("platform", "ticket", "--number", "T1", *ticket, *done).exit_code == 0
    figures = desk.figures(day)
    assert figures["platform.outages"] == 1 and figures["platform.mttr"] == 1200
    assert figures["platform.maintenance_time"] == 3600
    assert figures["platform.maintenance_timeliness"] == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--component", "oven", "--to", "2026-01-01 09:00"], "档案中有 case-system"),
        (["--component", "database", "--to", "2026-01-01 07:00"], "not after"),
        (["--component", "database", "--to", "2036-01-01 07:00"], "已经过去"),
        (["--component", "database", "--to", "soon"], "应为时间"),
    ],
)
def test_a_wrong_correction_is_refused_and_nothing_written(
    tmp_path: Path, words: list[str], message: str
) -> None:
    said = ["--from", "2026-01-01 08:00", "--state", "up", "--why", "x", "--who", "y", "--direct"]
    result = Desk(tmp_path).run("platform", "correct", *words, *said)
    assert result.exit_code != 0 and message in result.output
    assert not (tmp_path / "l.db").exists()


def test_a_correction_goes_through_the_stream(tmp_path: Path, redis_server: RedisServer) -> None:
    desk = Desk(tmp_path)
    desk.environment["CITYOPS_REDIS_URL"] = redis_server.url
    said = ["--from", "2026-01-01 08:00", "--to", "2026-01-01 09:00", "--why", "x", "--who", "y"]
    result = desk.run("platform", "correct", "--component", "gis", "--state", "up", *said)
    assert result.exit_code == 0, result.output
    bus = Bus(redis_server.url, "qingshi")
    ((_, body),) = bus.read("0-0", 10)
    event = read_event(body, 1_900_000_000_000)
    assert isinstance(event, OtherEvent) and event.kind == "correction"
    bus.close()


def test_probing_goes_on_while_redis_is_away_and_nothing_is_lost(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        more = f'\n[[platform.components]]\nid = "port"\nname = "端口"\nprobe = "tcp://127.0.0.1:{port}"\n'
        desk = Desk(tmp_path, more + "every_s = 1\n")
        assert TEXT in (tmp_path / "qingshi.toml").read_text("utf-8")
        once = desk.run("probe", "--once")
        assert once.exit_code == 0 and "端口（port）：正常" in once.output
        environment = {**os.environ, **desk.environment, "CITYOPS_REDIS_URL": redis_server.url}
        program = [sys.executable, "-m", "dashboard.cli", "probe"]
        with (tmp_path / "probe.log").open("wb") as log:
            probing = subprocess.Popen(program, env=environment, stderr=log, stdout=log)
        try:
            wait_until(lambda: len(seen(redis_server)) >= 2, 30)
            redis_server.kill()
            first = len(probed(tmp_path))
            wait_until(lambda: len(probed(tmp_path)) >= first + 3, 30)
            redis_server.restart()
            kept = len(probed(tmp_path))
            wait_until(lambda: len(seen(redis_server)) >= kept, 60)
            probing.send_signal(signal.SIGTERM)
            assert probing.wait(15) == 0
        finally:
            probing.kill()
            probing.wait()
    assert desk.run("probe", "--once").exit_code == 1
    times = sorted(orjson.loads(body)["at"] for body in seen(redis_server))
    gaps = [b - a for a, b in zip(sorted({*times}), sorted({*times})[1:], strict=False)]
    assert max(gaps) < 6000, gaps


def seen(server: RedisServer) -> list[bytes]:
    bus = Bus(server.url, "qingshi")
    try:
        return [body for _, body in bus.read("0-0", 1000)]
    finally:
        bus.close()


def probed(folder: Path) -> list[int]:
    """The probes in the outbox, by their block."""
    import sqlite3

    with sqlite3.connect(folder / "qingshi.outbox.db") as database:
        return [row[0] for row in database.execute("select id from blocks")]
