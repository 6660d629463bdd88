"""Migrations make the tables the code expects, and a foreign or newer ledger is refused."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from dashboard.ledger import Ledger, LedgerError
from dashboard.ledger.migrate import upgrade, version
from dashboard.ledger.schema import SCHEMA_VERSION, metadata
from tests.town import RULES, life


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
