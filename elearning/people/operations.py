"""Writes about agencies, people, and who works where."""

import datetime as dt
from collections import Counter

from sqlalchemy import bindparam, insert, update

from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, keep, serialise
from elearning.core.errors import Refused
from elearning.core.tallies import RECORD, add_to
from elearning.figures.rules import first_open_day, written
from elearning.people.models import Agency, Membership, MemberTally, Practitioner
from elearning.people.queries import find_agency
from elearning.people.rules import agency_name_problem, clean_name, name_problem
from elearning.people.types import Sector

_PERSON, _JOIN = insert(Practitioner).returning(Practitioner.id), insert(Membership)
_PLACE = (Membership.agency_id, Membership.job_role, Membership.team)
_END = (
    update(Membership)
    .where(Membership.practitioner_id == bindparam("person"), Membership.ended_on.is_(None))
    .returning(*_PLACE)
)

Place = tuple[int, str, str]  # agency, job role, team


def add_agency(name: str, sector: Sector) -> int:
    """A new agency; its id. Raises Refused for a name that is taken or that a certificate could not print."""
    name = clean_name(name)
    if problem := agency_name_problem(name):
        raise Refused(f"{problem}.")
    with atomic() as session:
        serialise("agency names")
        if find_agency(name):
            raise Refused(f'There is an agency called "{name}" already; give another name.')
        agency = Agency(name=name, sector=sector)
        session.add(agency)
        session.flush()
        return agency.id


def add_practitioner(full_name: str) -> int:
    """A new person; their id. Raises Refused for a name that a certificate could not print."""
    with atomic():
        return int(keep(_PERSON, {"full_name": _checked(full_name), "created_at": clock.now()}).scalar_one())


def rename_practitioner(practitioner_id: int, full_name: str) -> None:
    """Someone changes their own name of today; certificates keep the one they were issued with. Raises Refused as above."""
    _rename(practitioner_id, full_name, by=practitioner_id, action="changed own name")


def correct_name(practitioner_id: int, full_name: str, *, by: int | None) -> None:
    """An administrator (None at the command line) corrects someone's name of today. Raises Refused as above."""
    _rename(practitioner_id, full_name, by=by, action="corrected a name")


def _rename(practitioner_id: int, full_name: str, *, by: int | None, action: str) -> None:
    name = _checked(full_name)
    with atomic() as session:
        session.execute(update(Practitioner).where(Practitioner.id == practitioner_id).values(full_name=name))
        record_audit(by, action, f"practitioner {practitioner_id}")


def join_agency(
    practitioner_id: int, agency_id: int, job_role: str, *, team: str = "", started_on: dt.date | None = None
) -> None:
    """Someone starts in an agency (today unless given); their time in another ends on that day.

    Raises Refused for a day in a financial year that is closed, and for one that is still to come.
    """
    start = started_on or clock.today()
    _check_day(start)
    with atomic():
        serialise(RECORD)
        members = _end(practitioner_id, start)
        place = {"agency_id": agency_id, "job_role": job_role, "team": team}
        keep(_JOIN, {"practitioner_id": practitioner_id, **place, "started_on": start})
        members[agency_id, job_role, team] += 1
        _count(members)


def leave_agency(practitioner_id: int, *, ended_on: dt.date) -> None:
    """Someone's present time in an agency ends on a day. Raises Refused for such days as above."""
    _check_day(ended_on)
    with atomic():
        serialise(RECORD)
        _count(_end(practitioner_id, ended_on))


def _end(practitioner_id: int, day: dt.date) -> Counter[Place]:
    """How many fewer work where once someone's present time in an agency has ended, if there is any."""
    ended = keep(_END, {"person": practitioner_id, "ended_on": day}).one_or_none()
    return Counter({tuple(ended): -1} if ended else {})


def _count(members: Counter[Place]) -> None:
    add_to(MemberTally, {place: (people,) for place, people in members.items()})


def _check_day(day: dt.date) -> None:
    if day > clock.today():
        raise Refused(f"{written(day)} is still to come; enter it on that day.")
    first = first_open_day(clock.today())
    if day < first:
        raise Refused(
            f"The year before {written(first)} is closed, and its figures may have been published; give {written(first)} "
            "or a later day."
        )


def _checked(full_name: str) -> str:
    name = clean_name(full_name)
    if problem := name_problem(name):
        raise Refused(f"{problem}.")
    return name
