"""The tables as pages and files: the same rows, the filters in the address, and what leaves is disclosed."""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from urllib.parse import urlencode

import html5lib
import pytest
from flask import Flask
from sqlalchemy import delete, select

from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.models import AuditEntry, Throttle
from elearning.figures.rules import financial_year, flat, written
from elearning.figures.types import Rate, Table
from elearning.people.types import JOB_ROLES
from elearning.reports.queries import list_published, make_table
from elearning.reports.tables import SHEETS, sheet_of
from elearning.reports.types import View
from tests.conftest import MODULE, CheckedClient, World
from tests.figures.test_tables import as_workbook
from tests.records import hire
from tests.reports.conftest import SUMMER, TITLES, Partnership

YEAR = View(financial_year(2025))


def forget() -> None:
    """Files are taken out a few at a time, and these tests take many."""
    with atomic() as session:
        session.execute(delete(Throttle))


def rows_of(page: str) -> list[list[str]]:
    root = html5lib.parse(page, namespaceHTMLElements=False)
    return [["".join(cell.itertext()).strip() for cell in row] for row in root.iterfind(".//table/tbody/tr")]


@pytest.mark.parametrize("number", SHEETS)
def test_the_page_has_the_cells_of_the_table(partnership: Partnership, number: str) -> None:
    page = partnership.officer().get(f"/reports/tables/{number.lower()}?period=2025-26").text
    table = make_table(number, YEAR, TITLES)
    assert rows_of(page) == [[written(value) for value in row] for row in table.rows]
    assert table.caption in page
    assert all(str(written(note)) in html5lib.parse(page).itertext() or note in page for note in table.notes)
    assert 'class="print-only">The exact figures are for the screen only.' in page


def test_the_list_leads_to_every_table_and_no_other_is_there(partnership: Partnership) -> None:
    officer = partnership.officer()
    page = officer.get("/reports/tables").text
    for number in SHEETS:
        assert f'href="/reports/tables/{number}"' in page
    for number in ("R7", "R16", "X2", "R", "1", "%00"):
        assert officer.get(f"/reports/tables/{number}").status_code == 404


def test_a_view_can_be_sent_by_its_address(partnership: Partnership) -> None:
    asked = {"period": "2025-26-q3", "module": MODULE, "sector": "health", "job_role": "Nurse"}
    page = partnership.officer().get(f"/reports/tables/R3?{urlencode(asked)}").text
    assert rows_of(page) == [
        ["Millpond Clinic", "11", "1", "9", "9 of 9 completions (100%)", "9"],
        ["Total", "11", "1", "9", "9 of 9 completions (100%)", "9"],
    ]
    for value in asked.values():
        assert f'<option value="{value}" selected>' in page
    assert "left out" not in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("period=1999-00", "asked for a period that"),
        ("period=2025-26-q9", "asked for a period that"),
        ("period=2026-03-31..2025-04-01", "asked for a period that"),
        ("module='&agency=99999", "asked for a training module and an agency that"),
        ("agency=-1", "asked for an agency that"),
        ("agency=1&sector=police", "asked for a kind of agency that"),  # agency 1 is a school
        ("job_role=Wizard&sector=navy", "asked for a kind of agency and a job role that"),
    ],
)
def test_what_is_none_of_ours_is_left_out_and_it_is_said(partnership: Partnership, query: str, says: str) -> None:
    answer = partnership.officer().get(f"/reports/tables/R3?{query}")
    assert answer.status_code == 200
    assert says in answer.text
    assert "April 2026 to March 2027, so far" in answer.text


def test_a_table_leaves_out_what_it_cannot_be_narrowed_down_to(partnership: Partnership) -> None:
    officer = partnership.officer()
    assert rows_of(officer.get("/reports/tables/R13?job_role=Nurse").text) == rows_of(
        officer.get("/reports/tables/R13").text
    )
    page = officer.get("/reports/tables/R5?period=2024-25").text
    assert 'name="period"' not in page
    assert "asked for a period that" in page, "nobody takes the figures for those of another time"


@pytest.mark.parametrize("number", SHEETS)
def test_with_nothing_recorded_every_page_says_something_sensible(app: Flask, world: World, number: str) -> None:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    page = client.sign_in(world.officer).get(f"/reports/tables/{number}").text
    assert number in page
    assert "%)" not in page
    if number == "X1":
        assert "This table is of whole financial years that are over. The first ends on 31 March 2026." in page
    else:
        assert "The first file can be made once the financial year ends on 31 March 2026." in page


