"""Who gets what from every route: a table written by hand, and every cell of it asked for.

A route without a line fails, and so does a line without a route. What is denied changes nothing in the database, and
no page shows someone a name that is none of their business.
"""

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from elearning.accounts.operations import end_membership
from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import ElearningError
from elearning.database import metadata
from elearning.people.operations import join_agency
from elearning.web import access
from tests import journey
from tests.conftest import _WORLDS, MODULE, CheckedClient, Persona, World, copied, running, settings_for
from tests.records import complete

# in: is sent to sign in first; 302: done, and shown the next page; 404: as if it did not exist.
# Every object asked for is Amina's (`self`): her certificate, her attempt. Ben is her colleague, Grace their training
# lead; Olu leads another agency. A practitioner's own pages (quiz, record) show whoever asks their own.
#
#                                                nobody self colleague lead other-lead officer administrator
MATRIX = """
GET   /                                             200  200  200  200  200  200  200
GET   /healthz                                      200  200  200  200  200  200  200
GET   /static/style.css                             200  200  200  200  200  200  200
GET   /static/<path:filename>                       200  200  200  200  200  200  200
GET   /sign-in                                      200  302  302  302  302  302  302
POST  /sign-in                                      302  302  302  302  302  302  302
GET   /sign-in/code                                 302  302  302  302  302  302  302
POST  /sign-in/code                                 302  302  302  302  302  302  302
POST  /sign-in/demo                                 404  404  404  404  404  404  404
POST  /sign-out                                     302  302  302  302  302  302  302
GET   /signed-out                                   200  200  200  200  200  200  200
GET   /verify                                       200  200  200  200  200  200  200
GET   /verify/<number>                              200  200  200  200  200  200  200
GET   /privacy                                      200  200  200  200  200  200  200
GET   /accessibility                                200  200  200  200  200  200  200
GET   /account                                      in   200  200  200  200  200  200
POST  /account                                      in   302  302  302  302  302  302
GET   /modules/<key>                                in   200  200  200  200  200  200
GET   /modules/<key>/content-note                   in   200  200  200  200  200  200
POST  /modules/<key>/content-note                   in   302  302  302  302  302  302
GET   /modules/<key>/confidence/before              in   302  200  200  200  200  200
POST  /modules/<key>/confidence/before              in   302  302  302  302  302  302
GET   /modules/<key>/confidence/<any:moment>        in   200  302  302  302  302  302
POST  /modules/<key>/confidence/<any:moment>        in   302  302  302  302  302  302
GET   /modules/<key>/pledge                         in   302  302  302  302  302  302
POST  /modules/<key>/pledge                         in   200  302  302  302  302  302
GET   /modules/<key>/follow-ups/<int:number>        in   200  302  302  302  302  302
POST  /modules/<key>/follow-ups/<int:number>        in   302  302  302  302  302  302
GET   /modules/<key>/follow-ups/<int:number>/<int:position> in 302  302  302  302  302  302
POST  /modules/<key>/follow-ups/<int:number>/<int:position> in 302  302  302  302  302  302
GET   /modules/<key>/follow-ups/<int:number>/<any:about> in 404  302  302  302  302  302
POST  /modules/<key>/follow-ups/<int:number>/<any:about> in 404  302  302  302  302  302
GET   /modules/<key>/sections/<slug>                in   200  200  200  200  200  200
POST  /modules/<key>/sections/<slug>                in   302  302  302  302  302  302
GET   /modules/<key>/sources                        in   200  200  200  200  200  200
GET   /modules/<key>/story                          in   200  200  200  200  200  200
GET   /modules/<key>/story/<int:step>               in   200  302  302  302  302  302
POST  /modules/<key>/story/<int:step>               in   302  302  302  302  302  302
GET   /modules/<key>/story/<int:step>/followed      in   200  302  302  302  302  302
GET   /modules/<key>/story/ending                   in   200  302  302  302  302  302
POST  /modules/<key>/story                          in   302  302  302  302  302  302
GET   /modules/<key>/quiz                           in   200  200  200  200  200  200
POST  /modules/<key>/quiz                           in   302  302  302  302  302  302
GET   /modules/<key>/quiz/<int:position>            in   302  302  302  302  302  302
POST  /modules/<key>/quiz/<int:position>            in   302  302  302  302  302  302
GET   /modules/<key>/quiz/check                     in   302  302  302  302  302  302
POST  /modules/<key>/quiz/check                     in   302  302  302  302  302  302
GET   /modules/<key>/quiz/result                    in   200  302  302  302  302  302
GET   /record                                       in   200  200  200  200  200  200
GET   /record/attempts/<int:attempt_id>             in   200  404  404  404  404  404
GET   /certificates/<number>                        in   200  404  200  404  404  404
GET   /certificates/<number>.pdf                    in   200  404  200  404  404  404
GET   /agency                                       in   404  404  200  200  404  404
POST  /agency/people.csv                            in   404  404  200  200  404  404
GET   /reports                                      in   404  404  404  404  200  404
POST  /reports/completions.csv                      in   404  404  404  404  200  404
"""
ASKERS = ["nobody", "amina", "ben", "grace", "olu", "officer", "admin"]

