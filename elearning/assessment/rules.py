"""Drawing a form by rule, and marking it. Whole numbers only; chance comes in as a seed.

A form is constructed, not a plain random draw: so many lower and apply items of each outcome, so many scenario
judgements at least (`Blueprint`). The attempts of a set share no item. After the last of them, the items seen
longest ago come back. `draw_problems` proves all of it for a bank, seed by seed (content rule L17).
"""

import json
from collections.abc import Iterable, Sequence
from random import Random

from elearning.assessment.types import DrawnItem, Form
from elearning.catalogue.types import Item, ItemType, Level, Outcome, Question, TrainingModule

TRIES = 500


class NoLegalForm(Exception):
    """The bank has no form that keeps the blueprint without the items to avoid."""


def draw(module: TrainingModule, seed: int, seen: Sequence[Iterable[str]]) -> Form:
    """The form of the next attempt. `seen` holds the item ids of the set's earlier attempts, oldest first.

    Raises NoLegalForm if the bank is too small even with every item allowed.
    """
    chance = Random(seed)
    kept = [frozenset(ids) for ids in seen]
    attempts = module.blueprint.attempts
    if len(kept) >= attempts:
        kept = kept[len(kept) - attempts + 1 :]
    while True:
        try:
            items = _deal(module, max(1, attempts - len(kept)), frozenset().union(*kept), chance)[0]
            break
        except NoLegalForm:
            if not kept:
                raise
            kept = kept[1:]  # a new module version may have dropped items: let the oldest come back
    chance.shuffle(items)
    return tuple(DrawnItem(item.id, shown_order(item, chance), item.key) for item in items)


def _deal(module: TrainingModule, forms: int, avoid: frozenset[str], chance: Random) -> list[list[Item]]:
    """Deal `forms` legal forms that share no item, so that the later attempts stay possible too."""
    for _ in range(TRIES):
        dealt: list[list[Item]] = [[] for _ in range(forms)]
        for pool, each in _pools(module, avoid):
            if len(pool) < each * forms:
                raise NoLegalForm
            chance.shuffle(pool)
            for number, form in enumerate(dealt):
                form += pool[number * each : (number + 1) * each]
        if all(_scenarios(form) >= module.blueprint.scenarios_at_least for form in dealt):
            return dealt
    raise NoLegalForm


def _pools(module: TrainingModule, avoid: frozenset[str]) -> Iterable[tuple[list[Item], int]]:
    """For each outcome the lower and the apply items still unseen, and how many of them a form takes."""
    for outcome in module.outcomes:
        unseen = [item for item in module.items if item.outcome == outcome.id and item.id not in avoid]
        yield [item for item in unseen if item.level is not Level.APPLY], module.blueprint.lower_per_outcome
        yield [item for item in unseen if item.level is Level.APPLY], module.blueprint.apply_per_outcome


def _scenarios(items: Iterable[Item]) -> int:
    return sum(item.type is ItemType.SCENARIO for item in items)


def shown_order(question: Question, chance: Random) -> tuple[int, ...]:
    """The author's positions of the options, steps or pairs in a shuffled order; steps never stand solved."""
    order = list(range(len(question.parts)))
    chance.shuffle(order)
    if question.type is ItemType.ORDERING and tuple(order) == question.key:
        order = order[1:] + order[:1]
    return tuple(order)


def is_right(item: DrawnItem, chosen: Sequence[int]) -> bool:
    """All or nothing: what was chosen equals the key."""
    return tuple(chosen) == item.key


def write_form(form: Form) -> str:
    """The form as the JSON text that is stored with the attempt."""
    return json.dumps([[item.item_id, item.order, item.key] for item in form], separators=(",", ":"))


def read_form(text: str) -> Form:
    """The stored form back again."""
    return tuple(DrawnItem(id_, tuple(order), tuple(key)) for id_, order, key in json.loads(text))


def draw_problems(module: TrainingModule, seeds: int = 1000) -> list[str]:
    """Why the bank cannot give every practitioner a full set of legal attempts; empty when every seed is legal."""
    plan = module.blueprint
    for seed in range(seeds):
        seen: list[frozenset[str]] = []
        for number in range(1, plan.attempts + 2):
            try:
                form = draw(module, seed * 10 + number, seen)
            except NoLegalForm:
                return [f"no legal form for attempt {number} (seed {seed}); add items or scenario judgements"]
            items = [module.item[drawn.item_id] for drawn in form]
            shared = frozenset(item.id for item in items) & frozenset().union(*seen[-plan.attempts + 1 :])
            legal = (
                len({item.id for item in items}) == module.form_length
                and _scenarios(items) >= plan.scenarios_at_least
                and all(_is_covered(module, outcome, items) for outcome in module.outcomes)
            )
            if shared or not legal:
                return [f"attempt {number} (seed {seed}) breaks the blueprint or repeats {sorted(shared)}"]
            seen.append(frozenset(item.id for item in items))
    return []


def _is_covered(module: TrainingModule, outcome: Outcome, items: Sequence[Item]) -> bool:
    levels = [item.level is Level.APPLY for item in items if item.outcome == outcome.id]
    plan = module.blueprint
    return levels.count(True) == plan.apply_per_outcome and levels.count(False) == plan.lower_per_outcome
