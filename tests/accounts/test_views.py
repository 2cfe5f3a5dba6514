"""Signing in and out as a browser sees it, and one's own details."""

import datetime as dt
import html
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, update
from werkzeug.test import TestResponse

from elearning.accounts import operations
from elearning.accounts.models import SignInCode, SignInSession
from elearning.app import create_app
from elearning.core import clock
from elearning.core.db import SQLITE_PRAGMAS, WRITES, db, make_engine
from elearning.core.models import OutboxMail
from elearning.web.access import safe_next
from elearning.web.pages import visible
from tests.conftest import NOON, CheckedClient, Persona, World
from tests.records import name_of

ELSEWHERE = [
    "http://evil.example",
    "https://evil.example/account",
    "HTTPS://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "\\\\evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "/account\r\nLocation: //evil.example",
    "/account\\..\\evil",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,hello",
    "vbscript:x",
    "mailto:a@evil.example",
    "ftp://evil.example",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "https:account",
    "evil.example",
    "evil.example/account",
    "www.evil.example",
    "account",
    "./account",
    "../account",
    "?next=//evil.example",
    "#//evil.example",
    "@evil.example",
    "user@evil.example",
    "http://localhost@evil.example",
    "http://localhost.evil.example",
    "",
    " ",
]
WITHIN = [
    "/",
    "/account",
    "/record?year=2026",
    "/modules/sample-module/quiz/3",
    "/verify?number=A%20B",
    "/a:b",
    "/@evil",
]


def code_mailed() -> str:
    """The newest code in the outbox."""
    body = db.session.execute(select(OutboxMail.body).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
    return re.sub(r"\D", "", body.split(" is your code")[0])


def ask(client: FlaskClient, email: str, query: str = "") -> TestResponse:
    return client.post(f"/sign-in{query}", data={"email": email})


def enter(client: FlaskClient, code: str, query: str = "") -> TestResponse:
    return client.post(f"/sign-in/code{query}", data={"code": code})


def sign_in(client: FlaskClient, persona: Persona) -> TestResponse:
    """With the code from the mail, and no second factor."""
    ask(client, persona.email)
    return enter(client, code_mailed())


def token_of(client: FlaskClient) -> str | None:
    with client.session_transaction() as session:
        return session.get("_user_id")


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def goes_to(response: TestResponse) -> str:
    assert response.status_code == 302
    return response.headers["Location"]


def sessions() -> int:
    return db.session.execute(select(func.count()).select_from(SignInSession)).scalar_one()


@pytest.fixture
def demo(app: Flask, world: World) -> Iterator[None]:
    """The same application, but as the demonstration."""
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = app.jinja_env.globals["settings"] = settings.model_copy(update={"demo": True})
    yield
    app.config["SETTINGS"] = app.jinja_env.globals["settings"] = settings


# The way in


def test_the_way_in_with_a_code_from_the_mail(app: Flask, world: World) -> None:
    client = app.test_client()
    assert goes_to(client.get("/account")) == "/sign-in?next=/account"
    assert goes_to(ask(client, " Amina@Example.org ", "?next=/account")) == "/sign-in/code?next=/account"
    page = client.get("/sign-in/code?next=/account")
    assert "amina@example.org" in page.text
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text
    code = code_mailed()
    assert goes_to(enter(client, f"{code[:4]} {code[4:]}", "?next=/account")) == "/account"
    assert "Amina Yusuf" in client.get("/account").text
    assert db.session.execute(select(SignInCode)).first() is None


def test_without_a_place_to_go_to_the_way_leads_home(app: Flask, world: World) -> None:
    client = app.test_client()
    assert goes_to(sign_in(client, world.amina)) == "/"
    assert goes_to(client.get("/sign-in")) == "/"
    assert goes_to(client.get("/sign-in?next=/account")) == "/account"
    assert goes_to(client.get("/sign-in/code")) == "/sign-in"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter your work e-mail address"),
        ("  ", "Enter your work e-mail address"),
        ("amina", "correct format"),
        ("ami\u200bna@example.org", "correct format"),
        ("a" * 5000, "correct format"),
    ],
)
def test_what_is_no_address_is_said_so_and_kept(app: Flask, typed: str, words: str) -> None:
    page = ask(app.test_client(), typed)
    assert page.status_code == 200
    assert page.text.count(words) >= 2  # in the summary and at the field
    assert html.escape(visible(typed)) in page.text


