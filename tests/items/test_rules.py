"""When a question's figures speak against it: each flag at its floor and bound, and not before."""

import pytest

from elearning.catalogue.library import Library
from elearning.catalogue.types import Item, ItemType, TrainingModule
from elearning.figures.types import Hidden
from elearning.items.rules import WAIT, figures_of, gravest_first
from elearning.items.statistics import facility
from elearning.items.types import Answers, Flag, ItemFigures


@pytest.fixture
def module(sample_library: Library) -> TrainingModule:
    return next(iter(sample_library))


@pytest.fixture
def single(module: TrainingModule) -> Item:
    """A question with one right answer out of three or more."""
    return next(item for item in module.items if item.type is ItemType.SINGLE and len(item.options) >= 3)


def answers(item: Item, *counts: int, rest_right: int = 6, rest_wrong: int = 6) -> list[Answers]:
    """So many for the right answer, then for each wrong one; everyone with these scores on the rest, give or take one."""
    right = item.key[0]
    wrong = [position for position in range(len(item.options)) if position != right]
    found = []
    for position, count in zip([right, *wrong], counts, strict=False):
        rest = rest_right if position == right else rest_wrong
        above = count // 2
        squares = above * (rest + 1) ** 2 + (count - above) * rest**2
        found.append(Answers((position,), position == right, count, count * rest + above, squares))
    return [each for each in found if each.count]


def judged(module: TrainingModule, item: Item, *counts: int, **rest: int) -> ItemFigures:
    (found,) = figures_of(module, {item.id: answers(item, *counts, **rest)})
    return found


APART = {"rest_right": 8, "rest_wrong": 4}  # a question that tells those who know from the others


@pytest.mark.parametrize(
    ("counts", "rest", "flags"),
    [
        ((20, 6, 3), APART, ()),  # 29: too few for anything
        ((20, 6, 4), APART, ()),
        ((13, 14, 3), APART, (Flag.BEATEN,)),
        ((13, 13, 4), APART, ()),
        ((13, 14, 2), APART, ()),  # 29
        ((7, 12, 11), APART, (Flag.BEATEN,)),  # the interval reaches to 0.41
        ((6, 12, 12), APART, (Flag.BEATEN, Flag.HARD)),
        ((78, 1, 0), APART, ()),  # 0.93 at the lowest
        ((200, 1, 1), APART, (Flag.EASY, Flag.UNCHOSEN)),
        ((85, 10, 5), APART, ()),
        ((85, 11, 4), APART, (Flag.UNCHOSEN,)),
        ((84, 11, 4), APART, ()),  # 99
        ((60, 20, 20), {}, (Flag.WEAK,)),  # 0.00, and 0.196 at the most
        ((59, 20, 20), {}, ()),  # 99
        ((60, 20, 20), {"rest_right": 4, "rest_wrong": 8}, (Flag.NEGATIVE,)),
        ((59, 20, 20), {"rest_right": 4, "rest_wrong": 8}, ()),  # 99
    ],
)
def test_a_flag_is_raised_at_its_floor_and_bound(
    module: TrainingModule, single: Item, counts: tuple[int, ...], rest: dict[str, int], flags: tuple[Flag, ...]
) -> None:
    assert judged(module, single, *counts, **rest).flags == flags


def test_below_its_floor_a_figure_is_not_given(module: TrainingModule, single: Item) -> None:
    assert judged(module, single, 29).facility is Hidden.TOO_FEW
    assert judged(module, single, 29).advice == WAIT
    assert judged(module, single, 24, 3, 3).facility == facility(24, 30)
    assert judged(module, single, 90, 6, 3, **APART).discrimination is Hidden.TOO_FEW
    assert judged(module, single, 90, 6, 4, **APART).discrimination not in set(Hidden)
    assert judged(module, single, 100).discrimination is Hidden.NONE  # everyone right: there is nothing to compare


def test_the_wrong_answer_chosen_most_is_said_in_words(module: TrainingModule, single: Item) -> None:
    found = judged(module, single, 10, 12, 14)
    wrong = [option.text for option in single.options if not option.right]
    assert (found.wrong, found.wrong_count) == (wrong[1], 14)
    assert f"More chose “{wrong[1]}” than the right answer" in found.advice
    assert found.section is not None
    assert found.section.title in found.advice


def test_where_several_are_right_each_option_counts_by_itself(module: TrainingModule, single: Item) -> None:
    """As many as took both right ones took a wrong one with one of them: that beats the rarer right one."""
    two_right = single.model_copy(
        update={
            "type": ItemType.MULTIPLE,
            "options": tuple(
                option.model_copy(update={"right": position < 2}) for position, option in enumerate(single.options)
            ),
        }
    )
    bank = module.model_copy(update={"items": (two_right,)})
    given = [Answers((0, 1), True, 10, 60, 360), Answers((0, 2), False, 20, 100, 500)]
    (found,) = figures_of(bank, {two_right.id: given})
    assert (found.right, found.wrong_count, found.flags) == (10, 20, (Flag.BEATEN,))


def test_the_gravest_come_first_then_the_hardest(module: TrainingModule, single: Item) -> None:
    easy = judged(module, single, 200, 12, 12, **APART)
    beaten = judged(module, single, 13, 14, 3, **APART)
    hard = judged(module, single, 150, 30, 30, **APART)
    few = judged(module, single, 1, 9)
    assert gravest_first([few, easy, hard, beaten]) == [beaten, hard, easy, few]
