"""The role that the program runs as on PostgreSQL: it can do all of the work, and undo none of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from elearning import database
from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.certificates.operations import check_guards
from elearning.core.db import WRITES, db
from elearning.doctor import role_advice
from tests.conftest import World, running, settings_for
from tests.journey import pass_module
from tests.postgres import Server

on_postgresql = pytest.mark.parametrize("template", ["postgresql"], indirect=True)
ROLE = 'the "service"'


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def as_role(app: Flask, database_url: str, postgres: Server) -> str:
    """The address of this test's database for a role that was granted what `elearning db grants` prints."""
    with connected(database_url) as owner, owner.begin():
        owner.execute(text("DROP ROLE IF EXISTS " + '"the ""service"""'))
        owner.execute(text("CREATE ROLE " + '"the ""service""" LOGIN'))
        for statement in database.grants(ROLE).splitlines():
            owner.execute(text(statement))
    return database_url.replace("//postgres@", "//the%20%22service%22@")


@on_postgresql
def test_the_role_can_do_the_work_and_undo_none_of_it(
    as_role: str, world: World, sample_library: Library, modules_folder: Path
) -> None:
    with running(create_app(settings_for(as_role, modules_folder), sample_library)) as app:
        pass_module(app.test_client().sign_in(world.amina), world.amina)  # type: ignore[attr-defined]  # see conftest
        assert db.session.execute(text("SELECT count(*) FROM certificate")).scalar_one() == 1
        db.session.rollback()
        assert list(check_guards()) == []
    with connected(as_role) as connection:
        for table in sorted(database.APPENDED):
            for attack in (f"UPDATE {table} SET {_column(connection, table)} = NULL", f"DELETE FROM {table}",
                           f"TRUNCATE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}"):  # fmt: skip
                with pytest.raises(ProgrammingError, match="permission denied|must be owner"):
                    connection.execute(text(attack))
                connection.rollback()


def _column(connection: Connection, table: str) -> str:
    return str(inspect(connection).get_columns(table)[-1]["name"])


@on_postgresql
def test_the_doctor_knows_an_owner_from_such_a_role(
    app: Flask, as_role: str, sample_library: Library, modules_folder: Path
) -> None:
    assert [advice.found for advice in role_advice()] == [
        "The program connects as a role that could delete records and switch their guards off."
    ]
    with running(create_app(settings_for(as_role, modules_folder), sample_library)):
        assert list(role_advice()) == []


def test_what_is_appended_is_what_the_triggers_keep(app: Flask) -> None:
    names = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_update'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT event_object_table FROM information_schema.triggers"
        " WHERE trigger_name LIKE '%_no_change' AND event_manipulation = 'UPDATE'"
    )
    assert set(db.session.execute(text(names)).scalars()) == database.APPENDED