# What is sent with a form, and what is asked for in the address behind the "?".
SENT: Mapping[str, dict[str, str]] = {
    "/sign-in": {"email": "amina@example.org"},
    "/sign-in/code": {"code": "12345678"},
    "/sign-in/demo": {"account_id": "1"},
    "/account": {"full_name": "their own"},
    "/modules/<key>/story": {"walk": "1"},
    "/modules/<key>/story/<int:step>": {"walk": "1", "answer": "1"},
    "/modules/<key>/quiz/<int:position>": {"attempt": "1", "answer": "1"},
    "/modules/<key>/quiz/check": {"attempt": "1"},
}
ASKED = {"/reports/completions.csv": "?period=2024-25"}

# Whose names the pages may show to whom. Everyone may see their own.
KNOWS = {
    "grace": {"amina", "ben", "grace", "officer"},  # the school's people
    "olu": {"tomasz", "olu", "admin"},  # the clinic's
}
PASSING = ("throttle", "audit_entry", "sign_in_session", "sign_in_code")  # what looking may write


@dataclass(frozen=True)
class Line:
    method: str
    route: str
    expected: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


LINES = [
    Line(method, route, tuple(expected))
    for method, route, *expected in (line.split() for line in MATRIX.strip().splitlines())
]


def visitor(app: Flask) -> CheckedClient:
    """Someone nobody knows yet."""
    return cast(CheckedClient, app.test_client())


