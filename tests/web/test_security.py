"""What a hostile page, host name, form or neighbour gets: nothing."""

import html
import io
import re
import secrets
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Boolean, DateTime, Integer, select
from sqlalchemy.types import TypeEngine
from werkzeug.test import TestResponse

from elearning.app import create_app
from elearning.assessment.queries import find_open_sitting
from elearning.catalogue.library import Library
from elearning.core.db import db
from elearning.database import metadata
from elearning.web.access import public
from tests import journey
from tests.conftest import _WORLDS, MODULE, CheckedClient, World, copied, running, settings_for
from tests.packs import write_pack

HOME = f"/modules/{MODULE}"


def browser(app: Flask) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


# Headers and cookies

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def every_kind_of_answer(app: Flask, world: World) -> Iterator[TestResponse]:
    """Pages, files, redirects and each error, for a stranger and for people with roles."""

    @public
    def broken() -> str:
        raise RuntimeError

    stranger, amina = browser(app), browser(app).sign_in(world.amina)
    yield stranger.get("/healthz")
    yield stranger.get("/static/style.css")
    yield stranger.get("/", headers={"Host": "evil.example"})
    yield stranger.get("/record")
    yield stranger.get("/verify/nothing")
    journey.pass_module(amina, world.amina)
    number = re.findall(r"/certificates/(\w+)", amina.get("/record").text)[0]
    for path in ("/", HOME, f"{HOME}/quiz/result", "/record", "/account", f"/certificates/{number}", "/nothing"):
        yield amina.get(path)
    yield amina.get(f"/certificates/{number}.pdf")
    yield amina.post("/healthz")
    yield amina.post("/account", csrf=False)
    yield amina.post("/account", data={"full_name": "x" * 2_000_000})
    yield amina.post("/account", data={"full_name": "x"}, headers={"Origin": "https://evil.example"})
    yield browser(app).sign_in(world.grace).post("/agency/people.csv")
    yield browser(app).sign_in(world.officer).get("/reports")
    app.view_functions["training.record"] = broken
    yield amina.get("/record")
    yield amina.post("/sign-out")


def test_every_answer_has_the_headers_that_keep_others_out(app: Flask, world: World) -> None:
    answers = list(every_kind_of_answer(app, world))
    assert {answer.status_code for answer in answers} >= {200, 302, 400, 403, 404, 405, 413, 500}
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value], f"{answer.request.path}: {name}"
        assert "Strict-Transport-Security" not in answer.headers
        assert "Server" not in answer.headers
        if "Cookie" in answer.request.headers or answer.status_code >= 400:
            assert answer.headers["Cache-Control"] == "no-store", answer.request.path


@pytest.fixture
def https(app: Flask) -> Iterator[Flask]:
    """The same application, where people reach it over HTTPS."""
    settings = app.config["SETTINGS"].model_copy(update={"base_url": "https://learning.example"})
    with running(create_app(settings, app.extensions["library"])) as secure:
        yield secure


OURS = {"base_url": "https://learning.example"}


def test_over_https_cookies_and_addresses_are_bound_to_it(https: Flask) -> None:
    answer = browser(https).get("/healthz", **OURS)
    assert answer.status_code == 200
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    (cookie,) = browser(https).get("/sign-in", **OURS).headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-elearning=")
    attributes = set(cookie.split("; ")[1:])
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
    assert "domain" not in cookie.lower()
    assert browser(https).get("/healthz").status_code == 400  # not even by the machine's own name


def test_over_https_a_page_without_it_is_another_site(https: Flask) -> None:
    answers = [
        browser(https).post("/sign-out", headers={"Origin": origin}, csrf=False, **OURS).status_code
        for origin in ("https://learning.example", "http://learning.example", "https://learning.example:444")
    ]
    assert answers == [302, 403, 403]  # without its token it is led to sign in; from elsewhere it is not read at all


# Names of hosts

HOSTS = ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example#127.0.0.1",
         "127.0.0.1,evil.example", "localhost.evil.example", "[::2]", "0.0.0.0", "127.1", "2130706433", "127.0.0.1:80@evil",
         "evil.example/127.0.0.1", "-", "localhost\u0131", "*"]  # fmt: skip
