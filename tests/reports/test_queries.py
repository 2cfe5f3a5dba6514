"""R3, which every other table agrees with, against a plain recount of a past made at random."""

import dataclasses
import datetime as dt
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from elearning.completions.operations import withdraw_completion
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import db
from elearning.figures.rules import financial_year, list_periods, quarters_of
from elearning.figures.types import Hidden, Period, Rate, Value
from elearning.people import operations as people
from elearning.people.models import Membership, Practitioner
from elearning.people.queries import agency_on, list_agencies
from elearning.people.types import AgencyName, Sector
from elearning.reports import queries
from elearning.reports.types import View
from tests.conftest import MODULE, World
from tests.records import at_noon, complete, hire, publish

TITLES = {MODULE: "Sample module"}
OTHER = "other-module"
FIRST, LAST = dt.date(2024, 3, 1), dt.date(2026, 3, 1)


@dataclasses.dataclass(frozen=True)
class Done:
    """A completion as it was made, to count by hand."""

    person: int
    agency: int | None
    module: str
    on: dt.date


@pytest.fixture
def past(world: World) -> list[Done]:
    """Two years of people who join, move, leave and complete; some work nowhere."""
    chance = Random(7)
    with clock.at(at_noon(FIRST)):
        agencies = [world.school, world.clinic, people.add_agency("Northside Police", Sector.POLICE)]
        people.add_agency("Quiet Housing", Sector.HOUSING)
        publish(OTHER)
        publish(MODULE, version=2, title="Sample module")
    steps: list[tuple[dt.date, int, str]] = []
    persons = []
    for _ in range(40):
        start = FIRST + dt.timedelta(days=chance.randrange(500))
        person = hire(chance.choice([*agencies, None]), since=start)
        persons.append(person)
        for _ in range(chance.randrange(4)):
            day = start + dt.timedelta(days=chance.randrange((LAST - start).days))
            steps.append((day, person, chance.choice(["move", "leave", "complete", "complete", "complete"])))
    done = []
    for day, person, kind in sorted(steps):
        with clock.at(at_noon(day)):
            if kind == "move":
                people.join_agency(person, chance.choice(agencies), "Teacher")
            elif kind == "leave":
                people.leave_agency(person, ended_on=day)
            else:
                agency = agency_on(person, day)
                agency_id = agency.id if agency else None
                module = chance.choice([MODULE, MODULE, OTHER])
                complete(
                    person, agency_id, on=day, module=module, version=chance.choice([1, 2]) if module == MODULE else 1
                )
                done.append(Done(person, agency_id, module, day))
    return done


def recount(past: list[Done], period: Period, agencies: list[AgencyName], day: dt.date) -> dict[str, list[object]]:
    """The rows of R3, by hand: registered, completed people, and people by module."""
    works = {person: agency_on(person, day) for person in db.session.scalars(select(Practitioner.id)).all()}
    left_that_day = {
        row.practitioner_id for row in db.session.scalars(select(Membership).where(Membership.ended_on == day)).all()
    }
    rows: dict[str, list[object]] = {}
    for name, id_ in [*((agency.name, agency.id) for agency in agencies), ("No agency", None)]:
        here = [one for one in past if one.agency == id_ and period.first <= one.on <= period.last]
        registered = [
            person for person, agency in works.items() if agency and agency.id == id_ and person not in left_that_day
        ]
        rows[name] = [
            len(registered) if id_ else Hidden.NONE,
            len({one.person for one in here}),
            *(len({one.person for one in here if one.module == module}) for module in (MODULE, OTHER)),
        ]
    return rows


def agency_rows(period: Period, **narrowed: Any) -> dict[str, list[Value]]:
    """R3 as the page has it: registered, completed people and people by module, by agency."""
    table = queries.make_table("R3", View(period, **narrowed), TITLES)
    return {str(row[0]): [row[1], row[3], *row[5:]] for row in table.rows}


def completions(period: Period, **narrowed: Any) -> int:
    """All completions of a period, from the share of the total."""
    share = queries.make_table("R3", View(period, **narrowed), TITLES).rows[-1][4]
    assert isinstance(share, Rate)
    return share.numerator


