"""CSV that spreadsheet programs open as it is meant: the right letters, and no cell that runs as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

# What Excel, Calc and Sheets read as the start of a formula, full-width forms included (OWASP, CSV injection).
FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")
ROWS_A_PIECE = 200


def safe_cell(value: object) -> str:
    """A value as text that no spreadsheet program takes for a formula; None is an empty cell.

    A number is no formula, even below zero.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not isinstance(value, (int, Decimal)) else text


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file piece by piece, so that one of any length takes the same memory. Dates come out as 2026-02-26."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, quoting=csv.QUOTE_ALL)
    page.write("\ufeff")  # without it Excel does not read UTF-8
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(value) for value in row])
        if number % ROWS_A_PIECE == 0:
            yield page.getvalue().encode()
            page.seek(0)
            page.truncate()
    yield page.getvalue().encode()
