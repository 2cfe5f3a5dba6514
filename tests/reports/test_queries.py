"""Every figure of the report against a plain recount of the rows, on a past made at random."""

import dataclasses
import datetime as dt
from collections import Counter
from random import Random

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from elearning.completions.models import Completion, CompletionDetail
from elearning.completions.operations import withdraw_completion
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.people import operations as people
from elearning.people.models import Practitioner
from elearning.people.queries import agency_on, list_agencies
from elearning.people.types import AgencyName, Sector
from elearning.reports import queries
from elearning.reports.rules import financial_year, find_period, list_periods, quarters_of
from elearning.reports.types import AgencyRow, CompletionReport, OnOffer, Period
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


def recount(
    past: list[Done], period: Period, agencies: list[AgencyName], registered_on: dt.date
) -> dict[str, list[object]]:
    """The rows of the report, by hand."""
    end = at_noon(registered_on) + dt.timedelta(hours=12)
    everyone = db.session.execute(select(Practitioner.id).where(Practitioner.created_at < end)).scalars().all()
    works = {person: agency_on(person, registered_on) for person in everyone}
    rows = {}
    for name, id_ in [*((agency.name, agency.id) for agency in agencies), ("No agency", None)]:
        here = [one for one in past if one.agency == id_ and period.first <= one.on <= period.last]
        registered = {person for person, agency in works.items() if (agency.id if agency else None) == id_}
        rows[name] = [
            len(registered),
            len(registered & {one.person for one in here}),
            len({one.person for one in here}),
            [len({one.person for one in here if one.module == module}) for module in (MODULE, OTHER)],
            [sum(one.module == module for one in here) for module in (MODULE, OTHER)],
            len(here),
        ]
    return rows


def figures(row: AgencyRow) -> list[object]:
    cells = [*row.cells, *[None] * (2 - len(row.cells))]
    return [
        row.registered,
        row.registered_and_completed,
        row.people,
        [cell.people if cell else 0 for cell in cells],
        [cell.completions if cell else 0 for cell in cells],
        row.completions,
    ]


def check(report: CompletionReport, past: list[Done]) -> None:
    inside = [one for one in past if report.period.first <= one.on <= report.period.last]
    assert {row.name: figures(row) for row in report.rows} == recount(
        past, report.period, list_agencies(), report.registered_on
    )
    assert report.total.completions == len(inside)
    assert report.total.people == len({one.person for one in inside})
    for position, module in enumerate(report.modules):
        assert report.total.cells[position].people == len({one.person for one in inside if one.module == module.key})


def test_every_figure_of_every_period_is_the_plain_recount(past: list[Done]) -> None:
    periods = list_periods(queries.first_completion(), clock.today())
    assert len(periods) >= 8
    for period in periods:
        check(queries.completion_report(period, TITLES), past)


def test_a_sector_shows_its_agencies_alone_with_the_same_figures(past: list[Done]) -> None:
    period = financial_year(2025)
    whole = queries.completion_report(period, TITLES)
    police = queries.completion_report(period, TITLES, Sector.POLICE)
    assert police.without_agency is None
    assert [figures(row) for row in police.agencies] == [
        figures(row) for row in whole.agencies if row.name == "Northside Police"
    ]
    assert police.total.completions == police.agencies[0].completions > 0
    assert police.total.people == police.agencies[0].people
    assert sum(quarter.completions or 0 for quarter in police.quarters) == police.total.completions


def test_quarters_add_up_to_their_year_and_the_next_has_not_begun(past: list[Done]) -> None:
    report = queries.completion_report(financial_year(2024), TITLES)
    assert sum(quarter.completions or 0 for quarter in report.quarters) == report.total.completions
    quarter = find_period(quarters_of(financial_year(2025)), "2025-26-q2")
    assert quarter is not None
    of_a_quarter = queries.completion_report(quarter, TITLES)
    assert of_a_quarter.quarters[1].completions == of_a_quarter.total.completions
    with clock.at(dt.datetime(2025, 11, 1, tzinfo=dt.UTC)):
        year = queries.completion_report(financial_year(2025), TITLES)
    assert [count.completions is None for count in year.quarters] == [False, False, False, True]


def test_agencies_stand_in_the_partnerships_order(past: list[Done]) -> None:
    report = queries.completion_report(financial_year(2025), TITLES)
    assert [row.name for row in report.rows] == [
        "Northside Police", "Millpond Clinic", "Harrow Lane School", "Quiet Housing", "No agency",
    ]  # fmt: skip
    assert report.active_agencies == 3


