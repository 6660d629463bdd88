"""`cityops init | user | screen | token | audit` and what `serve` refuses, as a user types them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from dashboard.access.keys import load_keys
from dashboard.access.walltoken import screen_of
from dashboard.cli import main
from dashboard.config import ConfigError, load_config


class Shell:
    """A terminal with this folder's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"CITYOPS_CITY": "meixian", "CITYOPS_DATA_DIR": str(folder)}

    def run(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, list(words), input=typed, env=self.env)

    def good(self, *words: str, typed: str = "") -> str:
        done = self.run(*words, typed=typed)
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_init_makes_the_key_and_the_first_administrator_once(shell: Shell) -> None:
    said = shell.good("init", typed="Root1\n")
    assert re.search(r"root1 的一次性口令.*：\w{5}-\w{5}-\w{5}", said)
    key = shell.folder / "secrets.key"
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_text()
    assert "系统管理员已有" in shell.good("init")
    assert key.read_text() == before
    assert "须改口令" in shell.good("user", "list")


def test_people_are_added_changed_and_locked_out(shell: Shell) -> None:
    shell.good("init", "--admin", "root1")
    said = shell.good("user", "add", "wang", "--roles", "operator,reviewer", "--areas", "441403001")
    assert "业务、复核" in said
    for words, why in (
        (("add", "wang", "--roles", "viewer"), "已有账号"),
        (("add", "li", "--roles", "admin,operator"), "三权分立"),
        (("add", "li", "--roles", "boss"), "boss"),
        (("add", "李", "--roles", "viewer"), "用户名"),
        (("add", "li", "--roles", "viewer", "--areas", "999"), "没有区 999"),
        (("disable", "nobody"), "没有账号"),
        (("roles", "wang"), "--roles 或 --areas"),
    ):
        done = shell.run("user", *words)
        assert done.exit_code == 1 and why in done.output, done.output
    weak = shell.run("user", "passwd", "wang", "--password-stdin", typed="short\n")
    assert weak.exit_code == 1 and "10–128" in weak.output
    shell.good("user", "passwd", "wang", "--password-stdin", typed="Long-enough-2026\n")
    shell.good("user", "roles", "wang", "--roles", "viewer", "--areas", "")
    shell.good("user", "disable", "wang")
    row = next(line for line in shell.good("user", "list").splitlines() if "wang" in line)
    assert row.split("\t")[2:5] == ["查看", "全市", "停用"]
    shell.good("user", "enable", "wang")
    shell.good("user", "add", "sso", "--roles", "viewer", "--external")


def test_screens_and_tokens(shell: Shell) -> None:
    refused = shell.run("screen", "add", "大厅")
    assert refused.exit_code == 1 and "cityops init" in refused.output
    shell.good("init", "--admin", "root1")
    link = shell.good("screen", "add", "大厅", "--scenes", "overview", "--bind", "10.1.2.9/24",
                      "--base", "https://wall.gov/")  # fmt: skip
    assert link.startswith("https://wall.gov/wall?token=")
    screen = screen_of(load_keys(shell.folder / "secrets.key"), link.strip().partition("=")[2])
    assert screen and (screen.scenes, screen.bind) == (("overview",), "10.1.2.0/24")
    for words in (
        ("add", "大厅"),
        ("add", "x", "--scenes", "nowhere"),
        ("add", "y", "--bind", "a"),
    ):
        assert shell.run("screen", *words).exit_code == 1
    shell.good("screen", "revoke", "大厅")
    assert "吊销" in shell.good("screen", "list")
    assert shell.run("screen", "revoke", "大厅").exit_code == 1
    token = shell.good("token", "add", "案件系统", "--sent-by", "egov").strip()
    assert re.fullmatch(r"s[0-9a-f]{10}\.[\w-]{43}", token)
    files = b"".join(file.read_bytes() for file in shell.folder.glob("meixian.db*"))
    assert token.partition(".")[2].encode() not in files
    shell.good("token", "revoke", "案件系统")
    assert "吊销" in shell.good("token", "list")


def test_everything_is_in_the_audit_log_and_a_changed_row_is_found(shell: Shell) -> None:
    shell.good("init", "--admin", "root1")
    shell.good("user", "add", "wang", "--roles", "operator")
    shell.good("screen", "add", "大厅")
    exported = shell.good("audit", "export")
    actions = re.findall(r'"action": "([^"]+)"', exported)
    assert actions == ["init", "account.add", "account.add", "screen.add"]
    whole = shell.good("audit", "verify")
    head = whole.split()[-1]
    assert "完好：5 条" in whole and len(head) == 64
    shell.good("audit", "verify", "--head", head)
    assert shell.run("audit", "verify", "--head", "0" * 64).exit_code == 1
    engine = create_engine(f"sqlite:///{shell.folder}/meixian.db")
    with engine.begin() as connection:
        connection.execute(text("drop trigger audit_kept"))
        connection.execute(text("update audit set who = 'cli:nobody' where seq = 2"))
    engine.dispose()
    done = shell.run("audit", "verify")
    assert done.exit_code == 1 and "第 2 条的内容被改过（之前 1 条完好）" in done.output


def test_serve_refuses_without_the_key_and_says_what_to_do(shell: Shell) -> None:
    shell.env["CITYOPS_REDIS_URL"] = "redis://127.0.0.1:1/0"
    done = shell.run("serve")
    assert done.exit_code == 1 and "请先运行 cityops init" in done.output
    shell.good("init", "--admin", "root1")
    (shell.folder / "secrets.key").chmod(0o644)
    done = shell.run("serve")
    assert done.exit_code == 1 and "chmod 600" in done.output


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"access": "open", "host": "0.0.0.0"}, "环回"),
        ({"access": "maybe"}, "required"),
        ({"audit_days": 30}, "180"),
        ({"trusted_proxies": "10.0.0.0/99"}, "网段"),
        ({"proxy_user_header": "X Remote"}, "请求头"),
    ],
)
def test_settings_that_would_weaken_are_refused(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        load_config(env={}, overrides=settings)


def test_no_password_or_key_is_shipped() -> None:
    """Nothing in the packages looks like a credential that was written down."""
    root = Path(__file__).parents[3]
    found = subprocess.run(
        ["git", "grep", "-nE", r"(password|secret|token) *= *[\"'][^\"'{}$ ]{6,}[\"']", "--",
         "dashboard", "layouts", "callbacks", "geo"],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (1, "")
