"""What may leave the partnership of what people say of themselves: in groups, rounded, and no part without the others."""

from collections.abc import Iterable
from dataclasses import replace

from elearning.figures.disclosure import MARK, disclosed
from elearning.figures.disclosure import published as rounded
from elearning.figures.types import Rate, Table, Value

# Parts that add up to a figure beside them: where one is suppressed, the others and their sum would give it away.
WHOLE = frozenset(("Improved", "Same", "Lower", "Done", "Partly", "Not yet"))
HIDDEN_TOGETHER = "Where one of several parts of a whole is a count of 1 to 7, all of them are hidden, because it could be worked out."


def published(tables: Iterable[Table]) -> list[Table]:
    """The tables as they may leave, as files or in a report of a financial year that is over."""
    return [rounded(_parts_hidden(table)) for table in tables]


def _parts_hidden(table: Table) -> Table:
    parts = [position for position, column in enumerate(table.columns) if column.label in WHOLE]
    if not parts:
        return table
    rows = tuple(_row(row, parts) for row in table.rows)
    return replace(table, rows=rows, notes=(*table.notes, HIDDEN_TOGETHER))


def _row(row: tuple[Value, ...], parts: list[int]) -> tuple[Value, ...]:
    rates = [row[position] for position in parts]
    if all(not isinstance(rate, Rate) or disclosed(rate.numerator) is not None for rate in rates):
        return row
    return tuple(MARK if position in parts else value for position, value in enumerate(row))
