"""Migrations make the tables the code expects, and a foreign or newer ledger is refused."""

from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from dashboard.cases import WIDTH, as_dict
from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger.migrate import upgrade, version
from dashboard.ledger.reading import record
from dashboard.ledger.schema import SCHEMA_VERSION, metadata
from tests.town import MONDAY, RULES, event, life


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    server = request.getfixturevalue("postgres_server")
    return str(server.create_database()).replace("postgresql:", "postgresql+psycopg:")


def test_migrating_an_empty_database_makes_what_the_code_declares(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "head")
        assert version(connection) == SCHEMA_VERSION
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, metadata)
    engine.dispose()
    assert differences == []
    ledger = Ledger.open(url, RULES, "qingshi")
    assert ledger.apply(life()).seq == 1
    ledger.close()


def test_opening_stamps_a_new_ledger_and_accepts_it_again(url: str) -> None:
    for _ in range(2):
        ledger = Ledger.open(url, RULES, "qingshi")
        with ledger.engine.connect() as connection:
            assert version(connection) == SCHEMA_VERSION
        ledger.close()


def test_a_newer_ledger_and_somebody_elses_table_are_refused(url: str) -> None:
    Ledger.open(url, RULES, "qingshi").close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(LedgerError, match="9999 is newer"):
        Ledger.open(url, RULES, "qingshi")
    with engine.begin() as connection:
        connection.execute(text("drop table alembic_version"))
    with pytest.raises(LedgerError, match="did not make"):
        Ledger.open(url, RULES, "qingshi")
    engine.dispose()


def test_a_ledger_from_before_the_grid_keeps_its_places(url: str) -> None:
    """0001 → 0002: what events said becomes their own, and where the case counts stays."""
    engine = create_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        for key, value in (("city", "qingshi"), ("seq", "7"), ("rules", RULES.version)):
            statement = text("insert into meta values (:key, :value)")
            connection.execute(statement, {"key": key, "value": value})
        revs = msgspec.msgpack.encode([3] * (WIDTH - 1))
        old = {"id": "A1", "revs": revs, "reported_at": MONDAY, "district": "101", "lon": 113.5}
        old |= {"lat": 34.7, "conflicts": 0, "stage": 1}
        names = ", ".join(old)
        marks = ", ".join(f":{name}" for name in old)
        connection.execute(text(f"insert into cases ({names}) values ({marks})"), old)
    engine.dispose()
    ledger = Ledger.open(url, RULES, "qingshi")
    found = as_dict("A1", record(ledger, "A1") or [])
    assert (found["district"], found["own_district"], found["lon"]) == ("101", "101", 113.5)
    assert found["datum"] is None
    applied = ledger.apply([event("A1", 4, MONDAY, lon=113.6, lat=34.8, datum="gcj02")])
    assert applied.seq == 8
    moved = as_dict("A1", applied.changes[0][2])
    assert moved["own_lon"] == 113.6 and moved["lon"] < 113.6 and moved["district"] == "101"
    ledger.close()
    again = Ledger.open(url, RULES, "qingshi")
    assert as_dict("A1", record(again, "A1") or []) == moved
    again.close()
