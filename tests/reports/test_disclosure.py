"""What leaves the partnership lets nobody work out a suppressed count; an agency and the officer see theirs exactly.

What figures become, and of which periods; `test_publication.py` attacks all of them together.
"""

import csv
import datetime as dt
import io
import zipfile

import html5lib
import pypdfium2
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.discussions.operations import record_discussion
from elearning.figures.disclosure import SMALLEST_SHOWN, disclosed, shown
from elearning.figures.rules import financial_year, is_publishable
from elearning.reports.tables import SHEETS
from elearning.requirements.operations import add_requirements, declare_headcounts
from elearning.requirements.types import Ask, Declared, Group
from tests.conftest import MODULE, CheckedClient, Persona, World
from tests.discussions.test_rules import log
from tests.figures.paper import cells, squeezed, structure
from tests.records import at_noon, complete, hire
from tests.reports.conftest import SUMMER
from tests.reports.test_table_pages import forget


@pytest.mark.parametrize(
    ("count", "published"),
    [
        (0, 0),
        (1, None),
        (7, None),
        (8, 10),
        (10, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (1002, 1000),
        (1003, 1005),
    ],
)
def test_one_to_seven_are_suppressed_and_the_rest_rounded_to_five(count: int, published: int | None) -> None:
    assert disclosed(count) == published
    assert shown(published) == ("*" if published is None else str(published))


def test_there_are_no_negative_counts() -> None:
    with pytest.raises(ValueError, match="never below zero"):
        disclosed(-1)


@given(st.integers(8, 10**7))
def test_a_shown_count_is_the_nearest_multiple_of_five(count: int) -> None:
    published = disclosed(count)
    assert published is not None
    assert published % 5 == 0
    assert abs(published - count) <= 2


def test_a_year_is_published_from_the_second_day_after_it_ended() -> None:
    year = financial_year(2025)
    assert not is_publishable(year, dt.date(2026, 3, 31))
    assert not is_publishable(year, dt.date(2026, 4, 1))
    assert is_publishable(year, dt.date(2026, 4, 2))


def test_a_running_year_would_show_the_day_on_which_someone_completed() -> None:
    """One completion a day: the day on which a mark turns into 10 is that of the eighth."""
    days = [disclosed(count) for count in range(10)]
    assert days.index(None) == 1
    assert days.index(10) == SMALLEST_SHOWN


CLINIC = "Millpond Clinic"


@pytest.fixture
def three(world: World) -> World:
    """The clinic's three people each completed the module, and led a team discussion; at the school forty did."""
    for _ in range(40):
        complete(hire(world.school, since=dt.date(2025, 5, 6)), world.school, on=dt.date(2025, 11, 3))
    for persona in (world.tomasz, world.olu, world.admin):
        complete(persona.practitioner_id, world.clinic, on=dt.date(2026, 3, 4))
    with clock.at(at_noon(dt.date(2026, 3, 5))):
        for present in (6, 7, 8):
            record_discussion(world.olu.practitioner_id, library().modules[MODULE], log(present=present))
        declare_headcounts([Declared(world.clinic, "", 3, dt.date(2026, 3, 1))], by=None)
        add_requirements([Ask(None, MODULE, Group.EVERYONE, "", dt.date(2026, 3, 31))], by=None)
    return world


def signed_in(app: Flask, persona: Persona) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(persona)


def rows_of(page: str, name: str) -> list[list[str]]:
    """The cells of the rows with this name, of every table of a page."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in root.iterfind(".//tr")]
    return [row[1:] for row in rows if row[0] == name]


def test_a_training_lead_sees_three_of_three(app: Flask, three: World) -> None:
    """Law 5: an agency about its own people, on each page and in each file."""
    with clock.at(SUMMER):
        lead = signed_in(app, three.olu)
        page = lead.get("/agency").text
        assert "3 of 3 people" in page
        assert "3 people work for" in page
        assert "3 people of 3, valid certificate" in lead.get("/agency?state=valid").text
        people = list(csv.DictReader(io.StringIO(lead.post("/agency/people.csv").data.decode("utf-8-sig"))))
        assert [bool(row["completed_on"]) for row in people] == [True] * 3
        assert "3 certificates" in lead.get("/agency/certificates").text
        with zipfile.ZipFile(io.BytesIO(lead.post("/agency/certificates.zip").data)) as pack:
            assert sum(name.endswith(".pdf") for name in pack.namelist()) == 3
        assert len(pypdfium2.PdfDocument(lead.post("/agency/certificates.pdf").data)) == 3
        assert "3 discussions led" in lead.get("/agency/discussions").text


SCREEN = (  # address, row and cell
    ("?{view}", "Completions", 0),
    ("?{view}", "People completing at least one module", 0),
    ("/tables/R1?{view}", "People registered", 0),
    ("/tables/R1?{view}", "People completing at least one module", 0),
    ("/tables/R1?{view}", "Team discussions recorded", 0),
    ("/tables/R2?{view}", "Sample module", 3),
    ("/tables/R3?period=2025-26", CLINIC, 0),
    ("/tables/R3?period=2025-26", CLINIC, 2),
    ("/tables/R3?period=2025-26&sector=health", CLINIC, 2),
    ("/tables/R3?{view}", "Total", 2),
    ("/tables/R4?period=2025-26", CLINIC, 2),
    ("/tables/R5?period=2025-26", CLINIC, 0),
    ("/tables/R5?period=2025-26", CLINIC, 2),
    ("/tables/R6?{view}", "Total", 1),
    ("/tables/R13?period=2025-26", CLINIC, 0),
)


def test_the_officer_sees_three_on_the_screen(app: Flask, three: World) -> None:
    with clock.at(SUMMER):
        officer = signed_in(app, three.officer)
        for address, row, cell in SCREEN:
            page = officer.get(f"/reports{address}".format(view=f"period=2025-26&agency={three.clinic}")).text
            assert rows_of(page, row)[0][cell] == "3", address


def test_and_nobody_sees_three_in_what_leaves(app: Flask, three: World) -> None:
    with clock.at(SUMMER):
        officer = signed_in(app, three.officer)
        for number in SHEETS:
            answer = officer.post(f"/reports/tables/{number}.csv?period=2025-26").data.decode("utf-8-sig")
            for row in csv.reader(io.StringIO(answer)):
                assert "3" not in row
                assert row[:1] != [CLINIC] or "*" in row
        forget()
        edition = officer.post("/reports/make?period=2025-26").headers["Location"]
        paper = structure(officer.post(f"{edition}.pdf").data)
    ours = [row for table in paper.all("Table") for row in cells(table) if row[0] == squeezed(CLINIC)]
    assert len(ours) == 2  # R3 and R4; of the other tables there is nothing left to print
    assert all("*" in row and "3" not in row for row in ours)
