"""Reads of requirements and headcounts."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from elearning.core import clock
from elearning.core.db import db
from elearning.requirements.models import Headcount, Requirement
from elearning.requirements.rules import is_in_force
from elearning.requirements.types import Group, HeadcountFacts, RequirementFacts

_REQUIREMENT = (
    Requirement.agency_id, Requirement.module_key, Requirement.group_kind, Requirement.group_name, Requirement.due_on,
    Requirement.id, Requirement.recorded_at, Requirement.ended_on,
)  # fmt: skip
_HEADCOUNT = (
    Headcount.agency_id, Headcount.job_role, Headcount.staff, Headcount.counted_on, Headcount.id, Headcount.recorded_at,
)  # fmt: skip


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
    which = [Headcount.counted_on <= day, *([Headcount.agency_id == agency_id] if agency_id is not None else [])]
    rows = db.session.execute(select(*_HEADCOUNT).where(*which).order_by(Headcount.counted_on, Headcount.id))
    found = [HeadcountFacts(*row) for row in rows]
    holds = {(each.agency_id, each.job_role): each for each in found if clock.day_of(each.recorded_at) <= day}
    return [holds[key] for key in sorted(holds)]


def _requirement(row: Row[*tuple[Any, ...]]) -> RequirementFacts:
    agency_id, module_key, group, *rest = row
    return RequirementFacts(agency_id, module_key, Group(group), *rest)
