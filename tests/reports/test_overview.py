"""The officer's first page: four tables worked out by hand, what makes an agency one to talk to, and the page itself."""

import datetime as dt
from dataclasses import replace

import html5lib
import pytest
from flask import Flask

from elearning.core import clock
from elearning.figures.rules import financial_year, quarters_of, written
from elearning.figures.types import Hidden, Period, Rate
from elearning.people.types import AgencyName, Sector
from elearning.reports.overview import concern
from elearning.reports.queries import overview_tables
from elearning.reports.types import AgencyGlance, Overview, Required, View
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Group
from tests.conftest import MODULE, CheckedClient, World
from tests.records import hire, publish
from tests.reports.conftest import OTHER, SUMMER, TITLES, Partnership

YEAR = financial_year(2025)
RUNNING = quarters_of(financial_year(2026))[0]


def shown(period: Period, **narrowed: object) -> Overview:
    return overview_tables(View(period, **narrowed), TITLES)  # type: ignore[arg-type]  # by name


def test_a_year_at_a_glance_stands_beside_the_one_before(partnership: Partnership) -> None:
    assert shown(YEAR).glance.rows == (
        ("Completions", 12, 2),
        ("People completing at least one module", 11, 2),
        ("Agencies with a completion", 2, 1),
        ("CPD hours", 4, 1),
        ("Team discussions recorded", 1, 0),
    )


def test_a_quarter_stands_beside_the_one_before_and_that_of_a_year_before(partnership: Partnership) -> None:
    table = shown(quarters_of(YEAR)[3]).glance
    assert [column.label for column in table.columns[1:]] == [
        "Quarter 4, January to March 2026",
        "Quarter 3, October to December 2025",
        "Quarter 4, January to March 2025",
    ]
    assert table.rows[0] == ("Completions", 3, 9, 0)


def test_the_trend_has_a_row_a_quarter_and_none_for_those_to_come(partnership: Partnership) -> None:
    assert [row[1:] for row in shown(YEAR).trend.rows] == [(0, 2), (0, 0), (9, 0), (3, 0)]
    assert [row[1:] for row in shown(RUNNING).trend.rows] == [
        (0, 0), (Hidden.NONE, 0), (Hidden.NONE, 9), (Hidden.NONE, 3),
    ]  # fmt: skip


def test_what_is_asked_for_narrows_every_table(partnership: Partnership) -> None:
    overview = shown(YEAR, sector=Sector.SCHOOL)
    assert overview.glance.rows[0] == ("Completions", 1, 2)
    assert {row[0] for row in overview.agencies.rows} <= {"Harrow Lane School"}
    assert shown(YEAR, job_role="Nurse").glance.rows[0] == ("Completions", 10, 0)
    assert [row[0] for row in shown(YEAR, module="other-module").modules.rows] == ["Another module"]


def test_agencies_are_listed_where_much_is_overdue(partnership: Partnership) -> None:
    # At the school on 31 March 2026: the four of every test, who hold nothing and joined in February; and two, of whom
    # one has renewed and one has begun and not finished.
    rows = {str(row[0]): row for row in shown(YEAR).agencies.rows}
    assert rows["Harrow Lane School"][:3] == ("Harrow Lane School", 1, 2)
    assert str(rows["Harrow Lane School"][3]).endswith("certificates due by then (83%) are overdue")


def test_only_what_was_due_by_then_of_people_who_settled_can_be_overdue(world: World) -> None:
    publish(OTHER)
    with clock.at(SUMMER):
        for _ in range(10):
            hire(world.clinic, since=dt.date(2024, 5, 1))
        hire(world.clinic, since=SUMMER.date() - dt.timedelta(days=1))  # nobody is late in their first four weeks
        add_requirements(
            [
                Ask(world.clinic, MODULE, Group.EVERYONE, "", dt.date(2026, 6, 1)),
                Ask(world.clinic, OTHER, Group.EVERYONE, "", dt.date(2026, 12, 1)),
            ],
            by=None,
        )
        rows = {row[0]: row[3] for row in shown(RUNNING).agencies.rows}
    assert rows == {"Millpond Clinic": "13 of 13 certificates due by then (100%) are overdue"}


