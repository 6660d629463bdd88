"""Backups across versions: an earlier program's is brought up to date, sessions stay behind."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from sqlalchemy import create_engine, inspect, select, text

from dashboard.backup.container import Backup, packing
from dashboard.backup.saving import check, restore, save
from dashboard.backup.tables import FOLDER
from dashboard.city import load_profile
from dashboard.config import Config, load_config
from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger.accessschema import accounts, sessions, tries
from dashboard.ledger.digest import digest
from dashboard.ledger.dump import MOMENTARY
from dashboard.ledger.inspection import CURRENT, look
from dashboard.ledger.migrate import upgrade
from tests.town import HOUR, MONDAY, life

CITY = load_profile("meixian")
BEFORE = "0012"
"""The first version that had accounts and screens."""


def machine(folder: Path) -> Config:
    return load_config(None, {}, {"city": "meixian", "data_dir": str(folder)})


def lived_in(config: Config) -> Ledger:
    """Cases, somebody with an account who is signed in, somebody who mistyped."""
    config.data_dir.mkdir(parents=True)
    ledger = Ledger.open(config.ledger_url, CITY.rules, CITY.id)
    for i in range(20):
        ledger.apply(life(f"A{i}", MONDAY + i * HOUR, category="E0102"))
    person = {"user": "lin", "name": "林", "roles": "viewer", "areas": "", "password": "hash"}
    person |= {"former": "", "must_change": 0, "totp_word": "", "totp_last": 0, "created_at": 1}
    there = {"id": "session-of-lin", "user": "lin", "stage": "full", "opened_at": 1, "seen_at": 1}
    with ledger.engine.begin() as connection:
        connection.execute(accounts.insert().values(person))
        connection.execute(sessions.insert().values({**there, "address": "", "agent": ""}))
        told = {"id": "t1", "user": "lin", "address": "10.0.0.1", "at": 1}
        connection.execute(tries.insert().values(told))
    return ledger


def written_by(version: str, new: Path, old: Path) -> None:
    """The backup an earlier program would have made of the same city: its tables and columns, and
    the sessions, which it took along."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        upgrade(connection, version)
        found = inspect(connection)
        shape = {
            name: [column["name"] for column in found.get_columns(name)]
            for name in found.get_table_names()
        }
    engine.dispose()
    backup = Backup(new)
    with packing(old) as pack:
        for name in backup.manifest.parts:
            table = name.removeprefix(FOLDER).removesuffix(".parquet")
            if not name.startswith(FOLDER) or table not in shape:
                continue
            with backup.open(name) as source:
                rows = pq.read_table(pa.PythonFile(source, "r"))
            rows = rows.select([one for one in rows.column_names if one in shape[table]])
            _write(pack, name, rows)
        row = {"id": "session-of-lin", "user": "lin", "stage": "full", "opened_at": 1,
               "seen_at": 1, "address": "", "agent": ""}  # fmt: skip
        _write(pack, f"{FOLDER}sessions.parquet", pa.Table.from_pylist([row]))
        told = msgspec.structs.replace(backup.manifest, schema=version, parts=pack.parts)
        pack.finish(told)
    backup.close()


def _write(pack: object, name: str, rows: pa.Table) -> None:
    with pack.part(name) as part:  # type: ignore[attr-defined]
        pq.write_table(rows, pa.PythonFile(part, "w"))
    pack.count(name, rows.num_rows)  # type: ignore[attr-defined]


def test_who_is_signed_in_is_not_in_a_backup_and_does_not_come_back(tmp_path: Path) -> None:
    home, away = machine(tmp_path / "home"), machine(tmp_path / "away")
    ledger = lived_in(home)
    save(home, ledger, tmp_path / "city.zip", 1)
    ledger.close()
    backup = Backup(tmp_path / "city.zip")
    assert [one for one in MOMENTARY if f"{FOLDER}{one}.parquet" in backup.manifest.parts] == []
    restore(away, backup, "meixian")
    other = Ledger.open(away.ledger_url, CITY.rules, CITY.id)
    with other.engine.connect() as connection:
        assert connection.scalars(select(accounts.c.user)).all() == ["lin"]
        assert connection.scalars(select(sessions.c.id)).all() == []
        assert connection.scalars(select(tries.c.id)).all() == []
    other.close()


def test_a_backup_of_an_earlier_version_is_restored_and_brought_up_to_date(tmp_path: Path) -> None:
    home, away = machine(tmp_path / "home"), machine(tmp_path / "away")
    ledger = lived_in(home)
    figures = digest(ledger)
    save(home, ledger, tmp_path / "new.zip", 1)
    ledger.close()
    written_by(BEFORE, tmp_path / "new.zip", tmp_path / "old.zip")
    old = Backup(tmp_path / "old.zip")
    assert (old.manifest.schema, check(old)) == (BEFORE, [])
    restore(away, old, "meixian")
    assert look(away.ledger_url).version == CURRENT
    other = Ledger.open(away.ledger_url, CITY.rules, CITY.id)
    assert digest(other) == figures
    with other.engine.connect() as connection:
        assert connection.scalars(select(accounts.c.user)).all() == ["lin"]
        assert connection.scalars(select(sessions.c.id)).all() == []
    other.close()


def test_going_back_the_earlier_program_refuses_the_new_ledger_and_takes_its_own_backup(
    tmp_path: Path,
) -> None:
    """What docs/deployment.md says of rolling back, played with this program as the earlier one."""
    home, away = machine(tmp_path / "home"), machine(tmp_path / "away")
    ledger = lived_in(home)
    figures = digest(ledger)
    save(home, ledger, tmp_path / "before.zip", 1)
    with ledger.engine.begin() as connection:  # the next version has migrated it
        connection.execute(text("alter table cases add column tomorrow text"))
        connection.execute(text("update alembic_version set version_num = '9999'"))
    ledger.close()
    with pytest.raises(LedgerError, match="9999 is newer"):
        Ledger.open(home.ledger_url, CITY.rules, CITY.id)
    Path(home.ledger_url.removeprefix("sqlite:///")).rename(tmp_path / "evidence.db")
    restore(away, Backup(tmp_path / "before.zip"), "meixian")
    other = Ledger.open(away.ledger_url, CITY.rules, CITY.id)
    assert digest(other) == figures
    other.close()
    told = msgspec.structs.replace(Backup(tmp_path / "before.zip").manifest, schema="9999")
    assert told.schema > CURRENT  # and a backup of the next version is refused as well
    with packing(tmp_path / "after.zip") as pack:
        pack.finish(msgspec.structs.replace(told, parts=pack.parts))
    with pytest.raises(LedgerError, match="先升级"):
        restore(machine(tmp_path / "third"), Backup(tmp_path / "after.zip"), "meixian")
