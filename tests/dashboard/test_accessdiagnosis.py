"""`cityops doctor` on access: the key, the people, and nothing made by looking."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from dashboard.accessdiagnosis import examine_access
from dashboard.cli import main
from dashboard.config import Config, load_config


def config(folder: Path, **more: object) -> Config:
    return load_config(env={}, overrides={"city": "meixian", "data_dir": folder, **more})


def levels(folder: Path, **more: object) -> list[tuple[str, str]]:
    found = list(examine_access(config(folder, **more)))
    assert all(bool(one.advice) == (one.level != "ok") for one in found), found
    return [(one.check, one.level) for one in found]


def test_before_and_after_the_installation(tmp_path: Path) -> None:
    assert levels(tmp_path) == [("access.key", "warn")]
    assert list(tmp_path.iterdir()) == []  # looking makes nothing
    env = {"CITYOPS_CITY": "meixian", "CITYOPS_DATA_DIR": str(tmp_path)}

    def run(*words: str) -> None:
        done = CliRunner().invoke(main, list(words), env=env)
        assert done.exit_code == 0, done.output

    run("init", "--admin", "root1")
    assert levels(tmp_path) == [("access.key", "ok"), ("access.people", "warn")]
    run("user", "add", "wu", "--roles", "auditor")
    assert levels(tmp_path) == [("access.key", "ok"), ("access.people", "ok")]
    assert levels(tmp_path, access="open")[0] == ("access", "warn")
    run("user", "disable", "wu")
    assert levels(tmp_path)[1] == ("access.people", "warn")
    (tmp_path / "secrets.key").chmod(0o644)
    assert levels(tmp_path) == [("access.key", "error")]


def test_a_database_that_is_away_is_a_finding(tmp_path: Path) -> None:
    env = {"CITYOPS_CITY": "meixian", "CITYOPS_DATA_DIR": str(tmp_path)}
    CliRunner().invoke(main, ["init", "--admin", "root1"], env=env)
    url = "postgresql://nobody@127.0.0.1:1/none"
    assert levels(tmp_path, ledger_url=url)[1] == ("access.people", "error")
