"""Alembic's environment; run through ``mediamill.db.migrate``, which hands it a connection."""

from alembic import context

from mediamill.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
