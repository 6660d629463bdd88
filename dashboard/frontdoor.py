"""Puts access together 访问控制的总装: settings in; doors, sign-in, the look of its pages out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.access.keys import KeyFileError, Keys, load_keys
from dashboard.access.pages import Look
from dashboard.access.peers import read_networks
from dashboard.config import Config
from dashboard.doors import Doors, House
from dashboard.ledger.database import Database
from dashboard.signing import MINUTE, Signing, Timeouts
from dashboard.statics import Statics
from layouts.theme import FONT_SHEET

STYLES = (FONT_SHEET, "tokens.css", "access/access.css")


@dataclass(frozen=True)
class FrontDoor:
    """What the web process needs; `signing` is None only where everything is open."""

    doors: Doors
    signing: Signing | None
    database: Database


def open_front_door(config: Config, now: Callable[[], int]) -> FrontDoor:
    """Access as configured. Raises `KeyFileError` where `cityops init` was not run: only
    `access = "open"` goes without, and then nobody can sign in."""
    keys = require_keys(config)
    database = Database(config.ledger_url)
    timeouts = Timeouts(config.session_idle_min * MINUTE, config.session_max_h * 60 * MINUTE)
    signing = None if keys is None else Signing(keys, database, timeouts, now)
    house = House(
        open=config.access == "open",
        trusted=read_networks(config.trusted_proxies),
        proxy_user=config.proxy_user_header.lower(),
        audit_days=config.audit_days,
    )
    return FrontDoor(Doors(keys, database, signing, house, now), signing, database)


def require_keys(config: Config) -> Keys | None:
    """The keys; None without a key file where `access = "open"`. Raises `KeyFileError`."""
    if config.access == "open" and not config.key_file.exists():
        return None
    return load_keys(config.key_file)


def look_of(config: Config, city: str, statics: Statics) -> Look:
    """The look of the pages of access."""
    hint = ""
    if config.demo:
        hint = "演示：看墙请打开终端里打印的网址；演示账号和本次的口令也印在那里。"
    return Look(city, [statics.url(name) for name in STYLES], statics.url("favicon.svg"), hint)


__all__ = ["FrontDoor", "KeyFileError", "look_of", "open_front_door", "require_keys"]