def test_every_figure_of_every_period_is_the_plain_recount(past: list[Done]) -> None:
    periods = list_periods(queries.first_completion(), clock.today())
    assert len(periods) >= 8
    for period in periods:
        inside = [one for one in past if period.first <= one.on <= period.last]
        rows = agency_rows(period)
        total = rows.pop("Total")
        modules = (MODULE, OTHER)
        for row in rows.values():
            row += [0] * (4 - len(row))  # the other module has no column before it was completed
        assert rows == recount(past, period, list_agencies(), min(period.last, clock.today()))
        assert total[1] == len({one.person for one in inside})
        assert total[2:] == [
            len({one.person for one in inside if one.module == module}) for module in modules[: len(total) - 2]
        ]
        assert completions(period) == len(inside)


def test_a_sector_shows_its_agencies_alone_with_the_same_figures(past: list[Done]) -> None:
    period = financial_year(2025)
    police = agency_rows(period, sector=Sector.POLICE)
    assert list(police) == ["Northside Police", "Total"]
    assert police["Northside Police"] == agency_rows(period)["Northside Police"]
    assert completions(period, sector=Sector.POLICE) == sum(
        completions(quarter, sector=Sector.POLICE) for quarter in quarters_of(period)
    )


def test_agencies_stand_in_the_partnerships_order(past: list[Done]) -> None:
    assert list(agency_rows(financial_year(2025))) == [
        "Northside Police", "Millpond Clinic", "Harrow Lane School", "Quiet Housing", "No agency", "Total",
    ]  # fmt: skip


def test_an_empty_period_has_every_agency_and_no_completions(world: World) -> None:
    assert queries.first_completion() is None
    assert agency_rows(financial_year(2025)) == {
        "Millpond Clinic": [3, 0, 0], "Harrow Lane School": [4, 0, 0], "No agency": [Hidden.NONE, 0, 0], "Total": [7, 0, 0],
    }  # fmt: skip


def test_someone_who_renews_in_the_period_is_one_person_with_two_completions(world: World) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 4, 7), months=1)
    complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 5, 5))
    assert agency_rows(financial_year(2025))["Harrow Lane School"] == [4, 1, 1]
    assert completions(financial_year(2025)) == 2


def test_the_last_and_first_days_of_neighbouring_years_are_kept_apart(world: World) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 3, 31))
    complete(world.ben.practitioner_id, world.school, on=dt.date(2025, 4, 1))
    for start in (2024, 2025):
        assert completions(financial_year(start)) == 1


@pytest.mark.parametrize(
    ("withdrawn_at", "counted"),
    [
        ("2025-03-31T12:00:00+00:00", 0),
        ("2025-04-01T22:59:59+00:00", 0),  # in London a second before the 2nd
        ("2025-04-01T23:00:00+00:00", 1),
    ],
)
def test_what_is_withdrawn_once_the_period_is_closed_still_counts_there(
    world: World, withdrawn_at: str, counted: int
) -> None:
    passed = complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 3, 20))
    with clock.at(dt.datetime.fromisoformat(withdrawn_at)):
        withdraw_completion(passed.recorded.place, WithdrawalReason.MISTAKE)
    assert completions(financial_year(2024)) == counted


def test_versions_on_offer_are_those_published_and_not_yet_replaced_in_the_year(world: World) -> None:
    with clock.at(dt.datetime(2024, 5, 1, tzinfo=dt.UTC)):
        publish(OTHER)
    with clock.at(dt.datetime(2025, 5, 1, tzinfo=dt.UTC)):
        publish(OTHER, version=2)

    def offered(start: int) -> dict[str, tuple[int, ...]]:
        return {module.key: module.versions for module in queries.list_on_offer(financial_year(start), TITLES)}

    assert offered(2023) == {}
    assert offered(2024) == {OTHER: (1,)}
    assert offered(2025) == {MODULE: (1,), OTHER: (1, 2)}
    assert offered(2026) == {MODULE: (1,), OTHER: (2,)}
