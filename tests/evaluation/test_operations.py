"""What learners say is kept once, at its time, by the one whose it is: on both engines."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from elearning.assessment.queries import list_attempts
from elearning.catalogue.library import library
from elearning.certificates.operations import check_guards
from elearning.core import clock
from elearning.core.db import Base, db
from elearning.core.errors import Refused
from elearning.evaluation.models import ConfidenceAnswer, FollowUpResponse, FollowUpRow, FollowUpWords, PledgeRow
from elearning.evaluation.operations import (
    begin_follow_up,
    record_afterwards,
    record_answer,
    record_pledge,
    record_words,
)
from elearning.evaluation.queries import find_afterwards, find_follow_up, find_pledge, list_pledges, ratings_of
from elearning.evaluation.types import About, FollowUp, Kept, Pledge, When
from elearning.training.operations import record_before, record_section_read
from tests.conftest import MODULE, NOON, World
from tests.evaluation.conftest import passed
from tests.records import complete
from tests.tampering import drop_guard
from tests.training.test_races import AT_ONCE, at_once

TODAY = NOON.date()
PLEDGE = Pledge("it rains", "ask who is outside", dt.date(2026, 3, 20), "my lead")


def count(model: type[Base]) -> int:
    found = db.session.execute(select(func.count()).select_from(model)).scalar_one()
    db.session.rollback()
    return found


def begin(practitioner_id: int, number: int) -> FollowUp:
    begin_follow_up(practitioner_id, library().modules[MODULE], number)
    found = find_follow_up(practitioner_id, MODULE, 1, number)
    db.session.rollback()  # the next read sees what others wrote meanwhile
    assert found is not None
    return found


def answer_all(practitioner_id: int, follow_up: FollowUp) -> None:
    for position, drawn in enumerate(follow_up.form, start=1):
        record_answer(practitioner_id, follow_up, position, drawn.key)


class TestOnce:
    def test_saying_how_sure_eight_times_at_once_keeps_one(self, app: Flask, world: World) -> None:
        amina, module = world.amina.practitioner_id, library().modules[MODULE]
        turn = iter(range(AT_ONCE))
        results = at_once(app, lambda: record_before(amina, module, {"1.1": next(turn)}))
        assert results == [None] * AT_ONCE
        assert count(ConfidenceAnswer) == 1
        assert len(ratings_of(amina, MODULE, 1)[When.BEFORE]) == 1

    def test_looking_back_eight_times_at_once_keeps_one(self, app: Flask, world: World) -> None:
        amina, module = passed(world.amina, world, 1), library().modules[MODULE]
        assert at_once(app, lambda: record_afterwards(amina, module, When.NOW, {"1.1": 7})) == [None] * AT_ONCE
        assert count(ConfidenceAnswer) == 1

    def test_pledging_eight_times_at_once_keeps_one(self, app: Flask, world: World) -> None:
        amina, module = passed(world.amina, world, 1), library().modules[MODULE]
        for when in (When.NOW, When.BACK):
            record_afterwards(amina, module, when, {})
        assert sorted(map(str, at_once(app, lambda: record_pledge(amina, module, PLEDGE)))) == ["False"] * 7 + ["True"]
        assert [made.pledge for made in list_pledges(amina)] == [PLEDGE]

    def test_beginning_and_answering_eight_times_at_once_keeps_one(self, app: Flask, world: World) -> None:
        amina, module = passed(world.amina, world, 3), library().modules[MODULE]
        assert at_once(app, lambda: begin_follow_up(amina, module, 1)) == [None] * AT_ONCE
        assert count(FollowUpRow) == 1
        follow_up = begin(amina, 1)
        key = follow_up.form[0].key
        turn = iter(range(AT_ONCE))
        results = at_once(app, lambda: record_answer(amina, follow_up, 1, key if next(turn) % 2 else (9,)))
        assert count(FollowUpResponse) == 1
        assert sum(result is None for result in results) == AT_ONCE // 2, results
        assert all(result is None or isinstance(result, Refused) for result in results)

    def test_the_first_words_stay(self, world: World, app: Flask) -> None:
        amina, module = passed(world.amina, world, 30), library().modules[MODULE]
        with clock.at(NOON - dt.timedelta(days=25)):
            for when in (When.NOW, When.BACK):
                record_afterwards(amina, module, when, {})
            record_pledge(amina, module, PLEDGE)
        answer_all(amina, begin(amina, 2))
        for kept in (Kept.PARTLY, Kept.DONE):
            record_words(amina, MODULE, 2, About.PLEDGE, kept=kept)
        assert db.session.scalars(select(FollowUpWords.kept)).all() == ["partly"]


class TestAtItsTime:
    def test_before_closes_with_the_first_section(self, world: World, app: Flask) -> None:
        amina, module = world.amina.practitioner_id, library().modules[MODULE]
        record_section_read(amina, MODULE, module.sections[1].slug)
        with pytest.raises(Refused):
            record_before(amina, module, {"1.1": 3})
        assert count(ConfidenceAnswer) == 0

    @pytest.mark.parametrize(
        ("days", "when"), [(0, When.BACK), (15, When.NOW), (60, When.LATER), (3, When.LATER), (3, When.BEFORE)]
    )
    def test_nothing_is_said_before_its_turn_or_after_its_day(
        self, world: World, app: Flask, days: int, when: When
    ) -> None:
        amina = passed(world.amina, world, days)
        with pytest.raises(Refused):
            record_afterwards(amina, library().modules[MODULE], when, {"1.1": 3})
        assert count(ConfidenceAnswer) == 0

    def test_nothing_is_said_of_a_module_not_completed(self, world: World, app: Flask) -> None:
        amina, module = world.amina.practitioner_id, library().modules[MODULE]
        for say in (
            lambda: record_afterwards(amina, module, When.NOW, {}),
            lambda: record_pledge(amina, module, PLEDGE),
            lambda: begin_follow_up(amina, module, 1),
        ):
            with pytest.raises(Refused, match="Complete the module first"):
                say()

    def test_no_pledge_before_looking_back_nor_after_fourteen_days(self, world: World, app: Flask) -> None:
        amina, module = passed(world.amina, world, 14), library().modules[MODULE]
        with pytest.raises(Refused):
            record_pledge(amina, module, PLEDGE)
        for when in (When.NOW, When.BACK):
            record_afterwards(amina, module, when, {})
        with clock.at(NOON + dt.timedelta(days=1)), pytest.raises(Refused):
            record_pledge(amina, module, PLEDGE)
        assert record_pledge(amina, module, None)
        assert find_pledge(amina, MODULE, 1) is None
        assert count(PledgeRow) == 1  # that there is none is said too

    @pytest.mark.parametrize(("number", "days"), [(1, 2), (1, 28), (2, 27), (2, 56), (3, 55), (3, 112)])
    def test_a_follow_up_begins_on_its_days_only(self, world: World, app: Flask, number: int, days: int) -> None:
        amina = passed(world.amina, world, days)
        with pytest.raises(Refused, match="not open"):
            begin_follow_up(amina, library().modules[MODULE], number)
        assert count(FollowUpRow) == 0

    def test_one_that_closes_keeps_what_was_answered_and_takes_no_more(self, world: World, app: Flask) -> None:
        amina = passed(world.amina, world, 27)
        follow_up = begin(amina, 1)
        record_answer(amina, follow_up, 1, follow_up.form[0].key)
        with clock.at(NOON + dt.timedelta(days=1)), pytest.raises(Refused, match="not open"):
            record_answer(amina, follow_up, 2, follow_up.form[1].key)
        assert count(FollowUpResponse) == 1

    def test_questions_come_in_their_order(self, world: World, app: Flask) -> None:
        amina = passed(world.amina, world, 3)
        follow_up = begin(amina, 1)
        with pytest.raises(Refused):
            record_answer(amina, follow_up, 2, follow_up.form[1].key)
        with pytest.raises(Refused):
            record_words(amina, MODULE, 1, About.PRACTICE, words="too early")
        assert count(FollowUpResponse) == count(FollowUpWords) == 0


class TestWhose:
    def test_nobody_answers_in_anothers_follow_up(self, world: World, app: Flask) -> None:
        hers = begin(passed(world.amina, world, 3), 1)
        ben = passed(world.ben, world, 3)
        begin(ben, 1)
        with pytest.raises(Refused):
            record_answer(ben, hers, 1, hers.form[0].key)
        assert count(FollowUpResponse) == 0

    def test_a_renewal_is_a_round_of_its_own(self, world: World, app: Flask) -> None:
        amina, module = passed(world.amina, world, 1), library().modules[MODULE]
        record_afterwards(amina, module, When.NOW, {"1.1": 9})
        complete(amina, world.school, on=TODAY)
        here = find_afterwards(amina, MODULE)
        assert here is not None
        assert (here.set_number, dict(here.round.said)) == (2, {})
        record_afterwards(amina, module, When.NOW, {"1.1": 4})
        assert [ratings_of(amina, MODULE, n)[When.NOW]["1.1"] for n in (1, 2)] == [9, 4]


def test_a_follow_up_asks_what_was_not_met_and_keeps_the_form_as_it_was_drawn(world: World, app: Flask) -> None:
    amina = passed(world.amina, world, 3)
    (attempt,) = list_attempts(amina, MODULE)
    met = {drawn.item_id for drawn in attempt.form}
    for number, days in ((1, 0), (2, 25)):
        with clock.at(NOON + dt.timedelta(days=days)):
            form = begin(amina, number).form
        assert len(form) == 3
        assert not {drawn.item_id for drawn in form} & met
        met |= {drawn.item_id for drawn in form}
        assert begin(amina, number).form == form
    with clock.at(NOON + dt.timedelta(days=53)):
        last = {drawn.item_id for drawn in begin(amina, 3).form}
    assert last - met == set(library().modules[MODULE].item) - met  # the two that are left
    assert last & met <= {drawn.item_id for drawn in attempt.form}  # and two of the ones met longest ago


def test_answers_are_marked_as_they_are_given(world: World, app: Flask) -> None:
    amina = passed(world.amina, world, 3)
    follow_up = begin(amina, 1)
    record_answer(amina, follow_up, 1, follow_up.form[0].key)
    record_answer(amina, follow_up, 2, (9,))
    rows = db.session.execute(select(FollowUpResponse.item_id, FollowUpResponse.is_right)).all()
    assert {tuple(row) for row in rows} == {(follow_up.form[0].item_id, True), (follow_up.form[1].item_id, False)}


@pytest.mark.parametrize("event", ["update", "delete"])
@pytest.mark.parametrize("table", ["follow_up", "follow_up_response"])
def test_verification_finds_a_guard_that_is_gone(world: World, app: Flask, table: str, event: str) -> None:
    amina = passed(world.amina, world, 3)
    follow_up = begin(amina, 1)
    record_answer(amina, follow_up, 1, follow_up.form[0].key)
    assert list(check_guards()) == []
    drop_guard(table, event)
    found = [str(finding) for finding in check_guards()]
    assert any(line.startswith(f"the database does not refuse {event.upper()}") for line in found)
    assert all(line.endswith(f" on {table}") for line in found)
