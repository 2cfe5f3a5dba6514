"""Tables as files: CSV, and workbooks whose numbers and dates are numbers and dates. No cell ever becomes a formula."""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from elearning.core.spreadsheet import csv_pieces
from elearning.figures.rules import Flat, flat
from elearning.figures.types import Table
from elearning.web.pages import format_time

WIDEST = 60  # characters of a column


def about(table: Table) -> list[tuple[str, str]]:
    """What has to be said beside the rows of a table, as label and text."""
    return [
        ("Table", f"{table.number} {table.caption}"),
        ("Figures at", format_time(table.cut_off)),
        ("Versions counted", table.versions),
        *(("Note", note) for note in table.notes),
    ]


def table_csv(table: Table) -> Iterator[bytes]:
    """The file piece by piece: the rows, then after an empty line what has to be said beside them."""
    header, rows = flat(table)
    return csv_pieces(header, [*rows, [], *about(table)])


def tables_csv(tables: Sequence[Table]) -> Iterator[bytes]:
    """Several tables in one file, one below the other, each with what has to be said beside it."""
    lines: list[Sequence[object]] = []
    for table in tables:
        header, rows = flat(table)
        lines += [*([[]] if lines else []), header, *rows, [], *about(table)]
    return csv_pieces([str(label) for label in lines[0]], lines[1:])


def tables_xlsx(tables: Sequence[Table]) -> bytes:
    """A workbook with a sheet for each table, its header frozen, and first a sheet that says what they are."""
    file = io.BytesIO()
    # Text is always written as text: what begins with = or http would become a formula or a link otherwise.
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"created": max(table.cut_off for table in tables).replace(tzinfo=None)})
        bold, day = (
            book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            book.add_format({"num_format": "d mmmm yyyy"}),
        )
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        first = book.add_worksheet("About")
        first.set_column(0, 0, 18)
        first.set_column(1, 1, 100)
        lines = [line for table in tables for line in (*about(table), ("", ""))]
        for number, (label, text) in enumerate(lines):
            first.write_string(number, 0, label, bold)
            first.write_string(number, 1, text, wrapped)
        for place, table in enumerate(tables):
            before = sum(each.number == table.number for each in tables[:place])
            sheet = book.add_worksheet(f"{table.number} ({before + 1})" if before else table.number)
            header, rows = flat(table)
            sheet.freeze_panes(1, 1)
            for column, label in enumerate(header):
                longest = max((len(str(row[column])) for row in rows), default=0)
                sheet.set_column(column, column, min(WIDEST, max(10, len(label) // 2, longest + 1)))
                sheet.write_string(0, column, label, bold)
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    _write(sheet, number, column, value, day)
    return file.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: Flat, day: Format) -> None:
    match value:
        case None:
            pass
        case dt.date():
            sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
        case int() | Decimal():
            sheet.write_number(row, column, value)
        case _:
            sheet.write_string(row, column, value)
