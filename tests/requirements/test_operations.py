import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.people.operations import join_agency
from elearning.requirements.models import Headcount
from elearning.requirements.operations import add_requirements, declare_headcounts, end_requirement
from elearning.requirements.queries import count_trained, due_days_of, list_headcounts, list_requirements
from elearning.requirements.types import Ask, Declared, Group
from tests.conftest import MODULE, NOON, World
from tests.records import complete, hire

TODAY, NEXT_YEAR = dt.date(2026, 3, 2), dt.date(2027, 3, 31)
A_DAY = dt.timedelta(days=1)


def everyone(agency_id: int | None, due_on: dt.date = NEXT_YEAR, module: str = MODULE) -> Ask:
    return Ask(agency_id, module, Group.EVERYONE, "", due_on)


def asked(agency_id: int | None = None, *, on: dt.date | None = None) -> list[Ask]:
    fields = [field.name for field in dataclasses.fields(Ask)]
    return [Ask(**{name: getattr(each, name) for name in fields}) for each in list_requirements(agency_id, on=on)]


def test_adding_twice_does_what_adding_once_does(world: World) -> None:
    asks = [everyone(None), everyone(world.school)]
    assert add_requirements(asks, by=world.officer.practitioner_id) == 2
    assert add_requirements([*asks, everyone(world.clinic)], by=None) == 1
    assert asked() == [*asks, everyone(world.clinic)]
    assert asked(world.school) == asks


def test_another_day_for_the_same_group_is_refused_and_nothing_of_the_list_is_recorded(world: World) -> None:
    add_requirements([everyone(world.school)], by=None)
    with pytest.raises(Refused, match="by another day already. End that requirement first"):
        add_requirements([everyone(world.clinic), everyone(world.school, TODAY)], by=None)
    assert asked() == [everyone(world.school)]


def test_a_requirement_ends_once_and_another_takes_its_place(world: World) -> None:
    add_requirements([everyone(world.school)], by=None)
    (old,) = list_requirements()
    with clock.at(NOON + A_DAY):
        end_requirement(old.id, agency_id=world.school, by=world.grace.practitioner_id)
        add_requirements([everyone(world.school, TODAY)], by=world.grace.practitioner_id)
        assert asked() == [everyone(world.school, TODAY)]
        assert asked(on=TODAY) == [everyone(world.school)]
        assert asked(on=TODAY - A_DAY) == []
    with clock.at(NOON + 9 * A_DAY):
        end_requirement(old.id, agency_id=None, by=None)
        assert asked(on=TODAY + A_DAY) == [everyone(world.school, TODAY)], "it had ended before"
    entries = db.session.execute(select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id.desc()).limit(3))
    assert entries.all()[::-1] == [
        ("requirements added", "1"),
        ("requirement ended", f"requirement {old.id}"),
        ("requirements added", "1"),
    ]


def test_nobody_ends_what_is_not_theirs(world: World) -> None:
    add_requirements([everyone(None), everyone(world.clinic)], by=None)
    for each in list_requirements():
        with pytest.raises(Refused, match="no such requirement"):
            end_requirement(each.id, agency_id=world.school, by=world.grace.practitioner_id)
    assert len(asked()) == 2


def test_the_headcount_counted_last_holds(world: World) -> None:
    def of(staff: int, day: dt.date, job_role: str = "") -> Declared:
        return Declared(world.school, job_role, staff, day)

    def holding(on: dt.date | None = None) -> list[tuple[int, str, int]]:
        return [(each.agency_id, each.job_role, each.staff) for each in list_headcounts(on=on)]

    assert declare_headcounts([of(40, TODAY), of(30, TODAY - 9 * A_DAY), of(9, TODAY, "Nurse")], by=None) == 3
    assert holding() == [(world.school, "", 40), (world.school, "Nurse", 9)]
    with clock.at(NOON + A_DAY):
        assert declare_headcounts([of(42, TODAY), of(30, TODAY - 9 * A_DAY)], by=None) == 1, "the other is there"
        assert holding() == [(world.school, "", 42), (world.school, "Nurse", 9)]
        assert holding(on=TODAY) == [(world.school, "", 40), (world.school, "Nurse", 9)], "as it was known then"
    assert list_headcounts(world.clinic) == []
    assert db.session.execute(select(func.count()).select_from(Headcount)).scalar_one() == 4


def test_by_when_someone_must_hold_what(world: World) -> None:
    asks = [
        everyone(None),
        everyone(world.school, TODAY, "early"),
        everyone(world.clinic, TODAY, "elsewhere"),
        Ask(world.school, "role", Group.JOB_ROLE, "Teacher", NEXT_YEAR),
        Ask(world.school, "team", Group.TEAM, "North", NEXT_YEAR),
    ]
    add_requirements(asks, by=None)
    since = dt.date(2020, 1, 1)
    teacher, nurse = hire(world.school, since=since), hire(world.clinic, since=since, job_role="Nurse")
    assert due_days_of(teacher) == {MODULE: NEXT_YEAR, "early": TODAY, "role": NEXT_YEAR}
    assert due_days_of(nurse) == {MODULE: NEXT_YEAR, "elsewhere": TODAY}
    join_agency(nurse, world.school, "Nurse", team="North")
    assert due_days_of(nurse) == {MODULE: NEXT_YEAR, "early": TODAY + 28 * A_DAY, "team": NEXT_YEAR}
    assert due_days_of(hire(None)) == {}


def test_how_many_hold_a_valid_certificate_at_least(world: World) -> None:
    day = dt.date(2026, 2, 20)
    for person in (world.amina, world.ben):
        complete(person.practitioner_id, world.clinic, on=day)  # earned elsewhere counts as well
    complete(world.amina.practitioner_id, world.school, on=day)
    complete(world.grace.practitioner_id, world.school, on=dt.date(2020, 2, 20))  # and has expired
    complete(world.tomasz.practitioner_id, world.clinic, on=day)
    trained = {(world.school, ""): 2, (world.school, "Teacher"): 1, (world.school, "Teaching assistant"): 1}
    assert count_trained({world.school}, TODAY) == trained
