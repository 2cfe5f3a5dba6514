"""The journal has a line for every request, and no line that tells of a person."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from elearning.accounts.models import SignInSession
from elearning.certificates.models import CertificateDetail
from elearning.core.db import atomic, db
from elearning.core.models import OutboxMail
from elearning.web import journal
from elearning.web.access import public
from tests.conftest import MODULE, CheckedClient, World
from tests.journey import pass_module

FIELDS = {"at", "level", "id", "method", "endpoint", "status", "ms", "statements"}
OTHERS = {"at", "level", "id", "from", "message", "error", "where", "endpoint"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The journal, while everything there is logs all that it can."""
    stream = io.StringIO()
    handler, root, talkative = journal.written_to(stream), logging.getLogger(), logging.getLogger("sqlalchemy")
    levels = root.level, talkative.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    talkative.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(levels[0])
    talkative.setLevel(levels[1])


def lines(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def browser(app: Flask) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


def failing(app: Flask, error: Exception) -> None:
    """From now on the page "My record" fails."""

    @public
    def record() -> str:
        raise error

    app.view_functions["training.record"] = record


def test_a_request_is_one_line_and_its_answer_names_it(app: Flask, world: World, written: io.StringIO) -> None:
    answer = browser(app).sign_in(world.amina).get(f"/modules/{MODULE}/sections/the-idea?practice=SM-P01")
    (line,) = lines(written)
    assert line.keys() == FIELDS
    assert line["id"] == answer.headers["X-Request-Id"]
    assert (line["method"], line["endpoint"], line["status"]) == ("GET", "training.section", 200)
    assert isinstance(line["ms"], float)
    assert line["statements"] == 1  # who is signed in


def test_what_is_no_request_of_ours_is_told_without_its_words(app: Flask, written: io.StringIO) -> None:
    client = browser(app)
    client.get("/amina@example.org")
    client.get("/", headers={"Host": "amina.example"})
    client.open("/", method="AMINA")
    assert [(line["endpoint"], line["status"]) for line in lines(written)] == [("none", n) for n in (404, 400, 405)]
    assert "amina" not in written.getvalue().lower()


def test_a_fault_gives_a_reference_to_quote_and_its_place_in_the_code(
    app: Flask, world: World, written: io.StringIO
) -> None:
    failing(app, ValueError("Amina Yusuf"))
    answer = browser(app).get("/record")
    assert answer.status_code == 500
    reference = answer.headers["X-Request-Id"]
    assert f"quote the reference <strong>{reference}</strong>" in answer.text
    fault, request = lines(written)
    assert fault["id"] == request["id"] == reference
    assert fault["error"] == ["ValueError"]
    assert fault["endpoint"] == "training.record"
    assert "tests/web/test_journal.py" in str(fault["where"])
    assert "Amina" not in written.getvalue()


def test_an_ordinary_refusal_has_no_reference(app: Flask) -> None:
    assert "quote the reference" not in browser(app).get("/nothing").text


def test_no_line_of_a_whole_journey_tells_of_a_person(app: Flask, world: World, written: io.StringIO) -> None:
    """Everything a person types or is known by, through every page, with wrong turns and faults of every kind."""
    client = browser(app)
    secret = {"REMOTE_ADDR": "10.11.12.13", "HTTP_USER_AGENT": "Canarybrowser", "HTTP_REFERER": "http://x/canaryref"}
    client.environ_base.update(secret)
    client.post("/sign-in", data={"email": "canarytyped"})
    client.post("/sign-in", data={"email": world.amina.email})
    body = db.session.execute(select(OutboxMail.body)).scalar_one()
    db.session.rollback()
    code = re.sub(r"\D", "", body.split(" is your code")[0])
    client.post("/sign-in/code", data={"code": "98765432" if code != "98765432" else "98765431"})
    client.post("/sign-in/code?next=/record%3Fcanarynext", data={"code": code})
    client.post("/account", data={"full_name": "Canary 王 Name"})
    client.post("/account", data={"full_name": "Canaria Name"})
    pass_module(client, world.amina)
    number = db.session.execute(select(CertificateDetail.number)).scalar_one()
    db.session.rollback()
    for path in (f"/certificates/{number}", f"/certificates/{number}.pdf", f"/verify/{number}", "/verify/canarynumber",
                 f"/verify?number={number}", "/record", "/record/attempts/424242", "/canarypath?q=canaryquery"):  # fmt: skip
        client.get(path)
    client.post("/canarypath", data={"answer": "canaryanswer"})
    lead = browser(app).sign_in(world.grace)
    lead.get("/agency?name=Canaria")
    lead.post("/agency/people.csv")
    failing(app, ValueError("Canary message"))
    client.get("/record")
    for statement in ("INSERT INTO agency (name) VALUES ('canaryvalue')", "SELECT canarycolumn"):
        _failing_with_sql(app, client, statement)

    told = written.getvalue()
    every = lines(written)
    assert len(every) > 40
    assert [line for line in every if not line.keys() <= (FIELDS if "method" in line else OTHERS)] == []
    assert {"error", "where"} <= set().union(*every)
    canaries = [
        "canar",
        "amina",
        "yusuf",
        "@example",
        "10.11.12.13",
        code,
        number,
        "424242",
        "/verify",
        "/record",
        "select ",
    ]
    canaries += db.session.scalars(select(SignInSession.token_digest)).all()
    assert [canary for canary in canaries if canary.lower() in told.lower()] == []


def _failing_with_sql(app: Flask, client: CheckedClient, statement: str) -> TestResponse:
    @public
    def record() -> str:
        with atomic() as session:
            session.execute(text(statement))
        return ""

    app.view_functions["training.record"] = record
    answer = client.get("/record")
    assert answer.status_code in (500, 503)
    return answer


def test_other_programs_words_are_kept_without_what_they_tell_of(written: io.StringIO) -> None:
    other = logging.getLogger("gunicorn.error.example")
    other.warning("Worker %s could not read %s", 17, "GET /verify/8F3K")
    other.info("Amina")
    (line,) = lines(written)
    assert line["message"] == "Worker 17 could not read ..."
