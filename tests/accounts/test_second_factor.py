"""The second factor of whoever has a role: setting an app up, giving its code, losing it; and what is kept out without."""

import datetime as dt
import re
from types import SimpleNamespace
from typing import cast

import pyotp
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from elearning.accounts import operations, queries
from elearning.accounts.cli import people
from elearning.accounts.models import RecoveryCode, SecondFactor, SignInSession
from elearning.accounts.operations import check_factor, end_membership, revoke_role, set_up_factor
from elearning.accounts.rules import (
    FACTOR_TRIES,
    FACTOR_TRIES_PER_ACCOUNT,
    digest,
    find_step,
    key_address,
    offered_key,
    seal,
    unseal,
)
from elearning.accounts.types import FactorCheck, FactorProblem
from elearning.app import create_app
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry, OutboxMail
from elearning.core.qr import qr_runs
from elearning.core.roles import Role
from tests.accounts.test_operations import at_once
from tests.accounts.test_views import goes_to, is_in, sign_in, token_of
from tests.conftest import NOON, CheckedClient, Persona, World, running

SECRET = "k" * 32  # of the test's settings
MINUTE = dt.timedelta(minutes=1)


def browser(app: Flask) -> CheckedClient:
    return cast(CheckedClient, app.test_client())


def code_of(key: str, at: dt.datetime = NOON) -> str:
    """What an authenticator app shows."""
    return pyotp.TOTP(key).at(at)


def key_on(client: CheckedClient, address: str = "/second-factor/set-up") -> str:
    """The key that the set-up page shows to who cannot scan it."""
    found = re.search(r'<p class="copy">([A-Z2-7 ]+)</p>', client.get(address).text)
    assert found
    return found[1].replace(" ", "")


def give(client: CheckedClient, code: str, query: str = "") -> str:
    """Enter a code; where that leads, or the words of the page that says why not."""
    answer = client.post(f"/second-factor{query}", data={"second_factor": code})
    return answer.location or answer.text


def has_app(persona: Persona, at: dt.datetime = NOON - dt.timedelta(days=1)) -> tuple[str, list[str]]:
    """They set an app up before: its key, and their recovery codes."""
    with clock.at(at):
        token = operations.start_session(persona.account_id)
        key = offered_key(token, None, secret=SECRET)
        check = set_up_factor(token, code_of(key, at), secret=SECRET, service="Test", help_email="help@example.org")
        assert check
        assert check.token
        operations.end_session(check.token)
    return key, list(check.recovery_codes)


@pytest.fixture
def key(app: Flask, world: World) -> str:
    """Of the app that Grace set up yesterday."""
    return has_app(world.grace)[0]


@pytest.fixture
def grace(app: Flask, world: World) -> CheckedClient:
    """Her browser, after the code from her e-mail and nothing else."""
    client = browser(app)
    sign_in(client, world.grace)
    return client


def trail() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# The way in


def test_the_first_time_one_is_led_through_setting_it_up(app: Flask, world: World) -> None:
    client = browser(app)
    asked = goes_to(client.get("/agency?name=a"))
    client.post(asked, data={"email": world.grace.email})
    first = goes_to(sign_in(client, world.grace))
    assert first == "/second-factor"
    set_up = goes_to(client.get("/second-factor?next=/agency"))
    assert set_up == "/second-factor/set-up?next=/agency"
    key = key_on(client, set_up)
    assert key_on(client, set_up) == key  # loaded again, it is the same
    page = client.post(set_up, data={"second_factor": code_of(key)})
    codes = re.findall(r"<li>(\d{4} \d{4} \d{4})</li>", page.text)
    assert len(set(codes)) == 10
    assert 'href="/agency"' in page.text
    assert "Amina Yusuf" in client.get("/agency").text
    assert "Set up on 2 March 2026. You have 10 recovery codes left" in client.get("/account").text
    mail = db.session.execute(select(OutboxMail.recipient, OutboxMail.subject).order_by(OutboxMail.id.desc())).first()
    assert mail == (world.grace.email, "Your authenticator app is set up")


