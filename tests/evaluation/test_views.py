"""The pages on which learners say how sure they feel, pledge and follow up, and what people do wrong with them."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import db
from elearning.evaluation.models import FollowUpChange, QuoteConsent
from elearning.evaluation.operations import record_afterwards, record_confidence, record_pledge
from elearning.evaluation.queries import find_follow_up, find_pledge, ratings_of, rounds_of
from elearning.evaluation.types import FollowUp, Pledge, When
from tests import journey
from tests.conftest import MODULE, NOON, CheckedClient, World
from tests.evaluation.conftest import passed

HOME = f"/modules/{MODULE}"
BEFORE, NOW, BACK, LATER = (f"{HOME}/confidence/{when}" for when in When)
PLEDGE = f"{HOME}/pledge"
FIRST, SECOND, THIRD = (f"{HOME}/follow-ups/{number}" for number in (1, 2, 3))
SURE = {"1.1": "7", "1.2": "0", "speaking-up": "10"}
WORDS = {
    "situation": "it rains",
    "action": "ask who is outside",
    "by_on-day": "20",
    "by_on-month": "3",
    "by_on-year": "2026",
    "tell": "my lead",
}
KEPT = Pledge("it rains", "ask who is outside", dt.date(2026, 3, 20), "my lead")


def ratings(world: World, when: When, set_number: int = 1) -> dict[str, int]:
    found = ratings_of(world.amina.practitioner_id, MODULE, set_number)[when]
    db.session.rollback()
    return found


def said(world: World, set_number: int = 1) -> dict[When, int]:
    found = rounds_of(world.amina.practitioner_id).get(MODULE, {}).get(set_number)
    db.session.rollback()
    return dict(found.said) if found else {}


def drawn(world: World, number: int) -> FollowUp:
    found = find_follow_up(world.amina.practitioner_id, MODULE, 1, number)
    db.session.rollback()
    assert found is not None
    return found


def answer(client: CheckedClient, world: World, number: int, position: int, *, right: bool = True) -> TestResponse:
    """Answer a question of a follow-up as its page shows it."""
    follow_up = drawn(world, number)
    data = journey.shown_fields(follow_up.form[position - 1], library().modules[MODULE], right=right)
    return client.post(f"{HOME}/follow-ups/{number}/{position}", data={**data, "attempt": str(follow_up.id)})


def state_of(page: TestResponse, task: str) -> str:
    """What the task list of a module's home says beside a task."""
    found = re.search(rf"{task}.*?<span class=\"state[^>]*>(?:<svg.*?</svg>)?([^<]*)<", page.text, re.DOTALL)
    assert found, task
    return found.group(1)


class TestBefore:
    def test_it_stands_between_the_content_note_and_the_first_section(
        self, client: CheckedClient, world: World
    ) -> None:
        assert client.post(f"{HOME}/content-note").location == BEFORE
        page = client.get(BEFORE).text
        assert "I can recognise the first thing." in page
        assert "checked" not in page
        assert "This is voluntary" in page
        assert client.post(BEFORE, data=SURE).location == f"{HOME}/sections/before-you-start"
        assert ratings(world, When.BEFORE) == {"1.1": 7, "1.2": 0, "speaking-up": 10}
        assert state_of(client.get(HOME), "Say how sure you feel") == "Completed"

    def test_any_statement_may_be_left_out_and_the_page_skipped(self, client: CheckedClient, world: World) -> None:
        client.post(BEFORE, data={"1.2": "4"})
        assert ratings(world, When.BEFORE) == {"1.2": 4}
        ben = client.application.test_client()
        assert isinstance(ben, CheckedClient)
        ben.sign_in(world.ben).post(BEFORE, data={**SURE, "skip": "yes"})
        assert rounds_of(world.ben.practitioner_id)[MODULE][1].said == {When.BEFORE: 0}
        db.session.rollback()
        assert state_of(ben.get(HOME), "Say how sure you feel") == "Skipped"

    @pytest.mark.parametrize("value", ["11", "-1", "many", ""])
    def test_what_the_page_did_not_offer_is_said_and_the_rest_is_kept_typed(
        self, client: CheckedClient, world: World, value: str
    ) -> None:
        page = client.post(BEFORE, data={"1.1": value, "1.2": "4"}).text
        assert page.count("Select from the answers shown on this page") == 2
        assert re.search(r'name="1.2" value="4" checked', page)
        assert said(world) == {}

    def test_sent_twice_or_from_a_second_tab_the_first_stays_and_it_goes_on(
        self, client: CheckedClient, world: World
    ) -> None:
        for data in (SURE, {"1.1": "1"}, {"skip": "yes"}):
            assert client.post(BEFORE, data=data).location == f"{HOME}/sections/before-you-start"
        assert ratings(world, When.BEFORE)["1.1"] == 7
        assert client.get(BEFORE).location == f"{HOME}/sections/before-you-start"

    def test_it_never_blocks_reading_and_is_gone_with_the_first_section(
        self, client: CheckedClient, world: World
    ) -> None:
        assert state_of(client.get(HOME), "Say how sure you feel") == "Not started"
        client.post(f"{HOME}/sections/the-idea")
        page = client.get(HOME)
        assert state_of(page, "Say how sure you feel") == "Not answered"
        assert BEFORE not in page.text
        assert client.post(f"{HOME}/content-note").location == f"{HOME}/sections/before-you-start"
        late = client.post(BEFORE, data=SURE)
        assert "nothing was kept" in client.get(late.location).text
        assert said(world) == {}

    @pytest.mark.parametrize("answered", [True, False])
    def test_for_a_renewal_it_is_open_again_until_the_first_attempt(
        self, client: CheckedClient, world: World, answered: bool
    ) -> None:
        journey.pass_module(client, world.amina)
        assert BEFORE not in client.get(HOME).text
        with clock.at(dt.datetime(2028, 12, 2, 12, tzinfo=dt.UTC)):
            client.sign_in(world.amina)
            assert client.post(f"{HOME}/content-note").location == BEFORE
            if answered:
                client.post(BEFORE, data=SURE)
            journey.start(client)
            client.post(BEFORE, data=SURE)
            assert state_of(client.get(HOME), "Say how sure you feel") == ("Completed" if answered else "Not answered")
        assert said(world, 2) == ({When.BEFORE: 3} if answered else {})
        assert said(world, 1) == {}


