"""Kept reports on the screen and as files."""

import csv
import io
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.core.db import db
from elearning.core.models import AuditEntry
from elearning.figures.rules import written
from tests.conftest import CheckedClient, World
from tests.editions.reports import CHANGED, REPORT, keep, keep_two
from tests.figures.test_tables import as_workbook
from tests.structure.conftest import visitor
from tests.tampering import tamper


@pytest.fixture
def officer(app: Flask, world: World) -> CheckedClient:
    return visitor(app).sign_in(world.officer)


def test_there_is_nothing_to_see_before_the_first(officer: CheckedClient) -> None:
    page = officer.get("/reports/editions").text
    assert "No report has been kept yet." in page
    assert officer.get("/reports/editions/1").status_code == 404


def test_an_officer_finds_the_editions_and_what_changed(officer: CheckedClient) -> None:
    second = keep_two()
    first = second - 1
    listed = officer.get("/reports/editions").text
    assert listed.index("edition 2") < listed.index("edition 1")
    assert "4 figures changed, 1 row was added" in listed

    page = officer.get(f"/reports/editions/{second}").text
    assert "Sample module, version 1" in page
    assert "a newer edition" not in page
    assert "a newer edition" in officer.get(f"/reports/editions/{first}").text

    changes = officer.get(f"/reports/editions/{second}/changes").text
    assert "Harrow Lane Academy" in changes
    assert "Renamed; figures are compared under the new name" in changes
    assert officer.get(f"/reports/editions/{first}/changes").status_code == 404


def test_a_part_says_every_word_and_figure_that_was_kept(officer: CheckedClient) -> None:
    kept = keep()
    page = officer.get(f"/reports/editions/{kept}/parts/1").text
    (part, last) = REPORT.parts
    for said in (*part.words, part.charts[0].title, part.charts[0].description, *part.tables[0].notes):
        assert said in page
    for row in part.tables[0].rows:
        assert all(written(value) in page for value in row)
    assert last.words[0] in officer.get(f"/reports/editions/{kept}/parts/2").text
    assert [officer.get(f"/reports/editions/{kept}/parts/{number}").status_code for number in (0, 3)] == [404, 404]


def test_the_files_are_the_same_bytes_each_time_and_leave_a_line_in_the_trail(
    officer: CheckedClient, world: World
) -> None:
    kept = keep()
    first, again = (officer.post(f"/reports/editions/{kept}.pdf") for _ in range(2))
    assert first.data == again.data
    assert first.data.startswith(b"%PDF")
    assert first.headers["Content-Disposition"] == 'attachment; filename="annual-report-2024-25-edition-1.pdf"'
    book, same = (officer.post(f"/reports/editions/{kept}.xlsx") for _ in range(2))
    assert book.data == same.data
    assert as_workbook(book.data)[1][1][0] == "Harrow Lane School"

    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "report exported")).all()
    assert [(entry.practitioner_id, entry.subject) for entry in entries] == [
        (world.officer.practitioner_id, f"annual 2024-25 edition 1 {form}") for form in ("pdf", "pdf", "xlsx", "xlsx")
    ]
    assert [officer.post(f"/reports/editions/{kept}.xlsx").status_code for _ in range(2)] == [200, 429]


def test_every_line_of_what_changed_is_in_the_file(officer: CheckedClient) -> None:
    second = keep_two()
    content = officer.post(f"/reports/editions/{second}.csv").data.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(content))
    assert header == ["where", "row", "column", "was", "is", "why"]
    assert len(rows) == 9
    assert officer.post(f"/reports/editions/{second - 1}.csv").status_code == 404


def test_a_report_without_tables_has_no_workbook(officer: CheckedClient) -> None:
    kept = keep(replace(REPORT, parts=REPORT.parts[1:]))
    assert "Excel" not in officer.get(f"/reports/editions/{kept}").text
    assert officer.post(f"/reports/editions/{kept}.xlsx").status_code == 404


def test_a_changed_report_is_not_shown_and_nobody_takes_it_out(officer: CheckedClient) -> None:
    second = keep_two()
    tamper("UPDATE edition SET content = replace(content, '15', '95') WHERE number = 1")
    for method, path in [("GET", ""), ("GET", "/parts/1"), ("POST", ".pdf"), ("POST", ".xlsx")]:
        answer = officer.open(f"/reports/editions/{second - 1}{path}", method=method)
        assert answer.status_code == 500
        assert "This report was changed after it was kept" in answer.text
        assert "95" not in answer.text
    assert officer.get(f"/reports/editions/{second}").status_code == 200
    assert officer.get(f"/reports/editions/{second}/changes").status_code == 500
    assert CHANGED.title in officer.get("/reports/editions").text
