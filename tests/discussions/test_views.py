"""The pages of team sheet, recording, claiming and reading again, with what people do wrong, on both engines."""

import datetime as dt
import html
import re
from typing import ClassVar

import pytest
from flask import Flask

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import db
from elearning.discussions.operations import record_discussion
from elearning.discussions.queries import find_discussion, list_discussions
from elearning.discussions.rules import FULL, UNKNOWN, grouped
from tests import journey
from tests.conftest import MODULE, NOON, CheckedClient, Persona, World
from tests.discussions.test_rules import log
from tests.records import hire

NEW = f"/modules/{MODULE}/discussions/new"
CLAIM = "/record/discussions/claim"
LINE = {
    "held_on-day": "27", "held_on-month": "2", "held_on-year": "2026", "present": "3",
    "change": "We ring the school <today>.", "owner": "The duty manager",
    "look_again_on-day": "10", "look_again_on-month": "April", "look_again_on-year": "2026",
}  # fmt: skip


def browser(app: Flask, persona: Persona) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(persona)


@pytest.fixture
def grace(app: Flask, world: World) -> CheckedClient:
    """Who led the discussion."""
    return browser(app, world.grace)


@pytest.fixture
def amina(app: Flask, world: World) -> CheckedClient:
    """Who was there."""
    return browser(app, world.amina)


def led(persona: Persona, **changes: object) -> str:
    """The code of a discussion that someone led."""
    discussion_id = record_discussion(persona.practitioner_id, library().modules[MODULE], log(**changes))
    mine = find_discussion(persona.practitioner_id, discussion_id)
    db.session.rollback()
    assert mine is not None
    assert mine.code is not None
    return mine.code


def discussions(persona: Persona) -> int:
    found = list_discussions(persona.practitioner_id)
    db.session.rollback()
    return len(found)


class TestSheet:
    def test_the_page_holds_what_the_paper_does(self, amina: CheckedClient) -> None:
        page = amina.get(f"/modules/{MODULE}/team-sheet").text
        for words in ("Everyone reads the idea.", "Anyone may step out.", "10 minutes", "Find where it rains.",
                      "20 minutes of CPD", "Write it down", "The first thing is so."):  # fmt: skip
            assert words in page
        pdf = amina.get(f"/modules/{MODULE}/team-sheet.pdf")
        assert pdf.mimetype == "application/pdf"
        assert f"Team sheet {MODULE}.pdf" in pdf.headers["Content-Disposition"]
        assert pdf.data == amina.get(f"/modules/{MODULE}/team-sheet.pdf").data

    def test_it_is_found_from_the_module_the_result_and_the_record(self, amina: CheckedClient, world: World) -> None:
        sheet = f'href="/modules/{MODULE}/team-sheet"'
        assert sheet in amina.get(f"/modules/{MODULE}").text
        journey.pass_module(amina, world.amina)
        assert sheet in amina.get(f"/modules/{MODULE}/quiz/result").text
        record = amina.get("/record").text
        assert sheet in record
        assert f'href="{CLAIM}"' in record

    @pytest.mark.parametrize("path", ["team-sheet", "team-sheet.pdf", "discussions/new"])
    def test_no_module_no_page(self, amina: CheckedClient, path: str) -> None:
        assert amina.get(f"/modules/none/{path}").status_code == 404


