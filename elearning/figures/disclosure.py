"""Disclosure control of single figures and of tables (law 6): what may leave the partnership, and in which form.

A count of 1 to 7 people is suppressed, any other is rounded to the nearest 5, zero stays zero, a rate is made of the
rounded figures, and a measure is given in tenths, without its interval. Which tables may leave at all, and of which
periods, their own capability decides: see `reports/disclosure.py` for why no margins and no running years do.
"""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from elearning.figures.types import Hidden, Measure, Rate, Table, Value

SMALLEST_SHOWN = 8
ROUNDED_TO = 5
MARK = Hidden.SUPPRESSED
SMALL_COUNTS = (
    f"Counts of 1 to {SMALLEST_SHOWN - 1} are shown as {MARK}, other counts are rounded to the nearest {ROUNDED_TO}, and "
    "rates are made of the rounded figures, so that nobody can be recognised."
)


def disclosed(count: int) -> int | None:
    """A count as it may be published: rounded, or None when it is suppressed. Raises ValueError below zero."""
    if count < 0:
        raise ValueError("a count of people is never below zero")
    if 0 < count < SMALLEST_SHOWN:
        return None
    return (2 * count + ROUNDED_TO) // (2 * ROUNDED_TO) * ROUNDED_TO


def shown(count: int | None) -> str:
    """A published count in a cell."""
    return str(MARK) if count is None else str(count)


def published(table: Table) -> Table:
    """The table as it may leave the partnership, without its totals: a hidden figure could be worked out from them."""
    rows = table.rows[: len(table.rows) - table.totals]
    return replace(
        table,
        rows=tuple(tuple(_published(value) for value in row) for row in rows),
        notes=(*table.notes, SMALL_COUNTS),
        totals=0,
    )


def _published(value: Value) -> Value:
    match value:
        case int():
            rounded = disclosed(value)
            return MARK if rounded is None else rounded
        case Rate():
            numerator, denominator = disclosed(value.numerator), disclosed(value.denominator)
            return MARK if numerator is None or denominator is None else Rate(numerator, denominator, value.noun)
        case Measure():
            tenth = value.value.quantize(Decimal("0.1"), ROUND_HALF_UP)
            return Measure(tenth, tenth, tenth)
    return value
