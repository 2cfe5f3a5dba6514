"""Every way through a story: how a choice moves it on, and what is wrong with a story that cannot be walked."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from elearning.catalogue.rules import Problem, unknown
from elearning.catalogue.types import Choice, Ending, Gauge, Glimpse, Role, Scenario, ScenarioHead, Scene

ENDING = "ending"  # what `next` says where the story ends
OWN = "own"  # what `shares` says for the piece of whichever role was taken
MOST_SCENES, MOST_WAYS = 30, 10_000  # so that the check can walk them all
DEATH = re.compile(r"\b(die[sd]?|dying|dead|deaths?|fatal\w*|kill\w*|murder\w*|funerals?)\b", re.IGNORECASE)


class _Conditional(Protocol):
    @property
    def needs(self) -> dict[str, int]: ...


Conditional = TypeVar("Conditional", bound=_Conditional)


@dataclass(frozen=True)
class Stand:
    """A point on the way: a scene or an ending, the state of each gauge (from 1), and the pieces shared so far."""

    scene: str | None
    ending: str | None
    levels: Mapping[str, int]
    shared: frozenset[str]
    own: str | None  # the piece of the role taken


@dataclass(frozen=True)
class Way:
    """One way from a start to an ending: the choices (from 0), and the stand before each and after the last."""

    choices: tuple[int, ...]
    stands: tuple[Stand, ...]


def first_stand(scenario: Scenario, role: int) -> Stand:
    """The beginning, for the role at this place (from 0; 0 where there are no roles)."""
    own = scenario.roles[role].piece if scenario.roles else None
    return Stand(scenario.starts[role], None, {gauge.id: gauge.starts for gauge in scenario.gauges}, frozenset(), own)


def next_stand(scenario: Scenario, stand: Stand, choice: int) -> Stand:
    """What a choice (from 0) in the scene of this stand leads to."""
    assert stand.scene is not None
    chosen = scenario.scene[stand.scene].choices[choice]
    levels = {
        gauge.id: min(max(stand.levels[gauge.id] + chosen.moves.get(gauge.id, 0), 1), len(gauge.states))
        for gauge in scenario.gauges
    }
    shared = stand.shared | {stand.own or piece if piece == OWN else piece for piece in chosen.shares}
    if chosen.next != ENDING:
        return Stand(chosen.next, None, levels, shared, stand.own)
    ending = first_fitting(scenario.endings, levels)
    assert ending is not None  # the last ending needs nothing
    return Stand(None, ending.id, levels, shared, stand.own)


def first_fitting(conditionals: Sequence[Conditional], levels: Mapping[str, int]) -> Conditional | None:
    """The first of several texts whose needs the gauges meet."""
    return next((one for one in conditionals if all(levels[name] >= n for name, n in one.needs.items())), None)


def paths(scenario: Scenario) -> Iterator[Way]:
    """Every way through a story that has no circle, for every role."""
    for role in range(len(scenario.starts)):
        yield from _onwards(scenario, (), (first_stand(scenario, role),))


def _onwards(scenario: Scenario, choices: tuple[int, ...], stands: tuple[Stand, ...]) -> Iterator[Way]:
    here = stands[-1]
    if here.scene is None:
        yield Way(choices, stands)
        return
    for position in range(len(scenario.scene[here.scene].choices)):
        yield from _onwards(scenario, (*choices, position), (*stands, next_stand(scenario, here, position)))


@dataclass(frozen=True)
class Names:
    """What the parts of a story may refer to; None where there is nothing to go by."""

    gauges: Collection[str] | None
    pieces: Collection[str] | None
    roles: Collection[str] | None
    scenes: Collection[str] | None
    points: Collection[str] | None


def part_problems(part: BaseModel, names: Names) -> Iterator[Problem]:
    """What is wrong with the head of a story, or one gauge, role, scene or ending, by itself."""
    if isinstance(part, ScenarioHead) and not part.fictional:
        yield ("fictional",), "a story is invented, with invented people and places; then say fictional: true"
    if isinstance(part, Gauge) and part.starts > len(part.states):
        yield ("starts",), f"starts is {part.starts}, but there are {len(part.states)} states"
    if isinstance(part, Role):
        for noun, name, known in (("scene", part.scene, names.scenes), ("piece", part.piece, names.pieces)):
            if problem := unknown(noun, name, known):
                yield (noun,), problem
    if isinstance(part, Ending):
        yield from _unknown_gauges(("needs",), part.needs, names)
        if found := DEATH.search(f"{part.title} {part.text}"):
            yield (), f'"{found.group()}": no story ends in a death; end with a person reached or a plan made'
    if isinstance(part, Scene):
        yield from _scene_problems(part, names)


def _scene_problems(scene: Scene, names: Names) -> Iterator[Problem]:
    if scene.id == ENDING:
        yield ("id",), f'"{ENDING}" is the word for the end of the story; give the scene another id'
    for position, id_ in enumerate(scene.evidence):
        if problem := unknown("evidence point", id_, names.points):
            yield ("evidence", position), problem
    for position, glimpse in enumerate(scene.glimpses):
        yield from _unknown_gauges(("glimpses", position, "needs"), glimpse.needs, names)
    if (best := sum(choice.best for choice in scene.choices)) != 1:
        yield ("choices",), f"exactly one choice is best, not {best}"
    for position, choice in enumerate(scene.choices):
        for path, message in _choice_problems(choice, names):
            yield ("choices", position, *path), message


def _choice_problems(choice: Choice, names: Names) -> Iterator[Problem]:
    words = len(choice.follows.split())
    if not 12 <= words <= 90:
        yield ("follows",), f"follows has {words} words; say what follows and why in 12 to 90"
    if found := DEATH.search(choice.follows):
        yield ("follows",), f'"{found.group()}": nobody dies in a story; teach by what the adults can or cannot see'
    yield from _unknown_gauges(("moves",), choice.moves, names)
    for position, id_ in enumerate(choice.shares):
        if not (id_ == OWN and names.roles) and (problem := unknown("piece", id_, names.pieces)):
            yield ("shares", position), problem
    for position, id_ in enumerate(choice.evidence):
        if problem := unknown("evidence point", id_, names.points):
            yield ("evidence", position), problem
    if choice.next != ENDING and (problem := unknown("scene", choice.next, names.scenes)):
        yield ("next",), problem


def _unknown_gauges(path: tuple[str | int, ...], gauges: Collection[str], names: Names) -> Iterator[Problem]:
    for name in gauges:
        if problem := unknown("gauge", name, names.gauges):
            yield (*path, name), problem


def way_problems(scenario: Scenario) -> Iterator[Problem]:
    """What is wrong with the ways through a story whose parts are sound: circles, and what no way comes to."""
    if len(scenario.scenes) > MOST_SCENES:
        yield ("scenes",), f"give at most {MOST_SCENES} scenes, not {len(scenario.scenes)}"
        return
    if circles := list(_circles(scenario)):
        yield from circles
        return
    if scenario.endings[-1].needs:
        words = "leave needs out of the last ending, so that every way ends somewhere"
        yield ("endings", len(scenario.endings) - 1, "needs"), words
        return
    if (ways := _count(scenario)) > MOST_WAYS:
        yield ("scenes",), f"there are {ways:,} ways through the story; keep them under {MOST_WAYS:,}"
        return
    walked = list(paths(scenario))
    stands = [stand for way in walked for stand in way.stands]
    scenes, endings = {stand.scene for stand in stands}, {stand.ending for stand in stands}
    shared = frozenset[str]().union(*(way.stands[-1].shared for way in walked))
    seen = {(stand.scene, id(_glimpse(scenario, stand))) for stand in stands if stand.scene}
    for position, scene in enumerate(scenario.scenes):
        if scene.id not in scenes:
            yield ("scenes", position), "no way through the story comes to this scene"
        for number, glimpse in enumerate(scene.glimpses):
            if scene.id in scenes and (scene.id, id(glimpse)) not in seen:
                yield ("scenes", position, "glimpses", number), "no way through the story shows this"
    for position, ending in enumerate(scenario.endings):
        if ending.id not in endings:
            yield ("endings", position), "no way through the story comes to this ending"
    for position, piece in enumerate(scenario.pieces):
        if piece.id not in shared:
            yield ("pieces", position), "no choice shares this piece"
    for way in walked:
        before = [scenario.scene[stand.scene] for stand in way.stands if stand.scene]
        reached = scenario.ending[way.stands[-1].ending or ""]
        if all(s.choices[n].best for s, n in zip(before, way.choices, strict=True)) and reached.reached != "early":
            yield (
                ("endings", scenario.endings.index(reached)),
                f'the best choices from scene "{before[0].id}" end here, reached {reached.reached}, not early',
            )


def _glimpse(scenario: Scenario, stand: Stand) -> Glimpse | None:
    return first_fitting(scenario.scene[stand.scene or ""].glimpses, stand.levels)


def _circles(scenario: Scenario) -> Iterator[Problem]:
    """Each choice that leads back to a scene on the way to it."""
    places = {scene.id: position for position, scene in enumerate(scenario.scenes)}
    done: set[str] = set()

    def visit(id_: str, above: tuple[str, ...]) -> Iterator[Problem]:
        for position, choice in enumerate(scenario.scene[id_].choices):
            if choice.next in (*above, id_):
                words = f'this leads back to "{choice.next}", so the story goes in a circle'
                yield ("scenes", places[id_], "choices", position, "next"), words
            elif choice.next != ENDING and choice.next not in done:
                yield from visit(choice.next, (*above, id_))
        done.add(id_)

    for scene in scenario.scenes:
        if scene.id not in done:
            yield from visit(scene.id, ())


def _count(scenario: Scenario) -> int:
    """How many ways there are, without walking them."""
    known: dict[str, int] = {ENDING: 1}

    def ways(id_: str) -> int:
        if id_ not in known:
            known[id_] = sum(ways(choice.next) for choice in scenario.scene[id_].choices)
        return known[id_]

    return sum(ways(start) for start in scenario.starts)