class TestLookingBack:
    def test_from_the_result_to_the_pledge_on_the_record(self, client: CheckedClient, world: World) -> None:
        assert state_of(client.get(HOME), "Look back and make a pledge") == "Cannot start yet"
        journey.pass_module(client, world.amina)
        result = client.get(f"{HOME}/quiz/result").text
        assert "Download your certificate" in result
        assert NOW in result
        assert NOW in client.get("/record").text
        assert state_of(client.get(HOME), "Look back and make a pledge") == "Not started"

        assert client.post(NOW, data=SURE).location == BACK
        assert state_of(client.get(HOME), "Look back and make a pledge") == "In progress"
        assert "Before the module I was really at" in client.get(BACK).text
        assert client.post(BACK, data={"1.1": "2"}).location == PLEDGE
        page = client.get(PLEDGE).text
        assert "When it rains, I will ask who is outside." in page  # the pack's example
        assert client.post(PLEDGE, data=WORDS).location == "/record"

        record = client.get("/record").text
        assert "For you now" not in record
        for words in ("Your pledge", "it rains", "ask who is outside", "20 March 2026", "my lead"):
            assert words in record
        assert state_of(client.get(HOME), "Look back and make a pledge") == "Completed"
        assert said(world) == {When.NOW: 3, When.BACK: 1}

    def test_every_page_may_be_skipped_and_is_not_offered_again(self, client: CheckedClient, world: World) -> None:
        passed(world.amina, world, 1)
        for address, onward in ((NOW, BACK), (BACK, PLEDGE), (PLEDGE, "/record")):
            assert client.post(address, data={"skip": "yes"}).location == onward
        page = client.get("/record").text
        assert "For you now" not in page
        assert "Your pledge" not in page

    def test_it_is_offered_for_fourteen_days_and_the_certificate_never_waits(
        self, client: CheckedClient, world: World
    ) -> None:
        passed(world.amina, world, 14)
        assert "For you now" in client.get("/record").text
        with clock.at(NOON + dt.timedelta(days=1)):
            client.sign_in(world.amina)
            assert NOW not in client.get("/record").text
            assert state_of(client.get(HOME), "Look back and make a pledge") == "Not answered"
            assert client.get(NOW).location == "/record"
            late = client.post(NOW, data=SURE)
            assert "nothing was kept" in client.get(late.location).text
        assert said(world) == {}

    def test_a_page_out_of_turn_leads_to_the_one_that_is_next(self, client: CheckedClient, world: World) -> None:
        passed(world.amina, world, 1)
        assert client.get(BACK).location == NOW
        assert client.get(PLEDGE).location == NOW
        assert client.post(BACK, data=SURE).location == NOW
        client.post(NOW, data=SURE)
        assert client.get(NOW).location == BACK
        assert client.get(LATER).location == THIRD

    def test_sent_twice_the_first_stays(self, client: CheckedClient, world: World) -> None:
        passed(world.amina, world, 1)
        for data in (SURE, {"1.1": "1"}):
            assert client.post(NOW, data=data).location == BACK
        assert ratings(world, When.NOW)["1.1"] == 7


