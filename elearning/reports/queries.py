"""Reads of the report: about ten statements, however many agencies, people and completions there are.

Groups are counted in two steps (distinct rows first, then a count), which both engines do far faster than
COUNT(DISTINCT ...). Completions stay in the totals even if whose they are is one day erased.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import aliased

from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.queries import get_published
from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.core import clock
from elearning.core.db import db
from elearning.people.models import Agency, Membership, Practitioner
from elearning.people.queries import list_agencies
from elearning.people.types import Sector
from elearning.reports.rules import closes_on, quarters_of, year_of
from elearning.reports.types import NO_AGENCY, AgencyRow, Cell, CompletionReport, OnOffer, Period, QuarterCount

Titles = dict[str, str]  # of the modules in the library, by key, in the library's order


def first_completion() -> dt.date | None:
    """The day of the first completion there is."""
    return db.session.execute(select(func.min(Completion.completed_on))).scalar_one()


def list_on_offer(period: Period, titles: Titles) -> tuple[OnOffer, ...]:
    """The modules on offer in a period, with their versions; those no longer in the library come last."""
    rows = db.session.execute(
        select(ModuleVersion.module_key, ModuleVersion.version, ModuleVersion.published_at).order_by(
            ModuleVersion.module_key, ModuleVersion.version
        )
    ).all()
    versions: dict[str, list[int]] = {}
    for position, (key, version, published_at) in enumerate(rows):
        following = rows[position + 1] if position + 1 < len(rows) else None
        was_replaced_before = (
            following is not None
            and following.module_key == key
            and clock.day_of(following.published_at) < period.first
        )
        if clock.day_of(published_at) <= period.last and not was_replaced_before:
            versions.setdefault(key, []).append(version)
    return _titled(versions, titles)


def completion_report(period: Period, titles: Titles, sector: Sector | None = None) -> CompletionReport:
    """Everything that the page shows for a period, exact."""
    today = clock.today()
    registered_on = min(period.last, today)
    done = _completions(period.first, period.last, sector)
    modules = _modules(done, titles)
    keys = [module.key for module in modules]
    cells = _cells(done)
    people = _people(done, registered_on)
    registered = _registered(registered_on)

    def row(name: str, agency_id: int | None) -> AgencyRow:
        completed, registered_and_completed = people.get(agency_id, (0, 0))
        return AgencyRow(
            name,
            registered.get(agency_id, 0),
            registered_and_completed,
            completed,
            tuple(cells.get((agency_id, key), Cell(0, 0)) for key in keys),
        )

    agencies = tuple(row(a.name, a.id) for a in list_agencies() if sector in (None, a.sector))
    without_agency = row(NO_AGENCY, None) if sector is None else None
    rows = agencies if without_agency is None else (*agencies, without_agency)
    totals = _total_people(done)
    total = AgencyRow(
        "Total",
        sum(r.registered for r in rows),
        sum(r.registered_and_completed for r in rows),
        totals.get(None, 0),
        tuple(
            Cell(totals.get(key, 0), sum(r.cells[position].completions for r in rows))
            for position, key in enumerate(keys)
        ),
    )
    return CompletionReport(
        period=period,
        sector=sector,
        cut_off=clock.now(),
        registered_on=registered_on,
        modules=modules,
        agencies=agencies,
        without_agency=without_agency,
        total=total,
        quarters=_quarters(year_of(period.first), sector, today),
    )


def _completions(first: dt.date, last: dt.date, sector: Sector | None) -> Subquery:
    """The completions of a period, one row each, with whose they are, but for those withdrawn before it was over.

    What is withdrawn later still counts there: figures once given never move, and two editions of what was published
    cannot be subtracted (`disclosure`).
    """
    statement = (
        select(
            Completion.place,
            Completion.module_key,
            Completion.module_version,
            CompletionDetail.agency_id,
            CompletionDetail.practitioner_id,
        )
        .outerjoin(CompletionDetail, CompletionDetail.place == Completion.place)
        .outerjoin(
            Withdrawal,
            and_(Withdrawal.place == Completion.place, Withdrawal.withdrawn_at < clock.midnight(closes_on(last))),
        )
        .where(Completion.completed_on.between(first, last), Withdrawal.place.is_(None))
    )
    if sector is not None:
        statement = statement.join(Agency, Agency.id == CompletionDetail.agency_id).where(Agency.sector == sector)
    return statement.subquery()


def _modules(done: Subquery, titles: Titles) -> tuple[OnOffer, ...]:
    """The library's modules, and older ones with completions; with the versions that were completed."""
    rows = db.session.execute(
        select(done.c.module_key, done.c.module_version).distinct().order_by(done.c.module_key, done.c.module_version)
    )
    versions: dict[str, list[int]] = {key: [] for key in titles}
    for key, version in rows:
        versions.setdefault(key, []).append(version)
    return _titled(versions, titles)


