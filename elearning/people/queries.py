"""Reads of agencies and people."""

import datetime as dt

from sqlalchemy import or_, select

from elearning.core.db import db
from elearning.people.models import Agency, Membership, Practitioner
from elearning.people.rules import clean_name
from elearning.people.types import AgencyName, Member, Sector

SECTOR_ORDER = {sector: position for position, sector in enumerate(Sector)}


def list_agencies() -> list[AgencyName]:
    """Every agency in the partnership's order: by sector, the statutory partners first, then by name."""
    rows = db.session.execute(select(Agency.id, Agency.name, Agency.sector)).all()
    agencies = [AgencyName(id_, name, Sector(sector)) for id_, name, sector in rows]
    return sorted(agencies, key=lambda agency: (SECTOR_ORDER[agency.sector], agency.name))


def find_agency(name: str) -> AgencyName | None:
    """The agency of exactly this name, whatever its capitals."""
    # In Python: SQLite folds the capitals of English letters only.
    wanted = clean_name(name).casefold()
    return next((agency for agency in list_agencies() if agency.name.casefold() == wanted), None)


def agency_on(practitioner_id: int, day: dt.date) -> AgencyName | None:
    """Where someone worked on a day; None for nowhere."""
    row = db.session.execute(
        select(Agency.id, Agency.name, Agency.sector)
        .join(Membership, Membership.agency_id == Agency.id)
        .where(
            Membership.practitioner_id == practitioner_id,
            Membership.started_on <= day,
            or_(Membership.ended_on.is_(None), Membership.ended_on >= day),
        )
        .order_by(Membership.started_on.desc())
        .limit(1)
    ).one_or_none()
    return AgencyName(row.id, row.name, Sector(row.sector)) if row else None


def full_name_of(practitioner_id: int) -> str:
    """Today's name. Raises sqlalchemy.exc.NoResultFound for an unknown person."""
    return db.session.execute(select(Practitioner.full_name).where(Practitioner.id == practitioner_id)).scalar_one()


def list_members(agency_id: int, *, limit: int, offset: int = 0) -> list[Member]:
    """The people of an agency today, by name."""
    rows = db.session.execute(
        select(Practitioner.id, Practitioner.full_name, Membership.job_role, Membership.team, Membership.started_on)
        .join(Membership, Membership.practitioner_id == Practitioner.id)
        .where(Membership.agency_id == agency_id, Membership.ended_on.is_(None))
        .order_by(Practitioner.full_name, Practitioner.id)
        .limit(limit)
        .offset(offset)
    )
    return [Member(*row) for row in rows]
