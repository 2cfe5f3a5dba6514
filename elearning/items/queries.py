"""Reads of first attempts: everyone's first try at a module's quiz, before anything was learned from a wrong answer."""

import datetime as dt
import json
from collections import defaultdict

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from elearning.assessment.models import Attempt, Response
from elearning.core import clock
from elearning.core.db import db
from elearning.figures.types import Period
from elearning.items.types import Answers, By, Group
from elearning.people.models import Agency, Membership

RIGHT = Response.is_right.is_(True)


def _first(period: Period) -> tuple[ColumnElement[bool], ...]:
    """Which attempts count: submitted in the period, the first of the first set (rule S1)."""
    return (
        Attempt.set_number == 1,
        Attempt.number == 1,
        Attempt.submitted_at >= clock.midnight(period.first),
        Attempt.submitted_at < clock.midnight(period.after),
    )


def first_attempt() -> dt.date | None:
    """The day of the first attempt that was submitted."""
    moment = db.session.execute(select(func.min(Attempt.submitted_at))).scalar_one()
    return clock.day_of(moment) if moment else None


def answers_in(period: Period, module_key: str) -> dict[int, dict[str, list[Answers]]]:
    """By module version and item id, what first attempts at a module answered in a period, in one statement."""
    rest = Attempt.score - case((RIGHT, 1), else_=0)
    rows = db.session.execute(
        select(
            Attempt.module_version,
            Response.item_id,
            Response.chosen,
            Response.is_right,
            func.count(),
            func.sum(rest),
            func.sum(rest * rest),
        )
        .join(Response, Response.attempt_id == Attempt.id)
        .where(Attempt.module_key == module_key, *_first(period))
        .group_by(Attempt.module_version, Response.item_id, Response.chosen, Response.is_right)
        .order_by(Attempt.module_version, Response.item_id, Response.chosen)
    )
    found: dict[int, dict[str, list[Answers]]] = defaultdict(lambda: defaultdict(list))
    for version, item_id, chosen, is_right, count, rests, squares in rows:
        answer = Answers(tuple(json.loads(chosen)), bool(is_right), count, int(rests or 0), int(squares or 0))
        found[version][item_id].append(answer)
    return found


def list_groups(period: Period, module_key: str, by: By) -> list[Group]:
    """The first attempts at a module, by where people worked, or as what, on the day; in two statements.

    A moment is compared with a day here: with its midnight in UTC, on both databases.
    """
    name = Agency.name if by is By.AGENCY else Membership.job_role
    worked = (
        select(name.label("name"), Attempt.id)
        .select_from(Attempt)
        .join(
            Membership,
            and_(
                Membership.practitioner_id == Attempt.practitioner_id,
                Membership.started_on <= Attempt.submitted_at,
                or_(Membership.ended_on.is_(None), Membership.ended_on > Attempt.submitted_at),
            ),
        )
        .join(Agency, Agency.id == Membership.agency_id)
        .where(Attempt.module_key == module_key, *_first(period))
        .subquery()
    )
    people: dict[str, int] = dict(db.session.execute(select(worked.c.name, func.count()).group_by(worked.c.name)).all())
    answers: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for group, item_id, count, right in db.session.execute(
        select(worked.c.name, Response.item_id, func.count(), func.sum(case((RIGHT, 1), else_=0)))
        .join(Response, Response.attempt_id == worked.c.id)
        .group_by(worked.c.name, Response.item_id)
    ):
        answers[group][item_id] = (count, int(right))
    return [Group(group, people[group], answers[group]) for group in sorted(people)]