class TestRecording:
    def test_check_then_record_then_hand_the_code_on(self, grace: CheckedClient, world: World) -> None:
        check = grace.post(NEW, data=LINE)
        assert "Check what you wrote" in check.text
        assert "10 April 2026" in check.text
        assert "We ring the school &lt;today&gt;." in check.text
        assert discussions(world.grace) == 0  # nothing is kept before it was looked over
        sent = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', check.text))
        answer = grace.post(NEW, data={name: html.unescape(value) for name, value in sent.items()} | {"step": "record"})
        assert answer.status_code == 302
        page = grace.get(answer.location).text
        (mine,) = list_discussions(world.grace.practitioner_id)
        assert mine.change == "We ring the school <today>."
        assert grouped(mine.code or "") in page
        assert "until 30 March 2026" in page
        assert "good for 2 other people" in page
        assert "you led it" in grace.get("/record").text

    def test_what_was_typed_is_kept_to_change_it(self, grace: CheckedClient, world: World) -> None:
        page = grace.post(NEW, data=LINE | {"step": "change"}).text
        for kept in ('value="27"', 'value="April"', 'value="3"', "We ring the school &lt;today&gt;.</textarea>"):
            assert kept in page
        assert "There is a problem" not in page
        assert discussions(world.grace) == 0

    def test_recorded_again_by_the_back_button_it_is_one(self, grace: CheckedClient, world: World) -> None:
        places = {grace.post(NEW, data=LINE | {"step": "record"}).location for _ in range(3)}
        assert len(places) == discussions(world.grace) == 1

    def test_nothing_typed_names_every_box(self, grace: CheckedClient, world: World) -> None:
        for step in ("record", "change", "", "other"):
            page = grace.post(NEW, data={"step": step}).text
            assert page.count("<title>Error: Record a team discussion") == 1
            for words in (
                "Enter the day you met",
                "Enter how many of you were there",
                "Enter the one change",
                "Enter who sees to it",
                "Enter the day you look again",
            ):
                assert page.count(words) == 2  # in the summary and at the field
        assert discussions(world.grace) == 0

    CANNOT_BE: ClassVar[list[tuple[dict[str, str], str, str]]] = [
        ({"held_on-day": "3", "held_on-month": "3"}, "The day you met must be today or in the past", "held_on-day"),
        ({"held_on-year": "2025"}, "within the last 60 days", "held_on-day"),
        ({"held_on-day": "31"}, "must be a real date", "held_on-day"),
        ({"held_on-day": "٣x"}, "must be a real date", "held_on-day"),
        ({"held_on-year": "26"}, "must be a real date", "held_on-day"),
        ({"held_on-day": "9" * 5000}, "must be a real date", "held_on-day"),
        ({"held_on-month": ""}, "The day you met must include a month", "held_on-month"),
        ({"held_on-month": " ", "held_on-year": ""}, "must include a month and a year", "held_on-month"),
        ({"present": "1"}, "between 2 and 60, counting you", "present"),
        ({"present": "61"}, "between 2 and 60, counting you", "present"),
        ({"present": "six"}, "must be a whole number, like 6", "present"),
        ({"present": "-3"}, "must be a whole number", "present"),
        ({"present": "9" * 5000}, "must be a whole number", "present"),
        ({"change": " \x00\u200b\n "}, "Enter the one change", "change"),
        ({"change": "x" * 301}, "300 characters or fewer; it has 301", "change"),
        ({"owner": "y" * 101}, "100 characters or fewer", "owner"),
        ({"look_again_on-month": "2", "look_again_on-day": "27"}, "after the day you met", "look_again_on-day"),
        ({"look_again_on-day": "11"}, "within six weeks", "look_again_on-day"),
    ]

    def test_what_cannot_be_is_said_at_its_box(self, grace: CheckedClient, world: World) -> None:
        for typed, says, anchor in self.CANNOT_BE:
            page = grace.post(NEW, data=LINE | typed | {"step": "record"}).text
            assert page.count(says) == 2, typed
            assert f'<a href="#{anchor}">' in page
            assert "The duty manager" in page or "owner" in typed
        assert discussions(world.grace) == 0

    def test_two_megabytes_are_too_much(self, grace: CheckedClient, world: World) -> None:
        assert grace.post(NEW, data=LINE | {"change": "x" * 2_000_000}).status_code == 413
        assert discussions(world.grace) == 0

    def test_a_change_of_two_lines_stays_so_in_its_box_and_is_kept_as_one(self, grace: CheckedClient) -> None:
        page = grace.post(NEW, data=LINE | {"change": "We ring.\r\nWe write.", "step": "change"}).text
        assert "We ring.\nWe write.</textarea>" in page
        assert "We ring. We write." in grace.post(NEW, data=LINE | {"change": "We ring.\r\nWe write."}).text


