"""Alembic's environment; run through ``mediamill.db.migrate``, which hands it a connection."""

from alembic import context

from mediamill.db.tables import metadata

# Each migration commits by itself, so that none holds locks for those behind it, and one may leave its transaction
# (``op.get_context().autocommit_block()``) for what Postgres refuses in one, as
# it does CREATE INDEX CONCURRENTLY.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
