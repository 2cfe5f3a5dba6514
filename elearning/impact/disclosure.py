"""What may leave the partnership of what people say of themselves: R9 to R11 (decisions/0019, decisions/0022).

They are decided on with all other figures of the year (`reports/disclosure.py`). No rule ties them to those, so that a file
of them alone comes out the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from elearning.figures.disclosure import MARK, Leaves
from elearning.figures.types import Kind, Measure, Table, Value

PAIRED = Leaves("paired", ("module", "pair", "statement"))  # R9
FELT = Leaves("paired", (*PAIRED.each, "felt"), part_of=PAIRED, over=("felt",))  # surer, the same, less sure
KEPT = Leaves("kept", ("module",))  # said how their pledge went: R11
HOW = Leaves("kept", ("module", "how"), part_of=KEPT, over=("how",))  # done, partly, not yet

PUBLISHED = (
    PAIRED,
    FELT,
    Leaves("asked", PAIRED.each),
    Leaves("said", ("module", "what")),  # R9d
    Leaves("asked", ("module", "what")),
    # R10. All but "nothing so far": whoever answered chose that or another, so that beside it the others add up to all.
    Leaves("told", ("change",)),
    Leaves("asked", ("change",)),
    Leaves("pledged", ("module",)),
    KEPT,
    HOW,
    Leaves("in the way", ("module",)),
)

# Beyond these so few have rated otherwise than everybody else that a mean says how many.
ENDS = Decimal(1), Decimal(9)


def without_ends(tables: Sequence[Table]) -> list[Table]:
    """The tables without the means of a statement that nearly all rated 0, or nearly all 10, at one of two times."""
    return [replace(table, rows=tuple(_without_ends(table, row) for row in table.rows)) for table in tables]


def _without_ends(table: Table, row: tuple[Value, ...]) -> tuple[Value, ...]:
    first, second, *_ = (*[value for value in row if isinstance(value, Measure)], None, None)
    if all(each is None or ENDS[0] <= each.value <= ENDS[1] for each in (first, second)):
        return row
    return tuple(
        MARK if column.kind is Kind.MEASURE else value for column, value in zip(table.columns, row, strict=True)
    )