def test_the_code_of_the_app_comes_after_the_one_from_the_mail(app: Flask, world: World, key: str) -> None:
    client = browser(app)
    answer = sign_in(client, world.grace)
    page = client.get(answer.location)
    assert "Enter the code from your app" in page.text
    assert 'autocomplete="one-time-code"' in page.text
    code = code_of(key)
    assert give(client, f" {code[:3]} {code[3:]}", "?next=/agency") == "/agency"
    assert client.get("/agency").status_code == 200
    assert goes_to(client.get("/second-factor?next=/agency")) == "/agency"


def test_who_has_no_role_is_never_asked(app: Flask, world: World) -> None:
    client = browser(app)
    assert goes_to(sign_in(client, world.amina)) == "/"
    assert [client.get(path).status_code for path in ("/second-factor", "/second-factor/set-up")] == [404, 404]
    assert "authenticator" not in client.get("/account").text


def test_the_square_holds_the_key_that_is_written_below_it(grace: CheckedClient, world: World) -> None:
    page = grace.get("/second-factor/set-up").text
    address = key_address(key_on(grace), world.grace.email, service="Test Partnership")
    assert address.replace("&", "&amp;") in page
    side, _ = qr_runs(address)
    assert f'viewBox="-4 -4 {side + 8} {side + 8}"' in page
    picture = Image.new("L", ((side + 8) * 4, (side + 8) * 4), 255)
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", page):
        x, y = (4 + int(column)) * 4, (4 + int(row)) * 4
        ImageDraw.Draw(picture).rectangle((x, y, x + int(length) * 4 - 1, y + 3), fill=0)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [address]


def test_a_wrong_first_code_keeps_nothing(grace: CheckedClient) -> None:
    page = grace.post("/second-factor/set-up", data={"second_factor": "000000"})
    assert page.text.count("That code is not right") == 2
    assert "a recovery code 12" in give_words(grace, "12345")
    assert "Enter the code from your app" in give_words(grace, "  ")
    assert db.session.execute(select(func.count()).select_from(SecondFactor)).scalar_one() == 0


def give_words(client: CheckedClient, code: str) -> str:
    return client.post("/second-factor/set-up", data={"second_factor": code}).text


# One factor only


def test_with_one_factor_a_role_leads_to_the_page_that_asks_and_no_further(
    app: Flask, grace: CheckedClient, key: str
) -> None:
    assert grace.get("/record").status_code == 200
    assert goes_to(grace.get("/agency?name=amina")) == "/second-factor?next=/agency?name%3Damina"
    assert goes_to(grace.get("/agency/discussions")) == "/second-factor?next=/agency/discussions"
    sent = grace.post("/agency/people.csv")
    assert (sent.status_code, sent.location) == (307, "/second-factor?then=/agency/people.csv")
    assert grace.get("/reports").status_code == 404


def test_a_role_granted_later_waits_for_the_second_factor(app: Flask, world: World) -> None:
    client = browser(app)
    sign_in(client, world.amina)
    assert client.get("/reports").status_code == 404
    operations.grant_role(world.amina.account_id, Role.OFFICER)
    assert goes_to(client.get("/reports")) == "/second-factor?next=/reports"
    client.post("/second-factor/set-up", data={"second_factor": code_of(key_on(client))})
    assert client.get("/reports").status_code == 200


@pytest.mark.parametrize("how", ["revoked", "left", "suspended"])
def test_a_role_taken_away_is_gone_at_once_whatever_was_confirmed(
    app: Flask, world: World, grace: CheckedClient, key: str, how: str
) -> None:
    give(grace, code_of(key))
    assert grace.post("/agency/people.csv").status_code == 200
    match how:
        case "revoked":
            revoke_role(world.grace.email, Role.TRAINING_LEAD)
        case "left":
            end_membership(world.grace.email, clock.today())
        case _:
            operations.suspend_account(world.grace.account_id)
    expected = 302 if how == "suspended" else 404
    assert grace.get("/agency").status_code == expected
    assert grace.post("/agency/people.csv").status_code == expected
    assert grace.get("/second-factor").status_code == expected


# What counts, and how often


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(grace: CheckedClient, key: str, steps: int, counts: bool) -> None:
    given = give(grace, code_of(key, NOON + steps * dt.timedelta(seconds=30)))
    assert (given == "/") is counts


