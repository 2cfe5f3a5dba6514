"""The report as the officer sees it: exact on the screen, and nothing else on its way out."""

import csv
import datetime as dt
import io
import itertools
from collections.abc import Iterator

import html5lib
import pytest
from flask import Flask
from sqlalchemy import event, select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.models import AuditEntry
from elearning.figures.disclosure import disclosed, tells_nothing
from elearning.figures.rules import financial_year
from elearning.people import operations as people
from elearning.people.types import Sector
from elearning.reports import queries
from tests.conftest import MODULE, CheckedClient, World
from tests.records import complete, hire, publish

SUMMER = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)  # 2025-26 is over, 2026-27 is running
TITLES = {MODULE: "Sample module"}


@pytest.fixture
def past(world: World) -> Iterator[World]:
    """Summer 2026, after a year with 12 completions at the school, 3 at the clinic, and 2 since."""
    publish("other-module", title="=Other, with a comma")
    for _ in range(12):
        complete(hire(world.school), world.school, on=dt.date(2025, 11, 3))
    for _ in range(3):
        complete(hire(world.clinic), world.clinic, on=dt.date(2026, 1, 12), module="other-module")
    complete(hire(None), None, on=dt.date(2026, 2, 2))
    for _ in range(2):
        complete(hire(world.school), world.school, on=dt.date(2026, 4, 20))
    with clock.at(SUMMER):
        yield world


def officer_of(app: Flask, world: World) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.officer)


