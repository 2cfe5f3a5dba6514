"""Reads of agencies and people."""

import datetime as dt
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select

from elearning.core.db import db, fetch
from elearning.core.tallies import recounts
from elearning.people.models import Agency, Membership, MemberTally, Practitioner
from elearning.people.rules import clean_name
from elearning.people.types import AgencyName, Sector, Worked

_WORKED = (
    select(Agency.id, Agency.name, Agency.sector, Membership.job_role)
    .join(Membership, Membership.agency_id == Agency.id)
    .where(
        Membership.practitioner_id == bindparam("practitioner_id"),
        Membership.started_on <= bindparam("day"),
        or_(Membership.ended_on.is_(None), Membership.ended_on >= bindparam("day")),
    )
    .order_by(Membership.started_on.desc(), Membership.id.desc())
    .limit(1)
)
SECTOR_ORDER = {sector: position for position, sector in enumerate(Sector)}


def list_agencies() -> list[AgencyName]:
    """Every agency in the partnership's order: by sector, the statutory partners first, then by name."""
    rows = db.session.execute(select(Agency.id, Agency.name, Agency.sector)).all()
    agencies = [AgencyName(id_, name, Sector(sector)) for id_, name, sector in rows]
    return sorted(agencies, key=lambda agency: (SECTOR_ORDER[agency.sector], agency.name))


def agency_name(agency_id: int) -> str:
    """Raises sqlalchemy.exc.NoResultFound for an unknown agency."""
    return db.session.execute(select(Agency.name).where(Agency.id == agency_id)).scalar_one()


def list_teams(agency_id: int | None = None) -> dict[int, list[str]]:
    """The teams that people work in today, by agency: of all of them, or one."""
    which = [] if agency_id is None else [MemberTally.agency_id == agency_id]
    rows = db.session.execute(
        select(MemberTally.agency_id, MemberTally.team)
        .where(MemberTally.people > 0, MemberTally.team != "", *which)
        .distinct()
    )
    teams: dict[int, list[str]] = {}
    for id_, team in sorted((row.agency_id, row.team) for row in rows):
        teams.setdefault(id_, []).append(team)
    return teams


@recounts(MemberTally)
def recount_members() -> Select[Any]:
    """How many work where now, from the memberships."""
    place: list[Any] = [Membership.agency_id, Membership.job_role, Membership.team]
    return select(*place, func.count().label("people")).where(Membership.ended_on.is_(None)).group_by(*place)


def find_agency(name: str) -> AgencyName | None:
    """The agency of exactly this name, whatever its capitals."""
    # In Python: SQLite folds the capitals of English letters only.
    wanted = clean_name(name).casefold()
    return next((agency for agency in list_agencies() if agency.name.casefold() == wanted), None)


def worked_on(practitioner_id: int, day: dt.date) -> Worked | None:
    """Where someone worked on a day, and as what; None for nowhere. Of two on the day of a change, the newer one."""
    row = fetch(_WORKED, practitioner_id=practitioner_id, day=day).one_or_none()
    return Worked(AgencyName(row.id, row.name, Sector(row.sector)), row.job_role) if row else None


def agency_on(practitioner_id: int, day: dt.date) -> AgencyName | None:
    """Where someone worked on a day; None for nowhere."""
    worked = worked_on(practitioner_id, day)
    return worked.agency if worked else None


def full_name_of(practitioner_id: int) -> str:
    """Today's name. Raises sqlalchemy.exc.NoResultFound for an unknown person."""
    return db.session.execute(select(Practitioner.full_name).where(Practitioner.id == practitioner_id)).scalar_one()
