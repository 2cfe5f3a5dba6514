"""Drawing a form by rule, and marking it. Whole numbers only; chance comes in as a seed.

A form is constructed, not a plain random draw: so many lower and apply items of each outcome, so many scenario
judgements at least (`Blueprint`). The attempts of a set share no item. After the last of them, the items seen
longest ago come back. `draw_problems` proves all of it for a bank, seed by seed (content rule L17).
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Self

from elearning.assessment.types import DrawnItem, Form
from elearning.catalogue.types import Blueprint, ItemType, Level, Question, TrainingModule
from elearning.figures.rules import quarter_of

TRIES = 500
LONGEST_MINUTES = 180  # who takes longer was away; the median does not mind

Sums = dict[tuple[Any, ...], tuple[int, ...]]  # by key of a tally, what to add to its figures


class NoLegalForm(Exception):
    """The bank has no form that keeps the blueprint without the items to avoid."""


def draw(module: TrainingModule, seed: int, seen: Sequence[Iterable[str]]) -> Form:
    """The form of the next attempt. `seen` holds the item ids of the set's earlier attempts, oldest first.

    Raises NoLegalForm if the bank is too small even with every item allowed.
    """
    return _draw(module, _Bank.of(module), seed, [frozenset(earlier) for earlier in seen])


def _draw(module: TrainingModule, bank: "_Bank", seed: int, seen: Sequence[frozenset[str]]) -> Form:
    chance = Random(seed)
    ids = _choose(bank, chance, seen)
    _shuffle([ids], chance)
    items = [module.item[id_] for id_ in ids]
    return tuple(DrawnItem(item.id, shown_order(item, chance), item.key) for item in items)


@dataclass(frozen=True)
class _Bank:
    """What of a module decides which items a form takes."""

    plan: Blueprint
    pools: tuple[tuple[tuple[str, ...], int], ...]  # items of one outcome and kind, and how many of them a form takes
    scenarios: frozenset[str]

    @classmethod
    def of(cls, module: TrainingModule) -> Self:
        """For each outcome the lower and the apply items."""
        plan = module.blueprint
        pools = (
            (tuple(item.id for item in module.items if item.outcome == outcome.id and (item.level is Level.APPLY) is apply), each)
            for outcome in module.outcomes
            for apply, each in ((False, plan.lower_per_outcome), (True, plan.apply_per_outcome))
        )  # fmt: skip
        return cls(plan, tuple(pools), frozenset(item.id for item in module.items if item.type is ItemType.SCENARIO))


def _choose(bank: _Bank, chance: Random, seen: Sequence[frozenset[str]]) -> list[str]:
    """The items of the next form, not yet in the order of the page."""
    attempts = bank.plan.attempts
    kept = seen if len(seen) < attempts else seen[len(seen) - attempts + 1 :]
    while True:
        try:
            return _deal(bank, max(1, attempts - len(kept)), frozenset().union(*kept), chance)
        except NoLegalForm:
            if not kept:
                raise
            kept = kept[1:]  # a new module version may have dropped items: let the oldest come back


def _deal(bank: _Bank, forms: int, avoid: frozenset[str], chance: Random) -> list[str]:
    """Deal `forms` legal forms that share no item, so that the later attempts stay possible too; answer with the first."""
    pools, judged = [], []
    for pool, each in bank.pools:
        unseen = [id_ for id_ in pool if id_ not in avoid] if avoid else [*pool]
        if len(unseen) < each * forms:
            raise NoLegalForm
        pools.append(unseen)
        if not bank.scenarios.isdisjoint(unseen):  # a pool without a scenario judgement cannot make a form illegal
            judged.append((unseen, each))
    for _ in range(TRIES):
        _shuffle(pools, chance)
        for number in range(forms):
            found = bank.scenarios.intersection(_form(judged, number))
            if len(found) < bank.plan.scenarios_at_least:
                break
        else:
            return [id_ for pool, (_, each) in zip(pools, bank.pools, strict=True) for id_ in pool[:each]]
    raise NoLegalForm


def _form(pools: list[tuple[list[str], int]], number: int) -> list[str]:
    """What the form at this place has of shuffled pools."""
    return [id_ for pool, each in pools for id_ in pool[number * each : (number + 1) * each]]


@cache
def _steps(length: int) -> list[tuple[int, int]]:
    """Each place of a list from its end, and the bits of a number up to it."""
    return [(last, (last + 1).bit_length()) for last in range(length - 1, 0, -1)]


def _shuffle(lists: Iterable[list[Any]], chance: Random) -> None:
    """Shuffle each as `Random.shuffle` does, draw by draw: the check does it half a million times, this in half the time."""
    bits = chance.getrandbits
    for parts in lists:
        for last, size in _steps(len(parts)):
            place = bits(size)
            while place > last:
                place = bits(size)
            parts[last], parts[place] = parts[place], parts[last]


def shown_order(question: Question, chance: Random) -> tuple[int, ...]:
    """The author's positions of the options, steps or pairs in a shuffled order; steps never stand solved."""
    order = list(range(len(question.parts)))
    _shuffle([order], chance)
    if question.type is ItemType.ORDERING and tuple(order) == question.key:
        order = order[1:] + order[:1]
    return tuple(order)


