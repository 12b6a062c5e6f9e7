"""Alembic's entry: run the migrations on the connection that the caller brought along."""

from alembic import context

from gatelodge.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
