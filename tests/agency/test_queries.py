import dataclasses
import datetime as dt
import itertools

import pytest
from flask import Flask
from sqlalchemy import event

from elearning.agency import queries
from elearning.agency.rules import state_of
from elearning.agency.types import Filter, State
from elearning.completions.types import Standing
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.people import operations as people
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Duty, Group, Need
from elearning.training.models import SectionProgress
from tests.conftest import MODULE, World
from tests.records import begin, complete, hire, issue, publish

TODAY = dt.date(2026, 3, 2)
JANUARY = dt.date(2026, 1, 15)


def states(agency_id: int, module: str = MODULE) -> dict[str, State]:
    page = queries.find_people(agency_id, [module], Filter(), page=1, today=TODAY)
    return {row.member.full_name: state_of(row.progress[0]) for row in page.rows}


def test_members_of_today_by_name_each_with_a_state(world: World) -> None:
    assert states(world.school) == {
        "Amina Yusuf": State.NOT_STARTED,
        "Ben Price": State.NOT_STARTED,
        "Grace Obi": State.NOT_STARTED,
        "Officer Lane": State.NOT_STARTED,
    }


def test_a_completion_shows_its_dates_standing_and_certificate(world: World) -> None:
    passed = complete(world.amina.practitioner_id, world.school, on=TODAY, months=36)
    row = queries.find_people(world.school, [MODULE], Filter(), page=1, today=TODAY).rows[0]
    earned = row.progress[0].earned
    assert earned is not None
    assert (earned.completed_on, earned.expires_on) == (TODAY, dt.date(2029, 3, 2))
    assert (earned.standing, earned.certificate) == (Standing.VALID, passed.certificate)
    assert not any(
        "score" in field.name for kind in (row, earned, row.progress[0]) for field in dataclasses.fields(kind)
    )


def test_what_was_completed_elsewhere_does_not_show(world: World) -> None:
    mover = hire(world.clinic, name="Mover", since=dt.date(2025, 1, 6))
    complete(mover, world.clinic, on=dt.date(2025, 6, 2))
    people.join_agency(mover, world.school, "Teacher", started_on=dt.date(2026, 2, 1))
    assert states(world.school)["Mover"] is State.NOT_STARTED
    assert "Mover" not in states(world.clinic)
    assert queries.count_holders(world.school, [MODULE], TODAY) == [0]
    complete(mover, world.school, on=TODAY)
    assert states(world.school)["Mover"] is State.VALID


def test_someone_who_left_does_not_count(world: World) -> None:
    complete(world.ben.practitioner_id, world.school, on=TODAY)
    assert queries.count_holders(world.school, [MODULE], TODAY) == [1]
    people.leave_agency(world.ben.practitioner_id, ended_on=TODAY)
    assert queries.count_holders(world.school, [MODULE], TODAY) == [0]
    assert queries.count_people(world.school) == 3


def test_an_attempt_or_a_section_makes_it_in_progress_if_it_was_here(world: World) -> None:
    begin(world.amina.practitioner_id, on=TODAY)
    with atomic() as session:
        session.add(
            SectionProgress(
                practitioner_id=world.ben.practitioner_id, module_key=MODULE, slug="the-idea",
                first_read_at=clock.now(), last_read_at=clock.now(),
            )
        )  # fmt: skip
    newcomer = hire(world.clinic, name="Newcomer", since=dt.date(2025, 1, 6))
    begin(newcomer, on=dt.date(2025, 6, 2))
    people.join_agency(newcomer, world.school, "Teacher", started_on=dt.date(2026, 2, 1))
    assert states(world.school) == {
        "Amina Yusuf": State.IN_PROGRESS,
        "Ben Price": State.IN_PROGRESS,
        "Grace Obi": State.NOT_STARTED,
        "Newcomer": State.NOT_STARTED,
        "Officer Lane": State.NOT_STARTED,
    }


def test_of_two_completions_the_one_valid_longest_counts(world: World) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 10), months=36)
    complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 20), months=1)
    row = queries.find_people(world.school, [MODULE], Filter(), page=1, today=dt.date(2026, 6, 1)).rows[0]
    assert row.progress[0].earned is not None
    assert row.progress[0].earned.completed_on == dt.date(2026, 2, 10)
    assert queries.count_holders(world.school, [MODULE], dt.date(2026, 6, 1)) == [1]


def test_a_reissued_certificate_replaces_the_one_it_supersedes(world: World) -> None:
    passed = complete(world.amina.practitioner_id, world.school, on=TODAY)
    newer = issue(passed.recorded.place, world.amina.practitioner_id, supersedes=passed.certificate)
    rows = queries.find_people(world.school, [MODULE], Filter(), page=1, today=TODAY).rows
    assert [row.progress[0].earned.certificate for row in rows if row.progress[0].earned] == [newer]


