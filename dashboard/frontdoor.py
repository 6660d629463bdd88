"""Puts access together 访问控制的总装: settings in; doors, sign-in, the look of its pages out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.access.keys import KeyFileError, Keys, load_keys
from dashboard.access.pages import Look
from dashboard.access.peers import read_networks
from dashboard.config import Config, ConfigError
from dashboard.doors import Doors, House
from dashboard.ledger.database import Database
from dashboard.oidc import Oidc, Provider
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
    oidc: Oidc | None = None


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
        collector=config.audit_syslog,
    )
    doors = Doors(keys, database, signing, house, now)
    return FrontDoor(doors, signing, database, _provider(config, keys, now))


def _provider(config: Config, keys: Keys | None, now: Callable[[], int]) -> Oidc | None:
    """The city's identity provider, where one is named. Raises `ConfigError`."""
    if not config.oidc_issuer or keys is None:
        return None
    for name in ("oidc_client_id", "oidc_client_secret"):
        if not getattr(config, name):
            raise ConfigError(name, None, "设了 oidc_issuer 就要填")
    id, secret = config.oidc_client_id, config.oidc_client_secret
    return Oidc(Provider(config.oidc_issuer, id, secret, config.oidc_claim), keys, now)


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
    styles, icon = [statics.url(name) for name in STYLES], statics.url("favicon.svg")
    return Look(city, styles, icon, hint, "用统一身份认证登录" if config.oidc_issuer else "")


__all__ = ["FrontDoor", "KeyFileError", "look_of", "open_front_door", "require_keys"]
