"""The examination: every finding has a level, and whatever is wrong comes with advice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.bus import Server
from dashboard.city import load_profile
from dashboard.cli import main
from dashboard.config import Config, load_config
from dashboard.diagnosis import (
    Finding,
    examine_assets,
    examine_ledger,
    examine_packages,
    examine_redis,
    examine_replay,
    judge_clock,
    judge_disk,
    judge_memory,
    judge_version,
)
from dashboard.ledger import Ledger
from dashboard.ledger.database import Database
from dashboard.ledger.minutes import Minute, Minutes
from tests.servers import RedisServer, free_port

MEIXIAN = load_profile("meixian")
GB = 1 << 30


def config(folder: Path, **settings: str) -> Config:
    env = {f"CITYOPS_{name.upper()}": value for name, value in settings.items()}
    return load_config(env={"CITYOPS_CITY": "meixian", "CITYOPS_DATA_DIR": str(folder), **env})


def levels(findings: list[Finding]) -> dict[str, str]:
    assert all(bool(finding.advice) == (finding.level != "ok") for finding in findings), findings
    return {finding.check: finding.level for finding in findings}


def server(version: str = "7.0.15", used: int = 10, limit: int = 100) -> Server:
    return Server(version, clock_ms=0, used_bytes=used << 20, limit_bytes=limit << 20)


# Redis -------------------------------------------------------------------------------------------


def test_a_well_kept_redis(make_redis: Callable[..., RedisServer], tmp_path: Path) -> None:
    redis = make_redis(maxmemory="64mb")
    clock = redis.client().time()[0] * 1000
    found = examine_redis(config(tmp_path, redis_url=redis.url), MEIXIAN, lambda: clock)
    assert set(levels(list(found)).values()) == {"ok"}


def test_a_redis_that_forgets_evicts_and_lives_in_another_time(
    make_redis: Callable[..., RedisServer], tmp_path: Path
) -> None:
    redis = make_redis(appendonly="no", maxmemory_policy="allkeys-lru")
    found = list(examine_redis(config(tmp_path, redis_url=redis.url), MEIXIAN, lambda: 0))
    assert levels(found)["redis.settings"] == "error"
    assert levels(found)["clock"] == "error"
    assert levels(found)["redis.memory"] == "warn"
    told = " ".join(finding.text for finding in found)
    assert "appendonly = no" in told and "allkeys-lru" in told


def test_a_redis_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"redis://:geheim@127.0.0.1:{free_port()}/0"
    (found,) = examine_redis(config(tmp_path, redis_url=url), MEIXIAN, lambda: 0)
    assert (found.check, found.level) == ("redis", "error")
    assert "127.0.0.1" in found.text and "geheim" not in found.text + found.advice


def test_no_redis_is_only_a_warning(tmp_path: Path) -> None:
    (found,) = examine_redis(config(tmp_path), MEIXIAN, lambda: 0)
    assert (found.check, found.level) == ("redis", "warn")


def test_versions_memory_and_clocks_are_judged() -> None:
    assert [judge_version(server(v)).level for v in ("4.0.14", "5.0", "9.1.2", "?")] == [
        "error",
        "ok",
        "ok",
        "ok",
    ]
    assert [judge_memory(server(used=u)).level for u in (10, 80, 81)] == ["ok", "ok", "warn"]
    ahead = (0, 2_000, -2_001, 300_000, 300_001, -300_001)
    expected = ["ok", "ok", "warn", "warn", "error", "error"]
    assert [judge_clock(ms).level for ms in ahead] == expected
    assert "慢 2.0 秒" in judge_clock(-2_001).text


# Ledger ------------------------------------------------------------------------------------------


def test_looking_does_not_make_a_ledger(tmp_path: Path) -> None:
    (found,) = examine_ledger(config(tmp_path / "new"), MEIXIAN)
    assert found.level == "ok" and "自动建立" in found.text
    assert not (tmp_path / "new").exists()


def test_a_ledger_is_of_this_schema_and_of_this_city(tmp_path: Path) -> None:
    settings = config(tmp_path)
    Ledger.open(settings.ledger_url, MEIXIAN.rules, "meixian").close()
    (found,) = examine_ledger(settings, MEIXIAN)
    assert found.level == "ok"
    stranger = examine_ledger(settings, load_profile("nanyang"))
    assert [finding.level for finding in stranger] == ["ok", "error"]


def test_how_much_replay_takes_is_told_and_nothing_is_made_for_it(tmp_path: Path) -> None:
    settings = config(tmp_path)
    assert list(examine_replay(settings)) == [] and not list(tmp_path.iterdir())
    Ledger.open(settings.ledger_url, MEIXIAN.rules, "meixian").close()
    (found,) = examine_replay(settings)
    assert "还没有记录" in found.text
    minutes = Minutes(Database(settings.ledger_url))
    for n in range(3):
        assert minutes.keep(Minute(600 + n, 600 + n, 0, 9_000, bytes(900), bytes(100)), 0)
    (found,) = examine_replay(settings)
    assert found == Finding("replay", "ok", "回放 3 分钟，0.0 MB，每天约 1.4 MB，留 7 天")
    (off,) = examine_replay(config(tmp_path, replay_days="0"))
    assert "replay_days = 0" in off.text


@pytest.mark.parametrize(("version", "level"), [("9999", "error"), ("0000", "warn")])
def test_other_schemas_are_told(tmp_path: Path, version: str, level: str) -> None:
    settings = config(tmp_path)
    ledger = Ledger.open(settings.ledger_url, MEIXIAN.rules, "meixian")
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql(f"update alembic_version set version_num = '{version}'")
    ledger.close()
    (found,) = examine_ledger(settings, MEIXIAN)
    assert found.level == level and found.advice


def test_a_real_postgresql_is_reached_and_a_missing_one_told(
    postgres_url: str, tmp_path: Path
) -> None:
    (found,) = examine_ledger(config(tmp_path, ledger_url=postgres_url), MEIXIAN)
    assert found.level == "ok" and "自动建立" in found.text
    url = f"postgresql://wall:geheim@127.0.0.1:{free_port()}/wall"
    (missing,) = examine_ledger(config(tmp_path, ledger_url=url), MEIXIAN)
    assert missing.level == "error" and "geheim" not in missing.text


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "meixian.db").write_text("not a database, just some text" * 100)
    (found,) = examine_ledger(config(tmp_path), MEIXIAN)
    assert found.level == "error"


# Installation ------------------------------------------------------------------------------------


def test_a_stranger_s_package_of_the_same_name_is_an_error() -> None:
    owners = {"dashboard": ["cityops-wall"], "geo": ["cityops-wall", "geo"], "dash": ["dash"]}
    (found,) = examine_packages(owners)
    assert found.level == "error" and "pip uninstall geo" in found.advice
    (well,) = examine_packages({"geo": ["cityops-wall"]})
    assert well.level == "ok"


def test_disk_levels() -> None:
    assert [judge_disk(Path("/"), free).level for free in (6 * GB, 4 * GB, GB // 2)] == [
        "ok",
        "warn",
        "error",
    ]


def test_missing_assets_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "tokens.css").touch()
    found = examine_assets(tmp_path)
    assert found.level == "error" and "live.js" in found.text
    (tmp_path / "live.js").touch()
    assert "woff2" in examine_assets(tmp_path).text
    (tmp_path / "fonts" / "one.woff2").touch()
    assert examine_assets(tmp_path).level == "ok"


# The command -------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    monkeypatch.chdir(tmp_path)

    def invoke(*words: str, **settings: str) -> tuple[int, str]:
        env = {f"CITYOPS_{name.upper()}": value for name, value in settings.items()}
        result = CliRunner().invoke(main, ["doctor", *words], env=env)
        return result.exit_code, result.output

    return invoke


def test_the_command_is_content_with_a_fresh_checkout(run: Callable[..., tuple[int, str]]) -> None:
    status, output = run()
    assert status == 0, output
    assert "✓ config" in output and "郑州市" in output


def test_the_command_fails_with_advice_when_redis_is_away(
    run: Callable[..., tuple[int, str]],
) -> None:
    status, output = run("--json", redis_url=f"redis://127.0.0.1:{free_port()}")
    report = json.loads(output)
    assert (status, report["ok"]) == (1, False)
    wrong = [finding for finding in report["findings"] if finding["level"] == "error"]
    assert [finding["check"] for finding in wrong] == ["redis"] and wrong[0]["advice"]


def test_a_bad_setting_and_a_bad_profile_are_findings_too(
    run: Callable[..., tuple[int, str]],
) -> None:
    status, output = run(port="none")
    assert status == 1 and "✕ config" in output and "port" in output
    status, output = run(city="atlantis")
    assert status == 1 and "✕ profile" in output
