"""X1 as open data, with the columns that its readers expect."""

from collections.abc import Iterator

from elearning.core.spreadsheet import csv_pieces
from elearning.figures.disclosure import MARK
from elearning.figures.types import Rate, Table

OPEN_DATA = (
    "financial_year",
    "staff_group",
    "module_name",
    "required_count",
    "completed_count",
    "completion_rate_pct",
    "overdue_count",
    "suppressed",
)


def open_data_csv(table: Table) -> Iterator[bytes]:
    """X1 with the column names of open data, and no lines of words; `suppressed` is yes where a figure is hidden.

    The rate stands beside its two counts, without which no percentage is told, and is made of them as they stand there.
    """
    return csv_pieces(
        OPEN_DATA,
        (
            (year, group, module, required, completed, _percent(rate), overdue, "yes" if MARK in row else "no")
            for row in table.rows
            for year, group, module, required, completed, rate, overdue in [row]
        ),
    )


def _percent(rate: object) -> object:
    if not isinstance(rate, Rate):
        return rate
    return (200 * rate.numerator + rate.denominator) // (2 * rate.denominator) if rate.denominator else ""