@pytest.mark.parametrize("day", [dt.date(2026, 4, 1), dt.date(2026, 4, 2), dt.date(2026, 4, 3)])
def test_the_figure_at_the_top_agrees_with_the_rows_on_the_days_around_expiry(world: World, day: dt.date) -> None:
    complete(world.amina.practitioner_id, world.school, on=TODAY, months=1)  # valid until and on 2 April
    rows = queries.find_people(world.school, [MODULE], Filter(state=State.VALID), page=1, today=day).rows
    assert queries.count_holders(world.school, [MODULE], day) == [len(rows)] == [int(day <= dt.date(2026, 4, 2))]


def test_filters_find_who_has_not_in_any_of_the_modules_shown(world: World) -> None:
    publish("other-module")
    complete(world.amina.practitioner_id, world.school, on=TODAY)
    complete(world.ben.practitioner_id, world.school, on=TODAY)
    complete(world.ben.practitioner_id, world.school, on=TODAY, module="other-module")
    both = [MODULE, "other-module"]

    def found(keys: list[str], wanted: Filter) -> list[str]:
        page = queries.find_people(world.school, keys, wanted, page=1, today=TODAY)
        return [row.member.full_name for row in page.rows]

    assert found([MODULE], Filter(state=State.MISSING)) == ["Grace Obi", "Officer Lane"]
    assert found(both, Filter(state=State.MISSING)) == ["Amina Yusuf", "Grace Obi", "Officer Lane"]
    assert found(both, Filter(state=State.VALID)) == ["Amina Yusuf", "Ben Price"]
    assert found(both, Filter(state=State.MISSING, name="amina")) == ["Amina Yusuf"]
    assert found(both, Filter(name="nobody")) == []


def test_pages_hold_everyone_once_and_end_at_the_last(world: World) -> None:
    for number in range(120):
        hire(world.clinic, name=f"Nurse {number:03}")
    pages = [queries.find_people(world.clinic, [MODULE], Filter(), page=n, today=TODAY) for n in (1, 2, 3)]
    names = [row.member.full_name for row in itertools.chain.from_iterable(page.rows for page in pages)]
    assert len(names) == len(set(names)) == pages[0].found == 123
    assert names == sorted(names)
    assert [len(page.rows) for page in pages] == [50, 50, 23]
    assert queries.find_people(world.clinic, [MODULE], Filter(), page=99, today=TODAY) == pages[2]
    assert queries.find_people(world.clinic, [MODULE], Filter(), page=-1, today=TODAY) == pages[0]
    assert [row.member.full_name for row in queries.each_person(world.clinic, [MODULE], TODAY)] == names


@pytest.mark.parametrize("wanted", [Filter(), Filter(name="nurse"), Filter(state=State.MISSING)])
def test_the_number_of_statements_does_not_grow_with_the_people(app: Flask, world: World, wanted: Filter) -> None:
    def statements() -> int:
        heard: list[str] = []

        def hear(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            heard.append(statement)

        event.listen(db.engine, "after_cursor_execute", hear)
        queries.find_people(world.clinic, [MODULE], wanted, page=1, today=TODAY)
        event.remove(db.engine, "after_cursor_execute", hear)
        return len(heard)

    few = statements()
    for number in range(60):
        complete(hire(world.clinic, name=f"Nurse {number}"), world.clinic, on=JANUARY)
    assert statements() == few <= 4


def test_who_is_due_and_who_is_overdue_wherever_they_earned_what_they_hold(world: World) -> None:
    since, day = dt.date(2025, 1, 6), dt.date(2026, 1, 31)
    late, done, mover, lapsed = (hire(world.school, name=f"Aa {name}", since=since) for name in "abcd")
    complete(done, world.school, on=JANUARY)
    complete(mover, world.clinic, on=JANUARY)
    complete(lapsed, world.clinic, on=dt.date(2025, 2, 20), months=12)
    newcomer = hire(world.school, name="Aa e", since=dt.date(2026, 2, 20))
    add_requirements([Ask(world.school, MODULE, Group.JOB_ROLE, "Teacher", day)], by=None)

    def found(wanted: State | None) -> list[tuple[int, Duty]]:
        page = queries.find_people(world.school, [MODULE], Filter(name="Aa", state=wanted), page=1, today=TODAY)
        return [(row.member.practitioner_id, row.progress[0].duty) for row in page.rows]

    overdue = [
        (late, Duty(Need.OVERDUE, day, dt.date(2026, 2, 1))),
        (lapsed, Duty(Need.OVERDUE, day, dt.date(2026, 2, 21))),
    ]
    due = [(newcomer, Duty(Need.DUE, dt.date(2026, 3, 20)))]
    assert found(State.OVERDUE) == overdue
    assert found(State.DUE) == due
    met = Duty(Need.MET, day)
    assert found(None) == [overdue[0], (done, met), (mover, met), overdue[1], due[0]]
    lines = list(queries.each_person(world.school, [MODULE], TODAY))
    assert [row.progress[0].duty for row in lines if row.member.full_name.startswith("Aa")] == [
        d for _, d in found(None)
    ]
    (elsewhere,) = [row.progress[0] for row in lines if row.member.practitioner_id == mover]
    assert elsewhere.earned is None, "of what was earned elsewhere nothing more is said"
