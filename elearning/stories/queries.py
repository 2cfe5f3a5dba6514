"""Reads of walks through stories."""

from sqlalchemy import func, select

from elearning.core.db import db
from elearning.stories.models import StoryStep
from elearning.stories.types import Walk


def find_walk(practitioner_id: int, module_key: str) -> Walk | None:
    """The practitioner's latest walk through a module's story, finished or not."""
    latest = (
        select(func.max(StoryStep.walk))
        .where(StoryStep.practitioner_id == practitioner_id, StoryStep.module_key == module_key)
        .scalar_subquery()
    )
    steps = db.session.scalars(
        select(StoryStep)
        .where(
            StoryStep.practitioner_id == practitioner_id, StoryStep.module_key == module_key, StoryStep.walk == latest
        )
        .order_by(StoryStep.number)
    ).all()
    if not steps:
        return None
    return Walk(
        module_key=module_key,
        module_version=steps[0].module_version,
        number=steps[0].walk,
        role=steps[0].choice,
        choices=tuple(step.choice for step in steps[1:]),
        ending=steps[-1].ending,
    )


def stories_of(practitioner_id: int) -> dict[str, bool]:
    """The modules whose story the practitioner has begun, and whether they ever came to an ending."""
    rows = db.session.execute(
        select(StoryStep.module_key, func.max(StoryStep.ending))
        .where(StoryStep.practitioner_id == practitioner_id)
        .group_by(StoryStep.module_key)
    )
    return {key: ending is not None for key, ending in rows}
