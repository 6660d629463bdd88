"""Alembic's entry: migrates over the connection that `dashboard.ledger.migrate` hands in."""

from alembic import context

from dashboard.ledger.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
