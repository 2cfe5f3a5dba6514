"""Who gets what from every route: a table written by hand, and every cell of it asked for.

A route without a line fails, and so does a line without a route. What is denied changes nothing in the database, and
no page shows someone a name that is none of their business.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from elearning.accounts.operations import end_membership
from elearning.core import clock
from elearning.core.errors import ElearningError
from elearning.people.operations import join_agency
from elearning.web import access
from tests import journey
from tests.conftest import MODULE, World
from tests.discussions.test_views import LINE
from tests.structure.conftest import ASKERS, Site, add_requirement, amina_has, routes, visitor

# in: is sent to sign in first; 302: done, and shown the next page; 404: as if it did not exist.
# Every object asked for is Amina's (`self`): her certificate, her attempt, the discussion she led. Ben is her colleague, Grace their training
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
GET   /second-factor                                in   404  404  302  302  302  302
POST  /second-factor                                in   404  404  302  302  302  302
GET   /second-factor/set-up                         in   404  404  200  200  200  200
POST  /second-factor/set-up                         in   404  404  200  200  200  200
POST  /sign-in/demo                                 404  404  404  404  404  404  404
POST  /sign-out                                     302  302  302  302  302  302  302
GET   /signed-out                                   200  200  200  200  200  200  200
GET   /verify                                       200  200  200  200  200  200  200
GET   /verify/file                                  200  200  200  200  200  200  200
POST  /verify/file                                  200  200  200  200  200  200  200
GET   /verify/list                                  200  200  200  200  200  200  200
POST  /verify/list                                  200  200  200  200  200  200  200
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
GET   /modules/<key>/team-sheet                     in   200  200  200  200  200  200
GET   /modules/<key>/team-sheet.pdf                 in   200  200  200  200  200  200
GET   /modules/<key>/discussions/new                in   200  200  200  200  200  200
POST  /modules/<key>/discussions/new                in   302  302  302  302  302  302
GET   /record                                       in   200  200  200  200  200  200
GET   /record/discussions/<int:discussion_id>       in   200  404  404  404  404  404
GET   /record/discussions/claim                     in   200  200  200  200  200  200
POST  /record/discussions/claim                     in   302  302  302  302  302  302
GET   /record/attempts/<int:attempt_id>             in   200  404  404  404  404  404
GET   /record/certificates                          in   200  200  200  200  200  200
GET   /record/certificates.pdf                      in   200  404  404  404  404  404
GET   /record/certificates/<number>/cpd             in   200  404  404  404  404  404
GET   /record/certificates/<number>/cpd.txt         in   200  404  404  404  404  404
GET   /certificates/<number>                        in   200  404  200  404  404  404
GET   /certificates/<number>.pdf                    in   200  404  200  404  404  404
GET   /agency                                       in   404  404  200  200  404  404
GET   /agency/discussions                           in   404  404  200  200  404  404
POST  /agency/people.csv                            in   404  404  200  200  404  404
GET   /agency/certificates                          in   404  404  200  200  404  404
POST  /agency/certificates.zip                      in   404  404  200  200  404  404
POST  /agency/certificates.pdf                      in   404  404  200  200  404  404
GET   /agency/requirements                          in   404  404  200  200  404  404
GET   /agency/requirements/new                      in   404  404  200  200  404  404
POST  /agency/requirements/new                      in   404  404  302  302  404  404
GET   /agency/requirements/<int:requirement_id>/end in   404  404  200  404  404  404
POST  /agency/requirements/<int:requirement_id>/end in   404  404  302  404  404  404
GET   /agency/headcount                             in   404  404  200  200  404  404
POST  /agency/headcount                             in   404  404  302  302  404  404
GET   /agency/requirements/upload                   in   404  404  200  200  404  404
POST  /agency/requirements/upload                   in   404  404  302  302  404  404
GET   /agency/headcount/upload                      in   404  404  200  200  404  404
POST  /agency/headcount/upload                      in   404  404  302  302  404  404
GET   /reports                                      in   404  404  404  404  200  404
GET   /reports/make                                 in   404  404  404  404  200  404
POST  /reports/make                                 in   404  404  404  404  302  404
GET   /reports/tables                               in   404  404  404  404  200  404
GET   /reports/tables/<table>                       in   404  404  404  404  200  404
POST  /reports/tables/<table>.<any:kind>            in   404  404  404  404  200  404
GET   /reports/items                                in   404  404  404  404  200  404
POST  /reports/items.csv                            in   404  404  404  404  200  404
POST  /reports/items.xlsx                           in   404  404  404  404  200  404
GET   /reports/editions                             in   404  404  404  404  200  404
GET   /reports/editions/<int:edition_id>            in   404  404  404  404  200  404
GET   /reports/editions/<int:edition_id>/parts/<int:number> in 404 404 404 404 200 404
GET   /reports/editions/<int:edition_id>/changes    in   404  404  404  404  200  404
POST  /reports/editions/<int:edition_id>.pdf        in   404  404  404  404  200  404
POST  /reports/editions/<int:edition_id>.xlsx       in   404  404  404  404  200  404
POST  /reports/editions/<int:edition_id>.csv        in   404  404  404  404  200  404
GET   /reports/impact                               in   404  404  404  404  200  404
POST  /reports/impact.csv                           in   404  404  404  404  200  404
POST  /reports/impact.xlsx                          in   404  404  404  404  200  404
GET   /reports/requirements                         in   404  404  404  404  200  404
GET   /reports/requirements/new                     in   404  404  404  404  200  404
POST  /reports/requirements/new                     in   404  404  404  404  302  404
GET   /reports/requirements/<int:requirement_id>/end in  404  404  404  404  200  404
POST  /reports/requirements/<int:requirement_id>/end in  404  404  404  404  302  404
GET   /reports/requirements/upload                  in   404  404  404  404  200  404
POST  /reports/requirements/upload                  in   404  404  404  404  302  404
GET   /reports/headcounts                           in   404  404  404  404  200  404
GET   /reports/headcounts/new                       in   404  404  404  404  200  404
POST  /reports/headcounts/new                       in   404  404  404  404  302  404
GET   /reports/headcounts/upload                    in   404  404  404  404  200  404
POST  /reports/headcounts/upload                    in   404  404  404  404  302  404
GET   /admin                                        in   404  404  404  404  404  200
GET   /admin/certificates                           in   404  404  404  404  404  200
POST  /admin/certificates                           in   404  404  404  404  404  200
POST  /admin/certificates/reissue                   in   404  404  404  404  404  200
POST  /admin/certificates/withdraw                  in   404  404  404  404  404  200
"""

