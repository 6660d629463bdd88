"""Who is in the demo 演示的人与屏: one screen, and people whose passwords are new at each start."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from dashboard.access.keys import Keys, load_keys, make_keys
from dashboard.access.passwords import hashed, random_password
from dashboard.access.roles import Role, shown
from dashboard.access.trail import Entry
from dashboard.access.walltoken import Screen, token_of
from dashboard.config import Config
from dashboard.ledger.accounts import Accounts
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Device, Devices

WHO = "demo"
SCREEN = "演示大屏"
PEOPLE = {
    "viewer": ("演示查看", Role.VIEWER),
    "operator": ("演示业务", Role.OPERATOR),
    "reviewer": ("演示复核", Role.REVIEWER),
    "admin": ("演示管理", Role.ADMIN),
    "auditor": ("演示审计", Role.AUDITOR),
}


@dataclass(frozen=True)
class Cast:
    """The screen's token; of each person the account, the role and this time's password."""

    wall: str
    people: list[tuple[str, str, str]]


def keys_of(config: Config) -> Keys | None:
    """The demo's key, made when it is not there yet; None where everything is open."""
    if config.access == "open":
        return None
    file = config.key_file
    return load_keys(file) if file.exists() else make_keys(file)


def cast_of(config: Config, keys: Keys | None) -> Cast | None:
    """Makes who is not there yet, in the demo's own ledger; None without a key."""
    if keys is None:
        return None
    database = Database(config.ledger_url)
    try:
        people = [_person(database, user) for user in PEOPLE]
        return Cast(token_of(keys, _screen(database)), people)
    finally:
        database.close()


def _person(database: Database, user: str) -> tuple[str, str, str]:
    accounts = Accounts(database)
    (name, role), password = PEOPLE[user], random_password()
    if accounts.get(user) is None:
        accounts.add(_entry("account.add", user), name, {role}, (), hashed(password), False)
    else:
        accounts.set_password(_entry("password", user), hashed(password), must_change=False)
    return user, shown({role}), password


def _screen(database: Database) -> Screen:
    devices = Devices(database)
    for one in devices.list("wall"):
        if one.name == SCREEN and one.revoked_at is None:
            return Screen(one.id, one.name)
    screen = Screen(secrets.token_hex(6), SCREEN)
    told = _entry("screen.add", SCREEN)
    devices.add(Device(screen.id, "wall", SCREEN, (), "", "", "", told.at, WHO), told)
    return screen


def _entry(action: str, subject: str) -> Entry:
    return Entry(time.time_ns() // 1_000_000, WHO, action, subject)