class TestPledge:
    @pytest.fixture(autouse=True)
    def looked_back(self, client: CheckedClient, world: World) -> None:
        amina, module = passed(world.amina, world, 1), library().modules[MODULE]
        for when in (When.NOW, When.BACK):
            record_afterwards(amina, module, when, {})

    @pytest.mark.parametrize(
        ("day", "month", "year", "message"),
        [
            ("", "", "", "Enter the date"),
            ("20", "", "", "The date must include a month and a year"),
            ("31", "2", "2026", "The date must be a real date, like 27 3 2026"),
            ("20", "Marchember", "26", "The date must be a real date"),
            ("9" * 5000, "3", "2026", "The date must be a real date"),
            ("1", "1", "99999", "The date must be a real date"),
            ("2", "3", "2026", "The date must be between 3 March 2026 and 13 April 2026"),
            ("14", "4", "2026", "The date must be between 3 March 2026 and 13 April 2026"),
            ("20", "3", "2025", "The date must be between 3 March 2026 and 13 April 2026"),
        ],
    )
    def test_a_wrong_date_is_said_and_what_was_typed_is_kept(
        self, client: CheckedClient, world: World, day: str, month: str, year: str, message: str
    ) -> None:
        page = client.post(PLEDGE, data={**WORDS, "by_on-day": day, "by_on-month": month, "by_on-year": year}).text
        assert page.count(message) == 2
        assert "<title>Error: Make a pledge" in page
        assert "ask who is outside</textarea>" in page
        assert find_pledge(world.amina.practitioner_id, MODULE, 1) is None

    @pytest.mark.parametrize(("day", "month"), [("3", "3"), ("13", "April"), (" 20", "03")])
    def test_the_first_and_the_last_day_will_do(
        self, client: CheckedClient, world: World, day: str, month: str
    ) -> None:
        assert client.post(PLEDGE, data={**WORDS, "by_on-day": day, "by_on-month": month}).status_code == 302

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("situation", " \n", "Enter when it will happen"),
            ("action", "", "Enter what you will do"),
            ("tell", "\x00", "Enter who you will tell"),
            ("action", "a" * 301, "must be 300 characters or fewer"),
        ],
    )
    def test_words_that_are_missing_or_too_many_are_said(
        self, client: CheckedClient, world: World, field: str, typed: str, message: str
    ) -> None:
        page = client.post(PLEDGE, data={**WORDS, field: typed}).text
        assert page.count(message) == 2
        assert find_pledge(world.amina.practitioner_id, MODULE, 1) is None

    def test_three_hundred_characters_of_anything_are_kept_as_words(self, client: CheckedClient, world: World) -> None:
        typed = "<b>&\"'🙂" * 42
        client.post(PLEDGE, data={**WORDS, "action": f"{typed}\x07\n"})
        kept = find_pledge(world.amina.practitioner_id, MODULE, 1)
        assert kept is not None
        assert kept.action == typed
        assert "<b>&" not in client.get("/record").text

    def test_two_megabytes_are_too_much(self, client: CheckedClient, world: World) -> None:
        assert client.post(PLEDGE, data={**WORDS, "action": "a" * 2_000_000}).status_code == 413

    def test_it_is_made_once(self, client: CheckedClient, world: World) -> None:
        client.post(PLEDGE, data=WORDS)
        again = client.post(PLEDGE, data={**WORDS, "action": "something else"})
        assert "your first answer stays" in client.get(again.location).text
        assert find_pledge(world.amina.practitioner_id, MODULE, 1) == KEPT
        assert client.get(PLEDGE).location == "/record"

    def test_when_the_time_is_over_what_was_typed_is_not_lost(self, client: CheckedClient, world: World) -> None:
        with clock.at(NOON + dt.timedelta(days=20)):
            page = client.sign_in(world.amina).post(PLEDGE, data={**WORDS, "by_on-month": "4"}).text
        assert "nothing was kept" in page
        assert "ask who is outside</textarea>" in page