REQUIRED = {"module": MODULE, "who": "job role:Nurse", "due_on-day": "31", "due_on-month": "3", "due_on-year": "2027"}
COUNTED = {
    "job_role": "all",
    "staff": "40",
    "counted_on-day": "1",
    "counted_on-month": "2",
    "counted_on-year": "2026",
}
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
    "/modules/<key>/discussions/new": LINE | {"step": "record"},
    "/record/discussions/claim": {"code": "<code>"},  # of a discussion that Tomasz led
    "/agency/requirements/new": REQUIRED,
    "/agency/headcount": COUNTED,
    "/agency/requirements/upload": {
        "text": f"module,group,name,due on\n{MODULE},everyone,,2027-03-31",
        "step": "record",
    },
    "/agency/headcount/upload": {"text": "job role,staff,counted on\n,40,2026-02-01", "step": "record"},
    "/reports/requirements/new": REQUIRED | {"agency": "partnership"},
    "/reports/requirements/upload": {
        "text": f"agency,module,group,name,due on\nwhole partnership,{MODULE},everyone,,2027-03-31",
        "step": "record",
    },
    "/reports/headcounts/new": COUNTED | {"agency": "1"},
    "/reports/headcounts/upload": {
        "text": "agency,job role,staff,counted on\nHarrow Lane School,,40,2026-02-01",
        "step": "record",
    },
    "/verify/list": {"numbers": "<number>"},
    "/admin/certificates": {"number": "<number>"},
    "/admin/certificates/reissue": {"number": "<number>"},
    "/admin/certificates/withdraw": {"number": "<number>"},
}
A_YEAR = "?period=2024-25"
ASKED = {
    "/reports/make": A_YEAR,
    "/reports/tables/<table>.<any:kind>": A_YEAR,
    "/reports/items.csv": f"{A_YEAR}&module={MODULE}",
    "/reports/items.xlsx": f"{A_YEAR}&module={MODULE}",
    "/reports/impact.csv": A_YEAR,
    "/reports/impact.xlsx": A_YEAR,
}

