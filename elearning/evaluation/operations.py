"""Writes of what learners say. Each page is said once: sent again, or from a second tab, the first stays (law 1)."""

import json
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, astuple

from sqlalchemy import insert

from elearning.assessment.rules import is_right, write_form
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.db import atomic, keep, serialise
from elearning.core.errors import Refused
from elearning.core.tallies import RECORD, add_to
from elearning.evaluation.models import (
    ConfidenceAnswer,
    ConfidenceRating,
    ConfidenceTally,
    FollowUpChange,
    FollowUpResponse,
    FollowUpRow,
    FollowUpWords,
    PledgeRow,
    QuoteConsent,
    RoundTally,
)
from elearning.evaluation.queries import (
    find_afterwards,
    find_follow_up,
    find_told,
    list_met,
    ratings_of,
)
from elearning.evaluation.rules import (
    COUNTED,
    FOLLOW_UPS,
    PAIRED,
    counted_in,
    draw_follow_up,
    follow_up_step,
    is_open,
    open_look_back,
    paired,
    said_answered,
    said_begun,
)
from elearning.evaluation.types import About, Afterwards, Change, FollowUp, Kept, Plan, Pledge, Said, When

CLOSED = "These questions are closed, so nothing was kept."
FOLLOW_UP_CLOSED = "This follow-up is not open, so nothing was kept. What you answered while it was open stays."


_CONFIDENCE, _RATINGS, _PLEDGE = insert(ConfidenceAnswer), insert(ConfidenceRating), insert(PledgeRow)
_FOLLOW_UP, _ANSWER, _WORDS = insert(FollowUpRow), insert(FollowUpResponse), insert(FollowUpWords)
_CHANGES, _CONSENT = insert(FollowUpChange), insert(QuoteConsent)


def record_confidence(
    practitioner_id: int, module: TrainingModule, set_number: int, when: When, ratings: Mapping[str, int]
) -> None:
    """Keep how sure someone feels: statement to rating, none of them when they skip the page.

    Whether the page may be answered now, and was not before, is the caller's to decide inside the same `atomic()`.
    """
    round_ = {
        "practitioner_id": practitioner_id, "module_key": module.key, "set_number": set_number, "moment": when
    }  # fmt: skip
    with atomic():
        keep(_CONFIDENCE, {**round_, "module_version": module.version, "answered_at": clock.now()})
        if ratings:
            keep(_RATINGS, [{**round_, "statement": name, "rating": rating} for name, rating in ratings.items()])


def record_afterwards(practitioner_id: int, module: TrainingModule, when: When, ratings: Mapping[str, int]) -> None:
    """Keep how sure someone feels now, felt before, or feels eight weeks on. Once: later ones change nothing.

    Raises Refused when it is not the time for it.
    """
    with atomic():
        here = _here(practitioner_id, module.key)
        if when in here.round.said:
            return
        if when is When.LATER:
            if not _is_next(here, FOLLOW_UPS[3], when):
                raise Refused(FOLLOW_UP_CLOSED)
        elif open_look_back(here.round, here.completed_on, clock.today()) is not when:
            raise Refused(CLOSED)
        record_confidence(practitioner_id, module, here.set_number, when, ratings)
        if ratings:
            _tally_ratings(practitioner_id, module.key, here, when)


def record_pledge(practitioner_id: int, module: TrainingModule, pledge: Pledge | None) -> bool:
    """Keep a pledge, or with None that someone makes none. Once; whether it was this time.

    Raises Refused when it is not the time for it.
    """
    with atomic():
        here = _here(practitioner_id, module.key)
        if here.round.has_pledged is not None:
            return False
        if open_look_back(here.round, here.completed_on, clock.today()) is not About.PLEDGE:
            raise Refused(CLOSED)
        words = asdict(pledge) if pledge else {}
        made = {
            "practitioner_id": practitioner_id,
            "module_key": module.key,
            "set_number": here.set_number,
            "module_version": module.version,
            "made_at": clock.now(),
        }
        keep(_PLEDGE, {**made, **words})
        if pledge:
            _tally(module.key, here, {Said.PLEDGED: 1})
        return True


def begin_follow_up(practitioner_id: int, module: TrainingModule, number: int) -> None:
    """Draw the questions of a follow-up from the version on offer. Begun already, it stays as it was drawn.

    Raises Refused when it is not open.
    """
    with atomic():
        here = _here(practitioner_id, module.key)
        plan = FOLLOW_UPS[number]
        if number in here.round.begun:
            return
        if not is_open(plan, here.completed_on, clock.today()):
            raise Refused(FOLLOW_UP_CLOSED)
        met, followed = list_met(practitioner_id, module.key, here.set_number)
        form = draw_follow_up(module, plan.questions, met, followed, secrets.randbelow(2**31))
        follow_up = {
            "practitioner_id": practitioner_id,
            "module_key": module.key,
            "module_version": module.version,
            "set_number": here.set_number,
            "number": number,
            "form": write_form(form),
            "form_length": len(form),
            "begun_at": clock.now(),
        }
        keep(_FOLLOW_UP, follow_up)
        _tally(module.key, here, {said_begun(number): 1})


