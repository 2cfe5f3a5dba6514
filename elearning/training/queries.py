"""Reads of progress, put together with attempts and completions."""

import datetime as dt
from collections import defaultdict

from sqlalchemy import bindparam, select

from elearning.assessment.queries import list_attempts
from elearning.assessment.types import AttemptFacts
from elearning.catalogue.types import TrainingModule
from elearning.completions.queries import list_completions
from elearning.core import clock
from elearning.core.db import fetch
from elearning.evaluation.queries import rounds_of
from elearning.requirements.queries import due_days_of
from elearning.requirements.rules import duty
from elearning.requirements.types import Duty
from elearning.stories.queries import stories_of
from elearning.training.models import SectionProgress
from elearning.training.rules import progress
from elearning.training.types import Progress

_READ = select(SectionProgress.module_key, SectionProgress.slug, SectionProgress.last_read_at).where(
    SectionProgress.practitioner_id == bindparam("practitioner_id")
)


def progress_in(
    practitioner_id: int, modules: list[TrainingModule], attempts: list[AttemptFacts] | None = None
) -> list[Progress]:
    """Where someone stands in each of the modules: five queries, however many modules there are; four for a caller who
    has their attempts.
    """
    only = modules[0].key if len(modules) == 1 else None
    read: dict[str, dict[str, dt.datetime]] = defaultdict(dict)
    for key, slug, moment in fetch(_READ, practitioner_id=practitioner_id):
        read[key][slug] = moment
    attempts = list_attempts(practitioner_id, only) if attempts is None else attempts
    completions = list_completions(practitioner_id)
    stories = stories_of(practitioner_id)
    rounds = rounds_of(practitioner_id)
    return [
        progress(
            module,
            read[module.key],
            [attempt for attempt in attempts if attempt.module_key == module.key],
            [completion for completion in completions if completion.module_key == module.key],
            clock.now(),
            clock.today(),
            stories.get(module.key),
            rounds.get(module.key),
        )
        for module in modules
    ]


def duties_in(practitioner_id: int, standing: list[Progress]) -> dict[str, Duty]:
    """What is required of someone today in each of the modules whose progress is given, by module."""
    days = due_days_of(practitioner_id)
    return {p.module.key: duty(days.get(p.module.key), p.held_until, clock.today()) for p in standing}
