"""Tallies: rows that follow from the records, kept in the transaction that changes them (decisions/0018).

A tally is a table of keys and figures. Who writes a record adds the difference it makes (`add_to`); a query beside the
capability's other reads counts all of it anew from the records alone (`recounts`), in another way, so that a fault in
one of the two shows (`differences`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy import (
    cast as sql_cast,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert, Update

from elearning.core.db import Base, atomic, db, hold_still, keep, serialise

Recount = Callable[[], Select[Any]]
Key = tuple[Any, ...]
Figures = tuple[Any, ...]

RECORD = "record"  # what everyone who writes a tally waits for, so that no two of them ever wait for each other
PAGE = 1000

_recounts: dict[type[Base], Recount] = {}


@dataclass(frozen=True)
class Difference:
    """A row of a tally that is not what the records say. None stands for a row that is not there."""

    table: str
    key: dict[str, Any]
    kept: dict[str, Any]
    counted: dict[str, Any]

    def __str__(self) -> str:
        key = ", ".join(f"{name} {value!r}" if value == "" else f"{name} {value}" for name, value in self.key.items())
        faults = ", ".join(
            f"{name} is {kept} and should be {self.counted[name]}"
            for name, kept in self.kept.items()
            if kept != self.counted[name]
        )
        return f"{self.table} ({key}): {faults}"


def recounts(model: type[Base]) -> Callable[[Recount], Recount]:
    """Declare the query that counts a tally anew from the records: every column of the table, in its order."""

    def declare(recount: Recount) -> Recount:
        _recounts[model] = recount
        return recount

    return declare


def list_tallies() -> list[str]:
    """The tables of all tallies, in order."""
    return sorted(_table(model).name for model in _recounts)


def add_to(model: type[Base], differences: Mapping[Key, Figures]) -> None:
    """Within `atomic()` and `serialise(RECORD)`: add figures to the rows of these keys, which are made where they lack.

    Figures may be negative where a row is there to take them from. Rows are written in the order of their keys.
    """
    adding, taking = _statements(model)
    table = _table(model)
    keys = [column.name for column in table.primary_key]
    names = [*keys, *(column.name for column in _figures(table))]
    rows = [dict(zip(names, (*key, *differences[key]), strict=True)) for key in sorted(differences)]
    if more := [row for row in rows if _is_more(row, keys)]:
        keep(adding[db.engine.dialect.name], more)
    if fewer := [{f"old_{name}": value for name, value in row.items()} for row in rows if not _is_more(row, keys)]:
        keep(taking, fewer)


def _is_more(row: dict[str, Any], keys: list[str]) -> bool:
    return all(value >= 0 for name, value in row.items() if name not in keys)


@cache
def _statements(model: type[Base]) -> tuple[dict[str, Insert], Update]:
    """How a row is added to on each engine, and taken from: an INSERT with less than nothing would break a check."""
    table = _table(model)
    figures = [column.name for column in _figures(table)]
    on_sqlite, on_postgresql = sqlite.insert(table), postgresql.insert(table)
    adding: dict[str, Insert] = {
        "sqlite": on_sqlite.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: table.c[name] + on_sqlite.excluded[name] for name in figures},
        ),
        "postgresql": on_postgresql.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={name: table.c[name] + on_postgresql.excluded[name] for name in figures},
        ),
    }
    taking = (
        update(table)
        .where(*(column == bindparam(f"old_{column.name}") for column in table.primary_key))
        .values({name: table.c[name] + bindparam(f"old_{name}") for name in figures})
    )
    return adding, taking


def differences(name: str) -> Iterator[Difference]:
    """The rows of a tally that are not what a recount says, both read in one statement; a row of noughts may lack."""
    model, recount = next(each for each in _recounts.items() if _table(each[0]).name == name)
    table = _table(model)
    counted = recount().subquery("counted")
    keys, figures = list(table.primary_key), _figures(table)

    def side(read: Mapping[str, ColumnElement[Any]], *, is_kept: bool) -> Select[Any]:
        both = (
            (f"{prefix}_{column.name}", column, prefix == "kept")
            for prefix in ("kept", "counted")
            for column in figures
        )
        return select(
            *(read[column.name].label(column.name) for column in keys),
            *(
                (read[column.name] if of_kept is is_kept else sql_cast(null(), column.type)).label(label)
                for label, column, of_kept in both
            ),
        )

    both = union_all(side(dict(table.c), is_kept=True), side(dict(counted.c), is_kept=False)).subquery()

    def figure(prefix: str, column: Column[Any]) -> ColumnElement[Any]:
        value: ColumnElement[Any] = func.max(both.c[f"{prefix}_{column.name}"])
        return value if _is_plain(column) else func.coalesce(value, 0)

    pairs = [(figure("kept", column), figure("counted", column)) for column in figures]
    unequal = pairs[0][0].is_distinct_from(pairs[0][1])
    for kept, again in pairs[1:]:
        unequal |= kept.is_distinct_from(again)
    key = [both.c[column.name] for column in keys]
    found = select(*key, *(kept for kept, _ in pairs), *(again for _, again in pairs)).group_by(*key).having(unequal)
    names = [column.name for column in figures]
    for row in db.session.execute(found.order_by(*key), execution_options={"yield_per": PAGE}):
        values = tuple(row)
        yield Difference(
            table.name,
            dict(zip((column.name for column in keys), values, strict=False)),
            dict(zip(names, values[len(keys) :], strict=False)),
            dict(zip(names, values[len(keys) + len(names) :], strict=True)),
        )


def rebuild(*names: str) -> None:
    """Empty these tallies and count them anew from the records, all or nothing; whoever writes one waits as long."""
    with atomic() as session:
        serialise(RECORD)
        for model, recount in sorted(_recounts.items(), key=lambda each: _table(each[0]).name):
            table = _table(model)
            if table.name in names:
                hold_still(model)
                counted = recount()  # before: of a tally that is kept by and by, it is of what is there
                session.execute(delete(table))
                session.execute(insert(table).from_select(table.columns.keys(), counted))


def correct() -> Iterator[Difference]:
    """Count every tally anew in one transaction, after naming the rows that were not what the records say."""
    with atomic():
        serialise(RECORD)
        for name in list_tallies():
            yield from differences(name)
        rebuild(*list_tallies())


def fill_empty() -> None:
    """Count those tallies that have no row yet: on a database that was there before they were."""
    empty = [
        _table(model).name
        for model in _recounts
        if not db.session.execute(select(select(_table(model)).exists())).scalar_one()
    ]
    db.session.rollback()
    rebuild(*empty)


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _figures(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if not column.primary_key]


def _is_plain(column: Column[Any]) -> bool:
    """Whether a column holds what a row says, and not a number of things: no row is as good as nought of those."""
    return bool(column.nullable) or column.type.python_type is not int
