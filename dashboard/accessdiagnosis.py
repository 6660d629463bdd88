"""The examination 体检 of access: the key, who may come in, who watches. Makes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.access.keys import KeyFileError, load_keys
from dashboard.access.roles import NAMES, Role
from dashboard.config import Config
from dashboard.diagnosis import Finding
from dashboard.ledger import LedgerError
from dashboard.ledger.accounts import Account, Accounts
from dashboard.ledger.database import Database
from dashboard.ledger.inspection import CURRENT, look

NEEDED = (
    (Role.ADMIN, "cityops init 或 cityops user add … --roles admin"),
    (Role.AUDITOR, "cityops user add … --roles auditor（三权分立要求有人看审计日志）"),
)


def examine_access(config: Config) -> Iterator[Finding]:
    """All findings for one configuration; never raises for what it examines."""
    if config.access == "open":
        advice = "只为开发与测试；正式环境用 required"
        yield Finding("access", "warn", "access = open：本机免登录看墙", advice)
    if not config.key_file.exists():
        text = f"还没有主密钥 {config.key_file}"
        yield Finding("access.key", "warn", text, "运行 cityops init；没有它 cityops serve 不启动")
        return
    try:
        load_keys(config.key_file)
    except KeyFileError as error:
        yield Finding("access.key", "error", str(error), "见 docs/security.md")
        return
    yield Finding("access.key", "ok", f"主密钥 {config.key_file}，只有属主能读")
    try:
        people = _people(config)
    except LedgerError as error:
        yield Finding("access.people", "error", str(error), "墙面不受影响；检查台账数据库")
        return
    yield from judge_people(people)


def judge_people(people: list[Account]) -> Iterator[Finding]:
    """Somebody runs the system, somebody else watches."""
    active = [one for one in people if one.disabled_at is None]
    missing = [(role, how) for role, how in NEEDED if not any(role in a.roles for a in active)]
    for role, how in missing:
        yield Finding("access.people", "warn", f"没有{NAMES[role]}账号", how)
    if not missing:
        second = sum(bool(one.totp_word) for one in active)
        text = f"{len(active)} 个账号可用，{second} 个启用了动态口令"
        yield Finding("access.people", "ok", text)


def _people(config: Config) -> list[Account]:
    if look(config.ledger_url).version != CURRENT:
        return []
    database = Database(config.ledger_url)
    try:
        return Accounts(database).list()
    finally:
        database.close()
