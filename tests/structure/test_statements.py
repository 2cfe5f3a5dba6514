"""How many SQL statements every page takes: a table written by hand, for everyone, with few rows and with many.

A page without a line fails. A statement in a loop takes more with many rows; one more statement on a page is a decision,
and is made by changing its line.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from elearning.accounts.operations import grant_role, open_account
from elearning.catalogue.library import Library, library
from elearning.catalogue.operations import publish_modules
from elearning.core.roles import Role
from elearning.people.operations import add_agency
from elearning.people.types import Sector
from elearning.requirements.operations import add_requirements, declare_headcounts
from elearning.requirements.types import Ask, Declared, Group
from elearning.training.operations import start_quiz
from tests import journey
from tests.conftest import MODULE
from tests.records import begin, complete, hire
from tests.structure.conftest import ASKERS, Site, routes

# Both databases take the same. Signing in is looked up in one statement, which is the first of every page.
# Amina has passed, Ben sits the quiz, Grace is in the middle of the story; the two files are asked for as well.
#
#                                                         nobody amina ben grace olu officer admin
TABLE = """
GET  /                                                        0   7   7   7   7   7   7
GET  /healthz                                                 1   1   1   1   1   1   1
GET  /static/style.css                                        0   0   0   0   0   0   0
GET  /static/<path:filename>                                  0   0   0   0   0   0   0
GET  /sign-in                                                 0   1   1   1   1   1   1
GET  /sign-in/code                                            0   0   0   0   0   0   0
GET  /second-factor                                           0   1   1   2   2   2   2
GET  /second-factor/set-up                                    0   1   1   2   2   2   2
GET  /signed-out                                              0   1   1   1   1   1   1
GET  /verify                                                  0   1   1   1   1   1   1
GET  /verify/<number>                                         1   2   2   2   2   2   2
GET  /verify/file                                             0   1   1   1   1   1   1
GET  /verify/list                                             0   1   1   1   1   1   1
GET  /privacy                                                 0   1   1   1   1   1   1
GET  /accessibility                                           0   1   1   1   1   1   1
GET  /account                                                 0   1   1   2   2   2   2
GET  /modules/<key>                                           0   7   7   7   7   7   7
GET  /modules/<key>/content-note                              0   1   1   1   1   1   1
GET  /modules/<key>/confidence/before                         0   6   6   6   6   6   6
GET  /modules/<key>/confidence/<any:moment>                   0   3   2   2   2   2   2
GET  /modules/<key>/pledge                                    0   3   2   2   2   2   2
GET  /modules/<key>/follow-ups/<int:number>                   0   4   2   2   2   2   2
GET  /modules/<key>/follow-ups/<int:number>/<int:position>    0   4   2   2   2   2   2
GET  /modules/<key>/follow-ups/<int:number>/<any:about>       0   4   2   2   2   2   2
GET  /modules/<key>/sections/<slug>                           0   1   1   1   1   1   1
GET  /modules/<key>/sources                                   0   1   1   1   1   1   1
GET  /modules/<key>/story                                     0   2   2   2   2   2   2
GET  /modules/<key>/story/<int:step>                          0   2   2   2   2   2   2
GET  /modules/<key>/story/<int:step>/followed                 0   2   2   2   2   2   2
GET  /modules/<key>/story/ending                              0   2   2   2   2   2   2
GET  /modules/<key>/quiz                                      0   6   6   6   6   6   6
GET  /modules/<key>/quiz/<int:position>                       0   3   2   3   3   3   3
GET  /modules/<key>/quiz/check                                0   3   2   3   3   3   3
GET  /modules/<key>/quiz/result                               0   8   2   2   2   2   2
GET  /modules/<key>/team-sheet                                0   1   1   1   1   1   1
GET  /modules/<key>/team-sheet.pdf                            0   2   2   2   2   2   2
GET  /modules/<key>/discussions/new                           0   1   1   1   1   1   1
GET  /record                                                  0  10  10  10  10  10  10
GET  /record/discussions/<int:discussion_id>                  0   2   2   2   2   2   2
GET  /record/discussions/claim                                0   1   1   1   1   1   1
GET  /record/attempts/<int:attempt_id>                        0   2   2   2   2   2   2
GET  /record/certificates                                     0   2   2   2   2   2   2
GET  /record/certificates.pdf                                 0   2   2   2   2   2   2
GET  /record/certificates/<number>/cpd                        0   4   2   2   2   2   2
GET  /record/certificates/<number>/cpd.txt                    0   4   2   2   2   2   2
GET  /certificates/<number>                                   0   2   2   2   2   2   2
GET  /certificates/<number>.pdf                               0   2   2   2   2   2   2
GET  /agency                                                  0   1   1   9   9   1   1
GET  /agency/discussions                                      0   1   1   4   4   1   1
POST /agency/people.csv                                       0   1   1  11  11   1   1
GET  /agency/certificates                                     0   1   1   5   5   1   1
POST /agency/certificates.zip                                 0   1   1  10  10   1   1
POST /agency/certificates.pdf                                 0   1   1  10  10   1   1
GET  /agency/requirements                                     0   1   1   3   3   1   1
GET  /agency/requirements/new                                 0   1   1   3   3   1   1
GET  /agency/requirements/<int:requirement_id>/end            0   1   1   3   2   1   1
GET  /agency/headcount                                        0   1   1   3   3   1   1
GET  /agency/requirements/upload                              0   1   1   2   2   1   1
GET  /agency/headcount/upload                                 0   1   1   2   2   1   1
GET  /reports                                                 0   1   1   1   1  11   1
GET  /reports/make                                            0   1   1   1   1   3   1
GET  /reports/tables                                          0   1   1   1   1   1   1
GET  /reports/tables/<table>                                  0   1   1   1   1   9   1
POST /reports/tables/<table>.<any:kind>                       0   1   1   1   1 106   1
GET  /reports/items                                           0   1   1   1   1   5   1
POST /reports/items.csv                                       0   1   1   1   1   5   1
POST /reports/items.xlsx                                      0   1   1   1   1   5   1
GET  /reports/editions                                        0   1   1   1   1   2   1
GET  /reports/editions/<int:edition_id>                       0   1   1   1   1   3   1
GET  /reports/editions/<int:edition_id>/parts/<int:number>    0   1   1   1   1   2   1
GET  /reports/editions/<int:edition_id>/changes               0   1   1   1   1   3   1
POST /reports/editions/<int:edition_id>.pdf                   0   1   1   1   1   4   1
POST /reports/editions/<int:edition_id>.xlsx                  0   1   1   1   1   4   1
POST /reports/editions/<int:edition_id>.csv                   0   1   1   1   1   5   1
GET  /reports/impact                                          0   1   1   1   1   6   1
POST /reports/impact.csv                                      0   1   1   1   1   7   1
POST /reports/impact.xlsx                                     0   1   1   1   1   7   1
GET  /reports/requirements                                    0   1   1   1   1   3   1
GET  /reports/requirements/new                                0   1   1   1   1   2   1
GET  /reports/requirements/<int:requirement_id>/end           0   1   1   1   1   3   1
GET  /reports/requirements/upload                             0   1   1   1   1   1   1
GET  /reports/headcounts                                      0   1   1   1   1   3   1
GET  /reports/headcounts/new                                  0   1   1   1   1   2   1
GET  /reports/headcounts/upload                               0   1   1   1   1   1   1
GET  /admin                                                   0   1   1   1   1   1   1
GET  /admin/certificates                                      0   1   1   1   1   1   1
"""
FILES = [
    ("POST", "/agency/people.csv"),
    ("POST", "/reports/tables/<table>.<any:kind>"),
    ("POST", "/reports/items.csv"),
    ("POST", "/reports/items.xlsx"),
    ("POST", "/reports/editions/<int:edition_id>.pdf"),
    ("POST", "/reports/editions/<int:edition_id>.xlsx"),
    ("POST", "/reports/editions/<int:edition_id>.csv"),
    ("POST", "/reports/impact.csv"),
    ("POST", "/reports/impact.xlsx"),
    ("POST", "/agency/certificates.zip"),
    ("POST", "/agency/certificates.pdf"),
]
LINES = {(line.split()[0], line.split()[1]): [int(n) for n in line.split()[2:]] for line in TABLE.strip().splitlines()}
A_YEAR = "?period=2024-25"
ASKED = {
    "/reports": A_YEAR,
    "/reports/tables/<table>": A_YEAR,
    "/reports/tables/<table>.<any:kind>": A_YEAR,
    "/reports/items": f"{A_YEAR}&module={MODULE}",
    "/reports/items.csv": f"{A_YEAR}&module={MODULE}",
    "/reports/items.xlsx": f"{A_YEAR}&module={MODULE}",
    "/reports/impact": A_YEAR,
    "/reports/impact.csv": A_YEAR,
    "/reports/impact.xlsx": A_YEAR,
}

Taken = Mapping[tuple[str, str], list[int]]


def _pages(site: Site) -> list[tuple[str, str]]:
    return sorted({(method, route) for method, route in routes(site.app) if method == "GET"} | {*FILES})


def _taken(site: Site, asker: str, method: str, route: str) -> int:
    statements = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    client = site.client(asker)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.open(site.address(route) + ASKED.get(route, ""), method=method)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(statements)


def _measure(site: Site) -> Taken:
    return {page: [_taken(site, asker, *page) for asker in ASKERS] for page in _pages(site)}


def _in_the_middle(site: Site) -> None:
    world, module = site.world, library().modules[MODULE]
    journey.make_ready(world.ben, module)
    start_quiz(world.ben.practitioner_id, module)
    grace = site.client("grace")
    grace.post(f"/modules/{MODULE}/story", data={"walk": "1"})


def _grow(site: Site) -> None:
    """More of everything that a page might walk through."""
    sample, world = library().modules[MODULE], site.world
    more = [sample.model_copy(update={"key": f"more-{n}", "title": f"More {n}"}) for n in range(5)]
    publish_modules(more)
    site.app.extensions["library"] = Library({module.key: module for module in [sample, *more]})
    for module in more:
        for year in (2020, 2024):
            complete(world.amina.practitioner_id, world.school, on=dt.date(year, 5, 1), module=module.key)
        begin(world.grace.practitioner_id, on=dt.date(2025, 5, 1), module=module.key)
        asks = [Ask(where, module.key, Group.EVERYONE, "", dt.date(2026, 3, 1)) for where in (None, world.school)]
        add_requirements(asks, by=None)
    for number in range(12):
        agency = add_agency(f"Agency {number}", list(Sector)[number % len(Sector)])
        for place in (agency, world.school, world.school, world.school, world.school, world.clinic):
            person = hire(place, since=dt.date(2024, 1, 1))
            complete(person, place, on=dt.date(2024, 6, 1))
            declare_headcounts([Declared(place, "", 40, dt.date(2026, 1, 1 + number))], by=None)
            account = open_account(person, f"person{person}@example.org")
        grant_role(account, Role.TRAINING_LEAD, agency_id=world.clinic)


@pytest.fixture(scope="module")
def taken(site: Site) -> Iterator[tuple[Taken, Taken]]:
    """What every page takes, before and after the rows have grown."""
    before = site.app.extensions["library"]
    _in_the_middle(site)
    few = _measure(site)
    _grow(site)
    many = _measure(site)
    yield few, many
    site.app.extensions["library"] = before


def test_every_page_has_a_line(site: Site) -> None:
    assert sorted(LINES) == _pages(site)


@pytest.mark.parametrize("page", LINES, ids=" ".join)
def test_a_page_takes_what_the_table_says(taken: tuple[Taken, Taken], page: tuple[str, str]) -> None:
    few, many = taken
    assert dict(zip(ASKERS, few[page], strict=True)) == dict(zip(ASKERS, LINES[page], strict=True))
    assert many[page] == few[page], "more rows take more statements"