# Whose names the pages may show to whom. Everyone may see their own.
KNOWS = {
    "grace": {"amina", "ben", "grace", "officer"},  # the school's people
    "olu": {"tomasz", "olu", "admin"},  # the clinic's
}


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


def test_the_table_has_a_line_for_every_route_and_no_other(app: Flask) -> None:
    lines = [(line.method, line.route) for line in LINES]
    assert len(lines) == len(set(lines))
    assert set(lines) == routes(app)
    assert {line for line in LINES if len(line.expected) != len(ASKERS)} == set()


@pytest.mark.parametrize("line", LINES, ids=str)
def test_everyone_gets_what_the_table_says(site: Site, line: Line) -> None:
    route = line.route
    if "<int:requirement_id>" in route:  # one that nobody has ended, in whatever order these tests run
        route = route.replace("<int:requirement_id>", str(add_requirement(site.world.school)))
    address = site.address(route) + ASKED.get(route, "")
    for asker, expected in zip(ASKERS, line.expected, strict=True):
        before = site.contents()

        answer = site.ask(asker, line.method, address, SENT.get(line.route))

        got = str(answer.status_code)
        if got == "302" and answer.location.partition("?")[0] == "/sign-in" and line.route != "/sign-in/code":
            got = "in"
        assert got == expected, f"{asker} at {line.method} {address}"
        if expected in ("in", "404") or line.method == "GET":
            assert site.contents() == before, f"{asker} changed something"
        shows_hers = line.route == "/verify/<number>" or (asker == "admin" and line.route.startswith("/admin/"))
        if answer.mimetype in ("text/html", "text/csv") and not shows_hers:
            _shows_no_strangers(site.world, asker, answer)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_with_one_factor_everyone_is_a_practitioner_and_no_more(site: Site, line: Line) -> None:
    """Grace, the officer and the administrator get what Ben gets; a role they hold leads to the page that asks for more."""
    ben, *others = (line.expected[ASKERS.index(asker)] for asker in ("ben", "grace", "officer", "admin"))
    for asker, with_both in zip(("grace", "officer", "admin"), others, strict=True):
        client, sent = site.client(asker, confirmed=False), SENT.get(line.route) if line.method == "POST" else None
        answer = client.open(site.address(line.route) + ASKED.get(line.route, ""), method=line.method, data=sent)

        if line.route.startswith("/second-factor"):
            assert answer.status_code in (200, 302)
        elif ben != "404":
            assert answer.status_code < 400
        elif with_both == "404" or line.route.startswith("/certificates/"):  # a lead's are found by their role
            assert answer.status_code == 404
        else:
            assert answer.status_code == (302 if line.method == "GET" else 307)
            assert answer.location.startswith("/second-factor?")
        if answer.mimetype != "application/pdf" and line.route != "/verify/<number>":
            text = html.unescape(answer.get_data(as_text=True))
            assert not [name for name in ("amina", "ben", "tomasz") if getattr(site.world, name).full_name in text]