def record_answer(practitioner_id: int, follow_up: FollowUp, position: int, chosen: Sequence[int]) -> None:
    """Keep what was chosen for the next question of a follow-up, marked at once. The same again changes nothing.

    Raises Refused when the follow-up is not theirs or not open, or the question is answered otherwise or not the next.
    """
    with atomic():
        here = _here(practitioner_id, follow_up.module_key)
        mine = find_follow_up(practitioner_id, follow_up.module_key, here.set_number, follow_up.number)
        if mine is None or mine.id != follow_up.id:
            raise Refused(FOLLOW_UP_CLOSED)
        if position in mine.chosen:
            if mine.chosen[position] != tuple(chosen):
                raise Refused("You had answered this question already, and that answer stays.")
            return
        if not _is_next(here, FOLLOW_UPS[mine.number], position):
            raise Refused(FOLLOW_UP_CLOSED)
        drawn = mine.form[position - 1]
        answer = {
            "follow_up_id": mine.id,
            "position": position,
            "item_id": drawn.item_id,
            "chosen": json.dumps(list(chosen)),
            "is_right": is_right(drawn, chosen),
            "answered_at": clock.now(),
        }
        keep(_ANSWER, answer)
        if position == len(mine.form):
            _tally(mine.module_key, here, {said_answered(mine.number): 1})


def record_words(
    practitioner_id: int,
    module_key: str,
    number: int,
    about: About,
    *,
    kept: Kept | None = None,
    words: str = "",
    changes: Collection[Change] = (),
    may_quote: bool = False,
) -> None:
    """Keep how the pledge went, or what has changed and what someone does differently; all may be left empty. Once.

    `may_quote` says that the words about practice may be quoted; without words it says nothing. Raises Refused when the
    follow-up is not open or not so far.
    """
    with atomic():
        here = _here(practitioner_id, module_key)
        begun = here.round.begun.get(number)
        if begun and about in begun.told:
            return
        follow_up = find_follow_up(practitioner_id, module_key, here.set_number, number)
        if follow_up is None or not _is_next(here, FOLLOW_UPS[number], about):
            raise Refused(FOLLOW_UP_CLOSED)
        told = {"about": about, "kept": kept, "words": words, "answered_at": clock.now()}
        keep(_WORDS, {"follow_up_id": follow_up.id, **told})
        if about is About.PLEDGE:
            _tally_pledge(practitioner_id, module_key, here, number, kept, words)
        else:
            _keep_practice(module_key, here, follow_up.id, set(changes), may_quote=may_quote and bool(words))


def _keep_practice(
    module_key: str, here: Afterwards, follow_up_id: int, changes: Collection[Change], *, may_quote: bool
) -> None:
    counted = Counter[str]()
    if changes:
        keep(_CHANGES, [{"follow_up_id": follow_up_id, "change": change} for change in sorted(changes)])
        counted.update([Said.PRACTICE, *changes])
    if may_quote:
        quarter = counted_in(here.completed_on, COUNTED[Said.MAY_QUOTE])
        keep(_CONSENT, {"follow_up_id": follow_up_id, "module_key": module_key, "quarter": quarter})
        counted[Said.MAY_QUOTE] += 1
    _tally(module_key, here, counted)


def _tally_pledge(
    practitioner_id: int, module_key: str, here: Afterwards, number: int, kept: Kept | None, words: str
) -> None:
    """Count how a pledge went: what was said last stands, and what was said four weeks before no more."""
    steps = Counter[str]()
    if kept:
        steps[kept] += 1
        if number == 3 and (second := find_follow_up(practitioner_id, module_key, here.set_number, 2)):
            earlier = find_told(second.id, practitioner_id, About.PLEDGE)
            if earlier and earlier.kept:
                steps[earlier.kept] -= 1
    if number == 3 and words:
        steps[Said.IN_THE_WAY] += 1
    _tally(module_key, here, steps)


def _tally_ratings(practitioner_id: int, module_key: str, here: Afterwards, when: When) -> None:
    """Count what was rated at one time of a round, in both tallies."""
    ratings = ratings_of(practitioner_id, module_key, here.set_number)
    sums = {
        (counted_in(here.completed_on, PAIRED[pair]), module_key, str(pair), statement): astuple(each)
        for pair, statement, each in paired(ratings, when)
    }
    serialise(RECORD)
    add_to(ConfidenceTally, sums)
    said = Counter[str]([when])
    if when is When.NOW and ratings[When.BEFORE]:
        said[Said.BOTH] += 1
    _tally(module_key, here, said)


def _tally(module_key: str, here: Afterwards, steps: Mapping[str, int]) -> None:
    """Count so many more, or fewer, rounds of a module that said this or that."""
    rows = {
        (counted_in(here.completed_on, COUNTED[what]), module_key, str(what)): (step,)
        for what, step in steps.items()
        if step
    }
    serialise(RECORD)
    add_to(RoundTally, rows)


def _here(practitioner_id: int, module_key: str) -> Afterwards:
    """Within `atomic()`: where they stand, while two tabs of one person wait for each other."""
    serialise(f"evaluation of {practitioner_id}")
    here = find_afterwards(practitioner_id, module_key)
    if here is None:
        raise Refused("Complete the module first.")
    return here


def _is_next(here: Afterwards, plan: Plan, step: int | About | When) -> bool:
    """Whether a follow-up that was begun is open and has come to this step."""
    is_begun = plan.number in here.round.begun
    return is_begun and is_open(plan, here.completed_on, clock.today()) and follow_up_step(plan, here.round) == step
