"""Drawing forms and marking, without a database."""

import hashlib
from random import Random

import pytest

from elearning.assessment import rules
from elearning.assessment.rules import (
    NoLegalForm,
    draw,
    draw_problems,
    is_right,
    position_problems,
    read_form,
    shown_order,
    write_form,
)
from elearning.assessment.types import DrawnItem
from elearning.catalogue.library import Library
from elearning.catalogue.loader import read_packs
from elearning.catalogue.types import ItemType, Level, TrainingModule
from elearning.settings import ROOT
from tests.conftest import MODULE

GOLDEN = "7c33bf3fcaa350d1aa838a48bd4a7c81b36f806f249a99ffa1ae0255771032f9"
REAL = read_packs(ROOT / "modules")


@pytest.fixture(scope="module")
def module(sample_library: Library) -> TrainingModule:
    return sample_library.modules[MODULE]


def ids(form: tuple[DrawnItem, ...]) -> frozenset[str]:
    return frozenset(drawn.item_id for drawn in form)


def test_a_form_has_the_blueprints_items_of_each_outcome(module: TrainingModule) -> None:
    for seed in range(200):
        items = [module.item[drawn.item_id] for drawn in draw(module, seed, [])]
        assert sorted((item.outcome, item.level is Level.APPLY) for item in items) == [
            ("1.1", False),
            ("1.1", True),
            ("1.2", False),
            ("1.2", True),
        ]
        assert any(item.type is ItemType.SCENARIO for item in items)


def test_the_attempts_of_a_set_share_no_item_and_the_fourth_brings_back_the_first(module: TrainingModule) -> None:
    for seed in range(200):
        seen: list[frozenset[str]] = []
        for attempt in range(4):
            seen.append(ids(draw(module, seed + attempt, seen)))
        assert len(seen[0] | seen[1] | seen[2]) == 12
        assert seen[3] == seen[0]


def test_the_same_seed_draws_the_same_form(module: TrainingModule) -> None:
    assert draw(module, 7, []) == draw(module, 7, [])
    assert any(draw(module, seed, []) != draw(module, 7, []) for seed in range(8, 12))


def test_seeds_go_on_drawing_what_they_drew(module: TrainingModule) -> None:
    """The attempts that follow on from stored seeds are drawn as they always were, however the drawing is written."""
    drawn = hashlib.sha256()
    for seed in range(100):
        seen: list[frozenset[str]] = []
        for attempt in range(4):
            form = draw(module, seed * 10 + attempt, seen)
            drawn.update(write_form(form).encode())
            seen.append(ids(form))
    assert drawn.hexdigest() == GOLDEN


def test_items_that_a_new_version_dropped_do_not_stand_in_the_way(module: TrainingModule) -> None:
    """Half the bank was seen under ids that are gone: the oldest come back instead of no form at all."""
    small = module.model_copy(
        update={"items": module.items[:3] + module.items[3:9]}  # outcome 1.2 has only its lower items left
    )
    with pytest.raises(NoLegalForm):
        draw(small, 1, [])
    assert len(draw(module, 1, [["XX-01", "XX-02"]])) == 4


@pytest.mark.parametrize("module", REAL, ids=lambda module: module.key)
def test_every_real_bank_gives_every_practitioner_a_legal_set(module: TrainingModule) -> None:
    assert draw_problems(module, seeds=200) == []


def test_the_proof_finds_a_bank_without_enough_scenarios(module: TrainingModule) -> None:
    greedy = module.model_copy(update={"blueprint": module.blueprint.model_copy(update={"scenarios_at_least": 2})})
    assert draw_problems(greedy, seeds=20) == ["no legal form for attempt 1 (seed 0); add items or scenario judgements"]


def test_steps_are_never_shown_in_their_right_order(module: TrainingModule) -> None:
    ordering = next(item for item in module.items if item.type is ItemType.ORDERING)
    orders = {shown_order(ordering, Random(seed)) for seed in range(100)}
    assert ordering.key not in orders
    assert len(orders) > 3


@pytest.mark.parametrize(
    ("key", "chosen", "right"),
    [
        ((1,), (1,), True),
        ((1,), (0,), False),
        ((0, 2), (0, 2), True),
        ((0, 2), (0,), False),
        ((0, 2), (0, 1, 2), False),
        ((0, 1, 2), (1, 0, 2), False),
    ],
)
def test_an_item_is_right_all_or_nothing(key: tuple[int, ...], chosen: tuple[int, ...], right: bool) -> None:
    assert is_right(DrawnItem("SM-01", tuple(range(3)), key), chosen) is right


def test_a_form_survives_being_stored(module: TrainingModule) -> None:
    form = draw(module, 3, [])
    assert read_form(write_form(form)) == form


def test_the_modules_folder_of_the_repository_is_checked() -> None:
    assert {module.key for module in REAL} >= {"reachable-moments"}


def test_the_right_option_stands_everywhere_equally_often(module: TrainingModule) -> None:
    assert position_problems(module) == []


def test_an_order_that_is_not_shuffled_is_found(module: TrainingModule, monkeypatch: pytest.MonkeyPatch) -> None:
    lax = module.model_copy(update={"blueprint": module.blueprint.model_copy(update={"scenarios_at_least": 0})})
    monkeypatch.setattr(rules, "_shuffle", lambda lists, chance: None)
    assert position_problems(lax)[1] == "of 800 questions with 3 options, the right one stands at place 2 in 800"
