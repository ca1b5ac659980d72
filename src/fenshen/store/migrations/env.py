"""What alembic runs first: it migrates the engine that ``store/migrate.py`` hands over."""

from alembic import context

from fenshen.store.tables import metadata

with context.config.attributes["engine"].begin() as connection:
    # One transaction of ours around all migrations: either the tables are the newest, or they are as before.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