class TestClaiming:
    def test_see_what_it_is_and_say_so(self, amina: CheckedClient, world: World) -> None:
        code = led(world.grace)
        offer = amina.get(CLAIM, query_string={"code": grouped(code).lower().replace("0", "o").replace("1", "i")})
        assert "Were you there?" in offer.text
        assert "27 February 2026" in offer.text
        assert "20 minutes" in offer.text
        assert "We ring the school" not in offer.text  # for those who were there
        assert discussions(world.amina) == 0
        answer = amina.post(CLAIM, data={"code": code})
        assert answer.status_code == 302
        page = amina.get(answer.location).text
        assert "We ring the school on the day." in page
        assert code not in page
        assert grouped(code) not in page
        record = amina.get("/record").text
        assert f'href="{answer.location}">27 February 2026' in record
        assert "you led it" not in record
        assert "You have no certificates yet" in record

    def test_the_code_again_leads_to_ones_own_record(self, amina: CheckedClient, world: World) -> None:
        code = led(world.grace)
        first = amina.post(CLAIM, data={"code": code}).location
        with clock.at(NOON + dt.timedelta(days=200)):
            late = browser(amina.application, world.amina)
            assert late.get(CLAIM, query_string={"code": code}).location == first
            assert late.post(CLAIM, data={"code": code}).location == first
        assert discussions(world.amina) == 1

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_unknown_code_and_one_that_is_over_look_the_same(self, app: Flask, world: World, method: str) -> None:
        code = led(world.grace)
        with clock.at(NOON + dt.timedelta(days=29)):
            client = browser(app, world.amina)
            pages = [
                _without(client.open(f"{CLAIM}?code={sent}", method=method).text, sent) for sent in (code, "2222222")
            ]
        assert UNKNOWN in html.unescape(pages[0])
        assert pages[0] == pages[1]
        assert discussions(world.amina) == 0

    @pytest.mark.parametrize(
        ("typed", "says"), [("", "Enter the code"), ("K7M", "A code has 7"), ("☃" * 7, "A code has 7")]
    )
    def test_what_is_no_code(self, amina: CheckedClient, typed: str, says: str) -> None:
        page = amina.get(CLAIM, query_string={"code": typed}).text
        assert page.count(says) == 2
        assert "<title>Error: Claim a team discussion" in page

    def test_more_than_were_there(self, app: Flask, amina: CheckedClient, world: World) -> None:
        code = led(world.grace, present=2)
        browser(app, world.ben).post(CLAIM, data={"code": code})
        for page in (amina.get(CLAIM, query_string={"code": code}), amina.post(CLAIM, data={"code": code})):
            assert FULL in page.text
        assert discussions(world.amina) == 0

    def test_guessing_is_stopped_and_then_a_right_code_is_no_way_round(
        self, amina: CheckedClient, world: World
    ) -> None:
        code = led(world.grace)
        for number in range(20):
            assert amina.get(CLAIM, query_string={"code": f"22222{number:02}"}).status_code == 200
        assert amina.get(CLAIM, query_string={"code": code}).status_code == 429
        assert amina.post(CLAIM, data={"code": code}).status_code == 429
        assert discussions(world.amina) == 0
        with clock.at(NOON + dt.timedelta(minutes=11)):
            assert browser(amina.application, world.amina).post(CLAIM, data={"code": code}).status_code == 302

    def test_another_persons_guesses_stop_nobody_else(self, app: Flask, amina: CheckedClient, world: World) -> None:
        for number in range(25):
            browser(app, world.ben).get(CLAIM, query_string={"code": f"22222{number:02}"})
        assert amina.post(CLAIM, data={"code": led(world.grace)}).status_code == 302

    def test_a_foreign_discussion_is_not_there(self, app: Flask, amina: CheckedClient, world: World) -> None:
        led(world.grace)
        for number in (1, 2, 2147483647, 2147483648):
            assert amina.get(f"/record/discussions/{number}").status_code == 404
            assert browser(app, world.olu).get(f"/record/discussions/{number}").status_code == 404


def _without(text: str, code: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value)="[^"]*"', r"\1", text).replace(code, "CODE")


class TestTheTrainingLead:
    def test_sees_the_lines_and_nobodys_name(self, app: Flask, grace: CheckedClient, world: World) -> None:
        code = led(world.ben, present=7)
        browser(app, world.amina).post(CLAIM, data={"code": code})
        led(world.tomasz, change="We knock twice.")
        assert "1 team discussion was led" in grace.get("/agency").text
        page = grace.get("/agency/discussions").text
        for words in ("27 February 2026", "We ring the school on the day.", "The duty manager", "10 April 2026"):
            assert words in page
        for stranger in ("Ben Price", "Amina Yusuf", "We knock twice.", code, grouped(code)):
            assert stranger not in page

    def test_who_leads_elsewhere_or_nothing_sees_none(self, app: Flask, world: World) -> None:
        led(world.ben)
        assert "No team discussion was led" in browser(app, world.olu).get("/agency").text
        assert "We ring" not in browser(app, world.olu).get("/agency/discussions").text
        assert browser(app, world.officer).get("/agency/discussions").status_code == 404

    @pytest.mark.parametrize("page", ["0", "-3", "9" * 30, "two", ""])
    def test_a_page_that_is_not_there_is_the_nearest(self, grace: CheckedClient, world: World, page: str) -> None:
        led(world.ben)
        assert "We ring the school" in grace.get("/agency/discussions", query_string={"page": page}).text

    def test_many_are_paged(self, grace: CheckedClient, world: World) -> None:
        leader = hire(world.school, since=dt.date(2026, 1, 1))
        for present in range(2, 60):
            record_discussion(leader, library().modules[MODULE], log(present=present))
        page = grace.get("/agency/discussions?page=2").text
        assert "58 discussions" in page
        assert page.count('<th scope="row">') == 8
