"""Reads of the tallies that `evaluation` keeps, and of words that may be quoted. Groups only: no query takes a person."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import func, select

from elearning.catalogue.types import TrainingModule
from elearning.completions.models import CompletionDay
from elearning.core.db import db
from elearning.evaluation.models import ConfidenceTally, FollowUpWords, QuoteConsent, RoundTally
from elearning.evaluation.rules import FOLLOW_UPS, LOOK_BACK_DAYS
from elearning.evaluation.types import About, Pair, Said, Sums
from elearning.figures.rules import quarters_of
from elearning.figures.types import Period, Table
from elearning.impact.rules import QUOTES, SHOWN
from elearning.impact.tables import tables_of
from elearning.impact.types import ModuleSays

# After how many days from completion something may be said, by after how many that ends.
OPENS = {LOOK_BACK_DAYS: 0} | {plan.closes: plan.opens for plan in FOLLOW_UPS.values()}


def first_completion() -> dt.date | None:
    """The day of the first completion."""
    return db.session.execute(select(func.min(CompletionDay.completed_on))).scalar_one()


def _quarters(period: Period) -> list[str]:
    return [quarter.key for quarter in quarters_of(period)] if period.is_year else [period.key]


def what_modules_say(modules: Sequence[TrainingModule], period: Period, today: dt.date) -> list[ModuleSays]:
    """What was said of each of the modules that somebody was asked about in a period, in three statements."""
    quarters = _quarters(period)
    keys = [module.key for module in modules]
    asked = _asked(keys, period, today)
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for key, what, count in db.session.execute(
        select(RoundTally.module_key, RoundTally.what, func.sum(RoundTally.count))
        .where(RoundTally.quarter.in_(quarters), RoundTally.module_key.in_(keys))
        .group_by(RoundTally.module_key, RoundTally.what)
    ):
        said[key][what] = int(count)
    sums: dict[str, dict[tuple[Pair, str], Sums]] = defaultdict(dict)
    of = (ConfidenceTally.module_key, ConfidenceTally.pair, ConfidenceTally.statement)
    for key, pair, statement, *each in db.session.execute(
        select(*of, *(func.sum(getattr(ConfidenceTally, field.name)) for field in fields(Sums)))
        .where(ConfidenceTally.quarter.in_(quarters), ConfidenceTally.module_key.in_(keys))
        .group_by(*of)
    ):
        sums[key][Pair(pair), statement] = Sums(*map(int, each))
    return [
        ModuleSays(
            module.key,
            module.title,
            module.confidence_statements,
            asked[module.key],
            said[module.key],
            sums[module.key],
        )
        for module in modules
        if any(asked[module.key].values())
    ]


def _asked(keys: Sequence[str], period: Period, today: dt.date) -> dict[str, Counter[int]]:
    """How many completions there are to whom each time to answer, once begun, ends in the period.

    A completion that was withdrawn stays among them: they were asked, and what they said counts too.
    """
    rows = db.session.execute(
        select(CompletionDay.completed_on, CompletionDay.module_key, CompletionDay.count).where(
            CompletionDay.completed_on >= period.first - dt.timedelta(days=max(OPENS)),
            CompletionDay.completed_on <= period.last - dt.timedelta(days=min(OPENS)),
        )
    ).all()
    asked: dict[str, Counter[int]] = {key: Counter() for key in keys}
    for closes, opens in OPENS.items():
        first = period.first - dt.timedelta(days=closes)
        last = min(period.last - dt.timedelta(days=closes), today - dt.timedelta(days=opens))
        for completed_on, key, count in rows:
            if key in asked and first <= completed_on <= last:
                asked[key][closes] += count
    return asked


def impact_tables(
    modules: Sequence[TrainingModule], period: Period, cut_off: dt.datetime, today: dt.date
) -> list[Table]:
    """R9, R10 and R11 of one module or of all, exact: for the officer's screen, or to be published."""
    return tables_of(what_modules_say(modules, period, today), period, cut_off)


def list_quotes(says: Sequence[ModuleSays], period: Period) -> list[tuple[ModuleSays, list[str]]]:
    """The newest words of each module's follow-ups that may be quoted, in the order of the alphabet, in one statement.

    None of a module about which fewer than ten told what has changed.
    """
    enough = [each.key for each in says if each.said.get(Said.PRACTICE, 0) >= SHOWN]
    place = func.row_number().over(partition_by=QuoteConsent.module_key, order_by=QuoteConsent.follow_up_id.desc())
    newest = (
        select(QuoteConsent.module_key, FollowUpWords.words, place.label("place"))
        .join(FollowUpWords, FollowUpWords.follow_up_id == QuoteConsent.follow_up_id)
        .where(
            QuoteConsent.module_key.in_(enough),
            QuoteConsent.quarter.in_(_quarters(period)),
            FollowUpWords.about == About.PRACTICE,
        )
        .subquery()
    )
    quotes: dict[str, list[str]] = defaultdict(list)
    for key, words in db.session.execute(select(newest.c.module_key, newest.c.words).where(newest.c.place <= QUOTES)):
        quotes[key].append(words)
    return [(each, sorted(set(quotes[each.key]))) for each in says if each.key in quotes]
