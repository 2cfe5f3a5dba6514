"""The practitioner's way through the pages, on both engines."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from elearning.assessment.models import Attempt, Response
from elearning.assessment.queries import find_open_sitting, list_attempts
from elearning.catalogue.library import library
from elearning.certificates.models import Certificate
from elearning.completions.models import Completion
from elearning.core import clock
from elearning.core.db import db
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Group
from tests import journey
from tests.conftest import MODULE, NOON, CheckedClient, World
from tests.records import complete

HOME = f"/modules/{MODULE}"


@pytest.fixture
def client(app: Flask, world: World) -> CheckedClient:
    """Amina's browser."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.amina)


def count(model: type) -> int:
    found = db.session.execute(select(func.count()).select_from(model)).scalar_one()
    db.session.rollback()
    return found


class TestReading:
    def test_the_offer_says_what_there_is_and_where_i_stand(self, client: CheckedClient) -> None:
        assert "Not started" in client.get("/").text
        journey.post(client, f"{HOME}/sections/the-idea")
        assert "1 of 3 sections read" in client.get("/").text

    def test_what_i_must_hold_is_said_where_i_meet_the_module(self, client: CheckedClient, world: World) -> None:
        pages = ("/", HOME, "/record")
        assert not [page for page in pages if "Due" in client.get(page).text or "Overdue" in client.get(page).text]
        day = dt.date(2026, 3, 31)
        add_requirements([Ask(None, MODULE, Group.EVERYONE, "", day)], by=None)
        assert [page for page in pages if "by 31 March 2026" in client.get(page).text] == [*pages]
        with clock.at(NOON + dt.timedelta(days=30)):
            client.sign_in(world.amina)
            assert [page for page in pages if "since 1 April 2026" in client.get(page).text] == [*pages]
            complete(world.amina.practitioner_id, None, on=day)
            assert not [page for page in pages if "Overdue" in client.get(page).text]

    def test_the_place_is_kept_whatever_the_order(self, client: CheckedClient) -> None:
        journey.post(client, f"{HOME}/content-note")
        journey.post(client, f"{HOME}/sections/what-next")
        page = client.get(HOME).text
        assert "1 of 3 sections read" in page
        assert "Start reading" not in page
        assert f"{HOME}/sections/before-you-start" in page.split("</div>")[0] + page

    def test_continue_leads_to_the_next_section_and_after_the_last_to_the_task_list(
        self, client: CheckedClient
    ) -> None:
        assert journey.post(client, f"{HOME}/content-note").location == f"{HOME}/confidence/before"
        assert journey.post(client, f"{HOME}/confidence/before").location == f"{HOME}/sections/before-you-start"
        assert journey.post(client, f"{HOME}/content-note").location == f"{HOME}/sections/before-you-start"
        assert journey.post(client, f"{HOME}/sections/the-idea").location == f"{HOME}/sections/what-next"
        assert journey.post(client, f"{HOME}/sections/what-next").location == HOME

    def test_reading_with_get_keeps_nothing(self, client: CheckedClient) -> None:
        client.get(f"{HOME}/sections/the-idea")
        assert "0 of 3 sections read" in client.get(HOME).text

    def test_a_practice_question_answers_at_once_with_the_reason(self, client: CheckedClient) -> None:
        page = client.get(f"{HOME}/sections/the-idea")
        assert "this is what the note says" not in page.text
        item = library().modules[MODULE].practice_of("the-idea")[0]
        seen = {
            client.get(f"{HOME}/sections/the-idea?practice={item.id}&answer={place}").text.count("That is right.")
            for place in (1, 2, 3)
        }
        assert seen == {0, 1}
        answered = client.get(f"{HOME}/sections/the-idea?practice={item.id}&answer=1").text
        assert "this is what the note says" in answered

    @pytest.mark.parametrize(
        ("query", "message"), [("", "Select an answer"), ("&answer=9", "Select from the answers shown on this page")]
    )
    def test_a_practice_question_says_what_is_missing(self, client: CheckedClient, query: str, message: str) -> None:
        page = client.get(f"{HOME}/sections/the-idea?practice=SM-P01{query}").text
        assert page.count(message) == 2  # in the summary and at the field
        assert "<title>Error: The idea" in page

    def test_where_it_comes_from_says_whose_learning_it_is(self, client: CheckedClient) -> None:
        page = client.get(f"{HOME}/sections/what-next").text
        assert "Law and guidance, not this review" in page
        assert "Check current guidance" in page
        assert "last checked on 1 March 2026" in page

    @pytest.mark.parametrize(
        "path", ["/modules/nothing", "/modules/nothing/quiz", f"{HOME}/sections/nothing", f"{HOME}/quiz/nothing"]
    )
    def test_what_does_not_exist_is_not_found(self, client: CheckedClient, path: str) -> None:
        assert client.get(path).status_code == 404


