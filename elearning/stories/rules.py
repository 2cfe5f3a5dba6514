"""Where a walk has come to, worked out again from what was chosen."""

from dataclasses import dataclass
from itertools import accumulate

from elearning.catalogue.paths import Stand, first_fitting, first_stand, next_stand
from elearning.catalogue.types import Choice, Gauge, Glimpse, Piece, Scenario, Scene
from elearning.stories.types import Walk


@dataclass(frozen=True)
class Reading:
    """A gauge as a page shows it: its state in words, and what it was before."""

    gauge: Gauge
    level: int  # from 1
    before: int

    @property
    def words(self) -> str:
        """The state now."""
        return self.gauge.states[self.level - 1]

    @property
    def words_before(self) -> str:
        """The state before."""
        return self.gauge.states[self.before - 1]


@dataclass(frozen=True)
class Moment:
    """One scene of a walk: what is seen there and, once it was left, what was chosen and what that changed."""

    scene: Scene
    glimpse: Glimpse | None
    choice: Choice | None
    readings: tuple[Reading, ...]
    shared: tuple[Piece, ...]  # by this choice, for the first time
    is_last: bool


def stands(scenario: Scenario, walk: Walk) -> list[Stand]:
    """Every point the walk has come to, the beginning first."""
    return list(
        accumulate(
            walk.choices,
            lambda stand, choice: next_stand(scenario, stand, choice),
            initial=first_stand(scenario, walk.role),
        )
    )


def moment(scenario: Scenario, walk: Walk, step: int) -> Moment:
    """The scene of a step (from 1) that the walk has come to."""
    points = stands(scenario, walk)
    before, after = points[step - 1], points[min(step, len(points) - 1)]
    scene = scenario.scene[before.scene or ""]
    return Moment(
        scene=scene,
        glimpse=first_fitting(scene.glimpses, before.levels),
        choice=scene.choices[walk.choices[step - 1]] if step <= len(walk.choices) else None,
        readings=readings(scenario, before, after),
        shared=tuple(piece for piece in scenario.pieces if piece.id in after.shared - before.shared),
        is_last=after.ending is not None,
    )


def readings(scenario: Scenario, before: Stand, after: Stand) -> tuple[Reading, ...]:
    """Every gauge at one point, beside another."""
    return tuple(Reading(gauge, after.levels[gauge.id], before.levels[gauge.id]) for gauge in scenario.gauges)
