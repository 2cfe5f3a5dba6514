"""Reads of first attempts: everyone's first try at a module's quiz, before anything was learned from a wrong answer.

All from tallies (`assessment`), so that a page takes as long after a million attempts as after ten.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, cast, func, select

from elearning.assessment.models import ItemTally, OutcomeTally
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.core.db import db
from elearning.figures.rules import financial_year, quarters_of
from elearning.figures.types import Period
from elearning.items.rules import figures_of, gravest_first
from elearning.items.types import Answers, By, Group, ItemFigures
from elearning.people.models import Agency


def _quarters(period: Period) -> list[str]:
    """The keys of the quarters that a period is made of."""
    return [quarter.key for quarter in quarters_of(period)] if period.is_year else [period.key]


def first_attempt() -> dt.date | None:
    """The first day of the financial year in which the first attempt was submitted."""
    key = db.session.execute(select(func.min(ItemTally.quarter)).where(ItemTally.count > 0)).scalar_one()
    return financial_year(int(key[:4])).first if key else None


def answers_in(period: Period, keys: Sequence[str]) -> dict[str, dict[int, dict[str, list[Answers]]]]:
    """By module, its version and item id, what first attempts at these modules answered in a period, in one statement."""
    of = ItemTally
    answer = (of.module_key, of.module_version, of.item_id, of.chosen, of.is_right)
    rows = db.session.execute(
        select(*answer, func.sum(of.count), func.sum(of.rest), func.sum(of.rest_squares))
        .where(of.quarter.in_(_quarters(period)), of.module_key.in_(keys), of.count > 0)
        .group_by(*answer)
        .order_by(*answer)
    )
    found: dict[str, dict[int, dict[str, list[Answers]]]] = {key: {} for key in keys}
    for key, version, item_id, chosen, is_right, count, rests, squares in rows:
        given = found[key].setdefault(version, {}).setdefault(item_id, [])
        given.append(Answers(tuple(json.loads(chosen)), is_right, int(count), int(rests), int(squares)))
    return found


def list_groups(period: Period, module_key: str, by: By) -> list[Group]:
    """The first attempts at a module, by where people worked, or as what, on the day; in one statement."""
    name: Any = Agency.name if by is By.AGENCY else func.substr(OutcomeTally.who, len("role:") + 1)
    statement = select(
        name.label("name"), OutcomeTally.outcome, func.sum(OutcomeTally.answers), func.sum(OutcomeTally.right)
    ).where(
        OutcomeTally.quarter.in_(_quarters(period)), OutcomeTally.module_key == module_key, OutcomeTally.answers > 0
    )
    if by is By.AGENCY:
        statement = statement.join(Agency, cast(Agency.id, String) == OutcomeTally.who)
    else:
        statement = statement.where(OutcomeTally.who.startswith("role:"))
    people: dict[str, int] = {}
    answers: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for group, outcome, count, right in db.session.execute(statement.group_by(name, OutcomeTally.outcome)):
        if outcome:
            answers[group][outcome] = (int(count), int(right))
        else:
            people[group] = int(count)
    return [Group(group, people[group], answers[group]) for group in sorted(people)]


def item_figures(modules: Sequence[TrainingModule], period: Period) -> dict[str, list[ItemFigures]]:
    """By module, what first attempts in a period say of its questions, each version by itself, those to look at first."""
    return {
        key: gravest_first(
            each for version, given in versions.items() for each in figures_of(library().version(key, version), given)
        )
        for key, versions in answers_in(period, [module.key for module in modules]).items()
    }