@pytest.fixture(scope="module")
def published(partnership: Partnership) -> Mapping[str, Table]:
    return {sheet_of(table): table for table in reversed(list_published(YEAR.period, TITLES))}  # R5 of the first module


@pytest.mark.parametrize("number", SHEETS)
def test_a_file_is_the_published_table_cell_by_cell(
    partnership: Partnership, published: Mapping[str, Table], number: str
) -> None:
    forget()
    officer, table = partnership.officer(), published[number]
    header, cells = flat(table)
    workbook = officer.post(f"/reports/tables/{number}.xlsx?period=2025-26")
    assert workbook.headers["Content-Disposition"] == f'attachment; filename="{number.lower()}-2025-26.xlsx"'
    sheet = as_workbook(workbook.data)[1]
    assert sheet[0] == header
    assert len(sheet) == len(cells) + 1
    answer = officer.post(f"/reports/tables/{number}.csv?period=2025-26")
    found = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    if number != "X1":  # which has the columns of open data
        assert found[0] == header
        assert found[1 : len(cells) + 1] == [["" if cell is None else str(cell) for cell in row] for row in cells]


def test_nothing_that_leaves_is_a_small_count_or_a_part_of_one(published: Mapping[str, Table]) -> None:
    for table in published.values():
        for row in table.rows:
            for cell in row:
                for count in (cell.numerator, cell.denominator) if isinstance(cell, Rate) else (cell,):
                    assert not isinstance(count, int) or count % 5 == 0
    assert [[written(cell) for cell in row] for row in published["R1"].rows] == [
        ["People registered", "20", "*"],
        ["People completing at least one module", "*", "*"],  # 11, of whom all but a few are those of one module
        ["Completions", "10", "*"],
        ["Team discussions recorded", "*", "0"],
        ["People present at team discussions", "*", "0"],
    ]
    assert [written(cell) for cell in published["R3"].rows[1]] == ["Millpond Clinic", "*", "*", "*"]
    assert [written(cell) for cell in published["R3"].rows[-1]] == ["Total", "20", "10", "*"]
    assert "Module" not in [column.label for column in published["R13"].columns]
    assert published["R15"].rows[0][0] == (
        "Figures shown as *: 6 in R1, 8 in R2, 12 in R3, 9 in R4, 8 in R6, 5 in R13, 82 in X1, 6 in R5.1, 6 in R5.2"
    )


@pytest.mark.parametrize("start", [2026, 2025])
def test_a_year_that_is_not_over_is_never_published(partnership: Partnership, start: int) -> None:
    with clock.at(SUMMER - dt.timedelta(days=75)), pytest.raises(ValueError, match="is published"):
        list_published(financial_year(start), TITLES)


def test_a_membership_dated_back_moves_what_was_held_on_to(partnership: Partnership) -> None:
    before = make_table("X1", YEAR, TITLES).rows
    hire(partnership.world.school, since=dt.date(2025, 8, 1), job_role="Youth worker")
    assert make_table("X1", YEAR, TITLES).rows != before


def test_open_data_has_the_columns_that_are_asked_for(partnership: Partnership) -> None:
    forget()
    answer = partnership.officer().post("/reports/tables/x1.csv?period=2025-26")
    found = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert len(found) == len(JOB_ROLES) * len(TITLES)
    assert next(row for row in found if (row["staff_group"], row["module_name"]) == ("Nurse", "Another module")) == {
        "financial_year": "2025-26", "staff_group": "Nurse", "module_name": "Another module", "required_count": "10",
        "completed_count": "*", "completion_rate_pct": "*", "overdue_count": "10", "suppressed": "yes",
    }  # fmt: skip


@pytest.mark.parametrize("period", ["2026-27", "2025-26-q3", "1999-00", "nonsense", ""])
def test_no_file_of_another_period_can_be_had(partnership: Partnership, period: str) -> None:
    assert partnership.officer().post(f"/reports/tables/R3.csv?period={period}").status_code == 404


def test_taking_a_file_is_a_post_and_leaves_a_trace(partnership: Partnership) -> None:
    forget()
    officer = partnership.officer()
    assert officer.get("/reports/tables/R3.csv?period=2025-26").status_code == 404
    officer.post("/reports/tables/r3.csv?period=2025-26&agency=1")  # no filter but the period
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "table exported").order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    assert (entry.practitioner_id, entry.subject) == (partnership.world.officer.practitioner_id, "R3 2025-26")
