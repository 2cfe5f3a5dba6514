"""R3, which every other table agrees with, against a plain recount of a past made at random."""

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from elearning.catalogue.library import Library
from elearning.completions.operations import withdraw_completion
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.tallies import correct, differences
from elearning.discussions.operations import record_discussion
from elearning.figures.rules import financial_year, is_closed, list_periods, quarters_of
from elearning.figures.types import Hidden, Period, Rate, Value
from elearning.people import operations as people
from elearning.people.models import Membership, Practitioner
from elearning.people.queries import agency_on, list_agencies
from elearning.people.types import AgencyName, Sector
from elearning.reports import queries
from elearning.reports.models import ClosingTally
from elearning.reports.operations import count_a_closing
from elearning.reports.types import View
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Group
from elearning.serving import work
from tests.conftest import MODULE, World
from tests.discussions.test_rules import log
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


def seen() -> dict[str, Any]:
    """Every table that says who worked where or held what, and whom to talk to, of every quarter and year that is closed."""
    periods = [
        each for each in list_periods(queries.first_completion(), clock.today()) if is_closed(each, clock.today())
    ]
    views = [
        View(each, **which) for each in periods for which in ({}, {"sector": Sector.SCHOOL}, {"job_role": "Teacher"})
    ]
    return {
        f"{view} {number}": queries.make_table(number, view, TITLES, to_leave=True).rows
        for view in views
        for number in ("R1", "R2", "R3", "R5", "R6", "X1")
    } | {f"{view} agencies": queries.overview_tables(view, TITLES).agencies.rows for view in views}


def kept() -> set[dt.date]:
    return set(db.session.scalars(select(ClosingTally.day).distinct()))


def keep_all() -> set[dt.date]:
    while count_a_closing():
        pass
    return kept()


def test_what_stood_when_a_quarter_ended_is_the_same_once_it_is_kept(past: list[Done]) -> None:
    asks = [
        Ask(None, MODULE, Group.EVERYONE, "", dt.date(2024, 6, 1)),
        Ask(list_agencies()[2].id, OTHER, Group.JOB_ROLE, "Teacher", dt.date(2024, 9, 1)),
    ]
    with clock.at(at_noon(FIRST)):
        add_requirements(asks, by=None)
    counted = seen()
    days = keep_all()
    quarters = [each for each in list_periods(queries.first_completion(), clock.today()) if not each.is_year]
    assert days == {each.last for each in quarters if is_closed(each, clock.today())}
    assert len(days) >= 7
    assert seen() == counted
    assert list(correct()) == []
    assert kept() == days
    with atomic() as session:
        session.execute(update(ClosingTally).values(people=ClosingTally.people + 1, valid=ClosingTally.valid + 1))
    assert seen() != counted
    assert {difference.key["day"] for difference in differences("closing_tally")} == days


def test_a_change_dated_back_is_counted_anew_from_its_day_on(past: list[Done]) -> None:
    back, elsewhere = dt.date(2025, 10, 14), list_agencies()[0].id
    (one, _), (two, _), (three, began) = db.session.execute(
        select(Membership.practitioner_id, Membership.started_on)
        .where(Membership.ended_on.is_(None), Membership.started_on.between(dt.date(2024, 7, 1), dt.date(2025, 3, 1)))
        .order_by(Membership.id)
        .limit(3)
    ).all()
    newcomers = [hire(None, since=FIRST) for _ in range(2)]
    days = keep_all()
    people.join_agency(newcomers[0], elsewhere, "Teacher")
    assert kept() == days  # today is in no quarter that is closed

    def correct() -> None:
        which = (Membership.practitioner_id == three, Membership.ended_on.is_(None))
        with atomic() as session:
            session.execute(update(Membership).where(*which).values(started_on=back))

    changes: list[tuple[Callable[[], None], dt.date]] = [
        (lambda: people.join_agency(newcomers[1], elsewhere, "Teacher", started_on=back), back),
        (lambda: people.join_agency(one, elsewhere, "Teacher", started_on=back), back),
        (lambda: people.leave_agency(two, ended_on=back), back),
        (correct, began),
    ]
    for change, since in changes:
        change()
        assert kept() == {day for day in days if day < since} != set()
        assert keep_all() == days
        assert list(differences("closing_tally")) == []