def is_right(item: DrawnItem, chosen: Sequence[int]) -> bool:
    """All or nothing: what was chosen equals the key."""
    return tuple(chosen) == item.key


def passing_sums(
    module_key: str, module_version: int, number: int, started_at: dt.datetime, submitted_at: dt.datetime, on: dt.date
) -> Sums:
    """What a pass adds to `passing_tally`: with which attempt of the set, and in how many minutes, begun ones whole."""
    minutes = min(LONGEST_MINUTES, -((started_at - submitted_at) // dt.timedelta(minutes=1)))
    return {(quarter_of(on).key, module_key, module_version, number, minutes): (1,)}


def item_sums(
    module_key: str, module_version: int, form: Form, chosen: Mapping[int, Sequence[int]], right: set[int], on: dt.date
) -> Sums:
    """What a first attempt adds to `item_tally`: `right` holds the positions (from 1) that were marked right."""
    quarter = quarter_of(on).key
    sums: Sums = {}
    for position, item in enumerate(form, start=1):
        rest = len(right - {position})
        key = (quarter, module_key, module_version, item.item_id, write_chosen(chosen[position]), position in right)
        sums[key] = (1, rest, rest * rest)
    return sums


def outcome_sums(
    module_key: str, outcomes: Sequence[str], right: set[int], agency_id: int | None, job_role: str | None, on: dt.date
) -> Sums:
    """What a first attempt adds to `outcome_tally`; `outcomes` are those of the form's items, in the order of the form."""
    quarter = quarter_of(on).key
    sums: Sums = {}
    answers = Counter(outcomes)
    rights = Counter(outcome for position, outcome in enumerate(outcomes, start=1) if position in right)
    for who in ([str(agency_id)] if agency_id else []) + ([f"role:{job_role}"] if job_role else []):
        sums[quarter, module_key, who, ""] = (1, 0)
        for outcome, count in answers.items():
            sums[quarter, module_key, who, outcome] = (count, rights[outcome])
    return sums


def write_chosen(chosen: Sequence[int]) -> str:
    """What was chosen as the JSON text that is stored with the response."""
    return json.dumps(list(chosen))


def write_form(form: Form) -> str:
    """The form as the JSON text that is stored with the attempt."""
    return json.dumps([[item.item_id, item.order, item.key] for item in form], separators=(",", ":"))


def read_form(text: str) -> Form:
    """The stored form back again."""
    return tuple(DrawnItem(id_, tuple(order), tuple(key)) for id_, order, key in json.loads(text))


def draw_problems(module: TrainingModule, seeds: int = 1000) -> list[str]:
    """Why the bank cannot give every practitioner a full set of legal attempts; empty when every seed is legal."""
    bank, plan = _Bank.of(module), module.blueprint
    each = {False: plan.lower_per_outcome, True: plan.apply_per_outcome}
    kind = {item.id: (item.outcome, item.level is Level.APPLY) for item in module.items}
    # Told from the items alone, not from the pools that they were drawn from.
    legal = sorted(one for one in set(kind.values()) for _ in range(each[one[1]]))
    chance = Random()
    for seed in range(seeds):
        seen: list[frozenset[str]] = []
        for number in range(1, plan.attempts + 2):
            chance.seed(seed * 10 + number)  # as `draw` does
            try:
                ids = frozenset(_choose(bank, chance, seen))
            except NoLegalForm:
                return [f"no legal form for attempt {number} (seed {seed}); add items or scenario judgements"]
            shared = ids & frozenset().union(*seen[max(0, len(seen) - plan.attempts + 1) :])
            if (
                shared
                or len(ids) != module.form_length
                or len(bank.scenarios & ids) < plan.scenarios_at_least
                or sorted([kind[id_] for id_ in ids]) != legal
            ):
                return [f"attempt {number} (seed {seed}) breaks the blueprint or repeats {sorted(shared)}"]
            seen.append(ids)
    return []


def position_problems(module: TrainingModule, seeds: int = 200) -> list[str]:
    """Whether the right option stands too often in one place, over many draws (content rule L04)."""
    counts: Counter[tuple[int, int]] = Counter()  # of questions with so many options, the right one at this place
    totals: Counter[int] = Counter()
    bank = _Bank.of(module)
    for seed in range(seeds):
        for drawn in _draw(module, bank, seed, []):
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
