"""Published tables as CSV files with the columns others expect: the same bytes from the page and from the command."""

from collections.abc import Iterable, Iterator

from elearning.core.spreadsheet import csv_pieces
from elearning.figures.disclosure import MARK, shown
from elearning.figures.types import Rate, Table
from elearning.reports.types import PublishedCell

COLUMNS = ("financial_year", "agency", "module", "versions_on_offer", "completed_people", "suppressed")
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


def completions_csv(cells: Iterable[PublishedCell]) -> Iterator[bytes]:
    """The file piece by piece. `suppressed` is yes where `completed_people` is the mark for 1 to 7."""
    return csv_pieces(
        COLUMNS,
        (
            (
                cell.financial_year,
                cell.agency,
                cell.module,
                " and ".join(map(str, cell.versions_on_offer)),
                shown(cell.completed_people),
                "yes" if cell.is_suppressed else "no",
            )
            for cell in cells
        ),
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