def tables(page: str) -> dict[str, list[list[str]]]:
    """The tables of a page by the first words of their captions."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    found = {}
    for table in root.iter("table"):
        caption = (table.find("caption").text or "").strip()
        found[caption] = [
            [" ".join("".join(cell.itertext()).split()) for cell in row if cell.tag in ("th", "td")]
            for row in table.iter("tr")
        ]
    return found


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_screen_shows_the_exact_rows_of_the_report(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports?period=2025-26").text
    table = tables(page)["Completions by agency and training module, April 2025 to March 2026"]
    report = queries.completion_report(financial_year(2025), TITLES)
    assert table[1:] == [
        [
            row.name,
            str(row.registered),
            str(row.people),
            str(row.share),
            *(str(cell.people) for cell in row.cells),
            str(row.completions),
        ]
        for row in (*report.rows, report.total)
    ]
    assert [line[0] for line in table[1:]] == ["Millpond Clinic", "Harrow Lane School", "No agency", "Total"]
    assert [line[-1] for line in table[1:]] == ["3", "12", "1", "16"]
    assert "12 of 18 registered people (67%)" in table[2]
    assert "2:05pm on 15 June 2026" in page
    assert "worked for the agency on 31 March 2026" in page
    assert "Sample module, version 1; =Other, with a comma, version 1." in page


def test_the_chart_has_its_names_and_the_figures_of_the_table(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports?period=2025-26").text
    charts = [
        node for node in html5lib.parse(page, namespaceHTMLElements=False).iter() if str(node.tag).endswith("}svg")
    ]
    assert [chart.get("role") for chart in charts] == ["img", "img"]
    texts = ["".join(node.itertext()) for node in charts[0].iter() if str(node.tag).endswith("}text")]
    assert texts == ["Millpond Clinic", "3", "Harrow Lane School", "12", "No agency", "1"]
    widths = [node.get("width") for node in charts[0].iter() if str(node.tag).endswith("}rect")]
    assert widths == ["20.0%", "80.0%", "6.6%"]


def test_quarters_have_their_chart_and_table(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports").text
    assert tables(page)["Completions by quarter of the financial year"][1:] == [
        ["Quarter 1, April to June 2026", "2"],
        ["Quarter 2, July to September 2026", "not yet begun"],
        ["Quarter 3, October to December 2026", "not yet begun"],
        ["Quarter 4, January to March 2027", "not yet begun"],
    ]


def test_this_financial_year_is_shown_unless_another_period_is_asked_for(app: Flask, past: World) -> None:
    officer = officer_of(app, past)
    assert "April 2026 to March 2027, so far" in officer.get("/reports").text
    page = officer.get("/reports?period=2025-26-q3&sector=school+or+college").text
    assert "Quarter 3, October to December 2025. Only agencies of the kind ‘School or college’." in page
    assert '<option value="2025-26-q3" selected>' in page
    assert "Millpond" not in page


@pytest.mark.parametrize("query", ["period=1999-00", "period='", "sector=navy", "period=2027-28-q1"])
def test_a_period_or_sector_that_is_none_of_ours_is_left_out_and_it_is_said(
    app: Flask, past: World, query: str
) -> None:
    answer = officer_of(app, past).get(f"/reports?{query}")
    assert answer.status_code == 200
    assert "that is not in the lists below" in answer.text
    assert "April 2026 to March 2027, so far" in answer.text


def test_a_period_without_completions_says_so(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports?period=2025-26-q1").text
    assert "No completions in this period" in page
    assert "%)" not in page


def test_before_the_first_completion(app: Flask, world: World) -> None:
    page = officer_of(app, world).get("/reports").text
    assert "No completions in this period" in page
    assert "The first file can be made once the financial year ends on 31 March 2026." in page


def test_nobody_is_named(app: Flask, past: World) -> None:
    officer = officer_of(app, past)
    seen = officer.get("/reports?period=2025-26").text + officer.post("/reports/completions.csv?period=2025-26").text
    main = seen.partition("<main")[2].partition("</main>")[0]
    for persona in (past.amina, past.ben, past.tomasz, past.officer):
        assert persona.full_name not in main
    assert "Person " not in seen


def test_only_officers_come_in(app: Flask, past: World) -> None:
    for persona in (past.amina, past.grace, past.admin):
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        client.sign_in(persona)
        assert client.get("/reports").status_code == 404
        assert client.post("/reports/completions.csv?period=2025-26").status_code == 404


def test_the_file_is_the_report_with_disclosure_control(app: Flask, past: World) -> None:
    answer = officer_of(app, past).post("/reports/completions.csv?period=2025-26")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="completions-2025-26.csv"'
    report = queries.completion_report(financial_year(2025), TITLES)
    module_figures = {
        module.title: (disclosed(total.people), [disclosed(row.cells[position].people) for row in report.rows])
        for position, (module, total) in enumerate(zip(report.modules, report.total.cells, strict=True))
    }
    expected = []
    for row, (module, cell) in itertools.chain.from_iterable(
        zip(itertools.repeat(row), zip(report.modules, row.cells, strict=True), strict=False) for row in report.rows
    ):
        count = disclosed(cell.people) if tells_nothing(*module_figures[module.title]) else None
        expected.append(
            {
                "financial_year": "2025-26",
                "agency": row.name,
                "module": module.title.replace("=", "'="),
                "versions_on_offer": "1",
                "completed_people": "*" if count is None else str(count),
                "suppressed": "yes" if count is None else "no",
            }
        )
    assert csv_rows(answer.data) == expected
    assert [line["completed_people"] for line in expected] == ["*", "*", "*", "*", "*", "*"]


def test_on_paper_there_are_the_figures_of_the_file_alone(app: Flask, past: World) -> None:
    officer = officer_of(app, past)
    page = officer.get("/reports?period=2025-26").text
    file = csv_rows(officer.post("/reports/completions.csv?period=2025-26").data)
    printed = tables(page)["People who completed, by agency and training module, April 2025 to March 2026"]
    assert [[line[0], line[3]] for line in printed[1:]] == [[row["agency"], row["completed_people"]] for row in file]
    for query in ("", "?period=2025-26-q3", "?period=2025-26&sector=police"):
        page = officer.get(f"/reports{query}").text
        assert "The exact figures of this period are for the screen only." in page
    root = html5lib.parse(officer.get("/reports?period=2025-26").text, namespaceHTMLElements=False)
    main = next(root.iter("main"))
    on_paper = [child for child in main if child.get("class") not in ("screen-only", "filters")]
    assert [child.tag for child in on_paper] == ["h1", "p", "div"]


@pytest.mark.parametrize("period", ["2026-27", "2025-26-q3", "1999-00", "nonsense", ""])
def test_no_other_file_can_be_had(app: Flask, past: World, period: str) -> None:
    assert officer_of(app, past).post(f"/reports/completions.csv?period={period}").status_code == 404
    assert db.session.execute(select(AuditEntry).where(AuditEntry.action == "completions exported")).all() == []


def test_files_are_taken_out_a_few_at_a_time(app: Flask, past: World) -> None:
    officer = officer_of(app, past)
    asked = [officer.post("/reports/completions.csv?period=2025-26").status_code for _ in range(6)]
    assert asked == [200] * 5 + [429]


def test_taking_the_file_is_a_post_and_leaves_a_trace(app: Flask, past: World) -> None:
    officer = officer_of(app, past)
    assert officer.get("/reports/completions.csv?period=2025-26").status_code == 405
    officer.post("/reports/completions.csv?period=2025-26")
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "completions exported")).scalar_one()
    assert (entry.practitioner_id, entry.subject) == (past.officer.practitioner_id, "2025-26")


def test_the_statements_of_the_page_do_not_grow_with_the_agencies(app: Flask, past: World) -> None:
    officer = officer_of(app, past)
    heard: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    def statements() -> int:
        heard.clear()
        event.listen(db.engine, "after_cursor_execute", hear)
        assert officer.get("/reports?period=2025-26").status_code == 200
        event.remove(db.engine, "after_cursor_execute", hear)
        return len(heard)

    statements()
    few = statements()
    for number in range(20):
        agency = people.add_agency(f"Charity {number}", Sector.VOLUNTARY)
        complete(hire(agency), agency, on=dt.date(2026, 1, 5))
    assert statements() == few <= 14