AGENCY = AgencyGlance(AgencyName(1, "School", Sector.SCHOOL), 4, 8, Required(20, 20, 0), has_declared=True)


@pytest.mark.parametrize(
    ("glance", "why"),
    [
        (AGENCY, None),
        (replace(AGENCY, required=Required(20, 15, 5)), "5 of 20 certificates due by then (25%) are overdue"),
        (replace(AGENCY, required=Required(20, 16, 4)), None),
        (replace(AGENCY, now=0, before=1), "No completion; 1 completion a year before"),
        (replace(AGENCY, now=0, before=0), None),
        (replace(AGENCY, now=3), "3 completions, down from 8 a year before"),
        (replace(AGENCY, now=3, before=7), None),
    ],
)
def test_why_to_talk_to_an_agency(glance: AgencyGlance, why: str | None) -> None:
    found = concern(glance, is_over=True)
    assert (found[1] if found else None) == why
    of_a_running_one = concern(glance, is_over=False)
    assert (of_a_running_one is not None) == (why is not None and "overdue" in why)


def officer_of(app: Flask, world: World) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.officer)


def test_the_page_shows_the_rows_and_a_chart_of_the_same_figures(partnership: Partnership) -> None:
    page = partnership.officer().get("/reports?period=2025-26").text
    overview = shown(YEAR)
    root = html5lib.parse(page, namespaceHTMLElements=False)
    tables = [
        [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in table.find("tbody")]
        for table in root.iter("table")
    ]
    assert tables == [
        [[written(value) for value in row] for row in table.rows]
        for table in (overview.glance, overview.trend, overview.agencies, overview.modules)
    ]
    texts = {"".join(node.itertext()) for node in root.iter() if str(node.tag).endswith("}text")}
    assert {"9", "3", "2", "2025 to 2026", "2024 to 2025"} <= texts


def test_the_address_holds_every_choice_and_what_there_is_not_is_said(partnership: Partnership) -> None:
    officer = partnership.officer()
    page = officer.get("/reports?period=2025-26-q3&sector=health&job_role=Nurse").text
    assert "Quarter 3, October to December 2025. Only Nurse, Health." in page
    assert '<option value="2025-26-q3" selected>' in page
    for query in ("period=1999-00", "period='", "sector=navy", "period=2027-28-q1", "agency=99", "module=x"):
        answer = officer.get(f"/reports?{query}")
        assert answer.status_code == 200
        assert "that is not in the lists below" in answer.text
        assert "Quarter 1, April to June 2026, so far." in answer.text


def test_before_there_is_anything_every_table_says_so(app: Flask, world: World) -> None:
    page = officer_of(app, world).get("/reports").text
    assert "No agency stands out." in page
    assert "%)" not in page
    assert "2 agencies have declared no headcount" in page


def test_nobody_is_named_and_nothing_of_it_is_printed(partnership: Partnership) -> None:
    page = partnership.officer().get("/reports?period=2025-26").text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "Person " not in main
    for persona in (partnership.world.amina, partnership.world.tomasz, partnership.world.officer):
        assert persona.full_name not in main
    root = html5lib.parse(page, namespaceHTMLElements=False)
    on_paper = [child for child in next(root.iter("main")) if child.get("class") not in ("screen-only", "filters")]
    assert not [node for child in on_paper for node in child.iter() if node.tag == "table"]


def test_today_is_in_the_quarter_that_is_shown(partnership: Partnership) -> None:
    with clock.at(dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)):
        assert "Quarter 2, July to September 2026, so far." in partnership.officer().get("/reports").text


def test_a_rate_without_a_denominator_has_no_percentage(partnership: Partnership) -> None:
    rates = [value for row in shown(RUNNING).modules.rows for value in row if isinstance(value, Rate)]
    assert {str(rate) for rate in rates if not rate.denominator} >= {"0 of 0 answers"}
