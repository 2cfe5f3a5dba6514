"""Every table there is, four times: page, CSV, workbook and PDF say the same, cell by cell."""

import datetime as dt
from decimal import Decimal

import pytest

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.figures.pdf import render
from elearning.figures.rules import Flat, financial_year, flat, written
from elearning.figures.spreadsheet import tables_xlsx
from elearning.figures.types import Part, Report, Table
from elearning.impact.queries import impact_tables
from elearning.items.queries import item_figures
from elearning.items.tables import item_table
from elearning.reports.queries import list_published, make_table, overview_tables
from elearning.reports.tables import SHEETS
from elearning.reports.types import View
from tests.figures.paper import cells, squeezed, structure
from tests.figures.test_tables import as_csv, as_page, as_workbook
from tests.reports.conftest import SUMMER, TITLES, Partnership

YEAR = financial_year(2025)
NO_DAY = dt.date(1899, 12, 30)  # day 0 of a workbook


@pytest.fixture(scope="module")
def tables(partnership: Partnership) -> list[Table]:
    """The exact ones of the screen, those of the first page, R9 to R12, and what is published."""
    modules = tuple(library())
    with clock.at(SUMMER):
        return [
            *(make_table(number, View(YEAR), TITLES) for number in SHEETS),
            *vars(overview_tables(View(YEAR), TITLES)).values(),
            *impact_tables(modules, YEAR, SUMMER, SUMMER.date()),
            *(item_table(each, item_figures([each], YEAR)[each.key], SUMMER, YEAR) for each in modules),
            *list_published(YEAR, TITLES),
        ]


def as_cell(value: Flat) -> str | float | None:
    if isinstance(value, dt.date):
        return float((value - NO_DAY).days)
    return float(value) if isinstance(value, int | Decimal) else value


def test_every_table_says_the_same_on_page_file_and_paper(partnership: Partnership, tables: list[Table]) -> None:
    assert {table.number for table in tables} >= {*SHEETS, "R1a", "R9", "R10", "R11", "R12"}
    sheets = as_workbook(tables_xlsx(tables))[1:]
    report = Report("annual", "All of it", YEAR, SUMMER, tuple(Part(each.number, tables=(each,)) for each in tables))
    printed = list(structure(render(report, partnership="Test Partnership", colour="#1f4e4a")).all("Table"))
    for table, sheet, paper in zip(tables, sheets, printed, strict=True):
        said = [[column.label for column in table.columns], *([written(each) for each in row] for row in table.rows)]
        with partnership.app.test_request_context():
            assert as_page(table) == said
        assert cells(paper) == [[squeezed(each) for each in row] for row in said]
        header, rows = flat(table)
        assert as_csv(table)[: len(rows) + 1] == [
            header, *(["" if each is None else str(each) for each in row] for row in rows)
        ]  # fmt: skip
        assert [[*row, *[None] * (len(header) - len(row))] for row in sheet] == [
            header, *([as_cell(each) for each in row] for row in rows)
        ]  # fmt: skip
