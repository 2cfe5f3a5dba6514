"""Whether a quiz can be started now, and what has to come first."""

import datetime as dt
from collections.abc import Mapping, Sequence

from elearning.assessment.types import AttemptFacts
from elearning.catalogue.types import Section, TrainingModule
from elearning.completions.rules import renewal_opens_on
from elearning.completions.types import CompletionFacts
from elearning.evaluation.rules import waiting
from elearning.evaluation.types import Round, When
from elearning.training.types import CONTENT_NOTE, Before, Progress, Quiz


def progress(
    module: TrainingModule,
    read: Mapping[str, dt.datetime],
    attempts: Sequence[AttemptFacts],
    completions: Sequence[CompletionFacts],
    now: dt.datetime,
    today: dt.date,
    story: bool | None = None,
    rounds: Mapping[int, Round] | None = None,
) -> Progress:
    """Where someone stands. `completions` are theirs of this module, newest first. `story` says whether they came to
    an ending of its story; None if they have not begun it. `rounds` hold what they said of themselves, by set number.

    A set of attempts ends with a pass; the next set opens when the renewal window does, or when it was withdrawn. Within a set the next attempt
    opens once the sections of the wrong answers were read again, and after the last one a pause comes first.
    """
    rounds = rounds or {}
    set_number = len(completions) + 1
    in_set = [attempt for attempt in attempts if attempt.set_number == set_number]
    counting = [completion for completion in completions if not completion.is_withdrawn]
    newest = counting[0] if counting else None
    latest = completions[0] if completions and completions[0] is newest else None
    renewal = renewal_opens_on(newest.completed_on, newest.expires_on) if newest else None

    def stands(quiz: Quiz, **more: object) -> Progress:
        number = len(in_set) if quiz is Quiz.OPEN else len(in_set) + 1
        round_ = rounds.get(set_number - (quiz is Quiz.PASSED), Round())
        has_begun = bool(in_set) if completions else any(slug != CONTENT_NOTE for slug in read)
        return Progress(
            module=module,
            read=dict(read),
            attempts=tuple(attempts),
            quiz=quiz,
            set_number=set_number,
            attempt_number=number,
            expires_on=newest.expires_on if newest else None,
            held_until=max((completion.expires_on for completion in counting), default=None),
            renews_from=renewal,
            has_begun_story=story is not None,
            has_followed_story=bool(story),
            before=before(round_, is_open=quiz is not Quiz.PASSED and not has_begun),
            waiting=waiting(rounds.get(len(completions), Round()), latest.completed_on, today) if latest else None,
            **more,  # type: ignore[arg-type]  # the optional fields of Progress
        )

    if in_set and in_set[-1].submitted_at is None:
        return stands(Quiz.OPEN)
    if renewal is not None and today < renewal:
        return stands(Quiz.PASSED)
    if in_set and in_set[-1].submitted_at is not None:
        last = in_set[-1]
        if revisit := sections_to_revisit(module, last, read):
            return stands(Quiz.REVISIT, revisit=revisit)
        opens_at = in_set[-1].submitted_at + dt.timedelta(hours=module.blueprint.pause_hours)
        if len(in_set) % module.blueprint.attempts == 0 and now < opens_at:
            return stands(Quiz.PAUSED, opens_at=opens_at)
    if CONTENT_NOTE not in read or any(section.slug not in read for section in module.sections):
        return stands(Quiz.READ_FIRST)
    if module.scenario is not None and not story:
        return stands(Quiz.READ_FIRST)
    return stands(Quiz.READY)


def before(round_: Round, *, is_open: bool) -> Before:
    """Whether someone said how sure they feel before a set of attempts; `is_open` if they still may."""
    rated = round_.said.get(When.BEFORE)
    if rated is None:
        return Before.OPEN if is_open else Before.GONE
    return Before.ANSWERED if rated else Before.SKIPPED


def sections_to_revisit(
    module: TrainingModule, attempt: AttemptFacts, read: Mapping[str, dt.datetime]
) -> tuple[Section, ...]:
    """The sections behind the wrong answers of a submitted attempt that were not read since, in reading order."""
    missed = missed_sections(module, attempt.wrong)
    return tuple(
        section
        for section in missed
        if attempt.submitted_at is not None and not (section.slug in read and read[section.slug] > attempt.submitted_at)
    )


def missed_sections(module: TrainingModule, wrong: frozenset[str]) -> tuple[Section, ...]:
    """The sections that items answered wrong belong to, in reading order."""
    slugs = {module.item[id_].section for id_ in wrong if id_ in module.item}
    return tuple(section for section in module.sections if section.slug in slugs)
