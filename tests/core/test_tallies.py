"""Tallies are what the records say, whatever happens and in whatever order; and what is not is named and mended."""

import datetime as dt
from random import Random
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from elearning import database
from elearning.assessment.models import Attempt
from elearning.assessment.operations import record_response, start_attempt
from elearning.assessment.queries import find_open_sitting
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.cli import verify
from elearning.cli import db_recount
from elearning.completions.models import Completion, CompletionTally, Withdrawal
from elearning.completions.operations import record_begun, withdraw_completion
from elearning.completions.queries import list_completions
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.errors import Refused
from elearning.core.tallies import differences, fill_empty, list_tallies
from elearning.people.operations import add_agency, join_agency, leave_agency
from elearning.people.types import Sector
from elearning.training.operations import record_section_read, submit_quiz
from tests.conftest import MODULE, World
from tests.records import at_noon, complete, hire, publish
from tests.tampering import tamper

TALLIES = [
    "closing_tally", "completion_day", "completion_tally", "confidence_tally", "item_tally", "member_tally", "outcome_tally",
    "passing_tally", "round_tally", "standing",
]  # fmt: skip


def wrong() -> list[str]:
    """Every row of every tally that is not what its recount says."""
    db.session.rollback()
    return [str(each) for name in list_tallies() for each in differences(name)]


def sit(
    practitioner_id: int, module: TrainingModule, moment: dt.datetime, *, minutes: int = 9, wrongly: int = 0
) -> bool:
    """Begin and submit a quiz with so many questions wrong; whether it was passed."""
    with clock.at(moment):
        done = [each for each in list_completions(practitioner_id) if each.module_key == module.key]
        attempt_id = start_attempt(practitioner_id, module, len(done) + 1)
        record_begun(practitioner_id, module.key)
    with clock.at(moment + dt.timedelta(minutes=minutes, seconds=-1)):
        sitting = find_open_sitting(practitioner_id, module.key)
        assert sitting
        for position, drawn in enumerate(sitting.form, start=1):
            chosen = drawn.key if position > wrongly else (*drawn.key[1:], (drawn.key[0] + 1) % 2)
            record_response(practitioner_id, attempt_id, position, drawn.item_id, chosen)
        return submit_quiz(practitioner_id, attempt_id, library()).passed


class Life:
    """People of three agencies who do what chance says, in the order of time, over the ends of summers and years."""

    def __init__(self, world: World, seed: int) -> None:
        publish(MODULE, version=2)
        publish("another-module")
        sample = library().modules[MODULE]
        self.modules = [
            sample, sample.model_copy(update={"version": 2}), sample.model_copy(update={"key": "another-module"}),
        ]  # fmt: skip
        self.chance = Random(seed)
        self.agencies = [world.school, world.clinic, add_agency("North Police", Sector.POLICE)]
        self.now = dt.datetime(2025, 3, 28, 22, 50, tzinfo=dt.UTC)
        self.people = [hire(agency, since=dt.date(2025, 1, 6)) for agency in (*self.agencies, None)]

    def go_on(self) -> None:
        """One step more."""
        hours = self.chance.choice((1, 11, 24, 24 * 2, 24 * 30, 24 * 90))
        self.now += dt.timedelta(hours=hours, minutes=self.chance.randrange(60))
        person = self.chance.choice(self.people)
        act = self.chance.choice((self.pass_quiz, self.pass_quiz, self.pass_quiz, self.fail, self.withdraw, self.move, self.leave, self.read))  # fmt: skip
        try:
            act(person)
        except (IntegrityError, Refused):  # nobody works in two agencies at once, or moves in a year that is closed
            db.session.rollback()

    def pass_quiz(self, person: int) -> None:
        assert sit(person, self.chance.choice(self.modules), self.now, minutes=self.chance.choice((1, 45, 999)))

    def fail(self, person: int) -> None:
        sit(person, self.chance.choice(self.modules), self.now, wrongly=self.chance.choice((1, 2, 4)))

    def read(self, person: int) -> None:
        with clock.at(self.now):
            record_section_read(person, self.chance.choice(self.modules).key, "the-idea")

    def move(self, person: int) -> None:
        role, team = self.chance.choice(("Nurse", "Teacher")), self.chance.choice(("", "Blue"))
        day = clock.day_of(self.now) - dt.timedelta(days=self.chance.choice((0, 0, 40)))
        with clock.at(self.now):
            join_agency(person, self.chance.choice(self.agencies), role, team=team, started_on=day)

    def leave(self, person: int) -> None:
        with clock.at(self.now):
            leave_agency(person, ended_on=clock.day_of(self.now))

    def withdraw(self, person: int) -> None:
        gone = select(Withdrawal.place)
        places = db.session.scalars(select(Completion.place).where(Completion.place.not_in(gone))).all()
        if places:
            with clock.at(self.now):
                withdraw_completion(self.chance.choice(places), WithdrawalReason.MISTAKE)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_the_tallies_are_what_the_records_say(world: World, seed: int) -> None:
    life = Life(world, seed)
    for step in range(30):
        life.go_on()
        if step % 10 == 9:
            assert wrong() == [], step
    assert db.session.execute(select(func.max(CompletionTally.completions))).scalar_one() > 2


