"""Accounts, codes and sessions, straight at the database."""

import datetime as dt
import re
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from elearning.accounts import operations, queries
from elearning.accounts.models import Account, RoleGrant, SignInCode, SignInSession
from elearning.accounts.rules import (
    ASKS_PER_BROWSER,
    ASKS_PER_EMAIL,
    CODE_LASTS,
    CODE_TRIES,
    LONGEST_SESSION,
    TRIES_PER_ADDRESS,
)
from elearning.accounts.types import CodeCheck, CodeRequest
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.errors import Refused
from elearning.core.models import OutboxMail
from elearning.core.roles import Role
from elearning.people import operations as people
from tests.conftest import NOON, World

SECRET = "k" * 32
T = TypeVar("T")


def ask(email: str, browser: str = "a browser", address: str = "10.0.0.1") -> bool:
    return request(email, browser, address) == CodeRequest()


def request(email: str, browser: str = "a browser", address: str = "10.0.0.1") -> CodeRequest:
    return operations.request_code(email, browser, address=address, secret=SECRET, service="Test Partnership")


def check(code: str, browser: str = "a browser", address: str = "10.0.0.1") -> CodeCheck | None:
    return operations.check_code(browser, code, address=address, secret=SECRET)


def mailed() -> list[str]:
    """The codes in the outbox, oldest first."""
    bodies = db.session.execute(select(OutboxMail.body).order_by(OutboxMail.id)).scalars().all()
    db.session.rollback()
    return [re.sub(r"\D", "", body.split(" is your code")[0]) for body in bodies]


def count(model: type) -> int:
    number = db.session.execute(select(func.count()).select_from(model)).scalar_one()
    db.session.rollback()
    return number


