"""Writes of walks: each choice is one committed row, appended and never changed (law 1)."""

from sqlalchemy import insert

from elearning.catalogue.library import Library
from elearning.catalogue.paths import next_stand
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.db import atomic, keep, serialise
from elearning.core.errors import Refused
from elearning.stories.models import StoryStep
from elearning.stories.queries import find_walk
from elearning.stories.rules import stands
from elearning.stories.types import Walk

_TAKE = insert(StoryStep)


def begin_walk(practitioner_id: int, module: TrainingModule, number: int, role: int = 0) -> None:
    """Begin a walk. When one is still going on, or this number was begun already, nothing is changed."""
    with atomic():
        _one_at_a_time(practitioner_id)
        last = find_walk(practitioner_id, module.key)
        if (last is None or last.ending is not None) and number == (last.number if last else 0) + 1:
            _append(practitioner_id, Walk(module.key, module.version, number, role, (), None), 0, role, None)


def record_choice(practitioner_id: int, library: Library, module_key: str, number: int, step: int, choice: int) -> None:
    """Keep what was chosen in a scene. The same choice again changes nothing.

    Raises Refused when this is not the next step of the practitioner's present walk, and nothing is changed then.
    """
    with atomic():
        _one_at_a_time(practitioner_id)
        walk = find_walk(practitioner_id, module_key)
        if walk is None or walk.number != number or step > walk.step:
            raise Refused("That page was part of an earlier walk, so nothing was changed.")
        if step <= len(walk.choices):
            if walk.choices[step - 1] != choice:
                raise Refused("You had chosen here already, and that choice stays. You can walk the story again.")
            return
        scenario = library.version(module_key, walk.module_version).scenario
        assert scenario is not None  # there is a walk through it
        here = stands(scenario, walk)[-1]
        if not 0 <= choice < len(scenario.scene[here.scene or ""].choices):
            raise Refused("That is none of the choices here.")
        _append(practitioner_id, walk, step, choice, next_stand(scenario, here, choice).ending)


def _append(practitioner_id: int, walk: Walk, step: int, choice: int, ending: str | None) -> None:
    with atomic():
        taken = {
            "practitioner_id": practitioner_id,
            "module_key": walk.module_key,
            "module_version": walk.module_version,
            "walk": walk.number,
            "number": step,
            "choice": choice,
            "ending": ending,
            "taken_at": clock.now(),
        }
        keep(_TAKE, taken)


def _one_at_a_time(practitioner_id: int) -> None:
    """Two tabs of one person wait for each other, so that each sees what the other did."""
    serialise(f"stories of {practitioner_id}")
