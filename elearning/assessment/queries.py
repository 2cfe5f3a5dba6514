"""Reads of attempts and responses."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from elearning.assessment.models import Attempt, Response
from elearning.assessment.rules import read_form
from elearning.assessment.types import AttemptFacts, Sitting
from elearning.core.db import db


def list_attempts(practitioner_id: int, module_key: str | None = None) -> list[AttemptFacts]:
    """Every attempt of a practitioner (at one module, if given), oldest first, in one query."""
    statement = (
        select(Attempt, Response.item_id)
        .outerjoin(Response, and_(Response.attempt_id == Attempt.id, Response.is_right.is_(False)))
        .where(Attempt.practitioner_id == practitioner_id)
        .order_by(Attempt.module_key, Attempt.set_number, Attempt.number)
    )
    if module_key is not None:
        statement = statement.where(Attempt.module_key == module_key)
    attempts: dict[int, Attempt] = {}
    wrong: dict[int, set[str]] = defaultdict(set)
    for attempt, item_id in db.session.execute(statement):
        attempts[attempt.id] = attempt
        if item_id is not None:
            wrong[attempt.id].add(item_id)
    return [AttemptFacts(**_facts(attempt), wrong=frozenset(wrong[attempt.id])) for attempt in attempts.values()]


def _facts(attempt: Attempt) -> dict[str, Any]:
    """The fields that AttemptFacts takes from the attempt's own row."""
    return {
        "id": attempt.id,
        "module_key": attempt.module_key,
        "module_version": attempt.module_version,
        "set_number": attempt.set_number,
        "number": attempt.number,
        "form": read_form(attempt.form),
        "pass_mark": attempt.pass_mark,
        "started_at": attempt.started_at,
        "submitted_at": attempt.submitted_at,
        "score": attempt.score,
        "passed": attempt.passed,
    }


def find_open_sitting(practitioner_id: int, module_key: str) -> Sitting | None:
    """The attempt that is not yet submitted, with what was chosen so far."""
    return _sitting(
        Attempt.practitioner_id == practitioner_id, Attempt.module_key == module_key, Attempt.submitted_at.is_(None)
    )


def find_last_submitted(practitioner_id: int, module_key: str) -> Sitting | None:
    """The attempt submitted last."""
    newest = (
        select(Attempt.id)
        .where(
            Attempt.practitioner_id == practitioner_id,
            Attempt.module_key == module_key,
            Attempt.submitted_at.is_not(None),
        )
        .order_by(Attempt.set_number.desc(), Attempt.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return _sitting(Attempt.id == newest)


def find_sitting(practitioner_id: int, attempt_id: int) -> Sitting | None:
    """An attempt of the practitioner's own; None for anybody else's."""
    return _sitting(Attempt.id == attempt_id, Attempt.practitioner_id == practitioner_id)


def _sitting(*conditions: ColumnElement[bool]) -> Sitting | None:
    rows = db.session.execute(
        select(Attempt, Response.position, Response.item_id, Response.chosen, Response.is_right)
        .outerjoin(Response, Response.attempt_id == Attempt.id)
        .where(*conditions)
        .order_by(Response.position)
    ).all()
    if not rows:
        return None
    answered = [row for row in rows if row.position is not None]
    return Sitting(
        **_facts(rows[0].Attempt),
        wrong=frozenset(row.item_id for row in answered if row.is_right is False),
        chosen={row.position: tuple(json.loads(row.chosen)) for row in answered},
        right=frozenset(row.position for row in answered if row.is_right),
    )