def test_a_code_counts_once_and_none_that_is_older(app: Flask, world: World, grace: CheckedClient, key: str) -> None:
    assert give(grace, code_of(key)) == "/"
    other = browser(app)
    sign_in(other, world.grace)
    assert "You have used that code already" in give(other, code_of(key))
    assert "You have used that code already" in give(other, code_of(key, NOON - dt.timedelta(seconds=30)))
    with clock.at(NOON + dt.timedelta(seconds=30)):
        assert give(other, code_of(key, NOON + dt.timedelta(seconds=30))) == "/"


def test_the_code_that_set_the_app_up_is_used_up(app: Flask, world: World, grace: CheckedClient) -> None:
    code = code_of(key_on(grace))
    grace.post("/second-factor/set-up", data={"second_factor": code})
    other = browser(app)
    sign_in(other, world.grace)
    assert "You have used that code already" in give(other, code)


def test_two_who_give_one_code_at_once_are_one(app: Flask, world: World, key: str) -> None:
    tokens = [operations.start_session(world.grace.account_id) for _ in range(4)]
    results = at_once(app, 4, lambda n: check_factor(tokens[n], code_of(key), secret=SECRET))
    assert sorted(bool(result.token) for result in results) == [False, False, False, True]


def test_two_apps_set_up_at_once_are_one(app: Flask, world: World) -> None:
    tokens = [operations.start_session(world.grace.account_id) for _ in range(4)]

    def set_up(number: int) -> FactorCheck | None:
        code = code_of(offered_key(tokens[number], None, secret=SECRET))
        return set_up_factor(tokens[number], code, secret=SECRET, service="", help_email="a@b.co")

    assert [bool(result) for result in at_once(app, 4, set_up)].count(True) == 1


def test_after_five_tries_a_session_waits(grace: CheckedClient, key: str) -> None:
    wrong = f"{(int(code_of(key)) + 1) % 10**6:06}"
    for _ in range(FACTOR_TRIES):
        assert "That code is not right" in give(grace, wrong)
    answer = grace.post("/second-factor", data={"second_factor": code_of(key)})
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text
    with clock.at(NOON + 15 * MINUTE):
        assert give(grace, code_of(key, NOON + 15 * MINUTE)) == "/"


def test_many_sessions_together_do_not_guess_more_and_keep_nobody_out_who_is_in_or_has_a_recovery_code(
    app: Flask, world: World
) -> None:
    key, codes = has_app(world.grace)
    inside = operations.start_session(world.grace.account_id, confirmed=True)
    wrong = f"{(int(code_of(key)) + 1) % 10**6:06}"

    def attack() -> FactorProblem | None:
        token = operations.start_session(world.grace.account_id)
        return check_factor(token, wrong, secret=SECRET).problem

    assert [attack() for _ in range(FACTOR_TRIES_PER_ACCOUNT)] == [FactorProblem.WRONG] * FACTOR_TRIES_PER_ACCOUNT
    assert attack() is FactorProblem.TOO_MANY
    hers = browser(app)
    sign_in(hers, world.grace)
    kept_out = hers.post("/second-factor", data={"second_factor": code_of(key)})
    assert kept_out.status_code == 429
    assert "enter one of your recovery codes" in kept_out.text
    assert give(hers, codes[0]) == "/"
    assert check_factor(inside, code_of(key), secret=SECRET).token


# Sessions


def test_a_session_goes_on_under_another_token_once_it_is_confirmed(app: Flask, grace: CheckedClient, key: str) -> None:
    thief, before = browser(app), token_of(grace)
    with thief.session_transaction() as session:
        session["_user_id"] = before
    assert is_in(thief)
    give(grace, code_of(key))
    assert token_of(grace) != before
    assert is_in(grace)
    assert not is_in(thief)
    assert db.session.execute(select(func.count()).where(SignInSession.ended_at.is_(None))).scalar_one() == 1


def test_another_session_of_the_same_person_is_not_confirmed_with_it(
    app: Flask, world: World, grace: CheckedClient, key: str
) -> None:
    other = browser(app)
    sign_in(other, world.grace)
    give(grace, code_of(key))
    assert goes_to(other.get("/agency")) == "/second-factor?next=/agency"


def test_a_confirmed_session_ends_like_any_other(app: Flask, grace: CheckedClient, key: str) -> None:
    give(grace, code_of(key))
    with clock.at(NOON + 31 * MINUTE):
        assert goes_to(grace.get("/agency")) == "/sign-in?next=/agency"


