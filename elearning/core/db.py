"""The database: one engine, one `Base`, one way to write.

Reads run in a read-only transaction. Writes run inside `atomic()`, which on SQLite begins with BEGIN IMMEDIATE, so
that what an operation looks up is still true when it writes (decisions/0003). The database refuses a write outside
`atomic()`: that mistake cannot reach production.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVarTuple

import pysqlite3.dbapi2
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    CheckConstraint,
    CompoundSelect,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    Result,
    Select,
    TextClause,
    TextualSelect,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from elearning.core import clock
from elearning.core.errors import DatabaseNotReady

Columns = TypeVarTuple("Columns")

WRITES = "elearning_writes"

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "busy_timeout": "10000",
    "foreign_keys": "on",
    # Without this, INSERT OR REPLACE would walk past the triggers that keep records permanent.
    "recursive_triggers": "on",
    "trusted_schema": "off",
    "journal_size_limit": "67108864",
}
# 3.7.0 to 3.51.2 can lose a committed write when a checkpoint meets a WAL reset (sqlite.org/wal.html).
SQLITE_OLDEST = (3, 51, 3)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC on both engines. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class day_in_london(FunctionElement[dt.date]):
    """In a statement: the London date of a moment, as `clock.day_of`."""

    type = Date()
    inherit_cache = True


@compiles(day_in_london)
def _day_in_london(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    if compiler.dialect.name == "sqlite":
        return f"day_in_london({moment})"  # a function of ours: _prepare_connection
    return f"(({moment}) AT TIME ZONE 'Europe/London')::date"


def _day_of_text(moment: str | None) -> str | None:
    if moment is None:
        return None
    if moment[11:13] != "23":  # in UTC, the last hour of a day is the only one that may be of the next in London
        return moment[:10]
    return clock.day_of(dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)).isoformat()


class microseconds(FunctionElement[int]):
    """In a statement: a moment as a whole number of microseconds since 1970."""

    type = Integer()
    inherit_cache = True


@compiles(microseconds)
def _microseconds(element: Any, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    if compiler.dialect.name == "sqlite":
        return f"(unixepoch({moment}) * 1000000 + CAST(substr({moment}, 21, 6) AS INTEGER))"
    return f"(extract(epoch FROM {moment}) * 1000000)::bigint"


def one_of(column: str, values: Iterable[str], name: str) -> CheckConstraint:
    """A named CHECK that a text column holds one of the values (an enum or a list)."""
    listed = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs beside the address. Errors name no values: they are people's data, and end in logs."""
    if make_url(url).get_backend_name() == "sqlite":
        return {"module": pysqlite3.dbapi2, "hide_parameters": True}
    return {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 4, "hide_parameters": True}


def make_engine(url: str) -> Engine:
    """An engine outside the web application, for migrations and backups."""
    return create_engine(url, **engine_options(url))


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: Any) -> None:
    if isinstance(connection, pysqlite3.dbapi2.Connection):
        # The driver's own transactions begin at the first INSERT, after the reads they depend on: switch them off.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma, value in SQLITE_PRAGMAS.items():
            cursor.execute(f"PRAGMA {pragma}={value}")
        cursor.close()
        connection.create_function("day_in_london", 1, _day_of_text, deterministic=True)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA query_only={'off' if writes else 'on'}")
        begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        try:
            cursor.execute(begin)
        except pysqlite3.dbapi2.OperationalError as error:  # busy, said as SQLAlchemy says it of every other statement
            raise OperationalError(begin, None, error) from error
        cursor.close()
    else:
        driver: Any = connection.connection.driver_connection
        driver.read_only = not writes


@contextmanager
def atomic() -> Iterator[Session]:
    """One writing transaction: commits at the end, rolls back on any error. An inner one joins the outer one."""
    session: Session = db.session()
    if session.info.get("atomic"):
        yield session
        return
    session.rollback()  # ends the read transaction that looking up the signed-in person began
    session.info["atomic"] = True
    try:
        session.connection(execution_options={WRITES: True})
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["atomic"] = False


def fetch(
    statement: Select[*Columns] | CompoundSelect[*Columns] | TextualSelect | TextClause, **values: object
) -> Result[*Columns]:
    """The rows of a statement that was made once, at the top of its module, with these values.

    For what runs on every page: building a query anew, and the ORM's steps around it, take longer than the query.
    """
    session: Session = db.session()
    session.flush()  # a query sees what was added before it
    return session.connection().execute(statement, values)


def keep(statement: Executable, values: dict[str, Any] | list[dict[str, Any]]) -> CursorResult[Any]:
    """Within `atomic()`: write with a statement that was made once, at the top of its module, as `fetch` reads.

    Five times as quick as an INSERT that is built anew with its values.
    """
    session: Session = db.session()
    session.flush()  # a row may refer to what was added before it
    return session.connection().execute(statement, values)


def serialise(name: str) -> None:
    """Within `atomic()`: wait until no other transaction holds this name. SQLite's writers already wait in line."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def hold_still(model: type[Base]) -> None:
    """Within `atomic()`: wait until nobody else writes to a table, and let nobody do so until the end."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"LOCK TABLE {model.__tablename__} IN EXCLUSIVE MODE"))


def check_engine() -> None:
    """Refuse a database that could lose what it acknowledged.

    Raises DatabaseNotReady with a sentence that says what to do.
    """
    if db.engine.dialect.name == "sqlite":
        if pysqlite3.dbapi2.sqlite_version_info < SQLITE_OLDEST:
            raise DatabaseNotReady(
                f"SQLite {pysqlite3.dbapi2.sqlite_version} can lose committed records; "
                "install the locked requirements, which bring 3.51.3 or newer."
            )
        return
    for setting in ("fsync", "synchronous_commit"):
        value = db.session.execute(text(f"SHOW {setting}")).scalar_one()
        if value == "off":
            raise DatabaseNotReady(f"PostgreSQL runs with {setting}=off and could lose records; switch it on.")


def check_writable() -> None:
    """Refuse a database that can be read but not written, such as a file of another user or a standby.

    Raises DatabaseNotReady with a sentence that says what to do.
    """
    try:
        with atomic() as session:
            session.execute(text("DELETE FROM installation WHERE name = ''"))  # none has such a name
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise DatabaseNotReady(
            f"The database cannot be written ({reason}); give this user the right to write it, and to its folder."
        ) from None


def database_answers() -> bool:
    """Whether the database answers a query now."""
    try:
        db.session.execute(text("SELECT 1")).scalar_one()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite address, or None for another engine."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None
