import datetime as dt

import pytest

from elearning.requirements.rules import TIME_TO_SETTLE, due_days, duty, matches
from elearning.requirements.types import NOTHING, Ask, Duty, Group, Need

DAY, TODAY, LONG_AGO = dt.date(2026, 3, 31), dt.date(2026, 6, 1), dt.date(2020, 1, 1)
ONE = dt.timedelta(days=1)


def ask(
    agency_id: int | None = 1, group: Group = Group.EVERYONE, name: str = "", *, on: dt.date = DAY, module: str = "m"
) -> Ask:
    return Ask(agency_id, module, group, name, on)


@pytest.mark.parametrize(
    ("asked", "is_for"),
    [
        (ask(), True),
        (ask(None), True),
        (ask(2), False),
        (ask(1, Group.TEAM, "North"), True),
        (ask(1, Group.TEAM, "South"), False),
        (ask(2, Group.TEAM, "North"), False),
        (ask(1, Group.TEAM, "Nurse"), False),
        (ask(1, Group.JOB_ROLE, "Nurse"), True),
        (ask(None, Group.JOB_ROLE, "Nurse"), True),
        (ask(None, Group.JOB_ROLE, "North"), False),
    ],
)
def test_whom_a_requirement_is_for(asked: Ask, is_for: bool) -> None:
    assert matches(asked, agency_id=1, job_role="Nurse", team="North") is is_for
    assert not matches(asked, agency_id=None, job_role="Nurse", team="North")


def test_the_earliest_day_counts_but_nobody_is_late_in_the_first_four_weeks() -> None:
    asks = [ask(on=DAY), ask(None, on=DAY - 9 * ONE), ask(2, on=LONG_AGO), ask(module="other", on=TODAY)]

    def days(since: dt.date) -> dict[str, dt.date]:
        return due_days(asks, agency_id=1, job_role="Nurse", team="", since=since)

    assert days(LONG_AGO) == {"m": DAY - 9 * ONE, "other": TODAY}
    assert days(DAY) == {"m": DAY + TIME_TO_SETTLE, "other": TODAY}
    assert days(TODAY) == {"m": TODAY + TIME_TO_SETTLE, "other": TODAY + TIME_TO_SETTLE}


@pytest.mark.parametrize(
    ("due_on", "held_until", "expected"),
    [
        (None, None, NOTHING),
        (None, LONG_AGO, NOTHING),
        (TODAY, None, Duty(Need.DUE, TODAY)),
        (TODAY - ONE, None, Duty(Need.OVERDUE, TODAY - ONE, TODAY)),
        (DAY, TODAY, Duty(Need.MET, DAY)),
        (TODAY + ONE, TODAY - ONE, Duty(Need.DUE, TODAY + ONE)),
        # What was met until the certificate expired is overdue from the day after, not from when it was due.
        (DAY, TODAY - 3 * ONE, Duty(Need.OVERDUE, DAY, TODAY - 2 * ONE)),
        (DAY, LONG_AGO, Duty(Need.OVERDUE, DAY, DAY + ONE)),
    ],
)
def test_where_someone_stands(due_on: dt.date | None, held_until: dt.date | None, expected: Duty) -> None:
    assert duty(due_on, held_until, TODAY) == expected