# Once more before files with names


def test_a_file_with_names_asks_again_after_ten_minutes_and_goes_on_with_what_was_asked(
    grace: CheckedClient, key: str
) -> None:
    give(grace, code_of(key))
    with clock.at(NOON + 10 * MINUTE):
        assert grace.post("/agency/people.csv").mimetype == "text/csv"
    later = NOON + 10 * MINUTE + dt.timedelta(seconds=1)
    with clock.at(later):
        assert grace.get("/agency").status_code == 200  # looking needs no more
        sent = {"team": 'A "team"'}
        led = grace.post("/agency/people.csv", data=sent)
        assert led.status_code == 307  # the browser sends the same form there
        page = grace.post(led.location, data=sent)
        assert "Enter the code from your app" in page.text
        assert "There is a problem" not in page.text
        form = hidden(page.text)
        assert form == {"team": "A &#34;team&#34;"}
        wrong = grace.post(action(page.text), data={"second_factor": "000000", "team": "A"})
        assert hidden(wrong.text) == {"team": "A"}
        page = grace.post(action(wrong.text), data={"second_factor": code_of(key, later), "team": "A"})
        assert "Press the button to go on" in page.text
        assert (action(page.text), hidden(page.text)) == ("/agency/people.csv", {"team": "A"})
        assert grace.post(action(page.text)).mimetype == "text/csv"
        again = grace.post("/second-factor?then=/agency/people.csv", data={"second_factor": code_of(key, later)})
        assert "Press the button to go on" in again.text  # back, and pressed once more


def action(page: str) -> str:
    found = re.search(r'<main.*?<form method="post" action="([^"]*)"', page, re.DOTALL)
    assert found
    return found[1].replace("&amp;", "&")


def hidden(page: str) -> dict[str, str]:
    main = page[page.index("<main") : page.index("</main>")]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', main)
    return {name: value for name, value in fields if name != "csrf_token"}


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_no_link_makes_someone_send_a_form_and_none_leads_elsewhere(
    grace: CheckedClient, key: str, target: str
) -> None:
    page = grace.get("/second-factor?then=/sign-out").text
    assert "sign-out" not in page[page.index("<main") : page.index("</main>")]
    answer = grace.post(f"/second-factor?then={target}&next={target}", data={"second_factor": code_of(key)})
    assert goes_to(answer) == "/"


# Another phone, a lost one, another secret


def test_setting_it_up_again_takes_the_old_app_and_its_codes_away(app: Flask, world: World) -> None:
    old, codes = has_app(world.grace)
    client, other = browser(app), browser(app)
    sign_in(client, world.grace)
    assert goes_to(client.get("/second-factor/set-up")) == "/second-factor?next=/second-factor/set-up"
    refused = set_up_factor(token_of(client) or "", "000000", secret=SECRET, service="", help_email="")
    assert refused is None  # the old one comes first
    assert give(client, codes[0], "?next=/second-factor/set-up") == "/second-factor/set-up"
    other.sign_in(world.grace)
    assert other.get("/agency").status_code == 200
    new = key_on(client)
    assert "again" in client.get("/second-factor/set-up").text
    assert "Keep your recovery codes" in give_words(client, code_of(new))
    assert client.get("/agency").status_code == 200
    assert goes_to(other.get("/agency")) == "/second-factor?next=/agency"  # gave what counts no more
    later = NOON + MINUTE
    with clock.at(later):
        assert "not right" in give(other, code_of(old, later))
        assert "not right" in give(other, codes[1])
        assert give(other, code_of(new, later)) == "/"


def test_a_recovery_code_lets_in_once(app: Flask, world: World) -> None:
    _key, codes = has_app(world.grace)
    first, second = browser(app), browser(app)
    sign_in(first, world.grace)
    sign_in(second, world.grace)
    assert give(first, f"{codes[3][:4]}-{codes[3][4:8]}-{codes[3][8:]}") == "/"
    assert "not right" in give(second, codes[3])
    assert "9 recovery codes left" in first.get("/account").text
    assert "recovery code used" in trail()


def test_recovery_codes_are_of_one_account(app: Flask, world: World) -> None:
    _key, codes = has_app(world.grace)
    has_app(world.olu)
    client = browser(app)
    sign_in(client, world.olu)
    assert "not right" in give(client, codes[0])