@pytest.mark.parametrize("typed", ["", "1234", "abcdefgh", "123456789"])
def test_what_is_no_code_is_said_so_and_costs_no_try(app: Flask, world: World, typed: str) -> None:
    client = app.test_client()
    ask(client, world.amina.email)
    assert "There is a problem" in enter(client, typed).text
    assert db.session.execute(select(SignInCode.tries)).scalar_one() == 0


def test_wrong_codes_are_answered_with_the_tries_left_and_then_with_the_way_to_a_new_one(
    app: Flask, world: World
) -> None:
    client = app.test_client()
    ask(client, world.amina.email)
    code = code_mailed()
    wrong = f"{(int(code) + 1) % 10**8:08}"
    answers = [enter(client, wrong).text for _ in range(6)]
    for page, words in zip(
        answers,
        ["4 tries left", "3 tries left", "2 tries left", "1 try left", "Ask for a new one", "Ask for a new one"],
        strict=True,
    ):
        assert page.count(words) >= 2
    assert "Ask for a new one" in enter(client, code).text
    assert not is_in(client)
    assert goes_to(sign_in(client, world.amina)) == "/"


def test_a_code_that_came_too_late_is_said_so(app: Flask, world: World) -> None:
    client = app.test_client()
    ask(client, world.amina.email)
    code = code_mailed()
    with clock.at(NOON + dt.timedelta(minutes=10)):
        assert "expired" in enter(client, code).text
        assert not is_in(client)


def test_a_code_works_only_in_the_browser_that_asked(app: Flask, world: World) -> None:
    mine, other, third = app.test_client(), app.test_client(), app.test_client()
    ask(mine, world.amina.email)
    code = code_mailed()
    assert goes_to(enter(other, code)) == "/sign-in"
    ask(third, "nobody@example.org")
    assert "tries left" in enter(third, code).text
    assert goes_to(enter(mine, code)) == "/"


def test_a_code_and_its_cookie_cannot_be_used_again(app: Flask, world: World) -> None:
    client, thief = app.test_client(), app.test_client()
    ask(client, world.amina.email)
    with client.session_transaction() as session:
        stolen = dict(session)
    code = code_mailed()
    enter(client, code)
    with thief.session_transaction() as session:
        session.update(stolen)
    assert "expired" in enter(thief, code).text
    assert not is_in(thief)


def test_opening_pages_uses_nothing_up(app: Flask, world: World) -> None:
    """A mail scanner, or a browser that loads ahead, opens every page; the code still works."""
    client = app.test_client()
    ask(client, world.amina.email)
    code = code_mailed()
    for path in ("/sign-in", "/sign-in/code", f"/sign-in/code?code={code}"):
        client.get(path)
        client.head(path)
        app.test_client().get(path)
        app.test_client().post(path, data={"code": code})
    assert goes_to(enter(client, code)) == "/"


# What a stranger can find out


def without_tokens(page: TestResponse, email: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*) value="[^"]*"', r"\1", page.text).replace(email, "EMAIL")


def test_known_unknown_and_suspended_addresses_are_answered_alike(app: Flask, world: World) -> None:
    operations.suspend_account(world.ben.account_id)
    answers = []
    for email in (world.amina.email, "nobody@example.org", world.ben.email):
        client = app.test_client()
        asked = ask(client, email)
        pages = [client.get("/sign-in/code"), *(enter(client, "00000000") for _ in range(6)), client.get("/sign-in")]
        headers = [sorted(set(page.headers.keys()) - {"Content-Length"}) for page in [asked, *pages]]
        words = [without_tokens(page, email) for page in [asked, *pages]]
        answers.append((asked.status_code, asked.headers["Location"], headers, words))
    assert answers[0] == answers[1] == answers[2]