@dataclass(frozen=True)
class Site:
    """One application for the whole table, with Amina's and Tomasz's certificates in it."""

    app: Flask
    world: World
    addresses: Mapping[str, str]  # what stands for <number>, <key> and the like

    def address(self, route: str) -> str:
        for part, value in self.addresses.items():
            route = route.replace(part, value)
        assert "<" not in route, f"{route}: say what stands for it"
        return route

    def ask(self, asker: str, method: str, address: str, data: Mapping[str, str] | None = None) -> TestResponse:
        client = visitor(self.app)
        sent = dict(data or {})
        if asker != "nobody":
            persona: Persona = getattr(self.world, asker)
            client.sign_in(persona)
            sent = {name: persona.full_name if value == "their own" else value for name, value in sent.items()}
        return client.open(address, method=method, data=sent if method == "POST" else None)

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table but those that looking may write to."""
        db.session.rollback()
        tables = [table for name, table in metadata.tables.items() if name not in PASSING]
        return {table.name: sorted(map(str, db.session.execute(select(table)))) for table in tables}


@pytest.fixture(scope="module")
def site(
    template: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_library: Library,
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("access")
    world = _WORLDS[template]
    modules_folder: Path = request.getfixturevalue("modules_folder")
    with (
        copied(template, folder, request) as url,
        running(create_app(settings_for(url, modules_folder), sample_library)) as app,
    ):
        complete(world.tomasz.practitioner_id, world.clinic, on=dt.date(2025, 1, 15))  # for a year that is over
        journey.pass_module(visitor(app).sign_in(world.amina), world.amina)
        number, attempt_id = _amina_has(world.amina)
        addresses = {
            "<number>": number,
            "<key>": MODULE,
            "<slug>": sample_library.modules[MODULE].sections[0].slug,
            "<int:position>": "1",
            "<int:step>": "1",
            "<any:moment>": "now",
            "<any:about>": "pledge",
            "<int:number>": "1",
            "<int:attempt_id>": str(attempt_id),
            "<path:filename>": "style.css",
        }
        yield Site(app, world, addresses)


def _amina_has(amina: Persona) -> tuple[str, int]:
    certificate, completion = metadata.tables["certificate_detail"], metadata.tables["completion_detail"]
    number = db.session.scalars(
        select(certificate.c.number).where(certificate.c.practitioner_id == amina.practitioner_id)
    ).one()
    attempt_id = db.session.scalars(
        select(completion.c.attempt_id).where(completion.c.practitioner_id == amina.practitioner_id)
    ).one()
    db.session.rollback()
    return number, attempt_id


def _routes(app: Flask) -> set[tuple[str, str]]:
    def methods(rule: Rule) -> set[str]:
        return (rule.methods or set()) - {"HEAD", "OPTIONS"}

    def plain(rule: Rule) -> str:
        return re.sub(r"\([^)]*\)", "", rule.rule)  # without what limits a number

    return {(method, plain(rule)) for rule in app.url_map.iter_rules() for method in methods(rule)}


def test_the_table_has_a_line_for_every_route_and_no_other(app: Flask) -> None:
    lines = [(line.method, line.route) for line in LINES]
    assert len(lines) == len(set(lines))
    assert set(lines) == _routes(app)
    assert {line for line in LINES if len(line.expected) != len(ASKERS)} == set()


@pytest.mark.parametrize("line", LINES, ids=str)
def test_everyone_gets_what_the_table_says(site: Site, line: Line) -> None:
    address = site.address(line.route) + ASKED.get(line.route, "")
    for asker, expected in zip(ASKERS, line.expected, strict=True):
        before = site.contents()

        answer = site.ask(asker, line.method, address, SENT.get(line.route))

        got = str(answer.status_code)
        if got == "302" and answer.location.partition("?")[0] == "/sign-in" and line.route != "/sign-in/code":
            got = "in"
        assert got == expected, f"{asker} at {line.method} {address}"
        if expected in ("in", "404") or line.method == "GET":
            assert site.contents() == before, f"{asker} changed something"
        if answer.mimetype != "application/pdf" and line.route != "/verify/<number>":
            _shows_no_strangers(site.world, asker, answer)


def _shows_no_strangers(world: World, asker: str, answer: TestResponse) -> None:
    allowed = KNOWS.get(asker, set()) | {asker}
    text = html.unescape(answer.get_data(as_text=True))
    for name in ("amina", "ben", "grace", "tomasz", "olu", "officer", "admin"):
        if name not in allowed:
            assert getattr(world, name).full_name not in text, f"{asker} reads the name of {name}"
    if asker in ("amina", "ben", "grace"):
        assert "Millpond Clinic" not in text, f"{asker} reads of another agency"


@pytest.mark.parametrize("asker", ["ben", "olu", "officer", "admin"])
@pytest.mark.parametrize(
    "route", ["/certificates/<number>", "/certificates/<number>.pdf", "/record/attempts/<int:attempt_id>"]
)
def test_what_is_not_yours_looks_like_what_does_not_exist(site: Site, asker: str, route: str) -> None:
    hers = site.ask(asker, "GET", site.address(route))
    missing = route.replace("<number>", "0000000000000000" + "0").replace("<int:attempt_id>", "99999")
    none = site.ask(asker, "GET", missing)

    assert hers.status_code == none.status_code == 404
    assert _without_token(hers) == _without_token(none)
    assert {**hers.headers, "Set-Cookie": ""} == {**none.headers, "Set-Cookie": ""}


@pytest.mark.parametrize("goes_to", ["nowhere", "the other agency"])
def test_a_former_lead_gets_nothing_of_the_old_agency(app: Flask, world: World, goes_to: str) -> None:
    journey.pass_module(visitor(app).sign_in(world.amina), world.amina)
    number, _ = _amina_has(world.amina)
    grace = visitor(app).sign_in(world.grace)
    asked = [("GET", "/agency"), ("POST", "/agency/people.csv"), ("GET", f"/certificates/{number}"),
             ("GET", f"/certificates/{number}.pdf")]  # fmt: skip
    assert [grace.open(path, method=method).status_code for method, path in asked] == [200] * 4
    if goes_to == "nowhere":
        end_membership(world.grace.email, clock.today())
    else:
        join_agency(world.grace.practitioner_id, world.clinic, "Nurse")

    assert [grace.open(path, method=method).status_code for method, path in asked] == [404] * 4
    assert "My agency" not in grace.get("/record").text


def _without_token(answer: TestResponse) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value)="[^"]*"', r"\1", answer.text)


def test_a_view_that_declares_no_access_stops_the_application() -> None:
    app = Flask("elearning")
    app.add_url_rule("/open", endpoint="forgotten", view_func=lambda: "")

    with pytest.raises(ElearningError, match="neither @public nor @requires: forgotten"):
        access.guard(app)


def test_a_form_that_another_site_sends_is_refused(site: Site) -> None:
    """With everything else right: signed in, a good token, an own page."""
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        client = visitor(site.app).sign_in(site.world.amina)
        before = site.contents()
        answer = client.post("/account", data={"full_name": "Mallory"}, headers=headers)
        assert answer.status_code == 403
        assert site.contents() == before


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "POST"], ids=str)
def test_a_form_without_its_token_is_refused(site: Site, line: Line) -> None:
    client = visitor(site.app).sign_in(site.world.grace)
    before = site.contents()

    answer = client.open(site.address(line.route), method="POST", data=SENT.get(line.route), csrf=False)

    assert answer.status_code in (400, 404)
    assert site.contents() == before