def test_what_is_kept_is_worth_nothing_without_the_secret(app: Flask, world: World) -> None:
    key, codes = has_app(world.grace)
    rows = str(db.session.execute(select(SecondFactor.__table__)).all())
    rows += str(db.session.execute(select(RecoveryCode.__table__)).all())
    assert key not in rows
    assert not [code for code in codes if code in rows or digest(code) in rows]
    sealed = db.session.execute(select(SecondFactor.sealed_key)).scalar_one()
    account = world.grace.account_id
    assert unseal(sealed, account_id=account, secret=SECRET) == key
    assert unseal(sealed, account_id=account, secret="l" * 32) is None
    assert unseal(sealed, account_id=world.olu.account_id, secret=SECRET) is None  # moved to another's row


def test_after_the_secret_was_changed_only_the_command_helps(app: Flask, world: World, key: str) -> None:
    changed = app.config["SETTINGS"].model_copy(update={"secret_key": "l" * 32})
    with running(create_app(changed, app.extensions["library"])) as other:
        client = browser(other)
        sign_in(client, world.grace)
        assert goes_to(client.get("/agency")) == "/second-factor?next=/agency"
        assert "has to be set up again" in give(client, code_of(key))
        assert run(other, "--everyone").output == "Authenticator apps to be set up again: 1.\n"
        assert goes_to(client.get("/second-factor")) == "/second-factor/set-up"
        assert "Keep your recovery codes" in give_words(client, code_of(key_on(client)))


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(people, ["reset-second-factor", *arguments], obj=SimpleNamespace(app=app))


def test_an_administrator_resets_what_was_lost_and_it_is_dead_at_once(
    app: Flask, world: World, grace: CheckedClient, key: str
) -> None:
    has_app(world.olu)
    give(grace, code_of(key))
    result = run(app, "Grace@Example.org")
    assert "when they next sign in" in result.output
    assert trail()[-1] == "second factor reset"
    assert goes_to(grace.get("/agency")) == "/second-factor?next=/agency"
    assert goes_to(grace.get("/second-factor")) == "/second-factor/set-up"
    assert queries.find_factor(world.olu.account_id)
    for arguments, words in {("grace@example.org",): "has not set up", ("nobody@example.org",): "no account"}.items():
        error = run(app, *arguments).exception
        assert isinstance(error, Refused)
        assert words in str(error)
    assert [run(app, *arguments).exit_code for arguments in ([], ["a@b.co", "--everyone"])] == [2, 2]


def test_in_the_demonstration_there_is_none_and_the_page_says_so(app: Flask, world: World) -> None:
    demo = app.config["SETTINGS"].model_copy(update={"demo": True})
    operations.name_demo_people([world.grace.account_id])
    with running(create_app(demo, app.extensions["library"])) as shown:
        client = browser(shown)
        assert "here nobody is asked for one" in client.get("/sign-in").text
        client.post("/sign-in/demo", data={"account_id": world.grace.account_id})
        assert client.get("/agency").status_code == 200
        with clock.at(NOON + 20 * MINUTE):
            assert client.post("/agency/people.csv").mimetype == "text/csv"
        assert [client.get(path).status_code for path in ("/second-factor", "/second-factor/set-up")] == [404, 404]
        assert "authenticator" not in client.get("/account").text
    one_factor = browser(app)  # the same session outside it
    with client.session_transaction() as session:
        token = session["_user_id"]
    with one_factor.session_transaction() as session:
        session["_user_id"] = token
    assert goes_to(one_factor.get("/agency")) == "/second-factor?next=/agency"


def test_the_codes_are_those_of_the_standard() -> None:
    """RFC 6238, appendix B, as six digits."""
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}.items():
        at = dt.datetime.fromtimestamp(seconds, dt.UTC)
        assert find_step(key, code, at) == seconds // 30
        assert find_step(key, code, at + dt.timedelta(minutes=2)) is None


def test_no_two_sealed_keys_are_alike() -> None:
    first, second = (seal("A" * 32, account_id=1, secret=SECRET, nonce=bytes([n] * 12)) for n in (1, 2))
    assert first != second
    assert len(first) <= 200
