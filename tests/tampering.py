"""Somebody with the database's own password: changes rows past triggers and foreign keys."""

import psycopg
from pysqlite3 import dbapi2 as sqlite

from elearning.core.db import db


def tamper(*statements: str) -> None:
    """Run statements on the test's database with every guard out of the way, and put the guards back."""
    db.session.rollback()
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        connection = sqlite.connect(url.database, isolation_level=None)
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for statement in [f"DROP TRIGGER {name}" for name, _sql in triggers]:
            connection.execute(statement)
        connection.execute("PRAGMA ignore_check_constraints = on")
        for statement in statements:
            connection.execute(statement)
        for _name, sql in triggers:
            connection.execute(sql)
        connection.close()
    else:
        with psycopg.connect(f"host={url.query['host']} user={url.username} dbname={url.database}") as postgres:
            postgres.execute("SET session_replication_role = replica")
            for statement in statements:
                postgres.execute(statement)


def drop_guard(table: str, event: str) -> None:
    """Take one guard away for good: the trigger that refuses this event on a table."""
    db.session.rollback()
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        connection = sqlite.connect(url.database, isolation_level=None)
        connection.execute(f"DROP TRIGGER {table}_no_{event}")
        connection.close()
    else:
        name = f"{table}_no_truncate" if event == "truncate" else f"{table}_no_change"
        with psycopg.connect(f"host={url.query['host']} user={url.username} dbname={url.database}") as postgres:
            postgres.execute(f"DROP TRIGGER {name} ON {table}")
