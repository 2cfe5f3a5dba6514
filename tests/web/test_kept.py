"""A form sent after its session had ended comes back to the one who sent it, and to nobody else."""

import base64
import datetime as dt
import zlib

import pytest
from flask import Flask

from elearning.assessment.queries import find_open_sitting
from elearning.core import clock
from tests import journey
from tests.accounts.test_views import code_mailed
from tests.conftest import MODULE, NOON, CheckedClient, Persona, World

QUESTION = f"/modules/{MODULE}/quiz/1"
LATER = NOON + dt.timedelta(minutes=61)


@pytest.fixture
def client(app: Flask, world: World) -> CheckedClient:
    """Amina's browser, in the middle of a quiz."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    client.sign_in(world.amina)
    journey.read_everything(client)
    journey.start(client)
    return client


def send_too_late(client: CheckedClient, world: World, **more: str) -> dict[str, object]:
    """Amina answers the first question after an hour away; what she sent."""
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    assert sitting
    answer = {**journey.shown_answer(world.amina, 1, right=True), "attempt": str(sitting.id), **more}
    sent = client.post(QUESTION, data=answer)
    assert sent.location == f"/sign-in?next={QUESTION}"
    assert chosen(world.amina) is None
    return answer


def chosen(persona: Persona) -> tuple[int, ...] | None:
    sitting = find_open_sitting(persona.practitioner_id, MODULE)
    return sitting.chosen.get(1) if sitting else None


def sign_in(client: CheckedClient, persona: Persona) -> None:
    """With the code from the mail, as after any other end of a session."""
    client.post(f"/sign-in?next={QUESTION}", data={"email": persona.email})
    entered = client.post(f"/sign-in/code?next={QUESTION}", data={"code": code_mailed()})
    assert entered.location == QUESTION


def is_filled_in(page: str) -> bool:
    return " checked" in page or " selected" in page.replace('value="" selected', "")


def test_an_answer_sent_too_late_returns_and_is_saved_by_continue(client: CheckedClient, world: World) -> None:
    with clock.at(LATER):
        answer = send_too_late(client, world)
        assert "what you have just sent" in client.get(f"/sign-in?next={QUESTION}").text
        sign_in(client, world.amina)
        for _ in range(2):  # and when the page is loaded again
            page = client.get(QUESTION)
            assert "what you had chosen is filled in again" in page.text.lower()
            assert is_filled_in(page.text)
        assert chosen(world.amina) is None  # a GET saves nothing
        assert client.post(QUESTION, data=answer).status_code == 302
        assert chosen(world.amina) is not None
        assert "is filled in again" not in client.get(QUESTION).text


def test_it_stands_on_its_own_page_alone(client: CheckedClient, world: World) -> None:
    with clock.at(LATER):
        send_too_late(client, world)
        sign_in(client, world.amina)
        for path in (f"/modules/{MODULE}/quiz/2", f"/modules/{MODULE}/story", "/account"):
            assert "is filled in again" not in client.get(path).text


def test_another_person_on_the_same_computer_gets_nothing_of_it(
    client: CheckedClient, world: World, app: Flask
) -> None:
    own = app.test_client()
    assert isinstance(own, CheckedClient)
    own.sign_in(world.ben)
    journey.read_everything(own)
    journey.start(own)
    with clock.at(LATER):
        send_too_late(client, world)
        sign_in(client, world.ben)
        with client.session_transaction() as session:
            assert "kept" not in session
        page = client.get(QUESTION)
        assert page.status_code == 200
        assert not is_filled_in(page.text)


def test_after_half_an_hour_it_is_gone(client: CheckedClient, world: World) -> None:
    with clock.at(LATER):
        send_too_late(client, world)
    with clock.at(LATER + dt.timedelta(minutes=30, seconds=1)):
        sign_in(client, world.amina)
        assert not is_filled_in(client.get(QUESTION).text)


def test_what_somebody_wrote_is_not_put_into_the_cookie(client: CheckedClient, world: World) -> None:
    with clock.at(LATER):
        client.post("/account", data={"full_name": "Canary Name"})
        assert "canary" not in in_cookie(client).lower()
        send_too_late(client, world, note="I am worried about canary")
        assert "canary" not in in_cookie(client).lower()
        send_too_late(client, world, note="9" * 1000)  # nor what is long
        assert "999" not in in_cookie(client)


def in_cookie(client: CheckedClient) -> str:
    """What anyone reads in it."""
    cookie = client.get_cookie("elearning")
    assert cookie
    packed = cookie.value.startswith(".")
    payload = cookie.value.lstrip(".").split(".")[0]
    read = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return (zlib.decompress(read) if packed else read).decode()


def test_a_cookie_that_somebody_wrote_fills_nothing_in(client: CheckedClient, world: World) -> None:
    with clock.at(LATER):
        send_too_late(client, world)
        cookie = client.get_cookie("elearning")
        assert cookie
        forged = ("A" if cookie.value[5] != "A" else "B").join([cookie.value[:5], cookie.value[6:]])
        client.set_cookie("elearning", forged)
        sign_in(client, world.amina)
        assert not is_filled_in(client.get(QUESTION).text)


def test_who_was_never_signed_in_leaves_nothing(app: Flask, world: World) -> None:
    client = app.test_client()
    client.post(QUESTION, data={"answer": "1", "attempt": "1"})
    with client.session_transaction() as session:
        assert "kept" not in session


def test_an_attempt_that_was_submitted_meanwhile_is_not_touched(client: CheckedClient, world: World) -> None:
    """The answer was kept for one attempt; when Amina is back, another is open."""
    journey.answer_all(client, world.amina, wrong=4)
    old = find_open_sitting(world.amina.practitioner_id, MODULE)
    assert old
    with clock.at(LATER):
        client.post(QUESTION, data={"answer": "1", "attempt": str(old.id)})
        other = client.application.test_client()
        assert isinstance(other, CheckedClient)
        other.sign_in(world.amina)
        journey.submit(other, world.amina)
    with clock.at(LATER + dt.timedelta(minutes=5)):
        journey.read_everything(other)
        journey.start(other)
        sign_in(client, world.amina)
        led_away = client.get(QUESTION)
        assert led_away.location == QUESTION
        page = client.get(QUESTION).text
        assert "part of an earlier attempt" in page
        assert not is_filled_in(page)