def test_the_worker_counts_one_quarter_after_the_other(app: Flask, past: list[Done]) -> None:
    db.session.rollback()
    for counted in (1, 2):
        work(app, once=True)
        assert len(kept()) == counted
        db.session.rollback()


def test_a_quarter_with_nothing_to_keep_does_not_hold_up_the_others(world: World) -> None:
    person = hire(world.school, since=FIRST)
    complete(person, world.school, on=dt.date(2025, 5, 6))
    people.leave_agency(person, ended_on=dt.date(2025, 11, 3))
    with clock.at(at_noon(LAST)):
        assert count_a_closing()
        assert count_a_closing()
        assert not count_a_closing()
    assert kept() == {dt.date(2025, 6, 30), dt.date(2025, 9, 30)}


def test_a_quarter_that_changes_while_it_is_counted_is_left_for_the_next_time(app: Flask, past: list[Done]) -> None:
    person, agency = hire(None, since=dt.date(2024, 3, 1)), list_agencies()[0].id
    db.session.rollback()

    now = clock.now()

    def join() -> None:
        with app.app_context(), clock.at(now):
            people.join_agency(person, agency, "Teacher", started_on=dt.date(2025, 4, 2))

    joined: list[threading.Thread] = []

    @event.listens_for(db.engine, "after_cursor_execute")
    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "max(completion.expires_on)" in statement and not joined:
            joined.append(threading.Thread(target=join))
            joined[0].start()
            joined[0].join()

    assert count_a_closing()
    assert kept() == set()
    db.session.rollback()
    assert count_a_closing()
    assert len(kept()) == 1
    assert joined
    event.remove(db.engine, "after_cursor_execute", meanwhile)
    assert list(differences("closing_tally")) == []


@pytest.mark.parametrize(
    ("recorded_on", "counts_in"),
    [
        (dt.date(2025, 4, 1), ["2024-25", "2024-25-q4"]),
        (dt.date(2025, 4, 2), ["2025-26", "2025-26-q1"]),  # the year is closed, and may have been published
        (dt.date(2025, 5, 29), ["2025-26", "2025-26-q1"]),
    ],
)
def test_a_discussion_recorded_late_counts_when_it_is_recorded(
    world: World, sample_library: Library, recorded_on: dt.date, counts_in: list[str]
) -> None:
    with clock.at(at_noon(recorded_on)):
        met = log(held_on=dt.date(2025, 3, 30), look_again_on=dt.date(2025, 5, 1))
        record_discussion(world.amina.practitioner_id, sample_library.modules[MODULE], met)
    found = [
        period.key
        for year in (2024, 2025)
        for period in (financial_year(year), *quarters_of(financial_year(year)))
        if queries.make_table("R13", View(period), TITLES).rows[-1][1]
    ]
    assert found == counts_in


def test_a_group_that_is_required_to_may_have_nobody_in_it(world: World) -> None:
    with clock.at(at_noon(FIRST)):
        add_requirements([Ask(None, MODULE, Group.JOB_ROLE, "Midwife", dt.date(2024, 6, 1))], by=None)

    def enrolled(job_role: str) -> Value:
        view = View(financial_year(2025), job_role=job_role)
        return queries.make_table("R2", view, TITLES).rows[0][2]

    assert enrolled("Midwife") == 0
    assert enrolled("") == 0
    assert enrolled("Nurse") is Hidden.NOT_REQUIRED


def test_a_job_role_that_nobody_has_any_more_has_no_row(world: World) -> None:
    left = hire(world.clinic, job_role="Midwife")

    def roles() -> list[Value]:
        return [row[0] for row in queries.make_table("R6", View(financial_year(2025)), TITLES).rows]

    assert "Midwife" in roles()
    people.leave_agency(left, ended_on=clock.today())
    assert "Midwife" not in roles()


def test_without_a_module_nobody_holds_anything(world: World) -> None:
    with clock.at(at_noon(dt.date(2026, 6, 1))):  # a year is over in which people worked
        *agencies, total = queries.make_table("R5", View(financial_year(2025)), {}, to_leave=True).rows
    assert len(agencies) == 2
    assert [row[6] for row in (*agencies, total)] == [0, 0, 0]
