"""docs/security.md says what the policy does: its table of roles is read and compared."""

from __future__ import annotations

import re
from pathlib import Path

from dashboard.access import passwords
from dashboard.access.policy import ACTIONS, ANYBODY, METRICS, OWN
from dashboard.access.roles import NAMES, Role
from dashboard.access.trail import LEAST_DAYS
from dashboard.config import load_config
from dashboard.ledger.sessions import TRIES, TRIES_MS

PAGE = (Path(__file__).parents[1] / "docs" / "security.md").read_text("utf-8")


def test_the_table_of_roles_is_the_policy() -> None:
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ")]
    head = next(row for row in rows if row[0].strip() == "操作")
    by_name = {name: role for role, name in NAMES.items()}
    columns = [by_name[cell.strip()] for cell in head[1:]]
    told = {
        row[0].strip(): {role for role, cell in zip(columns, row[1:], strict=True) if cell.strip()}
        for row in rows
        if len(row) == len(head) and row is not head
    }
    real = {
        action.name: set(action.roles)
        for key, action in ACTIONS.items()
        if key not in (ANYBODY, OWN) and Role.SENDER not in action.roles
    }
    real[ACTIONS[METRICS].name] -= {Role.MONITOR}  # a program, told below the table
    assert told == real


def test_the_numbers_are_the_programs() -> None:
    config = load_config(env={})
    for text in (
        f"{passwords.SHORTEST}–{passwords.LONGEST} 字符",
        f"最近 {passwords.REMEMBERED} 次",
        f"{TRIES_MS // 60_000} 分钟内 {TRIES} 次",
        f"闲置 {config.session_idle_min} 分钟、最长 {config.session_max_h} 小时",
        f"缺省 {config.audit_days}，至少 {LEAST_DAYS}",
    ):
        assert text in PAGE, text
    assert re.search(r"64 MB，3 轮", PAGE)
