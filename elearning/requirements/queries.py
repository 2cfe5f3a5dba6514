"""Reads of requirements and headcounts."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, union_all

from elearning.completions.models import ModuleStanding
from elearning.core import clock
from elearning.core.db import db, fetch
from elearning.people.models import Membership
from elearning.requirements.models import Headcount, Requirement
from elearning.requirements.rules import due_days, is_in_force
from elearning.requirements.types import Declared, Group, HeadcountFacts, RequirementFacts

_REQUIREMENT = (
    Requirement.agency_id, Requirement.module_key, Requirement.group_kind, Requirement.group_name, Requirement.due_on,
    Requirement.id, Requirement.recorded_at, Requirement.ended_on,
)  # fmt: skip
_HEADCOUNT = (
    Headcount.agency_id, Headcount.job_role, Headcount.staff, Headcount.counted_on, Headcount.id, Headcount.recorded_at,
)  # fmt: skip

# On the practitioner's own pages, so made once (see `fetch`). Whom of the agency they are for is decided in `rules`.
_PLACE = select(*_REQUIREMENT, Membership.agency_id, Membership.job_role, Membership.team, Membership.started_on).where(
    Membership.practitioner_id == bindparam("practitioner_id"),
    Membership.ended_on.is_(None),
    Requirement.ended_on.is_(None),
)
_ASKED = union_all(  # each with an index of its own; with OR, SQLite would read every requirement there is
    _PLACE.join(Membership, Requirement.agency_id == Membership.agency_id),
    _PLACE.join(Membership, Requirement.agency_id.is_(None)),
)


def list_requirements(agency_id: int | None = None, *, on: dt.date | None = None) -> list[RequirementFacts]:
    """The requirements in force on a day (today unless given), in the order they were recorded: all of them, or those
    that are for people of one agency, its own and the partnership's.
    """
    day = on or clock.today()
    which: list[ColumnElement[bool]] = [or_(Requirement.ended_on.is_(None), Requirement.ended_on > day)]
    if agency_id is not None:
        which.append(or_(Requirement.agency_id == agency_id, Requirement.agency_id.is_(None)))
    rows = db.session.execute(select(*_REQUIREMENT).where(*which).order_by(Requirement.id))
    found = [_requirement(row) for row in rows]
    return [each for each in found if clock.day_of(each.recorded_at) <= day and is_in_force(each, day)]


def find_requirement(requirement_id: int, agency_id: int | None) -> RequirementFacts | None:
    """A requirement, ended or not: one of this agency's own, or (None) any."""
    own = [] if agency_id is None else [Requirement.agency_id == agency_id]
    row = db.session.execute(select(*_REQUIREMENT).where(Requirement.id == requirement_id, *own)).one_or_none()
    return _requirement(row) if row else None


def list_headcounts(agency_id: int | None = None, *, on: dt.date | None = None) -> list[HeadcountFacts]:
    """The headcounts that hold on a day (today unless given), of all agencies or one: for each agency and job role
    (empty: all staff in scope) the one that was counted last, and of several such the one recorded last.
    """
    day = on or clock.today()
    rows = _headcounts(agency_id, day)
    holds = {(each.agency_id, each.job_role): each for each in rows if clock.day_of(each.recorded_at) <= day}
    return [holds[key] for key in sorted(holds)]


def list_declared() -> list[Declared]:
    """What every agency said last of each job role and day, as it was declared."""
    last = {(each.agency_id, each.job_role, each.counted_on): each for each in _headcounts(None, clock.today())}
    return [Declared(each.agency_id, each.job_role, each.staff, each.counted_on) for each in last.values()]


def _headcounts(agency_id: int | None, day: dt.date) -> Iterator[HeadcountFacts]:
    which = [Headcount.counted_on <= day, *([Headcount.agency_id == agency_id] if agency_id is not None else [])]
    rows = db.session.execute(select(*_HEADCOUNT).where(*which).order_by(Headcount.counted_on, Headcount.id))
    return (HeadcountFacts(*row) for row in rows)


def due_days_of(practitioner_id: int) -> dict[str, dt.date]:
    """By module, the day by which someone must hold it; nothing of a module that is not required of them today."""
    rows = fetch(_ASKED, practitioner_id=practitioner_id).all()
    if not rows:
        return {}
    *_, agency_id, job_role, team, since = rows[0]  # of the one membership that a person has
    asks = [_requirement(row[: len(_REQUIREMENT)]) for row in rows]
    return due_days(asks, agency_id=agency_id, job_role=job_role, team=team, since=since)


def count_trained(agency_ids: Collection[int], today: dt.date) -> dict[tuple[int, str], int]:
    """By agency and job role (empty: any), how many of today's people hold a valid certificate of the module that most
    of them hold: fewer staff than that there cannot be.
    """
    of = ModuleStanding
    counted = (
        select(of.agency_id, of.job_role, of.module_key, func.count())
        .where(of.agency_id.in_(agency_ids), of.expires_on >= today)
        .group_by(of.agency_id, of.job_role, of.module_key)
    )
    people: Counter[tuple[int, str, str]] = Counter()
    for agency_id, job_role, key, count in db.session.execute(counted):
        assert agency_id is not None  # it is one of those asked for
        people[agency_id, job_role, key] += count
        people[agency_id, "", key] += count
    most: dict[tuple[int, str], int] = {}
    for (agency_id, job_role, _key), count in people.items():
        most[agency_id, job_role] = max(count, most.get((agency_id, job_role), 0))
    return most


def _requirement(row: Sequence[Any]) -> RequirementFacts:
    agency_id, module_key, group, *rest = row
    return RequirementFacts(agency_id, module_key, Group(group), *rest)
