"""`cityops alarms` as an operator runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.alarms.engine import Alarm
from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.ledger import Ledger
from dashboard.ledger.alarms import record

AT = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    city = load_profile("meixian")
    ledger = Ledger.open(f"sqlite:///{tmp_path}/meixian.db", city.rules, city.id)
    lasting = Alarm("lag@1", "lag", "lag", "", "", AT, 70, 95)
    over = Alarm(
        "source:case-system@2", "source:case-system", "source", "case-system", "案件系统",
        AT - 60_000, 2, 12.5, cleared_at=AT,
    )  # fmt: skip
    record(ledger, [lasting, over])
    ledger.close()
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    options = ["--city", "meixian", "--data-dir", str(folder)]
    return CliRunner().invoke(main, ["alarms", arguments[0], *options, *arguments[1:]])


def test_the_log_says_what_was_when(folder: Path) -> None:
    lines = run(folder, "list").output.splitlines()
    assert lines == [
        "lag@1  入账落后  2026-11-21 12:00:00–  最高 1:35  未确认",
        "source:case-system@2  来源断线  案件系统  2026-11-21 11:59:00–2026-11-21 12:00:00"
        "  最高 12.5 个间隔  已解除",
    ]
    (first, _) = json.loads(run(folder, "list", "--json").output)
    assert (first["id"], first["state"], first["peak"]) == ("lag@1", "active", 95)


def test_acknowledging_needs_a_name_and_a_lasting_alarm(folder: Path) -> None:
    assert run(folder, "ack", "lag@1").exit_code == 2
    assert "王敏（值班员）" in run(folder, "ack", "lag@1", "--who", "王敏").output
    assert "王敏（值班员）" in run(folder, "ack", "lag@1", "--who", "李强").output
    again = run(folder, "ack", "source:case-system@2", "--who", "王敏")
    assert again.exit_code == 1 and "没有进行中的告警" in again.output


def test_trying_a_webhook_that_is_not_there() -> None:
    told = CliRunner().invoke(main, ["alarms", "test", "--city", "meixian"])
    assert told.exit_code == 1 and "没有配置 alarm_webhook" in told.output
    told = CliRunner().invoke(
        main, ["alarms", "test", "--city", "meixian", "--alarm-webhook", "http://127.0.0.1:9/"]
    )
    assert told.exit_code == 1 and "没有送达" in told.output