class TestFollowUps:
    def test_it_is_offered_on_the_record_the_offer_and_the_modules_home_while_it_is_open(
        self, client: CheckedClient, world: World
    ) -> None:
        passed(world.amina, world, 3)
        for address in ("/record", "/", HOME):
            page = client.get(address).text
            assert FIRST in page
            assert "29 March 2026" not in page
            assert "26 March 2026" in page  # the last day
        with clock.at(NOON + dt.timedelta(days=25)):
            client.sign_in(world.amina)
            for address in ("/record", "/", HOME):
                page = client.get(address).text
                assert SECOND in page
                assert FIRST not in page

    def test_a_question_is_answered_once_and_its_reasons_are_shown_at_once(
        self, client: CheckedClient, world: World
    ) -> None:
        passed(world.amina, world, 3)
        assert "3 questions on Sample module" in client.get(FIRST).text
        assert client.post(FIRST).location == FIRST
        assert client.get(FIRST).location == f"{FIRST}/1"
        parts = library().modules[MODULE].item[drawn(world, 1).form[0].item_id].parts
        page = client.get(f"{FIRST}/1").text
        assert "question 1 of 3" in page
        assert not [part for part in parts if part.feedback in page]
        assert client.get(f"{FIRST}/2").location == FIRST

        assert answer(client, world, 1, 1).location == f"{FIRST}/1"
        page = client.get(f"{FIRST}/1").text
        assert "That is right." in page
        assert not [part for part in parts if part.feedback.replace("'", "&#39;") not in page]
        assert f"{FIRST}/2" in page
        assert "<input type=" not in page.partition("<main")[2].partition("</main>")[0]

        answer(client, world, 1, 1, right=False)  # Back, and otherwise
        assert "that answer stays" in client.get(f"{FIRST}/1").text
        answer(client, world, 1, 2, right=False)
        assert "Not quite." in client.get(f"{FIRST}/2").text
        assert drawn(world, 1).chosen[1] == drawn(world, 1).form[0].key
        assert f"{FIRST}/3" in client.get(FIRST).location
        answer(client, world, 1, 3)
        page = client.get(FIRST).text
        assert "Thank you" in page
        assert "opens on 27 March 2026: 3 questions." in page
        assert FIRST not in client.get("/record").text

    def test_nothing_chosen_is_said_and_nothing_is_kept(self, client: CheckedClient, world: World) -> None:
        passed(world.amina, world, 3)
        client.post(FIRST)
        page = client.post(f"{FIRST}/1", data={"attempt": str(drawn(world, 1).id)}).text
        assert "There is a problem" in page
        assert drawn(world, 1).chosen == {}

    def test_a_page_of_another_follow_up_changes_nothing(self, client: CheckedClient, world: World) -> None:
        passed(world.amina, world, 3)
        client.post(FIRST)
        data = journey.shown_fields(drawn(world, 1).form[0], library().modules[MODULE], right=True)
        sent = client.post(f"{FIRST}/1", data={**data, "attempt": "99"})
        assert sent.location == FIRST
        assert drawn(world, 1).chosen == {}

    def test_begun_twice_it_stays_as_it_was_drawn(self, client: CheckedClient, world: World) -> None:
        passed(world.amina, world, 3)
        client.post(FIRST)
        form = drawn(world, 1).form
        client.post(FIRST)
        assert drawn(world, 1).form == form

    @pytest.mark.parametrize(
        ("days", "address", "says"),
        [
            (2, FIRST, "opens on 3 March 2026"),
            (28, FIRST, "closed on 1 March 2026"),
            (30, THIRD, "opens on 28 March 2026"),
            (112, THIRD, "closed on 1 March 2026"),
        ],
    )
    def test_before_its_day_and_after_it_the_page_says_when(
        self, client: CheckedClient, world: World, days: int, address: str, says: str
    ) -> None:
        passed(world.amina, world, days)
        page = client.get(address)
        assert says in page.text
        assert "Start</button>" not in page.text
        assert client.post(address).location == address
        assert "not open" in client.get(address).text
        assert client.get(f"{address}/1").location == address

    @pytest.mark.parametrize("path", ["0", "4", "99999999999999999999", "1/0", "1/4", "1/pledge", "2/practice", "x"])
    def test_what_does_not_exist_is_not_found(self, client: CheckedClient, world: World, path: str) -> None:
        passed(world.amina, world, 3)
        client.post(FIRST)
        assert client.get(f"{HOME}/follow-ups/{path}").status_code == 404

    def test_without_a_completion_there_are_none_whoever_else_has_one(
        self, client: CheckedClient, world: World
    ) -> None:
        passed(world.ben, world, 3)
        for address in (FIRST, NOW, PLEDGE):
            assert client.get(address).location == client.post(address).location == HOME

    def test_four_weeks_on_the_pledge_is_shown_again(self, client: CheckedClient, world: World) -> None:
        self.pledge(world, 28)
        client.post(SECOND)
        for position in (1, 2, 3):
            answer(client, world, 2, position)
        assert client.get(SECOND).location == f"{SECOND}/pledge"
        page = client.get(f"{SECOND}/pledge").text
        assert "ask who is outside" in page
        assert " checked" not in page
        assert "What got in the way" not in page
        assert client.post(f"{SECOND}/pledge", data={"kept": "partly"}).location == SECOND
        client.post(f"{SECOND}/pledge", data={"kept": "done it"})
        assert "Thank you" in client.get(SECOND).text
        assert client.get(f"{SECOND}/pledge").location == SECOND

    def test_eight_weeks_on_everything_comes_together(self, client: CheckedClient, world: World) -> None:
        self.pledge(world, 60)
        client.post(THIRD)
        for position in (1, 2, 3, 4):
            answer(client, world, 3, position)
        too_much = client.post(f"{THIRD}/pledge", data={"kept": "not yet", "words": "x" * 301}).text
        assert too_much.count("What got in the way must be 300 characters or fewer") == 2
        assert re.search(r'value="not yet" checked', too_much)
        client.post(f"{THIRD}/pledge", data={"kept": "not yet", "words": "No time."})
        assert client.get(THIRD).location == LATER
        assert client.post(LATER, data={"1.1": "8", "1.2": "3"}).location == THIRD
        assert client.get(THIRD).location == f"{THIRD}/practice"
        practice = f"{THIRD}/practice"
        assert "checked" not in client.get(practice).text  # nothing is chosen beforehand, least of all consent
        sent = {"words": "I ask <who> is outside.", "may_quote": "yes"}
        both = client.post(practice, data={**sent, "changes": ["sharing information", "nothing so far"]}).text
        assert both.count("Select what has changed, or ‘Nothing so far’, not both") == 2
        assert both.count(" checked") == 3  # what was chosen stays, and the consent
        assert "Select from the answers shown" in client.post(practice, data={**sent, "changes": ["all"]}).text
        changes = ["sharing information", "raised it with colleagues"]
        client.post(practice, data={**sent, "changes": changes})
        assert set(db.session.scalars(select(FollowUpChange.change))) == set(changes)
        assert db.session.scalars(select(QuoteConsent.module_key)).all() == [MODULE]

        page = client.get(THIRD).text
        assert "Compared with before the module you feel surer on 1 of 2 statements, less sure on 1." in page
        assert "Compared with straight after the quiz you feel surer on none of 2 statements, the same on 2." in page
        row = re.search(r"I can recognise the first thing\.</th>(.*?)</tr>", page)
        assert row
        assert re.findall(r">(\d+)</td>", row.group(1)) == ["5", "8", "8"]
        assert "What I do differently: I ask &lt;who&gt; is outside." in page
        assert THIRD not in client.get("/record").text

    def test_all_but_the_questions_may_be_skipped(self, client: CheckedClient, world: World) -> None:
        self.pledge(world, 60)
        client.post(THIRD)
        for position in (1, 2, 3, 4):
            answer(client, world, 3, position)
        for address in (f"{THIRD}/pledge", LATER, f"{THIRD}/practice"):
            assert client.get(THIRD).location == address
            client.post(address, data={"skip": "yes", "kept": "done it", "words": "x", "1.1": "3"})
        assert "Thank you" in client.get(THIRD).text
        assert [*db.session.scalars(select(FollowUpChange)), *db.session.scalars(select(QuoteConsent))] == []
        assert said(world)[When.LATER] == 0

    def pledge(self, world: World, days: int) -> None:
        """Amina passed so many days ago, and looked back and pledged on that day."""
        amina, module = passed(world.amina, world, days), library().modules[MODULE]
        with clock.at(NOON - dt.timedelta(days=days)):
            record_afterwards(amina, module, When.NOW, {"1.1": 8, "1.2": 3})
            record_afterwards(amina, module, When.BACK, {})
            record_pledge(amina, module, KEPT)
        record_confidence(amina, module, 1, When.BEFORE, {"1.1": 5, "1.2": 9})


def test_the_statements_of_a_page_are_few_however_much_was_said(
    app: Flask, client: CheckedClient, world: World
) -> None:
    def statements(address: str) -> int:
        seen = 0

        def count(*_: object) -> None:
            nonlocal seen
            seen += 1

        event.listen(Engine, "before_cursor_execute", count)
        client.get(address)
        event.remove(Engine, "before_cursor_execute", count)
        return seen

    addresses = ("/", HOME, "/record")
    for address in addresses:
        client.get(address)
    few = [statements(address) for address in addresses]
    TestFollowUps().pledge(world, 60)
    client.post(THIRD)
    assert [statements(address) for address in addresses] == few == [7, 7, 10]
