"""The tallies hold, at every moment, what a recount of the rows says; and they are counted where they belong."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.tallies import differences, rebuild
from elearning.evaluation.models import ConfidenceTally, FollowUpChange, QuoteConsent, RoundTally
from elearning.evaluation.operations import (
    begin_follow_up,
    record_afterwards,
    record_answer,
    record_confidence,
    record_pledge,
    record_words,
)
from elearning.evaluation.queries import find_follow_up
from elearning.evaluation.types import About, Change, Kept, Pledge, When
from tests.conftest import MODULE, World
from tests.records import at_noon, complete, hire
from tests.training.test_races import AT_ONCE, at_once

PLEDGE = Pledge("it rains", "ask who is outside", dt.date(2026, 3, 20), "my lead")
PASSED = dt.date(2025, 10, 1)
TALLIES = ("completion_day", "confidence_tally", "round_tally")


def wrong() -> list[str]:
    """The rows that are not what a recount says."""
    return [str(difference) for name in TALLIES for difference in differences(name)]


def rates(practitioner_id: int, when: When, ratings: dict[str, int]) -> None:
    record_afterwards(practitioner_id, library().modules[MODULE], when, ratings)


def follow(practitioner_id: int, number: int) -> None:
    """Begin a follow-up and answer its questions."""
    begin_follow_up(practitioner_id, library().modules[MODULE], number)
    follow_up = find_follow_up(practitioner_id, MODULE, 1, number)
    assert follow_up is not None
    for position, drawn in enumerate(follow_up.form, start=1):
        record_answer(practitioner_id, follow_up, position, drawn.key)


def say_all(
    practitioner_id: int,
    agency_id: int,
    *,
    passed: dt.date = PASSED,
    before: int = 3,
    now: int = 7,
    later: int = 6,
    kept: tuple[Kept | None, Kept | None] = (Kept.NOT_YET, Kept.DONE),
    changes: tuple[Change, ...] = (Change.SHARING,),
    words: str = "I ask.",
) -> None:
    """Someone says all there is to say, from before the module to eight weeks on."""
    module = library().modules[MODULE]
    with clock.at(at_noon(passed)):
        record_confidence(practitioner_id, module, 1, When.BEFORE, {"1.1": before})
        complete(practitioner_id, agency_id, on=passed)
        rates(practitioner_id, When.NOW, {"1.1": now})
        rates(practitioner_id, When.BACK, {"1.1": max(0, before - 1)})
        record_pledge(practitioner_id, module, PLEDGE)
    with clock.at(at_noon(passed + dt.timedelta(days=30))):
        follow(practitioner_id, 2)
        record_words(practitioner_id, MODULE, 2, About.PLEDGE, kept=kept[0])
    with clock.at(at_noon(passed + dt.timedelta(days=60))):
        follow(practitioner_id, 3)
        record_words(practitioner_id, MODULE, 3, About.PLEDGE, kept=kept[1], words="Duty weeks.")
        rates(practitioner_id, When.LATER, {"1.1": later})
        record_words(practitioner_id, MODULE, 3, About.PRACTICE, words=words, changes=changes, may_quote=True)


def counts() -> dict[tuple[str, str], int]:
    rows = db.session.execute(select(RoundTally.quarter, RoundTally.what, RoundTally.count)).all()
    db.session.rollback()
    return {(quarter[-2:], what): count for quarter, what, count in rows}


def test_one_round_is_counted_in_the_quarters_in_which_its_times_ended(app: Flask, world: World) -> None:
    say_all(world.amina.practitioner_id, world.school)
    # Completed on 1 October 2025: looking back ended on the 15th, the follow-ups on 28 October, 25 November (quarter 3)
    # and 20 January (quarter 4).
    assert counts() == {
        ("q3", "now"): 1,
        ("q3", "back"): 1,
        ("q3", "before and now"): 1,
        ("q3", "begun 2"): 1,
        ("q3", "answered 2"): 1,
        ("q4", "begun 3"): 1,
        ("q4", "answered 3"): 1,
        ("q4", "later"): 1,
        ("q4", "pledged"): 1,
        ("q4", "not yet"): 0,  # as she said at first
        ("q4", "done it"): 1,  # as she said last
        ("q4", "in the way"): 1,
        ("q4", "practice"): 1,
        ("q4", "sharing information"): 1,
        ("q4", "may be quoted"): 1,
    }
    sums = db.session.execute(select(ConfidenceTally.quarter, ConfidenceTally.pair, ConfidenceTally.sum_from,
                                     ConfidenceTally.sum_to, ConfidenceTally.sum_squares, ConfidenceTally.rose,
                                     ConfidenceTally.fell)).all()  # fmt: skip
    assert sorted(tuple(row) for row in sums) == [
        ("2025-26-q3", "back-now", 2, 7, 25, 1, 0),
        ("2025-26-q3", "before-now", 3, 7, 16, 1, 0),
        ("2025-26-q4", "before-later", 3, 6, 9, 1, 0),
        ("2025-26-q4", "now-later", 7, 6, 1, 0, 1),
    ]


def test_what_is_kept_is_what_a_recount_says(app: Flask, world: World) -> None:
    """People who say all, some and nothing, a page skipped, and a second round of the same person."""
    say_all(world.amina.practitioner_id, world.school)
    say_all(world.ben.practitioner_id, world.school, kept=(Kept.PARTLY, None), changes=(), words="")
    say_all(world.tomasz.practitioner_id, world.clinic, kept=(None, Kept.PARTLY), changes=(Change.STEP, Change.RAISED))
    module, silent = library().modules[MODULE], hire(world.school)
    with clock.at(at_noon(PASSED)):
        record_confidence(silent, module, 1, When.BEFORE, {})
        complete(silent, world.school, on=PASSED)
        for when in (When.NOW, When.BACK):
            rates(silent, when, {"1.1": 4} if when is When.BACK else {})
        record_pledge(silent, module, None)
    amina = world.amina.practitioner_id
    complete(amina, world.school, on=dt.date(2026, 3, 2))
    rates(amina, When.NOW, {"1.1": 10, "1.2": 2})
    db.session.rollback()
    assert wrong() == []
    kept = contents()
    rebuild(*TALLIES)
    assert contents() == kept


def contents() -> list[tuple[object, ...]]:
    """What both tallies hold, but for what is counted no more."""
    found = [
        tuple(row)
        for model in (ConfidenceTally, RoundTally)
        for row in db.session.execute(select(*model.__table__.columns).where(model.__table__.columns["count"] > 0))
    ]
    db.session.rollback()
    return sorted(found, key=str)


@pytest.mark.parametrize(
    "spoil",
    [
        update(RoundTally).where(RoundTally.what == "later").values(count=2),
        delete(RoundTally).where(RoundTally.what == "now"),
        update(ConfidenceTally).where(ConfidenceTally.pair == "before-now").values(sum_to=8),
        text("UPDATE confidence_rating SET rating = 1 WHERE moment = 'later'"),
        delete(FollowUpChange),
        delete(QuoteConsent),
    ],
    ids=str,
)
def test_a_recount_finds_what_was_changed_behind_it(app: Flask, world: World, spoil: object) -> None:
    say_all(world.amina.practitioner_id, world.school)
    with atomic() as session:
        session.execute(spoil)  # type: ignore[call-overload]  # statements of several kinds
    assert wrong()
    rebuild(*TALLIES)
    assert wrong() == []


def test_many_at_once_are_all_counted(app: Flask, world: World) -> None:
    today = clock.today()
    people = [hire(world.school) for _ in range(AT_ONCE)]
    for person in people:
        record_confidence(person, library().modules[MODULE], 1, When.BEFORE, {"1.1": 1, "1.2": 2})
        complete(person, world.school, on=today)
    turn = iter(people)
    assert at_once(app, lambda: rates(next(turn), When.NOW, {"1.1": 5, "1.2": 5})) == [None] * AT_ONCE
    db.session.rollback()
    assert counts()["q4", "before and now"] == AT_ONCE
    assert wrong() == []


def test_words_without_consent_and_consent_without_words_are_not_quoted(app: Flask, world: World) -> None:
    say_all(world.amina.practitioner_id, world.school, words="")
    assert db.session.execute(select(QuoteConsent)).all() == []
