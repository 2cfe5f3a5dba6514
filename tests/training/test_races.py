"""The same thing pressed many times at once gives one result, on both engines."""

import threading
from collections.abc import Callable
from itertools import count as count_up

from flask import Flask
from sqlalchemy import func, select

from elearning.accounts.operations import end_membership
from elearning.assessment.models import Attempt, Response
from elearning.assessment.operations import record_response
from elearning.assessment.queries import find_open_sitting
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.models import Certificate
from elearning.completions.models import Completion
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.tallies import differences, list_tallies
from elearning.people.operations import join_agency
from elearning.training.operations import start_quiz, submit_quiz
from tests import journey
from tests.conftest import MODULE, NOON, Persona, World

AT_ONCE = 8


def at_once(app: Flask, action: Callable[[], object]) -> list[object]:
    """What eight threads got, each with its own connection, all starting together: a result or the error raised."""
    results: list[object] = []
    ready = threading.Barrier(AT_ONCE)

    def run() -> None:
        with app.app_context(), clock.at(NOON):
            ready.wait()
            try:
                results.append(action())
            except Exception as error:  # the test looks at whatever was raised
                results.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count(model: type) -> int:
    found = db.session.execute(select(func.count()).select_from(model)).scalar_one()
    db.session.rollback()
    return found


def begin(world: World) -> int:
    """Amina has read everything and started; the attempt's id."""
    module = library().modules[MODULE]
    journey.make_ready(world.amina, module)
    return start_quiz(world.amina.practitioner_id, module)


def answer_rightly(world: World, attempt_id: int) -> None:
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    assert sitting is not None
    for position, drawn in enumerate(sitting.form, start=1):
        record_response(world.amina.practitioner_id, attempt_id, position, drawn.item_id, drawn.key)


def test_starting_eight_times_at_once_starts_one_attempt(app: Flask, world: World) -> None:
    begin_reading = begin(world)
    answer_rightly(world, begin_reading)
    module = library().modules[MODULE]
    started = at_once(app, lambda: start_quiz(world.ben.practitioner_id, module))
    assert all(isinstance(result, Refused) for result in started), started  # Ben has read nothing
    journey.make_ready(world.ben, module)
    started = at_once(app, lambda: start_quiz(world.ben.practitioner_id, module))
    assert len(set(map(str, started))) == 1, started
    assert count(Attempt) == 2


def test_submitting_eight_times_at_once_gives_one_result(app: Flask, world: World) -> None:
    attempt_id = begin(world)
    answer_rightly(world, attempt_id)
    results = at_once(app, lambda: submit_quiz(world.amina.practitioner_id, attempt_id, library()))
    assert [(r.score, r.passed) for r in results] == [(4, True)] * AT_ONCE  # type: ignore[attr-defined]  # or it shows
    assert sum(r.is_new for r in results) == 1  # type: ignore[attr-defined]  # as above
    assert (count(Completion), count(Certificate)) == (1, 1)


def test_answering_while_submitting_is_kept_or_refused_and_never_half(app: Flask, world: World) -> None:
    attempt_id = begin(world)
    answer_rightly(world, attempt_id)
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    assert sitting is not None
    first = sitting.form[0]
    turn = iter(range(AT_ONCE))

    def action() -> object:
        if next(turn) % 2:
            return submit_quiz(world.amina.practitioner_id, attempt_id, library())
        record_response(world.amina.practitioner_id, attempt_id, 1, first.item_id, first.key)
        return None

    results = at_once(app, action)
    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, Refused) for error in errors), errors
    assert count(Response) == 4
    assert count(Completion) == 1


def _answered(person: Persona, module: TrainingModule) -> int:
    """An attempt with every question answered rightly; its id."""
    journey.make_ready(person, module)
    attempt_id = start_quiz(person.practitioner_id, module)
    sitting = find_open_sitting(person.practitioner_id, MODULE)
    assert sitting is not None
    for position, drawn in enumerate(sitting.form, start=1):
        record_response(person.practitioner_id, attempt_id, position, drawn.item_id, drawn.key)
    return attempt_id


def test_completing_eight_people_at_once_makes_one_chain(app: Flask, world: World) -> None:
    people = [world.amina, world.ben, world.grace, world.tomasz, world.olu, world.officer, world.admin]
    module = library().modules[MODULE]
    attempts = [(person.practitioner_id, _answered(person, module)) for person in people]
    turn = iter([*attempts, attempts[0]])

    def action() -> object:
        practitioner_id, attempt_id = next(turn)
        return submit_quiz(practitioner_id, attempt_id, library())

    results = at_once(app, action)
    assert not [result for result in results if isinstance(result, Exception)], results
    places = db.session.execute(select(Completion.place).order_by(Completion.place)).scalars().all()
    assert list(places) == list(range(1, len(people) + 1))
    assert [str(wrong) for tally in list_tallies() for wrong in differences(tally)] == []


def test_moving_to_another_agency_while_submitting_leaves_the_tallies_true(app: Flask, world: World) -> None:
    people = [world.amina, world.ben, world.grace, world.tomasz]
    module = library().modules[MODULE]
    attempts = [_answered(person, module) for person in people]
    turn = iter(range(AT_ONCE))

    def action() -> object:
        each, moves = divmod(next(turn), 2)
        practitioner_id = people[each].practitioner_id
        if moves:
            join_agency(practitioner_id, world.clinic, "Nurse", team="Blue")
            return None
        return submit_quiz(practitioner_id, attempts[each], library())

    results = at_once(app, action)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert [str(wrong) for tally in list_tallies() for wrong in differences(tally)] == []


def test_moving_and_leaving_at_once_waits_and_never_fails(app: Flask, world: World) -> None:
    turn = count_up()

    def action() -> object:
        if next(turn) % 2:
            join_agency(world.tomasz.practitioner_id, world.school, "Teacher")
        else:
            end_membership(world.tomasz.email, NOON.date())
        return None

    for _ in range(6):
        results = at_once(app, action)
        errors = [result for result in results if isinstance(result, Exception)]
        assert all(isinstance(error, Refused) for error in errors), errors
    assert list(differences("member_tally")) == []
