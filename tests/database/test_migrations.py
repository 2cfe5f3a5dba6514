"""The schema's history: one line, up and down with the rows in place, and at its end what the models say."""

import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Engine, inspect, text

from elearning import database
from elearning.core.db import WRITES
from elearning.core.errors import DatabaseNotReady
from elearning.database import metadata
from elearning.settings import ROOT
from tests.database.conftest import NewEngine
from tests.database.rows import contents, fill

HISTORY = ScriptDirectory(str(ROOT / "migrations"))
REVISIONS = list(HISTORY.walk_revisions())
PERMANENT = [
    "audit_entry",
    "certificate",
    "certificate_detail",
    "completion",
    "completion_detail",
    "discussion",
    "discussion_claim",
    "discussion_detail",
    "follow_up",
    "follow_up_response",
    "headcount",
    "module_version",
]


def triggers(engine: Engine) -> dict[str, set[str]]:
    """The events each table has a trigger for."""
    statement = "SELECT tbl_name, upper(sql) FROM sqlite_master WHERE type = 'trigger'"
    if engine.dialect.name == "postgresql":
        statement = (
            "SELECT relname, upper(pg_get_triggerdef(t.oid)) FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal"
        )
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for table, definition in connection.execute(text(statement)):
            head = definition.partition(" ON ")[0]
            events = {
                event
                for event in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
                if event in re.split("BEFORE|AFTER", head)[1]
            }
            found.setdefault(table, set()).update(events)
    return found


def functions(engine: Engine) -> list[str]:
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")))


def indexes(engine: Engine) -> dict[str, str]:
    """How each index is written, conditions included."""
    statement = "SELECT name, sql AS definition FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    if engine.dialect.name == "postgresql":
        statement = (
            "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename <> 'alembic_version'"
        )
        statement += " AND schemaname = 'public'"
    with engine.connect() as connection:
        return {row.name: row.definition for row in connection.execute(text(statement))}


def test_history_is_one_line() -> None:
    assert HISTORY.get_heads() == [database.newest_revision()]
    assert all(isinstance(revision.down_revision, str | None) for revision in REVISIONS)


def test_an_empty_database_comes_up_with_every_table_and_guard(new_engine: NewEngine) -> None:
    engine = new_engine()

    database.upgrade(engine)

    assert database.revision_of(engine) == database.newest_revision()
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    guarded = triggers(engine)
    wholly = {"UPDATE", "DELETE", "INSERT" if engine.dialect.name == "sqlite" else "TRUNCATE"}
    for table in PERMANENT:
        assert guarded[table] >= wholly, table
    for table in ("attempt", "response", "requirement"):
        assert guarded[table] >= {"UPDATE", "DELETE"}, table


def test_coming_up_twice_changes_nothing(new_engine: NewEngine) -> None:
    engine = new_engine()
    database.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        fill(connection)
        before = contents(connection)

    database.upgrade(engine)

    with engine.connect() as connection:
        assert contents(connection) == before


def test_going_down_to_nothing_leaves_nothing(new_engine: NewEngine) -> None:
    engine = new_engine()
    database.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        fill(connection)

    database.downgrade(engine, "base")

    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert triggers(engine) == {}
    assert functions(engine) == []


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda revision: revision.revision)
def test_a_step_down_and_up_again_keeps_the_rows(new_engine: NewEngine, revision: Script) -> None:
    """From the newest schema to the one before this revision and back: what both schemas hold is still there."""
    engine = new_engine()
    database.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        fill(connection)
        before = contents(connection)
    guarded = triggers(engine)

    database.downgrade(engine, str(revision.down_revision or "base"))
    kept = [table for table in inspect(engine).get_table_names() if table in before]
    database.upgrade(engine)

    with engine.connect() as connection:
        assert contents(connection, *kept) == {table: before[table] for table in kept} if kept else True
    assert triggers(engine) == guarded
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if not kept:
            fill(connection)  # everything is new again, and takes everything


def test_the_newest_schema_is_what_the_models_say(new_engine: NewEngine) -> None:
    migrated, made = new_engine(), new_engine()
    database.upgrade(migrated)
    with made.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        metadata.create_all(connection)

    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
    # Alembic compares neither the checks nor the names of keys.
    ours, theirs = inspect(migrated), inspect(made)
    for table in metadata.tables:
        for read in ("get_check_constraints", "get_pk_constraint", "get_foreign_keys", "get_unique_constraints"):
            assert _sorted(getattr(ours, read)(table)) == _sorted(getattr(theirs, read)(table)), (table, read)
    assert indexes(migrated) == indexes(made)


def _sorted(found: object) -> object:
    if not isinstance(found, list):
        return found
    # SQLite forgets the name of a foreign key that came with a column added later.
    return sorted(({**each, "name": None} if "referred_table" in each else each for each in found), key=str)


def test_a_database_of_a_newer_program_is_left_alone(new_engine: NewEngine) -> None:
    engine = new_engine()
    database.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseNotReady, match="revision 9999, which this program does not know"):
        database.upgrade(engine)
    with pytest.raises(DatabaseNotReady, match="install the program that made it"):
        database.check_schema(engine)


def test_a_database_of_an_older_program_is_upgraded_first(new_engine: NewEngine) -> None:
    engine = new_engine()
    database.upgrade(engine)
    database.downgrade(engine, "-1")
    with pytest.raises(DatabaseNotReady, match="run `elearning db upgrade`"):
        database.check_schema(engine)


def test_an_empty_database_is_not_ready(new_engine: NewEngine) -> None:
    with pytest.raises(DatabaseNotReady, match="elearning db upgrade"):
        database.check_schema(new_engine())
