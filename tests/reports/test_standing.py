"""Who must hold what, and who does: counted in groups, against one person after the other."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from elearning.core import clock
from elearning.core.tallies import differences
from elearning.figures.rules import financial_year, quarters_of
from elearning.figures.types import Period
from elearning.people import operations as people
from elearning.people.queries import list_agencies
from elearning.people.types import Sector
from elearning.reports.operations import count_a_closing
from elearning.reports.standing import count_required
from elearning.reports.types import Frame, OnOffer, Required, View
from elearning.requirements.operations import add_requirements
from elearning.requirements.rules import due_days, duty
from elearning.requirements.types import Ask, Group, Need
from tests.conftest import MODULE, World
from tests.records import at_noon, complete, publish

MODULES = (MODULE, "other-module", "third-module")
ROLES, TEAMS = ("Teacher", "Nurse", "Midwife"), ("", "North", "South")
FIRST, QUARTER_ENDS, TODAY = dt.date(2025, 4, 7), dt.date(2025, 12, 31), dt.date(2026, 3, 20)


@dataclass(frozen=True)
class Stay:
    """Someone's time in one place."""

    agency: int
    role: str
    team: str
    since: dt.date
    until: dt.date | None = None


@dataclass
class Person:
    """What happened to one person."""

    id: int
    stays: list[Stay] = field(default_factory=list)
    held: list[tuple[str, dt.date, dt.date]] = field(default_factory=list)  # module, completed on, expires on


def live(chance: Random, agencies: list[int]) -> list[Person]:
    """People who join, move, leave and complete, day by day."""
    persons = []
    for number in range(25):
        with clock.at(at_noon(FIRST)):
            person = Person(people.add_practitioner(f"Person {number}"))
        persons.append(person)
        days = [FIRST + dt.timedelta(days=chance.randrange((TODAY - FIRST).days)) for _ in range(4)]
        for day in sorted([*days, QUARTER_ENDS] if number % 3 else days):
            step = chance.choice(["join", "join", "leave", "complete", "complete"])
            with clock.at(at_noon(day)):
                if step == "join":
                    place = chance.choice(agencies), chance.choice(ROLES), chance.choice(TEAMS)
                    people.join_agency(person.id, *place[:2], team=place[2])
                    end(person, day)
                    person.stays.append(Stay(*place, day))
                elif step == "leave":
                    people.leave_agency(person.id, ended_on=day)
                    end(person, day)
            if step == "complete":
                module, months = chance.choice(MODULES), chance.choice([3, 36])
                agency = person.stays[-1].agency if person.stays and person.stays[-1].until is None else None
                done = complete(person.id, agency, on=day, module=module, months=months)
                person.held.append((module, day, done.recorded.expires_on))
    return persons


def end(person: Person, day: dt.date) -> None:
    if person.stays and person.stays[-1].until is None:
        last = person.stays.pop()
        person.stays.append(Stay(last.agency, last.role, last.team, last.since, day))


def invent_asks(chance: Random, agencies: list[int]) -> list[Ask]:
    """What the partnership and some agencies ask, of all kinds of groups, due early and late."""
    groups = {Group.EVERYONE: ("",), Group.JOB_ROLE: ROLES, Group.TEAM: TEAMS[1:]}
    asks = []
    for agency in (None, None, *agencies[:3]):
        group = chance.choice([Group.EVERYONE, Group.JOB_ROLE] if agency is None else list(Group))
        due = FIRST + dt.timedelta(days=chance.choice([30, 200, 400]))
        asks.append(Ask(agency, chance.choice(MODULES), group, chance.choice(groups[group]), due))
    return list(dict.fromkeys(asks))


def one_by_one(frame: Frame, asks: list[Ask], persons: list[Person], by: str) -> dict[tuple[str, str], Required]:
    """The same, by the rules for one person."""
    day, found = frame.day, defaultdict[tuple[str, str], Required](Required)
    agencies = {agency.id for agency in frame.agencies}
    for person in persons:
        for stay in person.stays:
            is_there = stay.since <= day and (stay.until is None or stay.until > day)
            if not is_there or stay.agency not in agencies or frame.view.job_role not in ("", stay.role):
                continue
            place: dict[str, Any] = {"agency_id": stay.agency, "job_role": stay.role, "team": stay.team}
            for key, due_on in due_days(asks, **place, since=stay.since).items():
                if by == "agency" and due_on >= day:
                    continue
                until = max((last for module, done, last in person.held if module == key and done <= day), default=None)
                need = duty(due_on, until, day).need
                found[{"role": stay.role, "agency": str(stay.agency), "": ""}[by], key] += Required(
                    1, need is Need.MET, need is Need.OVERDUE and by != ""
                )
    return dict(found)


@pytest.mark.parametrize("seed", range(6))
def test_people_counted_in_groups_are_those_counted_one_by_one(world: World, seed: int) -> None:
    chance = Random(seed)
    with clock.at(at_noon(FIRST)):
        for key in MODULES[1:]:
            publish(key)
        agencies = [world.school, world.clinic, people.add_agency("Northside Police", Sector.POLICE)]
    asks = invent_asks(chance, agencies)
    with clock.at(at_noon(FIRST)):
        add_requirements(asks, by=None)
    for persona in (world.amina, world.ben, world.grace, world.tomasz, world.olu, world.officer, world.admin):
        people.leave_agency(persona.practitioner_id, ended_on=clock.today())  # on the day they came
    persons = live(chance, agencies)
    year = financial_year(2025)
    for period in (year, quarters_of(year)[2]):  # until today, and up to a day that is over
        for which in ({}, {"sector": Sector.POLICE}, {"job_role": "Nurse"}):
            check(period, which, asks, persons)
    with clock.at(at_noon(TODAY)):
        while count_a_closing():
            pass
    check(quarters_of(year)[2], {}, asks, persons)
    assert [*differences("member_tally"), *differences("closing_tally")] == []


def check(period: Period, which: dict[str, Any], asks: list[Ask], persons: list[Person]) -> None:
    view = View(period, **which)
    with clock.at(at_noon(TODAY)):
        frame = Frame(
            view=view,
            cut_off=clock.now(),
            today=TODAY,
            modules=tuple(OnOffer(key, key, (1,)) for key in MODULES),
            agencies=tuple(each for each in list_agencies() if view.sector in (None, each.sector)),
        )
        for by in ("", "role", "agency"):
            found = count_required(frame, by_role=by == "role", by_agency=by == "agency")
            assert {place: it for place, it in found.items() if it != Required()} == one_by_one(
                frame, asks, persons, by
            )