def test_the_database_does_the_same_for_known_unknown_and_suspended_addresses(app: Flask, world: World) -> None:
    def statements_for(email: str) -> list[str]:
        client, seen = app.test_client(), []

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            seen.append(statement)

        ask(client, email)
        enter(client, "00000000")
        event.remove(db.engine, "before_cursor_execute", note)
        return seen

    operations.suspend_account(world.ben.account_id)
    known = statements_for(world.amina.email)
    assert statements_for("nobody@example.org") == statements_for(world.ben.email) == known
    assert sum("INSERT INTO outbox_mail" in statement for statement in known) == 1
    assert db.session.execute(select(OutboxMail.recipient)).scalars().all() == [world.amina.email]


def test_who_asks_too_often_and_has_a_code_is_led_to_where_it_is_entered(app: Flask, world: World) -> None:
    for email in (world.amina.email, "nobody@example.org"):
        client = app.test_client()
        for _ in range(6):
            assert goes_to(ask(client, email, "?next=/account")) == "/sign-in/code?next=/account"
        page = client.get("/sign-in/code")
        assert "we sent no new one" in page.text
        assert email in page.text
        if email == world.amina.email:
            assert goes_to(enter(client, code_mailed())) == "/"


def test_who_asks_too_often_and_has_no_code_is_told_how_long_to_wait(app: Flask, world: World) -> None:
    for email in (world.amina.email, "nobody@example.org"):
        for _ in range(30):
            ask(app.test_client(), email)
        client = app.test_client()
        page = ask(client, email)
        assert page.status_code == 429
        assert "Wait 60 minutes, then ask again." in page.text
        assert goes_to(client.get("/sign-in/code")) == "/sign-in"
    with clock.at(NOON + dt.timedelta(minutes=60)):
        assert goes_to(sign_in(client, world.amina)) == "/"


def test_a_code_for_one_address_is_no_way_in_for_another_that_is_asked_for_too_often(app: Flask, world: World) -> None:
    client = app.test_client()
    ask(client, world.ben.email)
    for _ in range(30):
        ask(app.test_client(), world.amina.email)
    assert ask(client, world.amina.email).status_code == 429
    page = client.get("/sign-in/code").text
    assert world.ben.email in page  # whose code it is
    assert world.amina.email not in page


def asked_through_a_proxy(app: Flask, proxies: int, forwarded: list[str]) -> list[int]:
    """What Amina's browsers are answered, each with an address that a proxy (or the browser itself) forwards."""
    settings = app.config["SETTINGS"].model_copy(update={"proxies": proxies})
    proxied = create_app(settings, app.extensions["library"])
    proxied.test_client_class = CheckedClient
    answers = []
    for number, address in enumerate(forwarded):
        answer = proxied.test_client().post(
            "/sign-in",
            data={"email": f"person{number}@example.org"},
            headers={"X-Forwarded-For": address, "X-Forwarded-Host": "evil.example"},
        )
        answers.append(answer.status_code)
    with proxied.app_context():
        db.session.remove()
        db.engine.dispose()
    return answers


@pytest.mark.parametrize(
    ("proxies", "forwarded", "answers"),
    [
        (0, ["10.0.0.1", "10.0.0.2", "10.0.0.3"], [302, 302, 429]),  # anyone can send the header: it says nothing
        (1, ["10.0.0.1", "10.0.0.2", "10.0.0.3"], [302, 302, 302]),
        (1, ["1.1.1.1, 10.0.0.1", "2.2.2.2, 10.0.0.1", "3.3.3.3, 10.0.0.1"], [302, 302, 429]),  # only the proxy's own
        (2, ["10.0.0.1, 9.9.9.9", "10.0.0.2, 9.9.9.9", "10.0.0.3, 9.9.9.9"], [302, 302, 302]),
    ],
)
def test_a_network_address_is_what_the_trusted_proxies_say_and_nobody_else(
    app: Flask,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    proxies: int,
    forwarded: list[str],
    answers: list[int],
) -> None:
    monkeypatch.setattr(operations, "TRIES_PER_ADDRESS", 2)
    assert asked_through_a_proxy(app, proxies, forwarded) == answers