def test_a_day_and_its_quarter_are_londons(world: World) -> None:
    """At half past eleven of a summer evening, Greenwich time, it is the next day, and here the next quarter."""
    sit(world.amina.practitioner_id, library().modules[MODULE], dt.datetime(2025, 6, 30, 23, 15, tzinfo=dt.UTC))
    assert wrong() == []
    periods = db.session.scalars(select(CompletionTally.period).distinct().order_by(CompletionTally.period)).all()
    assert periods == ["2025-26", "2025-26-q2"]


@pytest.mark.parametrize(("july", "counts"), [(1, 0), (2, 1)])
def test_what_is_withdrawn_after_a_quarter_closed_still_counts_in_it(world: World, july: int, counts: int) -> None:
    place = complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 6, 30)).recorded.place
    with clock.at(at_noon(dt.date(2025, 7, july))):
        withdraw_completion(place, WithdrawalReason.MISTAKE)
    everyone = (CompletionTally.who == "", CompletionTally.module_key == "", CompletionTally.job_role == "")
    found = select(CompletionTally.period, CompletionTally.completions, CompletionTally.people).where(*everyone)
    assert {(row.period, row.completions, row.people) for row in db.session.execute(found)} == {
        ("2025-26", 0, 0),
        ("2025-26-q1", counts, counts),
    }
    assert wrong() == []


def test_a_change_of_memberships_afterwards_moves_no_figure(world: World) -> None:
    """Back-dated, it says that she worked elsewhere on the day; what was counted was counted."""
    sit(world.amina.practitioner_id, library().modules[MODULE], at_noon(dt.date(2026, 3, 2)))
    join_agency(world.amina.practitioner_id, world.clinic, "Nurse", started_on=dt.date(2026, 2, 1))
    assert wrong() == []
    whos = set(db.session.scalars(text("SELECT DISTINCT who FROM outcome_tally")))
    assert whos == {str(world.school), "role:Teacher"}


@pytest.mark.parametrize(
    "changes",
    [
        {
            "completion_tally": "UPDATE completion_tally SET people = people - 1 WHERE who = '1' AND job_role = ''",
            "item_tally": "UPDATE item_tally SET rest = rest + 1",
            "outcome_tally": "UPDATE outcome_tally SET \"right\" = 0 WHERE outcome <> ''",
            "passing_tally": "UPDATE passing_tally SET minutes = 77",
            "standing": "UPDATE standing SET team = 'Red'",
        },
        {
            "completion_tally": "DELETE FROM completion_tally WHERE who = 'school or college' AND period = '2025-26'",
            "standing": "UPDATE standing SET expires_on = '2031-01-01'",
        },
        {"standing": "DELETE FROM standing"},
    ],
    ids=["figures", "a row and a day", "all rows"],
)
def test_what_is_not_true_is_named_and_mended(app: Flask, world: World, changes: dict[str, str]) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 3, 2))
    tamper(*changes.values())

    def run(command: object) -> Result:
        db.session.remove()
        return CliRunner().invoke(command, obj=SimpleNamespace(app=app))  # type: ignore[arg-type]  # a command

    found = run(verify)
    assert found.exit_code == 1
    named = {line.partition(" (")[0] for line in found.output.splitlines() if " and should be " in line}
    assert named == set(changes)
    assert "corrected." in run(db_recount).output
    assert run(verify).exit_code == 0, "and nothing else is wrong"
    assert run(db_recount).output == "Every sum was what the records say.\n"


def test_a_database_from_before_the_tallies_gets_them(world: World) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 3, 2))
    sit(world.tomasz.practitioner_id, library().modules[MODULE], at_noon(dt.date(2026, 3, 3)), wrongly=4)
    before = _everything()
    db.session.remove()
    database.downgrade(db.engine, "0006")
    database.upgrade(db.engine)
    fill_empty()
    assert wrong() == []
    assert _everything() == before
    with pytest.raises(IntegrityError, match="permanent"), atomic() as session:
        session.execute(text("UPDATE attempt SET job_role = 'Other' WHERE submitted_at IS NOT NULL"))


def _everything() -> dict[str, list[tuple[object, ...]]]:
    tables = [*list_tallies(), Attempt.__tablename__]
    return {name: sorted(map(tuple, db.session.execute(select(db.metadata.tables[name]))), key=str) for name in tables}


def test_every_tally_is_verified(app: Flask) -> None:
    assert list_tallies() == TALLIES
