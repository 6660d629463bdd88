"""What the commands of access share 访问控制命令: the database, who runs the command, passwords."""

from __future__ import annotations

import os
import pwd
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from dashboard.access.passwords import WeakPassword, check_new, random_password
from dashboard.access.roles import BadRoles
from dashboard.access.trail import Entry
from dashboard.config import Config
from dashboard.ledger import LedgerError
from dashboard.ledger.database import Database


@contextmanager
def opened(config: Config) -> Iterator[Database]:
    """The database of the accounts; what is wrong with it ends the command in one line."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(config.ledger_url)
    try:
        yield database
    except (LedgerError, BadRoles) as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()


def entry(action: str, subject: str = "", **detail: Any) -> Entry:
    """A line of the audit log by whoever runs this command on this machine."""
    return Entry(now(), who(), action, subject, detail, "local")


def who() -> str:
    """The operating system's user, behind sudo too."""
    name = os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    return f"cli:{name}"


def now() -> int:
    """Epoch ms."""
    return time.time_ns() // 1_000_000


def first_password(user: str, from_stdin: bool) -> tuple[str, bool]:
    """A password for a first sign-in and whether it was made here: read from standard input, never
    from the command line, or else a random one."""
    if not from_stdin:
        return random_password(), True
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        check_new(password, user)
    except WeakPassword as error:
        raise click.ClickException(str(error)) from error
    return password, False


def tell_password(user: str, password: str, made: bool) -> None:
    """Shows a made password, this once."""
    if made:
        click.echo(f"{user} 的一次性口令（只显示这一次，首次登录须更改）：{password}")