def test_too_many_codes_typed_from_one_network_is_said_in_words(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    ask(client, world.amina.email)
    monkeypatch.setattr(operations, "TRIES_PER_ADDRESS", 1)
    assert [enter(client, "00000000").status_code for _ in range(2)] == [200, 429]


def test_a_training_room_signs_in_from_one_address(app: Flask, world: World) -> None:
    for _ in range(5):
        for persona in (world.amina, world.ben, world.grace, world.tomasz, world.olu, world.officer, world.admin):
            roles = persona not in (world.amina, world.ben, world.tomasz)
            assert goes_to(sign_in(app.test_client(), persona)) == ("/second-factor" if roles else "/")


# Where the way leads


@pytest.mark.parametrize("target", [*ELSEWHERE, None])
def test_what_leads_out_of_the_service_is_no_place_to_go_to(target: str | None) -> None:
    assert safe_next(target) is None


@pytest.mark.parametrize("target", WITHIN)
def test_what_lies_within_is(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example"])
def test_the_way_never_leads_out_of_the_service(app: Flask, world: World, demo: None, target: str) -> None:
    operations.name_demo_people([world.amina.account_id])
    client, query = app.test_client(), f"?next={quote(target)}"
    assert "evil" not in client.get(f"/sign-in{query}").text
    assert goes_to(ask(client, world.amina.email, query)) == "/sign-in/code"
    assert "evil" not in client.get(f"/sign-in/code{query}").text
    assert goes_to(enter(client, code_mailed(), query)) == "/"
    assert goes_to(client.get(f"/sign-in{query}")) == "/"
    assert goes_to(client.post(f"/sign-in/demo{query}", data={"account_id": world.amina.account_id})) == "/"
    assert goes_to(app.test_client().get(f"/sign-in/code{query}")) == "/sign-in"


def test_the_way_leads_to_where_one_wanted_to_go(app: Flask, world: World) -> None:
    for target in ("/account", "/verify?number=A%20B"):
        client, query = app.test_client(), f"?next={quote(target)}"
        ask(client, world.amina.email, query)
        assert goes_to(enter(client, code_mailed(), query)) == target


# The session


def test_signing_in_renews_the_cookie_and_ends_what_the_browser_held(app: Flask, world: World) -> None:
    client, thief = app.test_client(), app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by someone else"
        session["csrf_token"] = "planted"
    client.sign_in(world.ben)  # type: ignore[attr-defined]  # CheckedClient's
    old = token_of(client)
    with client.session_transaction() as session:
        session["browser"], session["email"] = "planted", world.amina.email
    operations.request_code(
        world.amina.email, "planted", address="10.0.0.1", secret=str(app.secret_key), service="Test Partnership"
    )
    assert goes_to(enter(client, code_mailed())) == "/"
    new = token_of(client)
    assert new
    assert new != old
    with client.session_transaction() as session:
        assert set(session) == {"_permanent", "_user_id"}
    assert "Amina Yusuf" in client.get("/account").text
    with thief.session_transaction() as session:
        session["_user_id"] = old
    assert not is_in(thief)


def test_the_cookie_outlives_the_browser_but_not_the_day(app: Flask, world: World) -> None:
    client = app.test_client()
    cookie = sign_in(client, world.amina).headers["Set-Cookie"]
    expires = re.search(r"Expires=([^;]+)", cookie)
    assert expires
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    lasts = parsedate_to_datetime(expires[1]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=11) < lasts <= dt.timedelta(hours=12)


def test_a_page_that_changes_nothing_sets_no_cookie(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.amina)
    client.get("/account")  # its form makes the token it is protected by
    assert "Set-Cookie" not in client.get("/account").headers


def test_signing_out_kills_the_token_and_empties_the_cache(app: Flask, world: World) -> None:
    client, thief = app.test_client(), app.test_client()
    sign_in(client, world.amina)
    token = token_of(client)
    with thief.session_transaction() as session:
        session["_user_id"] = token
    assert is_in(thief)
    response = client.post("/sign-out")
    assert goes_to(response) == "/signed-out"
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert "You have signed out" in client.get("/signed-out").text
    assert token_of(client) is None
    assert not is_in(client)
    assert not is_in(thief)


def test_signing_out_twice_or_without_being_in_does_no_harm(app: Flask, world: World) -> None:
    client = app.test_client()
    assert goes_to(client.post("/sign-out")) == "/signed-out"
    sign_in(client, world.amina)
    assert [goes_to(client.post("/sign-out")) for _ in range(2)] == ["/signed-out"] * 2


def test_only_a_form_of_ours_signs_out(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.amina)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", csrf=False).status_code == 400
    assert client.post("/sign-out", headers={"Origin": "https://evil.example"}).status_code == 403
    assert is_in(client)


def test_who_was_away_too_long_is_told_so_and_comes_back_to_the_page(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.amina)
    with clock.at(NOON + dt.timedelta(minutes=61)):
        target = goes_to(client.get("/account"))
        assert target == "/sign-in?next=/account"
        assert "You were signed out" in client.get(target).text
    assert "You were signed out" not in app.test_client().get("/sign-in").text


@pytest.mark.parametrize("cookie", ["kept", "gone"])
def test_a_form_sent_after_the_session_is_gone_leads_back_to_its_place(app: Flask, world: World, cookie: str) -> None:
    """With the cookie the session is over; without it the form's token is worth nothing either."""
    client = app.test_client()
    sign_in(client, world.grace)
    if cookie == "gone":
        with client.session_transaction() as session:
            session.clear()
    with clock.at(NOON + dt.timedelta(minutes=31)):
        for path, target in {
            "/account": "/sign-in?next=/account",
            "/modules/sample-module/content-note": "/sign-in?next=/modules/sample-module/content-note",
            "/agency/people.csv": "/sign-in",  # nothing to open there
        }.items():
            response = client.post(path, data={"full_name": "Mallory"}, csrf=cookie == "kept")
            assert goes_to(response) == target
    assert name_of(world.grace.practitioner_id) == "Grace Obi"


def test_a_sign_in_form_without_its_cookie_starts_again_and_keeps_where_the_way_leads(app: Flask) -> None:
    for path in ("/sign-in", "/sign-in/code"):
        response = app.test_client().post(f"{path}?next=/account", csrf=False)
        assert goes_to(response) == "/sign-in?next=/account"
        assert goes_to(app.test_client().post(f"{path}?next=//evil.example", csrf=False)) == "/sign-in"


def test_a_session_in_use_stays_open_until_twelve_hours_are_over(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.amina)
    for minutes in range(0, 12 * 60 + 1, 40):
        with clock.at(NOON + dt.timedelta(minutes=minutes)):
            assert is_in(client), minutes
    with clock.at(NOON + dt.timedelta(hours=12, seconds=1)):
        assert not is_in(client)


def test_a_suspended_account_is_out_at_the_next_request(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in(client, world.amina)
    assert is_in(client)
    operations.suspend_account(world.amina.account_id)
    assert not is_in(client)
    assert "You were signed out because" not in client.get("/sign-in").text
    ask(client, world.amina.email)
    assert len(db.session.execute(select(OutboxMail)).all()) == 1


def test_a_busy_database_stops_nobody_from_reading_on(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = app.test_client()
    sign_in(client, world.amina)
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", "50")
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=50ms")
    db.session.remove()
    db.engine.dispose()  # what connects from now on does not wait long
    other = make_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with other.connect().execution_options(**{WRITES: True}) as busy, clock.at(NOON + dt.timedelta(minutes=6)):
        busy.execute(update(SignInSession).values(ended_at=None))
        assert is_in(client)
    other.dispose()
    assert db.session.execute(select(SignInSession.seen_at)).scalar_one() == NOON
    (line,) = [record.getMessage() for record in caplog.records]
    assert re.fullmatch(r"The use of a session was not written down \(\w+\)\.", line)


def test_a_made_up_cookie_lets_nobody_in(app: Flask, world: World) -> None:
    client = app.test_client()
    for token in ("", "1", "x" * 43, "' OR 1=1 --", "\x00"):
        with client.session_transaction() as session:
            session["_user_id"] = token
        assert not is_in(client)


# The demonstration


def test_demo_sign_in_is_not_there_outside_the_demonstration(app: Flask, world: World) -> None:
    operations.name_demo_people([world.amina.account_id])
    client = app.test_client()
    assert "Amina" not in client.get("/sign-in").text
    assert client.post("/sign-in/demo", data={"account_id": world.amina.account_id}).status_code == 404
    assert sessions() == 0


def test_the_demonstration_offers_a_button_for_each_of_its_people(app: Flask, world: World, demo: None) -> None:
    operations.name_demo_people([world.amina.account_id, world.grace.account_id])
    client = app.test_client()
    buttons = re.findall(r"<button[^>]*account_id[^>]*>(.*?)</button>", client.get("/sign-in").text)
    assert [re.sub("<[^>]+>", "", button) for button in buttons] == [
        "Amina Yusuf practitioner, Harrow Lane School",
        "Grace Obi training lead, Harrow Lane School",
    ]
    graces = client.post("/sign-in/demo?next=/account", data={"account_id": world.grace.account_id})
    assert goes_to(graces) == "/account"
    assert "Grace Obi" in client.get("/account").text
    old = token_of(client)
    client.post("/sign-in/demo", data={"account_id": world.amina.account_id})
    assert "Amina Yusuf" in client.get("/account").text
    with client.session_transaction() as session:
        session["_user_id"] = old
    assert not is_in(client)


def test_a_demo_without_people_still_has_its_form(app: Flask, world: World, demo: None) -> None:
    assert "Send me a code" in app.test_client().get("/sign-in").text


def test_nobody_else_can_be_signed_in_by_a_demo_button(app: Flask, world: World, demo: None) -> None:
    operations.name_demo_people([world.amina.account_id])
    client = app.test_client()
    for account_id in (world.admin.account_id, 10**6, -1, "", "1 OR 1=1", f"{world.admin.account_id}.0"):
        assert client.post("/sign-in/demo", data={"account_id": account_id}).status_code == 404
    assert client.post("/sign-in/demo", csrf=False, data={"account_id": world.amina.account_id}).status_code == 302
    assert sessions() == 0


# One's own details


def test_a_name_is_changed_with_a_notice_about_older_certificates(app: Flask, world: World) -> None:
    client = app.test_client().sign_in(world.amina)  # type: ignore[attr-defined]  # CheckedClient's
    page = client.get("/account").text
    assert "amina@example.org" in page
    assert "Harrow Lane School" in page
    assert 'value="Amina Yusuf"' in page
    response = client.post("/account", data={"full_name": "  Amina  Yusuf-Siân "})
    assert goes_to(response) == "/account"
    page = client.get("/account").text
    assert 'value="Amina Yusuf-Siân"' in page
    assert "those you already have keep theirs" in page
    assert "keep theirs" not in client.get("/account").text
    assert name_of(world.amina.practitioner_id) == "Amina Yusuf-Siân"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter your full name"),
        ("王 Wang", "cannot print 王"),
        ("Amina\u200bYusuf", "hidden character"),
        ("x" * 121, "120 characters or fewer"),
        ("<b>Amina</b> 王", "cannot print 王"),
    ],
)
def test_a_name_we_cannot_print_is_refused_and_what_was_typed_is_kept(
    app: Flask, world: World, typed: str, words: str
) -> None:
    client = app.test_client().sign_in(world.amina)  # type: ignore[attr-defined]  # CheckedClient's
    page = client.post("/account", data={"full_name": typed})
    assert page.text.count(words) >= 2
    assert f'value="{html.escape(visible(typed))}"' in page.text
    assert name_of(world.amina.practitioner_id) == "Amina Yusuf"


def test_nobody_can_change_more_than_their_own_name(app: Flask, world: World) -> None:
    client = app.test_client().sign_in(world.amina)  # type: ignore[attr-defined]  # CheckedClient's
    client.post(
        "/account",
        data={
            "full_name": "Amina New",
            "practitioner_id": world.ben.practitioner_id,
            "email": "evil@example.org",
            "agency_id": world.clinic,
            "role": "administrator",
        },
    )
    assert name_of(world.ben.practitioner_id) == "Ben Price"
    page = client.get("/account").text
    assert "Amina New" in page
    assert "amina@example.org" in page
    assert "Harrow Lane School" in page