def _titled(versions: dict[str, list[int]], titles: Titles) -> tuple[OnOffer, ...]:
    order = [*(key for key in titles if key in versions), *sorted(key for key in versions if key not in titles)]
    return tuple(
        OnOffer(key, titles.get(key) or get_published(key, max(versions[key])).title, tuple(versions[key]))
        for key in order
    )


def _cells(done: Subquery) -> dict[tuple[int | None, str], Cell]:
    """People and completions by agency and module."""
    person = (
        select(done.c.agency_id, done.c.module_key, done.c.practitioner_id, func.count().label("completions"))
        .group_by(done.c.agency_id, done.c.module_key, done.c.practitioner_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            person.c.agency_id,
            person.c.module_key,
            func.count(person.c.practitioner_id),
            func.sum(person.c.completions),
        ).group_by(person.c.agency_id, person.c.module_key)
    )
    return {(agency_id, key): Cell(people, int(completions)) for agency_id, key, people, completions in rows}


def _people(done: Subquery, day: dt.date) -> dict[int | None, tuple[int, int]]:
    """By agency: people who completed something there, and how many of them were registered there on the day."""
    person = (
        select(done.c.agency_id, done.c.practitioner_id)
        .where(done.c.practitioner_id.is_not(None))
        .distinct()
        .subquery()
    )
    here = aliased(Membership)
    in_none = and_(
        person.c.agency_id.is_(None),
        person.c.practitioner_id.in_(select(Practitioner.id).where(*_in_no_agency(day))),
    )
    rows = db.session.execute(
        select(person.c.agency_id, func.count(), func.sum(case((or_(here.id.is_not(None), in_none), 1), else_=0)))
        .select_from(person)
        .outerjoin(
            here,
            and_(
                here.practitioner_id == person.c.practitioner_id,
                here.agency_id == person.c.agency_id,
                _works(here, day),
            ),
        )
        .group_by(person.c.agency_id)
    )
    return {agency_id: (people, int(registered)) for agency_id, people, registered in rows}


def _total_people(done: Subquery) -> dict[str | None, int]:
    """People by module over all agencies, and under None over all modules: nobody counts twice."""
    by_module = select(done.c.module_key, done.c.practitioner_id).distinct().subquery()
    overall = select(done.c.practitioner_id).distinct().subquery()
    rows = db.session.execute(
        union_all(
            select(by_module.c.module_key, func.count(by_module.c.practitioner_id)).group_by(by_module.c.module_key),
            select(null(), func.count(overall.c.practitioner_id)),
        )
    )
    return dict(rows.all())


def _works(membership: Any, day: dt.date) -> ColumnElement[bool]:
    """Whether this is the membership in force on a day. On the day of a change the newer one is."""
    newer = aliased(Membership)
    replaced = (
        select(newer.id)
        .where(
            newer.practitioner_id == membership.practitioner_id,
            newer.started_on <= day,
            or_(newer.ended_on.is_(None), newer.ended_on >= day),
            or_(
                newer.started_on > membership.started_on,
                and_(newer.started_on == membership.started_on, newer.id > membership.id),
            ),
        )
        .exists()
    )
    return and_(
        membership.started_on <= day,
        or_(membership.ended_on.is_(None), membership.ended_on > day, and_(membership.ended_on == day, ~replaced)),
    )


def _in_no_agency(day: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Whether a practitioner was registered by the end of a day and worked for no agency on it."""
    somewhere = select(Membership.practitioner_id).where(
        Membership.started_on <= day, or_(Membership.ended_on.is_(None), Membership.ended_on >= day)
    )
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.LONDON)
    return (Practitioner.created_at < midnight, Practitioner.id.not_in(somewhere))


def _registered(day: dt.date) -> dict[int | None, int]:
    """By agency, who worked there on the day; under None, who was registered and worked for none."""
    member = aliased(Membership)
    without = select(func.count()).select_from(Practitioner).where(*_in_no_agency(day))
    rows = db.session.execute(
        union_all(
            select(member.agency_id, func.count()).where(_works(member, day)).group_by(member.agency_id),
            select(null(), without.scalar_subquery()),
        )
    )
    return dict(rows.all())


def _quarters(year: Period, sector: Sector | None, today: dt.date) -> tuple[QuarterCount, ...]:
    quarters = quarters_of(year)
    counts = [
        select(literal(position), func.count()).select_from(_completions(q.first, q.last, sector))
        for position, q in enumerate(quarters)
    ]
    by_position = dict(db.session.execute(union_all(*counts)).all())
    return tuple(
        QuarterCount(quarter, by_position[position] if quarter.first <= today else None)
        for position, quarter in enumerate(quarters)
    )
