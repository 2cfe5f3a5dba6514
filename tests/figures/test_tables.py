"""One table, four renderings: what the page, the CSV, the workbook and the PDF say is the same, cell by cell."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from xml.etree import ElementTree as ET

import html5lib
import pytest
from flask import Flask, render_template_string

from elearning.figures.pdf import render
from elearning.figures.rules import Flat, financial_year, flat, written
from elearning.figures.spreadsheet import table_csv, tables_xlsx
from elearning.figures.types import Column, Hidden, Kind, Measure, Part, Rate, Report, Table, Value
from tests.figures.paper import cells, squeezed, structure

CUT_OFF = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)
DAY = dt.date(2026, 2, 26)
HALF = Measure(Decimal("0.50"), Decimal("0.41"), Decimal("0.59"))


def table(*rows: tuple[Value, ...], totals: int = 0) -> Table:
    return Table(
        number="R99",
        caption="=Everything, \u202eand “more”",
        columns=(
            Column("Agency"),
            Column("People", Kind.COUNT),
            Column("Last on", Kind.DAY),
            Column("Completed", Kind.RATE),
            Column("Facility", Kind.MEASURE),
        ),
        rows=rows,
        cut_off=CUT_OFF,
        versions="Sample module, version 1",
        notes=("@A note.",),
        totals=totals,
    )


TABLE = table(
    ("=cmd|' /C calc'!A0", 1234, DAY, Rate(46, 120, "registered people"), HALF),
    ("Police & Co <b>", 0, Hidden.NONE, Rate(0, 0, "registered people"), Hidden.TOO_FEW),
    ("http://example.org", Hidden.NOT_DECLARED, DAY, Hidden.SUPPRESSED, Hidden.NONE),
    ("Total", 1234, Hidden.NONE, Rate(46, 120, "registered people"), HALF),
    totals=1,
)


def as_page(table: Table) -> list[list[str]]:
    page = render_template_string('{% from "figures/table.html" import table as t %}{{ t(table, "x") }}', table=table)
    root = html5lib.parse(page, namespaceHTMLElements=False)
    assert root.find(".//caption").text.strip() == table.caption
    return [[cell.text or "" for cell in row] for row in root.iterfind(".//tr")]


def as_csv(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(table_csv(table)).decode("utf-8-sig"))))


NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def as_workbook(content: bytes) -> list[list[list[str | float | None]]]:
    """The cells of every sheet, read from the XML itself; a formula anywhere fails."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        strings = [
            "".join(text.text or "" for text in each.iterfind(".//x:t", NS))
            for each in ET.fromstring(file.read("xl/sharedStrings.xml"))
        ]
        names = sorted(
            (name for name in file.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
            key=lambda name: int(re.findall(r"\d+", name)[-1]),
        )
        sheets = []
        for name in names:
            root = ET.fromstring(file.read(name))
            assert root.find(".//x:f", NS) is None, "a formula"
            assert root.find(".//x:hyperlink", NS) is None, "a link"
            rows: list[list[str | float | None]] = []
            for row in root.iterfind(".//x:row", NS):
                cells: dict[int, str | float | None] = {}
                for cell in row:
                    column = ord(re.sub(r"\d", "", cell.get("r", ""))) - ord("A")
                    text = cell.findtext("x:v", namespaces=NS)
                    cells[column] = (
                        None if text is None else strings[int(text)] if cell.get("t") == "s" else float(text)
                    )
                rows.append([cells.get(position) for position in range(max(cells) + 1)])
            sheets.append(rows)
        return sheets


def test_the_page_says_what_each_cell_says(app: Flask) -> None:
    with app.test_request_context():
        header, *rows = as_page(TABLE)
    assert header == [column.label for column in TABLE.columns]
    assert rows == [[written(value) for value in row] for row in TABLE.rows]
    assert rows[0] == [
        "=cmd|' /C calc'!A0", "1,234", "26 February 2026", "46 of 120 registered people (38%)", "0.50 (0.41 to 0.59)",
    ]  # fmt: skip
    assert rows[2] == ["http://example.org", "not declared", "26 February 2026", "*", "–"]


def test_the_pdf_says_what_each_cell_says() -> None:
    report = Report("annual", "Figures", financial_year(2025), CUT_OFF, (Part("All", tables=(TABLE,)),))
    pdf = render(report, partnership="Test Partnership", colour="#1f4e4a")
    (found,) = structure(pdf).all("Table")
    assert cells(found) == [
        [squeezed(text) for text in row]
        for row in ([column.label for column in TABLE.columns], *(map(written, row) for row in TABLE.rows))
    ]
    caption, said = TABLE.caption.replace("\u202e", "?"), "Versions counted: Sample module, version 1. @A note."
    assert next(found.all("Caption")).text == squeezed(f"Table R99. {caption}")
    assert squeezed(f"Figures at 2:05pm on 15 June 2026. {said}") in "".join(
        node.text for node in structure(pdf).all("P")
    )


def text_of(value: Flat) -> str:
    return "" if value is None else str(value)


def test_the_csv_has_the_same_cells_flat_and_no_formula(app: Flask) -> None:
    header, rows = flat(TABLE)
    found = as_csv(TABLE)
    assert found[0] == header
    assert [[cell.removeprefix("'") if cell.startswith("'=") else cell for cell in row] for row in found[1:5]] == [
        [text_of(value) for value in row] for row in rows
    ]
    assert found[1][0].startswith("'=")
    assert found[5] == []
    assert ["Table", f"R99 {TABLE.caption}"] in found
    assert ["Note", "'@A note."] in found
    assert ["Figures at", "2:05pm on 15 June 2026"] in found


def test_the_workbook_has_the_same_cells_as_numbers_dates_and_words(app: Flask) -> None:
    about, sheet = as_workbook(tables_xlsx([TABLE]))
    header, rows = flat(TABLE)
    days = dt.date(1899, 12, 30)  # day 0 of a workbook

    def cell(value: Flat) -> str | float | None:
        if isinstance(value, dt.date):
            return float((value - days).days)
        return float(value) if isinstance(value, int | Decimal) else value

    width = len(header)
    assert sheet[0] == header
    assert [[*row, *[None] * (width - len(row))] for row in sheet[1:]] == [
        [cell(value) for value in row] for row in rows
    ]
    assert ["Table", f"R99 {TABLE.caption}"] in about
    assert ["Versions counted", "Sample module, version 1"] in about


def test_a_rate_lies_flat_with_both_its_numbers_and_never_a_percentage_alone() -> None:
    header, rows = flat(TABLE)
    start = header.index("Completed")
    assert header[start : start + 3] == [
        "Completed", "Completed: of how many registered people", "Completed: in words",
    ]  # fmt: skip
    assert rows[0][start : start + 3] == [46, 120, "46 of 120 registered people (38%)"]
    assert rows[2][start : start + 3] == ["*", None, None]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: table(("A", 1, DAY, Rate(1, 2, "people"))),
        lambda: table(("A", "1", DAY, Rate(1, 2, "people"), HALF)),
        lambda: table(("A", 1, DAY, "50%", HALF)),
        lambda: table(("A", 1, DAY, Rate(1, 2, "people"), "0.5")),
    ],
    ids=["a cell short", "a number as text", "a percentage as text", "a measure as text"],
)
def test_a_table_holds_only_what_its_columns_say(spoil: Callable[[], Table]) -> None:
    with pytest.raises(ValueError, match="R99"):
        spoil()
