"""Opens a city's ledger with its rules: those of the profile, and the grid it is folded with.

A ledger with cases stays on its grid whatever is imported; `cityops grid reassign` moves it. One
without cases takes the current grid.
"""

from __future__ import annotations

from dataclasses import replace

from dashboard.config import Config
from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger.dialect import BULK_MB, READ_MB
from dashboard.ledger.inspection import look
from dashboard.places import Places
from dashboard.profile import Profile
from dashboard.tally import Rules
from geo.addresses import Addresses
from geo.grid import GridError
from geo.store import GridStore


def open_ledger(
    config: Config,
    profile: Profile,
    *,
    grid: str | None = None,
    new_rules: bool = False,
    reading: bool = False,
    cache_mb: int | None = None,
) -> Ledger:
    """The ledger of the configuration; `grid`: the version to fold with instead of its own;
    `cache_mb`: of a SQLite connection, instead of what reading or a bulk load wants.

    Raises `LedgerError` as `Ledger.open` does, and, unless it is only for `reading`, where the
    ledger's grid is not in the grid store.
    """
    version = grid_of(config) if grid is None else grid
    store = GridStore(config.grid_dir)
    if version and not reading:
        _in_store(store, version)
    rules = with_grid(profile, store, version)
    cache = cache_mb or (READ_MB if reading else BULK_MB)
    return Ledger.open(config.ledger_url, rules, profile.id, new_rules=new_rules, cache_mb=cache)


def grid_of(config: Config) -> str:
    """The grid version that the ledger is folded with, or would begin with; "": none."""
    found = look(config.ledger_url)
    if found.cases:
        return found.grid or ""
    return GridStore(config.grid_dir).current or ""


def _in_store(store: GridStore, version: str) -> None:
    try:
        store.about(version)
    except GridError as error:
        raise LedgerError(
            f"台账按网格 {version} 落格，而{error}：--data-dir 不对，或应从导入网格的机器拷来"
        ) from error


def with_grid(profile: Profile, store: GridStore, version: str) -> Rules:
    """The city's rules with a stored grid, which is read when a record is first settled by it."""
    if not version:
        return profile.rules

    def load() -> Addresses:
        return Addresses(store.load(version))

    return replace(profile.rules, places=Places(version, load, profile.datums))
