"""Alembic's entry: the connection is given by `elearning.database`, never by an ini file."""

from alembic import context

from elearning.database import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
