"""Whom a requirement is for, by when each of them must meet it, and where they stand."""

import datetime as dt
from collections.abc import Iterable

from elearning.requirements.types import NOTHING, Ask, Duty, Group, Need, RequirementFacts

TIME_TO_SETTLE = dt.timedelta(days=28)


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


def due_day(days: Iterable[dt.date], member_since: dt.date) -> dt.date | None:
    """The day by which someone must meet the requirements that are for them, given the day of each; None without any.

    It is the earliest, but nobody is late in their first four weeks in a place.
    """
    earliest = min(days, default=None)
    return earliest and max(earliest, member_since + TIME_TO_SETTLE)


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


def same_group(ask: Ask) -> tuple[int | None, str, Group, str]:
    """What two requirements that stand in each other's way have in common: one group must hold one module by one day."""
    return ask.agency_id, ask.module_key, ask.group, ask.group_name
