"""Reads of walks through stories."""

from sqlalchemy import bindparam, func, select

from elearning.core.db import fetch
from elearning.stories.models import StoryStep
from elearning.stories.types import Walk

_OWN = StoryStep.practitioner_id == bindparam("practitioner_id")
_HERE = StoryStep.module_key == bindparam("module_key")
_WALK = (
    select(StoryStep.module_version, StoryStep.walk, StoryStep.choice, StoryStep.ending)
    .where(_OWN, _HERE, StoryStep.walk == select(func.max(StoryStep.walk)).where(_OWN, _HERE).scalar_subquery())
    .order_by(StoryStep.number)
)
_STORIES = select(StoryStep.module_key, func.max(StoryStep.ending)).where(_OWN).group_by(StoryStep.module_key)


def find_walk(practitioner_id: int, module_key: str) -> Walk | None:
    """The practitioner's latest walk through a module's story, finished or not."""
    steps = fetch(_WALK, practitioner_id=practitioner_id, module_key=module_key).all()
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
    rows = fetch(_STORIES, practitioner_id=practitioner_id)
    return {key: ending is not None for key, ending in rows}
