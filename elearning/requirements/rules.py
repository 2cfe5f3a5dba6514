"""Whom a requirement is for, by when each of them must meet it, and where they stand."""

import datetime as dt
from collections.abc import Iterable

from elearning.requirements.types import NOTHING, Ask, Duty, Group, Need, RequirementFacts

TIME_TO_SETTLE = dt.timedelta(days=28)
MOST_STAFF = 1_000_000
FIVE_YEARS = dt.timedelta(days=5 * 365 + 2)
SameGroup = tuple[int | None, str, Group, str]


def is_in_force(requirement: RequirementFacts, day: dt.date) -> bool:
    """Whether a requirement that was recorded by then counts on a day."""
    return requirement.ended_on is None or day < requirement.ended_on


def matches(ask: Ask, *, agency_id: int | None, job_role: str, team: str) -> bool:
    """Whether a requirement is for whoever works in this agency, job role and team. It is for nobody without an agency."""
    if agency_id is None or ask.agency_id not in (None, agency_id):
        return False
    if ask.group is Group.EVERYONE:
        return True
    return ask.group_name == (team if ask.group is Group.TEAM else job_role)


def due_day(due_on: dt.date, since: dt.date) -> dt.date:
    """By when someone who works in a place since a day must meet what is due on a day: nobody is late in their first
    four weeks.
    """
    return max(due_on, since + TIME_TO_SETTLE)


def due_days(
    asks: Iterable[Ask], *, agency_id: int | None, job_role: str, team: str, since: dt.date
) -> dict[str, dt.date]:
    """By module, the day by which someone must hold it: the earliest of all that is asked of them. Nothing of a module
    that is not required of them. `since` is when their time in this agency, job role and team began.
    """
    found: dict[str, dt.date] = {}
    for ask in asks:
        if matches(ask, agency_id=agency_id, job_role=job_role, team=team):
            day = due_day(ask.due_on, since)
            found[ask.module_key] = min(day, found.get(ask.module_key, day))
    return found


def duty(due_on: dt.date | None, held_until: dt.date | None, today: dt.date) -> Duty:
    """Where someone stands who must hold a module by `due_on` (None: need not).

    `held_until` is the last day of the certificate that is or was valid longest; None if there was none.
    """
    if due_on is None:
        return NOTHING
    if held_until is not None and held_until >= today:
        return Duty(Need.MET, due_on)
    if today <= due_on:
        return Duty(Need.DUE, due_on)
    return Duty(Need.OVERDUE, due_on, max(due_on, held_until or due_on) + dt.timedelta(days=1))


def same_group(ask: Ask) -> SameGroup:
    """What two requirements that stand in each other's way have in common: one group must hold one module by one day."""
    return ask.agency_id, ask.module_key, ask.group, ask.group_name


def staff_problem(staff: int) -> str | None:
    """Why an agency cannot have so many staff in scope, as a sentence, or None if it can."""
    if staff < 1:
        return "Staff must be 1 or more"
    return f"Staff must be {MOST_STAFF:,} or fewer" if staff > MOST_STAFF else None


def counted_on_problem(day: dt.date, today: dt.date) -> str | None:
    """Why staff cannot have been counted on a day, as a sentence, or None if they can."""
    if day > today:
        return "The day they were counted on must be today or in the past"
    return "The day they were counted on must be within the last five years" if day < today - FIVE_YEARS else None


def due_on_problem(day: dt.date, today: dt.date) -> str | None:
    """Why a requirement cannot be due on a day, as a sentence, or None if it can. Those of last year are brought along."""
    if day < today - FIVE_YEARS:
        return "The day it is due must be within the last five years or in the future"
    return "The day it is due must be within the next five years" if day > today + FIVE_YEARS else None
