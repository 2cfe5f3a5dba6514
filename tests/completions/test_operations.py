"""Recording a completion: what is written, in which order, and what the database then refuses."""

import datetime as dt
import threading
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from elearning.completions.models import Completion, CompletionDetail
from elearning.completions.operations import record_completion
from elearning.completions.queries import head_of_record
from elearning.completions.rules import BEFORE_THE_FIRST, details_digest
from elearning.completions.types import Details, Head, Recorded
from elearning.core import clock
from elearning.core.db import atomic, db
from tests.conftest import MODULE, World
from tests.records import SCORE, begin, complete, hire, pass_quiz, publish
from tests.tampering import tamper


def record(attempt_id: int, practitioner_id: int, agency_id: int | None = None, **other: Any) -> Recorded:
    said: dict[str, Any] = {
        "score": SCORE,
        "module_key": MODULE,
        "module_version": 1,
        "cpd_minutes": 20,
        "valid_for_months": 36,
    }
    return record_completion(
        practitioner_id=practitioner_id, agency_id=agency_id, attempt_id=attempt_id, **(said | other)
    )


def test_a_completion_keeps_what_it_was_given(world: World) -> None:
    attempt_id = pass_quiz(world.amina.practitioner_id, on=dt.date(2026, 3, 2))
    recorded = record(attempt_id, world.amina.practitioner_id, world.school)
    row = db.session.execute(select(Completion)).scalar_one()
    assert (row.place, row.digest, row.previous_digest) == (1, recorded.digest, BEFORE_THE_FIRST)
    assert (row.module_key, row.module_version, row.cpd_minutes) == (MODULE, 1, 20)
    assert (row.completed_at, row.completed_on, row.expires_on) == (
        clock.now(),
        recorded.completed_on,
        recorded.expires_on,
    )
    assert (recorded.completed_on, recorded.expires_on) == (dt.date(2026, 3, 2), dt.date(2029, 3, 2))
    detail = db.session.execute(select(CompletionDetail)).scalar_one()
    details = Details(world.amina.practitioner_id, world.school, attempt_id, SCORE)
    assert (detail.place, detail.practitioner_id, detail.agency_id, detail.attempt_id, detail.score) == (
        1,
        *asdict(details).values(),
    )
    assert row.details_digest == details_digest(detail.salt, asdict(details))


def test_a_completion_just_after_midnight_in_summer_has_the_london_date(world: World) -> None:
    with clock.at(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)):
        attempt_id = pass_quiz(world.amina.practitioner_id, on=dt.date(2026, 6, 30))
        assert record(attempt_id, world.amina.practitioner_id).completed_on == dt.date(2026, 7, 1)


def test_each_completion_names_the_one_before_it(world: World) -> None:
    first = complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 1)).recorded
    second = complete(world.ben.practitioner_id, world.school, on=dt.date(2026, 2, 2)).recorded
    assert (first.place, second.place) == (1, 2)
    previous = db.session.execute(select(Completion.previous_digest).where(Completion.place == 2)).scalar_one()
    assert previous == first.digest
    assert head_of_record() == Head(2, second.digest)


def test_two_equal_passes_have_different_seals(world: World) -> None:
    """The salt: who knows everyone's number and score still cannot find whose completion a digest is."""
    for practitioner in (world.amina, world.ben):
        complete(practitioner.practitioner_id, None, on=dt.date(2026, 2, 1))
    salts = db.session.execute(select(CompletionDetail.salt)).scalars().all()
    assert len(set(salts)) == 2
    assert all(len(salt) == 32 for salt in salts)


def test_an_attempt_is_recorded_once(world: World) -> None:
    attempt_id = pass_quiz(world.amina.practitioner_id, on=dt.date(2026, 3, 2))
    record(attempt_id, world.amina.practitioner_id)
    with pytest.raises(IntegrityError):
        record(attempt_id, world.amina.practitioner_id)
    assert head_of_record().place == 1


def test_nothing_is_recorded_when_the_outer_transaction_fails(world: World) -> None:
    attempt_id = pass_quiz(world.amina.practitioner_id, on=dt.date(2026, 3, 2))
    with pytest.raises(ZeroDivisionError), atomic():
        record(attempt_id, world.amina.practitioner_id)
        raise ZeroDivisionError
    assert head_of_record() == Head(0, BEFORE_THE_FIRST)


def test_passes_at_the_same_moment_stand_one_behind_the_other(app: Flask, world: World) -> None:
    """Without the lock, PostgreSQL would fork the chain and SQLite would refuse all but one."""
    people = [hire(world.school) for _ in range(6)]
    attempts = {practitioner_id: pass_quiz(practitioner_id, on=dt.date(2026, 3, 2)) for practitioner_id in people}
    db.session.remove()
    places: list[int] = []
    together = threading.Barrier(len(people))

    def pass_now(practitioner_id: int) -> None:
        with app.app_context():
            together.wait()
            places.append(record(attempts[practitioner_id], practitioner_id).place)

    threads = [threading.Thread(target=pass_now, args=(practitioner_id,)) for practitioner_id in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(places) == [1, 2, 3, 4, 5, 6]


def test_the_database_refuses_to_change_a_completion(world: World) -> None:
    complete(world.amina.practitioner_id, None, on=dt.date(2026, 2, 1))
    with pytest.raises(IntegrityError, match="completion is permanent"), atomic() as session:
        session.execute(update(Completion).values(cpd_minutes=90))


class TestWhatIsNoPassOfTheirs:
    """The database itself refuses to record it."""

    @pytest.fixture
    def mine(self, world: World) -> int:
        return pass_quiz(world.amina.practitioner_id, on=dt.date(2026, 3, 2))

    def refused(self, attempt_id: int, practitioner_id: int, **other: Any) -> None:
        with pytest.raises(IntegrityError, match="records a pass of that person and module"):
            record(attempt_id, practitioner_id, **other)
        assert head_of_record().place == 0

    def test_an_open_attempt(self, world: World) -> None:
        self.refused(begin(world.amina.practitioner_id, on=dt.date(2026, 3, 2)), world.amina.practitioner_id)

    def test_a_failed_attempt(self, world: World, mine: int) -> None:
        tamper("UPDATE attempt SET score = 2, passed = FALSE")
        self.refused(mine, world.amina.practitioner_id, score=2)

    def test_another_persons(self, world: World, mine: int) -> None:
        self.refused(mine, world.ben.practitioner_id)

    @pytest.mark.parametrize("other", [{"module_key": "another-module"}, {"module_version": 2}, {"score": 3}])
    def test_another_module_version_or_score(self, world: World, mine: int, other: dict[str, Any]) -> None:
        publish("another-module")
        publish(MODULE, version=2)
        self.refused(mine, world.amina.practitioner_id, **other)