FORWARDED = ["X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_request_for_another_host_is_refused(app: Flask, host: str) -> None:
    for path in ("/", "/sign-in", "/record"):
        answer = browser(app).get(path, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400
        assert answer.mimetype == "text/plain"
        assert "Location" not in answer.headers
        assert "evil" not in answer.text


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forwarded_host_is_in_no_page_redirect_mail_or_certificate(
    app: Flask, world: World, proxies: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = app.config["SETTINGS"].model_copy(update={"proxies": proxies})
    with running(create_app(settings, app.extensions["library"])) as proxied:
        client = browser(proxied)
        for name in FORWARDED:
            value = "host=evil.example" if name == "Forwarded" else "evil.example"
            headers = {name: value}
            answers = [client.get(path, headers=headers) for path in ("/", "/sign-in", "/record", "/verify?number=x")]
            answers.append(client.post("/sign-in", data={"email": world.amina.email}, headers=headers))
            for answer in answers:
                assert answer.status_code < 400
                assert "evil" not in answer.text + str(answer.headers)
    rows = db.session.execute(select(metadata.tables["outbox_mail"])).all()
    assert rows
    assert "evil" not in str(rows)


# The key


def other_key(folder: Path, original: Path) -> Path:
    """The same pack, but what is right in its bank is something else, and so are all the reasons."""
    write_pack(folder / MODULE)
    quiz = folder / MODULE / "quiz.yaml"
    practice, bank = quiz.read_text().split("items:\n")
    bank = re.sub(r"(- text: Option )([0-3])( of .*\n)(        right: true\n)?",
                  lambda o: o[1] + o[2] + o[3] + ("" if o[4] else "        right: true\n"), bank)  # fmt: skip
    one_only = re.compile(r"(type: (?:single|scenario)\n(?:.*\n)*?)(?=  - id|\Z)")
    bank = one_only.sub(lambda item: _first_right(item[0]), bank)
    numbers = count(1)
    bank = re.sub(r"feedback: .*", lambda _: f'feedback: "CANARY {next(numbers)}, why this is as it is."', bank)
    quiz.write_text(f"{practice}items:\n{bank}")
    assert quiz.read_text() != (original / MODULE / "quiz.yaml").read_text()
    return folder


def _first_right(item: str) -> str:
    first, *others = item.split("        right: true\n")
    return first + "        right: true\n" + "".join(others)


def all_before_submission(app: Flask, world: World) -> list[str]:
    """Every answer Amina and others get while her attempt is open: status, headers and body, but for random names."""
    seen: list[str] = []

    def note(answer: TestResponse) -> TestResponse:
        text = re.sub(r'name="csrf_token"[^>]*>', "", answer.get_data(as_text=True))
        headers = sorted((name, value) for name, value in answer.headers if name not in ("Set-Cookie", "X-Request-Id"))
        seen.append(f"{answer.request.path} {answer.status} {headers}\n{text}")
        return answer

    amina, grace, officer = (browser(app).sign_in(p) for p in (world.amina, world.grace, world.officer))
    journey.read_everything(amina)
    journey.start(amina)
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    db.session.rollback()
    assert sitting
    for position in range(1, len(sitting.form) + 1):
        page = f"{HOME}/quiz/{position}"
        note(amina.get(page))
        note(amina.post(page, data={"attempt": str(sitting.id)}))
        places = {"attempt": str(sitting.id), "answer": "1", "part1": "1", "part2": "2", "part3": "3"}
        if note(amina.post(page, data=places)).status_code == 200:
            assert note(amina.post(page, data={**places, "part3": "1"})).status_code == 302
        note(amina.get(page))
    for path in (f"{HOME}/quiz/check", f"{HOME}/quiz/result", f"{HOME}/quiz", HOME, "/record", "/", "/account",
                 f"/record/attempts/{sitting.id}", f"{HOME}/quiz/99", f"{HOME}/sources", f"{HOME}/story/ending",
                 *(f"{HOME}/sections/{slug}" for slug in ("the-idea", "what-next"))):  # fmt: skip
        note(amina.get(path))
    note(grace.get("/agency"))
    note(grace.post("/agency/people.csv"))
    note(officer.get("/reports"))
    return seen


def test_nothing_anyone_gets_before_submission_depends_on_the_key(
    template: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    modules_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two banks that differ in nothing but what is right, and why, give the same bytes."""
    monkeypatch.setattr(secrets, "randbelow", lambda _limit: 7)
    others = other_key(tmp_path / "other", modules_folder)
    seen = []
    for number, folder in enumerate((modules_folder, others)):
        place = tmp_path / str(number)
        place.mkdir()
        with (
            copied(template, place, request) as url,
            running(create_app(settings_for(url, folder), Library.read(folder))) as app,
        ):
            world = _WORLDS[template]
            seen.append(all_before_submission(app, world))
            if folder == others:
                _is_told_after_a_pass_and_not_after_a_fail(app, world)
    assert len(seen[0]) > 25
    for one, other in zip(*seen, strict=True):
        assert one == other


def _is_told_after_a_pass_and_not_after_a_fail(app: Flask, world: World) -> None:
    amina = browser(app).sign_in(world.amina)
    journey.answer_all(amina, world.amina, wrong=4)
    journey.submit(amina, world.amina)
    pages = [amina.get(path) for path in (f"{HOME}/quiz/result", "/record/attempts/1", "/record")]
    assert not [page for page in pages if "CANARY" in page.text]
    ben = browser(app).sign_in(world.ben)
    journey.pass_module(ben, world.ben)
    assert "CANARY" in ben.get(f"{HOME}/quiz/result").text + ben.get("/record/attempts/2").text


# Fields that no form has

SENTINEL = 424242


def _spoilt(kind: TypeEngine[object]) -> str:
    if isinstance(kind, Boolean):
        return "1"
    if isinstance(kind, Integer):
        return str(SENTINEL)
    return "1999-12-31 00:00:00" if isinstance(kind, DateTime) else "smuggled"


def test_fields_that_no_form_has_change_nothing(app: Flask, world: World) -> None:
    """Every form is sent with a value for every column there is; none of them is found in any row."""
    extra = {column.name: _spoilt(column.type) for table in metadata.tables.values() for column in table.columns}
    assert len(extra) > 50
    client, lead, officer = (browser(app).sign_in(p) for p in (world.amina, world.grace, world.officer))

    def send(path: str, data: dict[str, object] | None = None, by: CheckedClient = client) -> int:
        return by.post(path, data={**extra, **(data or {})}).status_code

    assert send("/account", {"full_name": "Amina New"}) == 302
    assert send(f"{HOME}/content-note") == 302
    for slug in ("before-you-start", "the-idea", "what-next"):
        assert send(f"{HOME}/sections/{slug}") == 302
    assert send(f"{HOME}/story", {"walk": "1"}) == 302
    step = 1
    while client.get(f"{HOME}/story/{step}").status_code == 200:
        assert send(f"{HOME}/story/{step}", {"walk": "1", "answer": "1"}) == 302
        step += 1
    assert send(f"{HOME}/quiz") == 302
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    assert sitting
    for position in range(1, len(sitting.form) + 1):
        wrong = journey.shown_answer(world.amina, position, right=False)
        assert send(f"{HOME}/quiz/{position}", {**wrong, "attempt": str(sitting.id)}) == 302
    assert send(f"{HOME}/quiz/check", {"attempt": str(sitting.id)}) == 302
    assert "You have not passed yet" in client.get(f"{HOME}/quiz/result").text
    assert send("/agency/people.csv", by=lead) == 200
    assert send("/reports/make", by=officer) == 404
    assert send("/sign-in", {"email": world.ben.email}, by=browser(app)) == 302
    assert send("/sign-out") == 302

    for table in metadata.tables.values():
        rows = str(db.session.execute(select(table)).all())
        assert "smuggled" not in rows, table.name
        assert str(SENTINEL) not in rows, table.name
        assert "1999, 12, 31" not in rows, table.name
    names = db.session.scalars(select(metadata.tables["practitioner"].c.full_name)).all()
    assert sorted(names) == sorted(["Amina New", *(getattr(world, w).full_name for w in
                                    ("ben", "grace", "tomasz", "olu", "officer", "admin"))])  # fmt: skip


# Bad input of every form


def test_two_megabytes_in_a_field_are_refused_whatever_the_form(app: Flask, world: World) -> None:
    client = browser(app).sign_in(world.amina)
    for path, field in (("/account", "full_name"), ("/sign-in", "email"), (f"{HOME}/quiz", "answer")):
        answer = client.post(path, data={field: "x" * 2_000_000})
        assert answer.status_code == 413
        assert "Send a smaller form" in answer.text
    unsized = {
        "CONTENT_LENGTH": "",
        "wsgi.input_terminated": True,
        "wsgi.input": io.BytesIO(b"email=" + b"x" * 2_000_000),
    }
    answer = client.open("/sign-in", method="POST", csrf=False, environ_overrides=unsized,
                         content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert answer.status_code in (302, 400, 413)  # read as empty, or no further than allowed
    assert len(db.session.execute(select(metadata.tables["outbox_mail"])).all()) == 0


@pytest.mark.parametrize("name", ["Ada\x00Lovelace", "Ada\u202eecalevoL", "\u2066Ada\u2069", "Ada\ufffd", "\ufeffAda"])
def test_hidden_characters_in_a_name_are_refused_in_words(app: Flask, world: World, name: str) -> None:
    client = browser(app).sign_in(world.amina)
    answer = client.post("/account", data={"full_name": name})
    assert answer.status_code == 200
    assert "hidden character" in html.unescape(answer.text) or "cannot print" in answer.text
    assert "Amina Yusuf" in client.get("/account").text


def test_a_form_sent_as_json_is_no_form(app: Flask, world: World) -> None:
    """Values that are no text would not be expected anywhere."""
    client = browser(app).sign_in(world.amina)
    token = journey.token(client.get("/account"))
    for value in (5, None, ["x"], {"x": 1}):
        answer = client.post("/account", json={"full_name": value}, headers={"X-CSRFToken": token}, csrf=False)
        assert answer.status_code == 302  # as when nothing was typed anew
        assert "Amina Yusuf" in client.get("/account").text