class TestQuiz:
    def test_it_cannot_start_before_everything_is_read(self, client: CheckedClient) -> None:
        assert "Cannot start yet" in client.get(HOME).text
        assert "Read every section first" in client.get(f"{HOME}/quiz").text
        client.post(f"{HOME}/quiz", data={"csrf_token": journey.token(client.get("/account"))})
        assert count(Attempt) == 0

    def test_each_answer_is_kept_before_its_page_is_answered(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer(client, world.amina, 1, right=True)
        assert count(Response) == 1
        assert journey.post(client, f"{HOME}/quiz").location == f"{HOME}/quiz/2"  # the place is kept

    def test_an_answer_can_be_changed_from_the_check_page(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer_all(client, world.amina)
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        data = {**journey.shown_answer(world.amina, 2, right=False), "attempt": sitting.id}
        changed = journey.post(client, f"{HOME}/quiz/2?from=check", data)
        assert changed.location == f"{HOME}/quiz/check"
        assert count(Response) == 4

    def test_the_answer_given_is_shown_when_coming_back(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer_all(client, world.amina)
        for position in range(1, 5):
            page = client.get(f"{HOME}/quiz/{position}").text
            assert " checked>" in page or " selected>" in page.replace('value="" selected', "")

    def test_nothing_chosen_is_said_and_nothing_is_kept(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        for position in range(1, 5):
            page = journey.post(client, f"{HOME}/quiz/{position}", {"attempt": sitting.id}).text
            assert "There is a problem" in page
            assert "<title>Error: " in page
        assert count(Response) == 0

    def test_two_steps_cannot_have_the_same_place(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        for _ in range(3):
            journey.start(client)
            sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
            assert sitting is not None
            steps = [n for n, d in enumerate(sitting.form, 1) if library().modules[MODULE].item[d.item_id].steps]
            if steps:
                data = {"attempt": sitting.id, "part1": "1", "part2": "1", "part3": "2"}
                assert "has the same place as" in journey.post(client, f"{HOME}/quiz/{steps[0]}", data).text
                return
            journey.answer_all(client, world.amina, wrong=4)
            journey.submit(client, world.amina)
            with clock.at(clock.now() + dt.timedelta(hours=1)):
                journey.read_everything(client)
        pytest.fail("three attempts use the whole bank, so one must have the ordering question")

    def test_the_key_is_in_no_page_before_submission(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer_all(client, world.amina)
        pages = [client.get(f"{HOME}/quiz/{position}").text for position in range(1, 5)]
        pages.append(client.get(f"{HOME}/quiz/check").text)
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        for drawn in sitting.form:
            for part in library().modules[MODULE].item[drawn.item_id].parts:
                assert not [page for page in pages if part.feedback in page]

    def test_submitting_before_everything_is_answered_says_which(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer(client, world.amina, 1, right=True)
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        refused = journey.post(client, f"{HOME}/quiz/check", {"attempt": sitting.id}, page="/account")
        assert "Answer question 2 before you submit." in client.get(refused.location).text


class TestPassing:
    def test_a_pass_writes_attempt_completion_and_certificate(self, client: CheckedClient, world: World) -> None:
        journey.pass_module(client, world.amina)
        page = client.get(f"{HOME}/quiz/result").text
        assert "You have passed" in page
        assert "valid until 2 March 2029" in page
        assert (count(Attempt), count(Completion), count(Certificate)) == (1, 1, 1)

    def test_submitting_twice_gives_the_same_one_result(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer_all(client, world.amina)
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        form = {"attempt": sitting.id}
        token = journey.token(client.get(f"{HOME}/quiz/check"))
        answers = [client.post(f"{HOME}/quiz/check", data={**form, "csrf_token": token}) for _ in range(3)]
        assert {answer.location for answer in answers} == {f"{HOME}/quiz/result"}
        assert (count(Completion), count(Certificate)) == (1, 1)

    def test_after_a_pass_the_reasons_are_shown(self, client: CheckedClient, world: World) -> None:
        journey.pass_module(client, world.amina)
        attempt = list_attempts(world.amina.practitioner_id)[0]
        page = client.get(f"/record/attempts/{attempt.id}").text
        for drawn in attempt.form:
            feedback = library().modules[MODULE].item[drawn.item_id].parts[0].feedback
            assert feedback.replace("'", "&#39;") in page

    def test_an_answer_from_another_tab_after_submitting_changes_nothing(
        self, client: CheckedClient, world: World
    ) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer_all(client, world.amina)
        late = {**journey.shown_answer(world.amina, 1, right=False)}
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        journey.submit(client, world.amina)
        answered = journey.post(client, f"{HOME}/quiz/1", {**late, "attempt": sitting.id}, page="/account")
        assert "submitted already" in client.get(answered.location).text
        assert list_attempts(world.amina.practitioner_id)[0].score == 4

    def test_the_record_shows_everything(self, client: CheckedClient, world: World) -> None:
        assert "no certificates yet" in client.get("/record").text
        journey.pass_module(client, world.amina)
        page = client.get("/record").text
        assert "2 March 2029" in page
        assert "4 of 4" in page

    def test_another_persons_attempt_is_not_found(self, client: CheckedClient, world: World, app: Flask) -> None:
        journey.pass_module(client, world.amina)
        attempt = list_attempts(world.amina.practitioner_id)[0]
        for persona in (world.ben, world.grace, world.officer, world.admin):
            other = app.test_client()
            assert isinstance(other, CheckedClient)
            assert other.sign_in(persona).get(f"/record/attempts/{attempt.id}").status_code == 404


class TestNotPassing:
    def fail(self, client: CheckedClient, world: World) -> None:
        journey.start(client)
        journey.answer_all(client, world.amina, wrong=4)
        journey.submit(client, world.amina)

    def test_it_names_the_sections_and_not_the_key(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        self.fail(client, world)
        page = client.get(f"{HOME}/quiz/result").text
        assert "You have not passed yet" in page
        assert "0 of 4" in page
        assert f"{HOME}/sections/the-idea" in page
        attempt = list_attempts(world.amina.practitioner_id)[0]
        pages = page + client.get(f"/record/attempts/{attempt.id}").text + client.get("/record").text
        for drawn in attempt.form:
            for part in library().modules[MODULE].item[drawn.item_id].parts:
                assert part.feedback not in pages
        assert count(Completion) == 0

    def test_the_next_attempt_opens_once_the_sections_were_read_again(
        self, client: CheckedClient, world: World
    ) -> None:
        journey.read_everything(client)
        self.fail(client, world)
        client.post(f"{HOME}/quiz", data={"csrf_token": journey.token(client.get("/account"))})
        assert count(Attempt) == 1
        with clock.at(NOON + dt.timedelta(minutes=5)):
            journey.post(client, f"{HOME}/sections/the-idea")
            self.fail(client, world)
        first, second = list_attempts(world.amina.practitioner_id)
        assert not {d.item_id for d in first.form} & {d.item_id for d in second.form}

    def test_after_the_third_comes_a_pause_and_then_the_items_seen_longest_ago(
        self, client: CheckedClient, world: World
    ) -> None:
        journey.read_everything(client)
        for hour in range(3):
            with clock.at(NOON + dt.timedelta(hours=hour)):
                if hour:
                    journey.post(client, f"{HOME}/sections/the-idea")
                self.fail(client, world)
        with clock.at(NOON + dt.timedelta(hours=3)):
            journey.post(client, f"{HOME}/sections/the-idea")
            assert "A new attempt opens at 2:00pm on 3 March 2026" in client.get(f"{HOME}/quiz").text
            client.post(f"{HOME}/quiz", data={"csrf_token": journey.token(client.get("/account"))})
            assert count(Attempt) == 3
        with clock.at(NOON + dt.timedelta(hours=26)):
            client.sign_in(world.amina)
            journey.start(client)
        attempts = list_attempts(world.amina.practitioner_id)
        assert {d.item_id for d in attempts[3].form} == {d.item_id for d in attempts[0].form}


class TestRenewing:
    def test_it_opens_ninety_days_before_expiry_and_gives_a_new_certificate(
        self, client: CheckedClient, world: World
    ) -> None:
        journey.pass_module(client, world.amina)
        with clock.at(dt.datetime(2028, 12, 1, 12, tzinfo=dt.UTC)):
            client.sign_in(world.amina)
            assert "can renew it from 2 December 2028" in client.get(f"{HOME}/quiz").text
        with clock.at(dt.datetime(2028, 12, 2, 12, tzinfo=dt.UTC)):
            client.sign_in(world.amina)
            assert "due for renewal" in client.get("/record").text
            journey.start(client)
            journey.answer_all(client, world.amina)
            journey.submit(client, world.amina)
            assert count(Certificate) == 2
            assert "2 December 2031" in client.get("/record").text


class TestOddities:
    """What nobody means to send, and clocks that go back."""

    def test_a_clock_that_goes_back_loses_nothing(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        journey.answer_all(client, world.amina)
        with clock.at(NOON - dt.timedelta(seconds=5)):
            assert journey.post(client, f"{HOME}/sections/the-idea").status_code == 302
            journey.submit(client, world.amina)
        assert "You have passed" in client.get(f"{HOME}/quiz/result").text

    @pytest.mark.parametrize("attempt_id", [2**31 - 1, 2**31, 99999999999999999999])
    def test_numbers_too_large_for_any_record(self, client: CheckedClient, attempt_id: int) -> None:
        assert client.get(f"/record/attempts/{attempt_id}").status_code == 404
        sent = journey.post(client, f"{HOME}/quiz/check", {"attempt": str(attempt_id)}, page="/account")
        assert sent.status_code in (302, 400)

    def test_the_same_option_sent_many_times_counts_once(self, client: CheckedClient, world: World) -> None:
        journey.read_everything(client)
        journey.start(client)
        sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
        assert sitting is not None
        for position, drawn in enumerate(sitting.form, start=1):
            if library().modules[MODULE].item[drawn.item_id].type == "multiple":
                data = {"attempt": str(sitting.id), "answer": ["1"] * 60}
                assert journey.post(client, f"{HOME}/quiz/{position}", data).status_code == 302
                again = find_open_sitting(world.amina.practitioner_id, MODULE)
                assert again is not None
                assert again.chosen[position] == (drawn.order[0],)
