"""Writes of attempts: start, answer, submit. Each answer is committed before its page is answered (law 1)."""

import secrets
from collections.abc import Sequence

from sqlalchemy import bindparam, case, insert, text, update

from elearning.assessment.models import Attempt, ItemTally, OutcomeTally, PassingTally, Response
from elearning.assessment.queries import find_sitting, list_attempts
from elearning.assessment.rules import draw, is_right, item_sums, outcome_sums, passing_sums, write_chosen, write_form
from elearning.assessment.types import Submission
from elearning.catalogue.library import Library
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.db import Moment, atomic, keep, serialise
from elearning.core.errors import Refused
from elearning.core.tallies import RECORD, add_to
from elearning.people.queries import worked_on

SUBMITTED = "This quiz was submitted already, so nothing was changed."

# As text: both engines read it, and building it anew at each answer would take longer than running it.
_RESPONSE = text("""
    INSERT INTO response (attempt_id, position, item_id, chosen, answered_at)
    SELECT id, :position, :item_id, :chosen, :now
    FROM attempt
    WHERE id = :attempt_id AND practitioner_id = :practitioner_id AND submitted_at IS NULL
    ON CONFLICT (attempt_id, position) DO UPDATE SET chosen = excluded.chosen, answered_at = excluded.answered_at
    RETURNING position
""").bindparams(bindparam("now", type_=Moment))
_ATTEMPT = insert(Attempt).returning(Attempt.id)
_MARK = (
    update(Response)
    .where(Response.attempt_id == bindparam("attempt"))
    .values(is_right=case((Response.position.in_(bindparam("right", expanding=True)), True), else_=False))
)
_CLOSE = update(Attempt).where(Attempt.id == bindparam("attempt"))


def start_attempt(practitioner_id: int, module: TrainingModule, set_number: int) -> int:
    """Draw the next attempt of a set, or return the one that is open; its id.

    Whether the practitioner may start is the caller's to decide, inside the same `atomic()`.
    """
    with atomic():
        _one_at_a_time(practitioner_id)
        earlier = [
            attempt
            for attempt in list_attempts(practitioner_id, module.key)
            if attempt.set_number == set_number or attempt.submitted_at is None
        ]
        if earlier and earlier[-1].submitted_at is None:
            return earlier[-1].id
        seed = secrets.randbelow(2**31)
        form = draw(module, seed, [[item.item_id for item in attempt.form] for attempt in earlier])
        attempt = {
            "practitioner_id": practitioner_id,
            "module_key": module.key,
            "module_version": module.version,
            "set_number": set_number,
            "number": len(earlier) + 1,
            "seed": seed,
            "form": write_form(form),
            "form_length": len(form),
            "pass_mark": module.blueprint.pass_mark,
            "started_at": clock.now(),
        }
        return int(keep(_ATTEMPT, attempt).scalar_one())


def record_response(practitioner_id: int, attempt_id: int, position: int, item_id: str, chosen: Sequence[int]) -> None:
    """Keep what was chosen for a question, in place of what was chosen before.

    Raises Refused when the attempt is not this practitioner's open one; nothing is changed then.
    """
    kept = {
        "practitioner_id": practitioner_id,
        "attempt_id": attempt_id,
        "position": position,
        "item_id": item_id,
        "chosen": write_chosen(chosen),
        "now": clock.now(),
    }
    with atomic():
        _one_at_a_time(practitioner_id)
        if keep(_RESPONSE, kept).first() is None:
            raise Refused(SUBMITTED)


def submit_attempt(practitioner_id: int, attempt_id: int, library: Library) -> Submission:
    """Mark and close an attempt, and add it to the tallies. Submitting it again gives the same result and changes nothing.

    Raises Refused when it is not this practitioner's, or a question has no answer.
    """
    with atomic():
        _one_at_a_time(practitioner_id)
        sitting = find_sitting(practitioner_id, attempt_id)
        if sitting is None:
            raise Refused("That quiz is not yours to submit.")
        if sitting.submitted_at is not None:
            return Submission(
                sitting.module_key, sitting.module_version, sitting.score or 0, bool(sitting.passed), is_new=False
            )
        if sitting.unanswered:
            raise Refused(f"Answer question {sitting.unanswered[0]} before you submit.")
        right = [n for n, item in enumerate(sitting.form, start=1) if is_right(item, sitting.chosen[n])]
        keep(_MARK, {"attempt": attempt_id, "right": right})
        passed = len(right) >= sitting.pass_mark
        submitted_at = max(clock.now(), sitting.started_at)
        worked = worked_on(practitioner_id, clock.day_of(submitted_at))
        agency_id, job_role = (worked.agency.id, worked.job_role) if worked else (None, None)
        marked = {"submitted_at": submitted_at, "score": len(right), "passed": passed}
        keep(_CLOSE, {"attempt": attempt_id, **marked, "agency_id": agency_id, "job_role": job_role})
        serialise(RECORD)
        on = clock.day_of(submitted_at)
        this = (sitting.module_key, sitting.module_version)
        if passed:
            add_to(PassingTally, passing_sums(*this, sitting.number, sitting.started_at, submitted_at, on))
        if sitting.set_number == sitting.number == 1:
            module = library.version(*this)
            outcomes = [module.item[item.item_id].outcome for item in sitting.form]
            add_to(ItemTally, item_sums(*this, sitting.form, sitting.chosen, set(right), on))
            add_to(OutcomeTally, outcome_sums(module.key, outcomes, set(right), agency_id, job_role, on))
        return Submission(*this, len(right), passed, is_new=True, agency_id=agency_id)


def _one_at_a_time(practitioner_id: int) -> None:
    """Two tabs of one person wait for each other, so that each sees what the other did."""
    serialise(f"attempts of {practitioner_id}")
