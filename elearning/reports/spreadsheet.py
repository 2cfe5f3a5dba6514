"""The published table as a CSV file: the same bytes from the page and from the command."""

from collections.abc import Iterable, Iterator

from elearning.core.spreadsheet import csv_pieces
from elearning.figures.disclosure import shown
from elearning.reports.types import PublishedCell

COLUMNS = ("financial_year", "agency", "module", "versions_on_offer", "completed_people", "suppressed")


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