def test_the_modules_are_the_librarys_and_what_was_completed_with_the_versions_counted(past: list[Done]) -> None:
    report = queries.completion_report(financial_year(2025), TITLES)
    assert report.modules == (OnOffer(MODULE, "Sample module", (1, 2)), OnOffer(OTHER, "Another module", (1,)))


def test_an_empty_period_has_every_agency_and_no_completions(world: World) -> None:
    report = queries.completion_report(financial_year(2025), TITLES)
    assert queries.first_completion() is None
    assert (report.total.completions, report.total.people, report.active_agencies) == (0, 0, 0)
    assert [(row.name, row.registered) for row in report.rows] == [
        ("Millpond Clinic", 3), ("Harrow Lane School", 4), ("No agency", 0),
    ]  # fmt: skip
    assert report.modules == (OnOffer(MODULE, "Sample module", ()),)


def test_someone_who_renews_in_the_period_is_one_person_with_two_completions(world: World) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 4, 7), months=1)
    complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 5, 5))
    report = queries.completion_report(financial_year(2025), TITLES)
    school = next(row for row in report.rows if row.name == "Harrow Lane School")
    assert (school.people, school.completions, school.cells[0].people) == (1, 2, 1)
    assert str(school.share) == "1 of 4 registered people (25%)"


def test_someone_who_completed_and_left_does_not_push_a_share_over_all(world: World) -> None:
    for persona in (world.amina, world.ben, world.grace, world.officer):
        complete(persona.practitioner_id, world.school, on=dt.date(2026, 2, 1))
        if persona is not world.amina:
            people.leave_agency(persona.practitioner_id, ended_on=dt.date(2026, 2, 10))
    school = next(
        row for row in queries.completion_report(financial_year(2025), TITLES).rows if row.name == "Harrow Lane School"
    )
    assert (school.people, str(school.share)) == (4, "1 of 1 registered people (100%)")


def test_who_moves_on_the_day_that_is_counted_is_registered_once_where_they_now_work(world: World) -> None:
    mover = hire(world.clinic, since=dt.date(2025, 1, 6))
    leaver = hire(world.clinic, since=dt.date(2025, 1, 6))
    people.join_agency(mover, world.school, "Teacher", started_on=dt.date(2025, 3, 31))
    people.leave_agency(leaver, ended_on=dt.date(2025, 3, 31))
    hire(None, since=dt.date(2025, 4, 1))  # registered a day too late
    report = queries.completion_report(financial_year(2024), TITLES)
    assert [(row.name, row.registered) for row in report.rows] == [
        ("Millpond Clinic", 1), ("Harrow Lane School", 1), ("No agency", 0),
    ]  # fmt: skip


def test_the_last_and_first_days_of_neighbouring_years_are_kept_apart(world: World) -> None:
    complete(world.amina.practitioner_id, world.school, on=dt.date(2025, 3, 31))
    complete(world.ben.practitioner_id, world.school, on=dt.date(2025, 4, 1))
    for start in (2024, 2025):
        assert queries.completion_report(financial_year(start), TITLES).total.completions == 1


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
    assert queries.completion_report(financial_year(2024), TITLES).total.completions == counted


def test_a_completion_without_its_details_still_counts(world: World, app: Flask) -> None:
    """What erasure will leave behind: the permanent row alone."""
    passed = complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 1), certificate=False)
    with atomic() as session:
        first = session.get_one(Completion, passed.recorded.place)
        columns = {column.name: getattr(first, column.name) for column in Completion.__table__.columns}
        session.add(Completion(**columns | {"place": 2, "previous_digest": first.digest, "digest": "e" * 64}))
    report = queries.completion_report(financial_year(2025), TITLES)
    assert (report.total.completions, report.total.people) == (2, 1)
    assert report.without_agency is not None
    assert (report.without_agency.completions, report.without_agency.people) == (1, 0)


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


def test_the_statements_are_few_whatever_there_is_to_count(past: list[Done]) -> None:
    heard: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    event.listen(db.engine, "after_cursor_execute", hear)
    queries.completion_report(financial_year(2025), TITLES | {OTHER: "Another module"})
    event.remove(db.engine, "after_cursor_execute", hear)
    assert len(heard) <= 7
    assert db.session.execute(select(func.count()).select_from(CompletionDetail)).scalar_one() == len(past)
    assert Counter(one.module for one in past).keys() == {MODULE, OTHER}
