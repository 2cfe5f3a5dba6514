"""Whether the database's guards stand and bite: it must refuse to change or remove what is permanent."""

import re
from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, delete, insert, select, text, true, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable

from elearning.core.db import Base, atomic

TRIGGER_SAID_NO = "23000"  # the SQLSTATE our triggers raise; constraints have codes of their own
NO_RIGHT_TO = "42501"  # the role we connect as was never allowed to


class _Undo(Exception):
    """Ends the trial transaction, so that nothing of it stays whatever the guards did."""


def declared_permanent() -> list[type[Base]]:
    """The models that say `info={"permanent": True}` of their table: those of a capability the caller may not know."""
    mappers = Base.registry.mappers
    return [mapper.class_ for mapper in mappers if cast(Table, mapper.local_table).info.get("permanent")]


def missing_guards(model: type[Base], *, where: ColumnElement[bool] | None = None) -> list[str]:
    """Try to change, delete, replace and truncate a row of a permanent table; what the database let through.

    Everything is rolled back. `where` picks the rows that must be guarded (all, if not given); without such a row
    only TRUNCATE can be tried. The answers are words such as "UPDATE".
    """
    table = cast(Table, model.__table__)
    missing: list[str] = []
    try:
        with atomic() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SET LOCAL lock_timeout = '5s'"))  # TRUNCATE waits for every reader
            for name, statement in _attacks(session, table, true() if where is None else where):
                savepoint = session.begin_nested()
                try:
                    session.execute(statement)
                except DBAPIError as error:
                    if not _is_refusal(error, table):
                        missing.append(f"{name} ({type(error.orig).__name__})")
                else:
                    missing.append(name)
                savepoint.rollback()
            raise _Undo
    except _Undo:
        return missing


def _attacks(session: Session, table: Table, where: ColumnElement[bool]) -> Iterator[tuple[str, Executable]]:
    keys: list[ColumnElement[Any]] = list(table.primary_key.columns)
    row = session.execute(select(*keys).where(where).limit(1)).one_or_none()
    postgresql = session.get_bind().dialect.name == "postgresql"
    if row is not None:
        this = [key == value for key, value in zip(keys, row, strict=True)]
        yield "UPDATE", update(table).where(*this).values({keys[0].name: keys[0]})
        yield "DELETE", delete(table).where(*this)
        if not postgresql:
            same = select(table).where(*this)
            yield "INSERT OR REPLACE", insert(table).prefix_with("OR REPLACE").from_select(table.columns.keys(), same)
    if postgresql:
        yield "TRUNCATE", text(f'TRUNCATE "{table.name}" CASCADE')


def _is_refusal(error: DBAPIError, table: Table) -> bool:
    """Whether one of this table's own triggers or its rights said no, and not, say, a foreign key or another table's."""
    message = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)  # PostgreSQL only; SQLite's constraints say so in words
    meant = state in (TRIGGER_SAID_NO, NO_RIGHT_TO) if state else "constraint failed" not in message
    return meant and re.search(rf"\b{table.name}s?\b", message) is not None
