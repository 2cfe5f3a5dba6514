"""What first attempts answered, against a plain recount of the rows."""

import datetime as dt
import json
from collections import Counter
from random import Random

import pytest
from sqlalchemy import insert, select, update

from elearning.assessment.models import Attempt, Response
from elearning.assessment.rules import draw, is_right, write_form
from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.tallies import list_tallies, rebuild
from elearning.figures.rules import financial_year
from elearning.items import queries
from elearning.items.types import By
from elearning.people import operations as people
from elearning.people.queries import worked_on
from tests.conftest import MODULE, World
from tests.records import at_noon, hire

YEAR = financial_year(2025)
FIRST, LAST = dt.date(2025, 4, 1), dt.date(2026, 3, 31)


def sit(practitioner_id: int, on: dt.date, chance: Random, *, set_number: int = 1, number: int = 1) -> bool:
    """An attempt of the sample module with answers by chance, submitted that day; whether it was passed."""
    module = library().find(MODULE)
    assert module is not None
    form = draw(module, chance.randrange(10**6), [])
    with clock.at(at_noon(on)), atomic() as session:
        attempt = Attempt(
            practitioner_id=practitioner_id, module_key=MODULE, module_version=1, set_number=set_number, number=number,
            seed=1, form=write_form(form), form_length=len(form), pass_mark=3, started_at=clock.now(),
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        score = 0
        for position, drawn in enumerate(form, start=1):
            chosen = list(drawn.key) if chance.random() < 0.6 else [chance.choice(drawn.order)]
            mark = is_right(drawn, chosen)
            score += mark
            session.execute(
                insert(Response).values(
                    attempt_id=attempt.id, position=position, item_id=drawn.item_id, chosen=json.dumps(chosen),
                    answered_at=clock.now(), is_right=mark,
                )
            )  # fmt: skip
        submitted: dict[str, object] = {"submitted_at": clock.now(), "score": score, "passed": score >= 3}
        if worked := worked_on(practitioner_id, on):
            submitted |= {"agency_id": worked.agency.id, "job_role": worked.job_role}
        session.execute(update(Attempt).where(Attempt.id == attempt.id).values(submitted))
    return score >= 3


@pytest.fixture
def sittings(world: World) -> None:
    """A school of 14 and a clinic of 3 who sat in the year, with second attempts and renewals; some before and after."""
    chance = Random(5)
    for agency, count in ((world.school, 14), (world.clinic, 3), (None, 2)):
        for number in range(count):
            person = hire(agency, since=dt.date(2024, 1, 1), job_role="Nurse" if number % 2 else "Teacher")
            if not sit(person, chance.choice([FIRST, LAST, dt.date(2025, 11, 3)]), chance):
                sit(person, dt.date(2026, 3, 31), chance, number=2)
            sit(person, dt.date(2026, 3, 31), chance, set_number=2)
    for day in (dt.date(2025, 3, 31), dt.date(2026, 4, 1)):
        sit(hire(world.school, since=dt.date(2024, 1, 1)), day, chance)
    rebuild(*list_tallies())


def recount() -> Counter[tuple[str, str, bool, int]]:
    rows = db.session.execute(
        select(Response.item_id, Response.chosen, Response.is_right, Attempt.score, Attempt.submitted_at)
        .join(Attempt, Attempt.id == Response.attempt_id)
        .where(Attempt.set_number == 1, Attempt.number == 1)
    )
    return Counter(
        (item, chosen, bool(mark), (score or 0) - bool(mark))
        for item, chosen, mark, score, at in rows
        if at and FIRST <= clock.day_of(at) <= LAST
    )


def test_every_sum_is_the_plain_recount_of_first_attempts_in_the_period(sittings: None) -> None:
    rows = recount()
    expected: dict[tuple[str, str, bool], list[int]] = {}
    for (item, chosen, mark, rest), count in rows.items():
        sums = expected.setdefault((item, chosen, mark), [0, 0, 0])
        for position, value in enumerate((1, rest, rest * rest)):
            sums[position] += count * value
    found = {
        (item, json.dumps(list(each.chosen)), each.is_right): [each.count, each.rest, each.rest_squares]
        for item, given in queries.answers_in(YEAR, [MODULE])[MODULE][1].items()
        for each in given
    }
    assert found == expected
    assert sum(count for count, _, _ in found.values()) == 19 * 4  # persons by questions


def test_groups_are_of_where_people_worked_and_as_what_on_that_day(sittings: None, world: World) -> None:
    by_agency = {group.name: group.people for group in queries.list_groups(YEAR, MODULE, By.AGENCY)}
    by_role = {group.name: group.people for group in queries.list_groups(YEAR, MODULE, By.JOB_ROLE)}
    assert by_agency == {"Harrow Lane School": 14, "Millpond Clinic": 3}
    assert by_role == {"Nurse": 8, "Teacher": 9}
    answers = [group.answers for group in queries.list_groups(YEAR, MODULE, By.AGENCY)]
    assert sum(count for each in answers for count, _ in each.values()) == 17 * 4


def test_who_moved_since_counts_where_they_worked_then(world: World) -> None:
    person = hire(world.school, since=dt.date(2024, 1, 1))
    sit(person, dt.date(2025, 11, 3), Random(1))
    with clock.at(at_noon(dt.date(2026, 1, 1))):
        people.join_agency(person, world.clinic, "Nurse")
    rebuild(*list_tallies())
    assert [group.name for group in queries.list_groups(YEAR, MODULE, By.AGENCY)] == ["Harrow Lane School"]
    assert [group.name for group in queries.list_groups(YEAR, MODULE, By.JOB_ROLE)] == ["Teacher"]


def test_nothing_was_answered_of_another_module_or_in_another_year(sittings: None) -> None:
    assert queries.answers_in(YEAR, ["other-module"]) == {"other-module": {}}
    assert queries.answers_in(financial_year(2020), [MODULE]) == {MODULE: {}}
    assert queries.list_groups(financial_year(2020), MODULE, By.AGENCY) == []
    assert queries.first_attempt() == dt.date(2024, 4, 1)  # the year of the one in March 2025