def at_once(app: Flask, number: int, call: Callable[[int], T]) -> list[T]:
    """What `number` threads got that call at the same moment, each in its own application context."""
    db.session.remove()
    results: list[T] = []
    started = threading.Barrier(number)

    def run(position: int) -> None:
        with clock.at(NOON), app.app_context():
            started.wait()
            results.append(call(position))

    threads = [threading.Thread(target=run, args=(position,)) for position in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_code_signs_in_once(app: Flask, world: World) -> None:
    assert ask(world.amina.email)
    (code,) = mailed()
    first = check(code)
    assert first
    assert first.token
    signed_in = queries.find_signed_in(first.token)
    assert signed_in
    assert signed_in.account_id == world.amina.account_id
    assert check(code) == CodeCheck(expired=True)


def test_a_code_is_kept_only_as_a_keyed_digest(app: Flask, world: World) -> None:
    ask(world.amina.email)
    (code,) = mailed()
    row = db.session.execute(select(SignInCode)).scalar_one()
    assert code not in repr(vars(row))
    assert "a browser" not in repr(vars(row))
    assert operations.check_code("a browser", code, address="", secret="l" * 32) == CodeCheck(tries_left=4)


def test_a_code_opens_nothing_on_another_browser(app: Flask, world: World) -> None:
    ask(world.amina.email)
    ask(world.ben.email, browser="another")
    aminas, _bens = mailed()
    assert check(aminas, browser="another") == CodeCheck(tries_left=4)
    assert check(aminas, browser="a third") == CodeCheck(expired=True)
    mine = check(aminas)
    assert mine
    assert mine.token


def test_the_newest_code_of_a_browser_counts(app: Flask, world: World) -> None:
    ask(world.amina.email)
    ask(world.amina.email)
    older, newer = mailed()
    assert check(older) == CodeCheck(tries_left=4)
    right = check(newer)
    assert right
    assert right.token


def test_five_wrong_tries_close_a_code_even_for_the_right_one(app: Flask, world: World) -> None:
    ask(world.amina.email)
    (code,) = mailed()
    wrong = f"{(int(code) + 1) % 10**8:08}"
    assert [check(wrong) for _ in range(6)] == [CodeCheck(tries_left=left) for left in (4, 3, 2, 1, 0, 0)]
    assert check(code) == CodeCheck(tries_left=0)
    assert count(SignInSession) == 0


def test_a_new_code_has_new_tries(app: Flask, world: World) -> None:
    ask(world.amina.email)
    for _ in range(CODE_TRIES):
        check("00000000")
    ask(world.amina.email)
    right = check(mailed()[-1])
    assert right
    assert right.token


def test_a_code_lasts_ten_minutes(app: Flask, world: World) -> None:
    ask(world.amina.email)
    (code,) = mailed()
    with clock.at(NOON + CODE_LASTS):
        assert check(code) == CodeCheck(expired=True)
    with clock.at(NOON + CODE_LASTS - dt.timedelta(seconds=1)):
        right = check(code)
    assert right
    assert right.token


def test_an_unknown_address_gets_a_code_row_but_no_mail(app: Flask) -> None:
    assert ask("nobody@example.org")
    assert mailed() == []
    row = db.session.execute(select(SignInCode)).scalar_one()
    assert row.account_id is None
    assert check("00000000") == CodeCheck(tries_left=4)


def test_even_a_right_guess_for_an_unknown_address_is_wrong(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _limit: 12345678)
    ask("nobody@example.org")
    assert check("12345678") == CodeCheck(tries_left=4)


def test_a_suspended_account_gets_no_mail_and_its_code_is_a_wrong_one(app: Flask, world: World) -> None:
    ask(world.amina.email)
    (code,) = mailed()
    operations.suspend_account(world.amina.account_id)
    assert check(code) == CodeCheck(tries_left=4)
    ask(world.amina.email)
    assert len(mailed()) == 1


def test_two_people_who_type_one_code_at_once_get_one_session(app: Flask, world: World) -> None:
    ask(world.amina.email)
    (code,) = mailed()
    # From different networks: from one, its throttle alone would make them wait in line.
    results = at_once(app, 6, lambda position: check(code, address=f"10.0.0.{position}"))
    assert sum(bool(result and result.token) for result in results) == 1
    assert count(SignInSession) == 1


def test_wrong_tries_at_once_are_all_counted(app: Flask, world: World) -> None:
    ask(world.amina.email)
    results = at_once(app, 8, lambda position: check(f"{position:08}", address=f"10.0.0.{position}"))
    left = sorted(result.tries_left for result in results if result)
    assert left == [0, 0, 0, 0, 1, 2, 3, 4]


def test_a_browser_gets_five_codes_for_an_address_in_a_quarter_of_an_hour(app: Flask, world: World) -> None:
    results = at_once(app, 8, lambda position: ask(world.amina.email, address=f"10.0.0.{position}"))
    assert sum(results) == len(mailed()) == ASKS_PER_BROWSER == 5
    assert ask(world.ben.email)
    with clock.at(NOON + dt.timedelta(minutes=15)):
        assert ask(world.amina.email)


def test_what_a_stranger_asks_for_elsewhere_keeps_nobody_out(app: Flask, world: World) -> None:
    assert [ask(world.amina.email, browser="a stranger's") for _ in range(60)].count(True) == ASKS_PER_BROWSER
    assert ask(world.amina.email)
    right = check(mailed()[-1])
    assert right
    assert right.token


@pytest.mark.parametrize("email", ["amina@example.org", "nobody@example.org"])
def test_a_mailbox_gets_thirty_codes_an_hour_from_all_browsers_together(app: Flask, world: World, email: str) -> None:
    assert ask(email, browser="hers")
    given = [ask(email, browser=str(number)) for number in range(40)]
    assert given == [True] * 29 + [False] * 11
    hour = dt.timedelta(hours=1)
    assert request(email, browser="new") == CodeRequest(wait=hour, has_code=False)
    assert request(email, browser="hers") == CodeRequest(wait=hour, has_code=True)
    with clock.at(NOON + CODE_LASTS):
        assert request(email, browser="hers") == CodeRequest(wait=hour, has_code=False)
    with clock.at(NOON + hour):
        assert ask(email, browser="new")


def test_a_code_held_still_works_when_no_more_can_be_asked_for(app: Flask, world: World) -> None:
    ask(world.amina.email, browser="hers")
    (code,) = mailed()
    for number in range(ASKS_PER_EMAIL):
        ask(world.amina.email, browser=str(number))
    assert request(world.amina.email, browser="hers").has_code
    right = check(code, browser="hers")
    assert right
    assert right.token


def test_a_code_that_is_shut_by_wrong_tries_is_none(app: Flask, world: World) -> None:
    for _ in range(ASKS_PER_BROWSER):
        ask(world.amina.email)
    for _ in range(CODE_TRIES):
        check("00000000")
    assert request(world.amina.email) == CodeRequest(wait=dt.timedelta(minutes=15), has_code=False)


def test_a_form_sent_twice_at_once_leaves_one_code(app: Flask) -> None:
    results = at_once(app, 6, lambda position: ask(f"person{position}@example.org", address=f"10.0.0.{position}"))
    assert results == [True] * 6
    assert count(SignInCode) == 1


def test_unknown_addresses_are_throttled_like_known_ones(app: Flask) -> None:
    assert [ask("nobody@example.org") for _ in range(6)] == [True] * 5 + [False]


def test_a_network_address_is_throttled_only_far_above_a_whole_council(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TRIES_PER_ADDRESS == 1200
    monkeypatch.setattr(operations, "TRIES_PER_ADDRESS", 3)
    assert [ask(f"person{number}@example.org") for number in range(4)] == [True] * 3 + [False]
    assert ask(world.amina.email, address="10.0.0.2")
    assert [check("00000000") is None for _ in range(4)] == [False] * 3 + [True]


def test_asking_too_often_from_a_network_spends_nobodys_own_tries(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "TRIES_PER_ADDRESS", 0)
    for _ in range(ASKS_PER_EMAIL):
        assert not ask(world.amina.email)
    monkeypatch.undo()
    assert ask(world.amina.email, address="10.0.0.2")


@pytest.mark.parametrize(("persona", "idle"), [("amina", 60), ("grace", 30), ("officer", 30), ("admin", 30)])
def test_a_session_ends_when_it_lay_idle(app: Flask, world: World, persona: str, idle: int) -> None:
    token = operations.start_session(getattr(world, persona).account_id)
    with clock.at(NOON + dt.timedelta(minutes=idle)):
        assert queries.find_signed_in(token)
    with clock.at(NOON + dt.timedelta(minutes=idle, seconds=1)):
        assert queries.find_signed_in(token) is None


def test_a_session_in_use_goes_on_but_not_beyond_twelve_hours(app: Flask, world: World) -> None:
    token = operations.start_session(world.amina.account_id)
    moment = NOON
    while moment < NOON + LONGEST_SESSION:
        moment += dt.timedelta(minutes=30)
        with clock.at(moment):
            assert queries.find_signed_in(token), moment
            operations.note_seen(token)
    with clock.at(moment + dt.timedelta(seconds=1)):
        operations.note_seen(token)
        assert queries.find_signed_in(token) is None


def test_use_is_written_down_every_five_minutes_and_not_more_often(app: Flask, world: World) -> None:
    token = operations.start_session(world.amina.account_id)

    def seen_after(minutes: float) -> dt.datetime:
        with clock.at(NOON + dt.timedelta(minutes=minutes)):
            operations.note_seen(token)
        return db.session.execute(select(SignInSession.seen_at)).scalar_one()

    assert seen_after(4.9) == NOON
    assert seen_after(5) == NOON + dt.timedelta(minutes=5)


def test_a_session_that_ended_or_is_replaced_is_worth_nothing(app: Flask, world: World) -> None:
    first = operations.start_session(world.amina.account_id)
    other = operations.start_session(world.amina.account_id)
    second = operations.start_session(world.ben.account_id, replacing=first)
    operations.end_session(second)
    assert queries.find_signed_in(first) is None
    assert queries.find_signed_in(second) is None
    assert queries.find_signed_in(other)
    assert queries.find_signed_in("made up") is None


def test_a_token_is_kept_only_as_its_digest(app: Flask, world: World) -> None:
    token = operations.start_session(world.amina.account_id)
    row = db.session.execute(select(SignInSession)).scalar_one()
    assert token not in repr(vars(row))
    assert queries.find_signed_in(row.token_digest) is None


def test_housekeeping_removes_what_is_over_and_nothing_else(app: Flask, world: World) -> None:
    ask(world.amina.email, browser="old")
    operations.start_session(world.amina.account_id)
    with clock.at(NOON + dt.timedelta(days=2)):
        ask(world.amina.email, browser="new")
        live = operations.start_session(world.amina.account_id)
        operations.forget_old_sign_ins()
        assert (count(SignInCode), count(SignInSession)) == (1, 1)
        assert queries.find_signed_in(live)
        assert check(mailed()[-1], browser="new") != CodeCheck(expired=True)


def test_roles_and_agencies_are_todays(app: Flask, world: World) -> None:
    token = operations.start_session(world.amina.account_id, confirmed=True)
    operations.grant_role(world.amina.account_id, Role.TRAINING_LEAD, agency_id=world.school)
    operations.grant_role(world.amina.account_id, Role.OFFICER)
    people.join_agency(world.amina.practitioner_id, world.clinic, "Nurse")
    amina = queries.find_signed_in(token)
    assert amina
    assert amina.roles == {Role.PRACTITIONER, Role.OFFICER}
    assert (amina.lead_of, amina.agency_id, amina.agency_name) == (None, world.clinic, "Millpond Clinic")
    people.leave_agency(world.amina.practitioner_id, ended_on=NOON.date())
    left = queries.find_signed_in(token)
    assert left
    assert (left.agency_id, left.agency_name) == (None, "")


@pytest.mark.parametrize("goes_to", ["nowhere", "the clinic"])
def test_a_training_lead_leads_only_where_they_work(app: Flask, world: World, goes_to: str) -> None:
    token = operations.start_session(world.grace.account_id, confirmed=True)
    grace = queries.find_signed_in(token)
    assert grace
    assert (Role.TRAINING_LEAD in grace.roles, grace.lead_of) == (True, world.school)
    if goes_to == "nowhere":
        people.leave_agency(world.grace.practitioner_id, ended_on=NOON.date())
    else:
        people.join_agency(world.grace.practitioner_id, world.clinic, "Nurse")
    grace = queries.find_signed_in(token)
    assert grace
    assert grace.roles == {Role.PRACTITIONER}
    assert grace.lead_of is None
    operations.name_demo_people([world.grace.account_id])
    assert [person.role for person in queries.list_demo_people()] == [Role.PRACTITIONER]


@pytest.mark.parametrize("email", ["AMINA@example.org", "ａｍｉｎａ@example.org", " amina@example.org "])
def test_a_look_alike_of_an_address_opens_no_second_account(app: Flask, world: World, email: str) -> None:
    practitioner_id = people.add_practitioner("Someone Else")
    with pytest.raises(Refused, match="account already"):
        operations.open_account(practitioner_id, email)
    with pytest.raises(Refused, match="not an e-mail address"):
        operations.open_account(practitioner_id, "\u0430mina@example.org")


def test_a_person_is_added_whole_or_not_at_all(app: Flask, world: World) -> None:
    before = count(Account)
    for name, email, agency in [
        ("王 Wang", "new@example.org", "Harrow Lane School"),
        ("New Person", "amina@example.org", "Harrow Lane School"),
        ("New Person", "new@example.org", "No Such School"),
    ]:
        with pytest.raises(Refused):
            operations.add_person(name, email, agency=agency, job_role="Other", role=Role.OFFICER)
    assert count(Account) == before
    grants = count(RoleGrant)
    operations.add_person(
        "New Person", "new@example.org", agency="harrow lane school", job_role="Other", role=Role.OFFICER
    )
    assert (count(Account), count(RoleGrant)) == (before + 1, grants + 1)


def test_what_fails_half_way_leaves_nothing(app: Flask, world: World) -> None:
    with pytest.raises(RuntimeError), atomic():
        operations.start_session(world.amina.account_id)
        ask(world.amina.email)
        raise RuntimeError
    assert (count(SignInSession), count(SignInCode), count(OutboxMail)) == (0, 0, 0)


def test_demo_people_come_in_the_order_named_with_their_furthest_role(app: Flask, world: World) -> None:
    assert queries.list_demo_people() == []
    operations.grant_role(world.officer.account_id, Role.TRAINING_LEAD, agency_id=world.school)
    operations.name_demo_people([world.officer.account_id, world.amina.account_id, world.ben.account_id, 10**6])
    operations.suspend_account(world.ben.account_id)
    shown = [(person.full_name, person.role, person.agency_name) for person in queries.list_demo_people()]
    assert shown == [
        ("Officer Lane", Role.OFFICER, "Harrow Lane School"),
        ("Amina Yusuf", Role.PRACTITIONER, "Harrow Lane School"),
    ]
    operations.name_demo_people([world.grace.account_id])
    assert [person.role for person in queries.list_demo_people()] == [Role.TRAINING_LEAD]
