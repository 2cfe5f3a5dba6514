"""Reads of attempts and responses."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB

from elearning.assessment.models import Attempt, ItemTally, OutcomeTally, PassingTally, Response
from elearning.assessment.rules import LONGEST_MINUTES, read_form
from elearning.assessment.types import AttemptFacts, Sitting
from elearning.catalogue.models import ModuleVersion
from elearning.core import clock
from elearning.core.db import db, fetch, microseconds
from elearning.core.tallies import recounts
from elearning.figures.queries import periods_from

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
_FIRST = (Attempt.set_number == 1, Attempt.number == 1, Attempt.submitted_at.is_not(None))
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


def _quarters() -> CTE:
    """The quarters in which attempts were submitted."""
    first, last = db.session.execute(select(func.min(Attempt.submitted_at), func.max(Attempt.submitted_at))).one()
    return periods_from(clock.day_of(first or clock.now()), clock.day_of(last or clock.now()), years=False)


def _in(quarter: CTE) -> ColumnElement[bool]:
    return and_(Attempt.submitted_at >= quarter.c.begins_at, Attempt.submitted_at < quarter.c.ends_at)


@recounts(PassingTally)
def recount_passing() -> Select[Any]:
    """`passing_tally` from the attempts alone."""
    quarter = _quarters()
    took = (microseconds(Attempt.submitted_at) - microseconds(Attempt.started_at) + 59_999_999) // 60_000_000
    passed = (
        select(
            quarter.c.key.label("quarter"),
            Attempt.module_key,
            Attempt.module_version,
            Attempt.number.label("attempts"),
            case((took > LONGEST_MINUTES, LONGEST_MINUTES), else_=took).label("minutes"),
        )
        .join(quarter, _in(quarter))
        .where(Attempt.passed.is_(True))
        .subquery()
    )
    return select(*passed.c, func.count().label("count")).group_by(*passed.c)


def _first_attempts() -> CTE:
    """The first attempts that were submitted, with their quarter: found once, before they meet their responses."""
    quarter = _quarters()
    return (
        select(
            Attempt.id,
            quarter.c.key.label("quarter"),
            Attempt.module_key,
            Attempt.module_version,
            Attempt.score,
            Attempt.agency_id,
            Attempt.job_role,
        )
        .join(quarter, _in(quarter))
        .where(*_FIRST)
        .cte("first_attempt")
        .prefix_with("MATERIALIZED")
    )


@recounts(ItemTally)
def recount_items() -> Select[Any]:
    """`item_tally` from the first attempts and their responses alone."""
    first = _first_attempts()
    right = case((Response.is_right.is_(True), 1), else_=0)
    rest = first.c.score - right
    keys = (first.c.quarter, first.c.module_key, first.c.module_version, Response.item_id, Response.chosen)
    return (
        select(
            *keys,
            Response.is_right,
            func.count().label("count"),
            func.sum(rest).label("rest"),
            func.sum(rest * rest).label("rest_squares"),
        )
        .select_from(first)
        .join(Response, Response.attempt_id == first.c.id)
        .group_by(*keys, Response.is_right)
    )


@recounts(OutcomeTally)
def recount_outcomes() -> Select[Any]:
    """`outcome_tally` from the first attempts and their responses, and the outcomes that published items belong to."""
    first = _first_attempts()
    if db.engine.dialect.name == "sqlite":
        items = func.json_each(ModuleVersion.content, "$.items").table_valued("value")
    else:
        items = func.jsonb_array_elements(sql_cast(ModuleVersion.content, JSONB)["items"]).table_valued("value")
    item = (
        select(
            ModuleVersion.module_key,
            ModuleVersion.version,
            items.c.value.op("->>")("id").label("id"),
            items.c.value.op("->>")("outcome").label("outcome"),
        )
        .select_from(ModuleVersion)
        .join(items, true())
        .cte("item")
        .prefix_with("MATERIALIZED")
    )
    keys = (first.c.quarter, first.c.module_key, first.c.agency_id, first.c.job_role)
    by_item = (*keys, first.c.module_version, Response.item_id)
    answered = (
        select(
            *by_item,
            func.count().label("answers"),
            func.sum(case((Response.is_right.is_(True), 1), else_=0)).label("right"),
        )
        .select_from(first)
        .join(Response, Response.attempt_id == first.c.id)
        .group_by(*by_item)
        .subquery()
    )
    fared = select(
        answered.c.quarter, answered.c.module_key, answered.c.agency_id, answered.c.job_role, item.c.outcome,
        answered.c.answers, answered.c.right,
    ).join(
        item,
        and_(
            item.c.module_key == answered.c.module_key,
            item.c.version == answered.c.module_version,
            item.c.id == answered.c.item_id,
        ),
    )  # fmt: skip
    people = select(*keys, literal(""), func.count(), literal(0)).group_by(*keys)
    both = union_all(fared, people).cte("fared").prefix_with("MATERIALIZED")
    halves = [
        select(
            both.c.quarter, both.c.module_key, who.label("who"), both.c.outcome,
            func.sum(both.c.answers).label("answers"), func.sum(both.c.right).label("right"),
        ).where(who.is_not(None)).group_by(both.c.quarter, both.c.module_key, who, both.c.outcome)
        for who in (sql_cast(both.c.agency_id, String), literal_column("'role:'", String) + both.c.job_role)
    ]  # fmt: skip
    return select(union_all(*halves).subquery())
