"""Drawing a form by rule, and marking it. Whole numbers only; chance comes in as a seed.

A form is constructed, not a plain random draw: so many lower and apply items of each outcome, so many scenario
judgements at least (`Blueprint`). The attempts of a set share no item. After the last of them, the items seen
longest ago come back. `draw_problems` proves all of it for a bank, seed by seed (content rule L17).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from elearning.assessment.types import DrawnItem, Form
from elearning.catalogue.types import Item, ItemType, Level, Question, TrainingModule

TRIES = 500


class NoLegalForm(Exception):
    """The bank has no form that keeps the blueprint without the items to avoid."""


def draw(module: TrainingModule, seed: int, seen: Sequence[Iterable[str]]) -> Form:
    """The form of the next attempt. `seen` holds the item ids of the set's earlier attempts, oldest first.

    Raises NoLegalForm if the bank is too small even with every item allowed.
    """
    chance = Random(seed)
    items = _choose(module, _pools(module), chance, seen)
    chance.shuffle(items)
    return tuple(DrawnItem(item.id, shown_order(item, chance), item.key) for item in items)


Pool = tuple[tuple[Item, ...], int]  # items of one outcome and kind, and how many of them a form takes


def _pools(module: TrainingModule) -> list[Pool]:
    """For each outcome the lower and the apply items."""
    pools: list[Pool] = []
    for outcome in module.outcomes:
        items = [item for item in module.items if item.outcome == outcome.id]
        lower = tuple(item for item in items if item.level is not Level.APPLY)
        apply = tuple(item for item in items if item.level is Level.APPLY)
        pools += [(lower, module.blueprint.lower_per_outcome), (apply, module.blueprint.apply_per_outcome)]
    return pools


def _choose(module: TrainingModule, pools: list[Pool], chance: Random, seen: Sequence[Iterable[str]]) -> list[Item]:
    """The items of the next form, not yet in the order of the page."""
    kept = [frozenset(ids) for ids in seen]
    attempts = module.blueprint.attempts
    if len(kept) >= attempts:
        kept = kept[len(kept) - attempts + 1 :]
    while True:
        try:
            forms = max(1, attempts - len(kept))
            return _deal(pools, forms, frozenset().union(*kept), module.blueprint.scenarios_at_least, chance)
        except NoLegalForm:
            if not kept:
                raise
            kept = kept[1:]  # a new module version may have dropped items: let the oldest come back


def _deal(pools: list[Pool], forms: int, avoid: frozenset[str], scenarios: int, chance: Random) -> list[Item]:
    """Deal `forms` legal forms that share no item, so that the later attempts stay possible too; answer with the first."""
    unseen = [([item for item in pool if item.id not in avoid], each) for pool, each in pools]
    if any(len(pool) < each * forms for pool, each in unseen):
        raise NoLegalForm
    judged = [(pool, each) for pool, each in unseen if _scenarios(pool)]  # the others cannot make a form illegal
    for _ in range(TRIES):
        for pool, _each in unseen:
            chance.shuffle(pool)
        if all(_scenarios(_form(judged, number)) >= scenarios for number in range(forms)):
            return _form(unseen, 0)
    raise NoLegalForm


def _form(pools: list[tuple[list[Item], int]], number: int) -> list[Item]:
    """What the form at this place has of shuffled pools."""
    return [item for pool, each in pools for item in pool[number * each : (number + 1) * each]]


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
    each = {False: plan.lower_per_outcome, True: plan.apply_per_outcome}
    kinds: defaultdict[tuple[str, bool], set[str]] = defaultdict(set)
    for item in module.items:
        kinds[item.outcome, item.level is Level.APPLY].add(item.id)
    pools = _pools(module)
    for seed in range(seeds):
        seen: list[frozenset[str]] = []
        for number in range(1, plan.attempts + 2):
            try:
                items = _choose(module, pools, Random(seed * 10 + number), seen)  # as `draw` does
            except NoLegalForm:
                return [f"no legal form for attempt {number} (seed {seed}); add items or scenario judgements"]
            ids = frozenset(item.id for item in items)
            shared = ids & frozenset().union(*seen[max(0, len(seen) - plan.attempts + 1) :])
            legal = (
                len(ids) == module.form_length
                and _scenarios(items) >= plan.scenarios_at_least
                and all(len(ids & kind) == each[apply] for (_, apply), kind in kinds.items())
            )
            if shared or not legal:
                return [f"attempt {number} (seed {seed}) breaks the blueprint or repeats {sorted(shared)}"]
            seen.append(ids)
    return []


def position_problems(module: TrainingModule, seeds: int = 200) -> list[str]:
    """Whether the right option stands too often in one place, over many draws (content rule L04)."""
    counts: Counter[tuple[int, int]] = Counter()  # of questions with so many options, the right one at this place
    totals: Counter[int] = Counter()
    for seed in range(seeds):
        for drawn in draw(module, seed, []):
            options = module.item[drawn.item_id].options
            if len(drawn.key) == 1 and options:
                counts[len(options), drawn.order.index(drawn.key[0])] += 1
                totals[len(options)] += 1
    return [
        f"of {total} questions with {size} options, the right one stands at place {place + 1} in {counts[size, place]}"
        for size, total in totals.items()
        for place in range(size)
        # More than four and a half standard deviations from an even share.
        if (counts[size, place] * size - total) ** 2 > 20 * total * (size - 1)
    ]