def _shows_no_strangers(world: World, asker: str, answer: TestResponse) -> None:
    allowed = KNOWS.get(asker, set()) | {asker}
    text = html.unescape(answer.get_data().decode(errors="replace"))  # a zip's list is text between its PDFs
    for name in ("amina", "ben", "grace", "tomasz", "olu", "officer", "admin"):
        if name not in allowed:
            assert getattr(world, name).full_name not in text, f"{asker} reads the name of {name}"
    if asker in ("amina", "ben", "grace"):
        assert "Millpond Clinic" not in text, f"{asker} reads of another agency"


@pytest.mark.parametrize("asker", ["ben", "olu", "officer", "admin"])
@pytest.mark.parametrize(
    "route",
    [
        "/certificates/<number>",
        "/certificates/<number>.pdf",
        "/record/attempts/<int:attempt_id>",
        "/record/discussions/<int:discussion_id>",
    ],
)
def test_what_is_not_yours_looks_like_what_does_not_exist(site: Site, asker: str, route: str) -> None:
    hers = site.ask(asker, "GET", site.address(route))
    missing = re.sub("<int:.*>", "99999", route.replace("<number>", "0000000000000000" + "0"))
    none = site.ask(asker, "GET", missing)

    assert hers.status_code == none.status_code == 404
    assert _without_token(hers) == _without_token(none)
    differs = {"Set-Cookie": "", "X-Request-Id": ""}
    assert {**hers.headers, **differs} == {**none.headers, **differs}


@pytest.mark.parametrize("goes_to", ["nowhere", "the other agency"])
def test_a_former_lead_gets_nothing_of_the_old_agency(app: Flask, world: World, goes_to: str) -> None:
    journey.pass_module(visitor(app).sign_in(world.amina), world.amina)
    number, _ = amina_has(world.amina)
    grace = visitor(app).sign_in(world.grace)
    asked = [("GET", "/agency"), ("GET", "/agency/discussions"), ("POST", "/agency/people.csv"), ("GET", f"/certificates/{number}"),
             ("GET", f"/certificates/{number}.pdf"), ("GET", "/agency/certificates"), ("POST", "/agency/certificates.zip"), ("POST", "/agency/certificates.pdf")]  # fmt: skip
    assert [grace.open(path, method=method).status_code for method, path in asked] == [200] * len(asked)
    if goes_to == "nowhere":
        end_membership(world.grace.email, clock.today())
    else:
        join_agency(world.grace.practitioner_id, world.clinic, "Nurse")

    assert [grace.open(path, method=method).status_code for method, path in asked] == [404] * len(asked)
    assert "My agency" not in grace.get("/record").text


def _without_token(answer: TestResponse) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value)="[^"]*"', r"\1", answer.text)


def test_a_view_that_declares_no_access_stops_the_application() -> None:
    app = Flask("elearning")
    app.add_url_rule("/open", endpoint="forgotten", view_func=lambda: "")

    with pytest.raises(ElearningError, match="neither @public nor @requires: forgotten"):
        access.guard(app)


FORGED = [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://localhost.elsewhere.example"},
          {"Origin": "http://localhost:8001"}, {"Origin": "http://["}, {"Sec-Fetch-Site": "cross-site"},
          {"Sec-Fetch-Site": "same-site"}]  # fmt: skip


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "POST"], ids=str)
def test_a_form_that_another_site_sends_is_refused(site: Site, line: Line) -> None:
    """With everything else right: signed in, a good token, an own page."""
    before = site.contents()
    for headers in FORGED:
        for persona in (site.world.amina, site.world.grace, site.world.officer):
            client = visitor(site.app).sign_in(persona)
            answer = client.post(site.address(line.route), data=SENT.get(line.route), headers=headers)
            assert answer.status_code == 403, headers
    assert site.contents() == before


@pytest.mark.parametrize("line", [line for line in LINES if line.method == "POST"], ids=str)
def test_a_form_without_its_token_is_refused(site: Site, line: Line) -> None:
    client = visitor(site.app).sign_in(site.world.grace)
    before = site.contents()

    answer = client.open(site.address(line.route), method="POST", data=SENT.get(line.route), csrf=False)

    assert answer.status_code in (400, 404)
    assert site.contents() == before
