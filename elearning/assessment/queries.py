"""Reads of attempts and responses."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select

from elearning.assessment.models import Attempt, Response
from elearning.assessment.rules import read_form
from elearning.assessment.types import AttemptFacts, Sitting
from elearning.core.db import fetch

_OWN = Attempt.practitioner_id == bindparam("practitioner_id")
_HERE = Attempt.module_key == bindparam("module_key")
_FACTS = (
    Attempt.id,
    Attempt.module_key,
    Attempt.module_version,
    Attempt.set_number,
    Attempt.number,
    Attempt.form,
    Attempt.pass_mark,
    Attempt.started_at,
    Attempt.submitted_at,
    Attempt.score,
    Attempt.passed,
)
_ATTEMPTS = (
    select(*_FACTS, Response.item_id.label("wrong"))
    .outerjoin(Response, and_(Response.attempt_id == Attempt.id, Response.is_right.is_(False)))
    .where(_OWN)
    .order_by(Attempt.module_key, Attempt.set_number, Attempt.number)
)
_ATTEMPTS_HERE = _ATTEMPTS.where(_HERE)
_SITTING = (
    select(*_FACTS, Response.position, Response.item_id, Response.chosen, Response.is_right)
    .outerjoin(Response, Response.attempt_id == Attempt.id)
    .order_by(Response.position)
)
_OPEN = _SITTING.where(_OWN, _HERE, Attempt.submitted_at.is_(None))
_LAST = _SITTING.where(
    Attempt.id
    == select(Attempt.id)
    .where(_OWN, _HERE, Attempt.submitted_at.is_not(None))
    .order_by(Attempt.set_number.desc(), Attempt.number.desc())
    .limit(1)
    .scalar_subquery()
)
_ONE = _SITTING.where(_OWN, Attempt.id == bindparam("attempt_id"))


def list_attempts(practitioner_id: int, module_key: str | None = None) -> list[AttemptFacts]:
    """Every attempt of a practitioner (at one module, if given), oldest first, in one query."""
    if module_key is None:
        rows = fetch(_ATTEMPTS, practitioner_id=practitioner_id).all()
    else:
        rows = fetch(_ATTEMPTS_HERE, practitioner_id=practitioner_id, module_key=module_key).all()
    attempts = {row.id: row for row in rows}
    wrong: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        if row.wrong is not None:
            wrong[row.id].add(row.wrong)
    return [AttemptFacts(**_facts(attempt), wrong=frozenset(wrong[attempt.id])) for attempt in attempts.values()]


def _facts(attempt: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """The fields that AttemptFacts takes from the attempt's own row."""
    return {column.key: getattr(attempt, column.key) for column in _FACTS} | {"form": read_form(attempt.form)}


def find_open_sitting(practitioner_id: int, module_key: str) -> Sitting | None:
    """The attempt that is not yet submitted, with what was chosen so far."""
    return _sitting(_OPEN, practitioner_id=practitioner_id, module_key=module_key)


def find_last_submitted(practitioner_id: int, module_key: str) -> Sitting | None:
    """The attempt submitted last."""
    return _sitting(_LAST, practitioner_id=practitioner_id, module_key=module_key)


def find_sitting(practitioner_id: int, attempt_id: int) -> Sitting | None:
    """An attempt of the practitioner's own; None for anybody else's."""
    return _sitting(_ONE, practitioner_id=practitioner_id, attempt_id=attempt_id)


def _sitting(statement: Select[*tuple[Any, ...]], **values: object) -> Sitting | None:
    rows = fetch(statement, **values).all()
    if not rows:
        return None
    answered = [row for row in rows if row.position is not None]
    return Sitting(
        **_facts(rows[0]),
        wrong=frozenset(row.item_id for row in answered if row.is_right is False),
        chosen={row.position: tuple(json.loads(row.chosen)) for row in answered},
        right=frozenset(row.position for row in answered if row.is_right),
    )
