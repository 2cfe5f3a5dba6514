"""When what may be said, and which questions a follow-up asks."""

import datetime as dt
from collections import Counter

import pytest

from elearning.catalogue.library import Library
from elearning.catalogue.loader import read_packs
from elearning.catalogue.types import Level, TrainingModule
from elearning.evaluation.rules import (
    FOLLOW_UPS,
    changes,
    clean_words,
    draw_follow_up,
    follow_up_step,
    open_follow_up,
    open_look_back,
    waiting,
)
from elearning.evaluation.types import About, Begun, Round, Step, When
from elearning.settings import ROOT
from tests.conftest import MODULE

DAY = dt.date(2026, 3, 2)
NOTHING = Round()
LOOKED_BACK = {When.NOW: 6, When.BACK: 0}


def after(days: int) -> dt.date:
    return DAY + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "number"),
    [(0, None), (2, None), (3, 1), (27, 1), (28, 2), (55, 2), (56, 3), (111, 3), (112, None)],
)
def test_each_follow_up_is_open_from_its_day_until_the_next_ones(days: int, number: int | None) -> None:
    plan = open_follow_up(NOTHING, DAY, after(days))
    assert (plan.number if plan else None) == number


@pytest.mark.parametrize(
    ("round_", "step"),
    [
        (NOTHING, When.NOW),
        (Round({When.BEFORE: 6}), When.NOW),
        (Round({When.NOW: 0}), When.BACK),
        (Round(LOOKED_BACK), About.PLEDGE),
        (Round(LOOKED_BACK, has_pledged=True), None),
        (Round(LOOKED_BACK, has_pledged=False), None),
    ],
)
def test_looking_back_goes_step_by_step_and_ends_after_fourteen_days(round_: Round, step: Step | None) -> None:
    assert open_look_back(round_, DAY, after(14)) == step
    assert open_look_back(round_, DAY, after(15)) is None


@pytest.mark.parametrize(
    ("round_", "days", "state"),
    [
        (NOTHING, 0, "Not started"),
        (Round({When.NOW: 6}), 14, "In progress"),
        (Round({When.NOW: 6}), 15, "Not answered"),
        (Round(LOOKED_BACK, has_pledged=False), 15, "Completed"),
    ],
)
def test_the_task_list_says_how_far_one_came(round_: Round, days: int, state: str) -> None:
    assert waiting(round_, DAY, after(days)).look_back_state == state


def begun(answered: int, *told: About, said: dict[When, int] | None = None, pledged: bool | None = True) -> Round:
    """A round with the third follow-up under way."""
    return Round(said or {}, pledged, {3: Begun(4, answered, frozenset(told))})


@pytest.mark.parametrize(
    ("round_", "step"),
    [
        (NOTHING, 1),
        (begun(0), 1),
        (begun(3), 4),
        (begun(4), About.PLEDGE),
        (begun(4, pledged=False), When.LATER),
        (begun(4, pledged=None), When.LATER),
        (begun(4, About.PLEDGE), When.LATER),
        (begun(4, About.PLEDGE, said={When.LATER: 0}), About.PRACTICE),
        (begun(4, About.PLEDGE, About.PRACTICE, said={When.LATER: 0}), None),
    ],
)
def test_the_third_follow_up_asks_one_thing_after_the_other(round_: Round, step: Step | None) -> None:
    assert follow_up_step(FOLLOW_UPS[3], round_) == step
    assert (open_follow_up(round_, DAY, after(60)) is None) == (step is None)


@pytest.fixture
def sample(sample_library: Library) -> TrainingModule:
    return sample_library.modules[MODULE]


def ids(form: object) -> list[str]:
    return [drawn.item_id for drawn in form]  # type: ignore[attr-defined]  # a Form


@pytest.mark.parametrize("seed", range(20))
def test_questions_not_met_come_first_by_every_outcome_and_apply_before_others(
    sample: TrainingModule, seed: int
) -> None:
    form = draw_follow_up(sample, 4, [["SM-04", "SM-05"]], [], seed)
    assert not {"SM-04", "SM-05"} & set(ids(form))
    items = [sample.item[id_] for id_ in ids(form)]
    assert Counter(item.outcome for item in items) == {"1.1": 2, "1.2": 2}
    assert sum(item.level is Level.APPLY for item in items) == 3  # of the first outcome one apply item is left
    for drawn in form:
        assert drawn.key == sample.item[drawn.item_id].key
        assert sorted(drawn.order) == list(range(len(sample.item[drawn.item_id].parts)))


@pytest.mark.parametrize("seed", range(20))
def test_where_too_few_are_left_those_met_longest_ago_come_back(sample: TrainingModule, seed: int) -> None:
    every = list(sample.item)
    met = [every[0:2], every[2:10], every[0:1]]  # the first one twice
    assert set(ids(draw_follow_up(sample, 3, met, [], seed))) == {every[10], every[11], every[1]}


def test_the_same_seed_draws_the_same(sample: TrainingModule) -> None:
    assert draw_follow_up(sample, 4, [], [], 7) == draw_follow_up(sample, 4, [], [], 7)
    assert len({draw_follow_up(sample, 4, [], [], seed) for seed in range(10)}) > 1


@pytest.mark.parametrize("module", read_packs(ROOT / "modules"), ids=lambda module: module.key)
def test_three_follow_ups_share_no_question_and_come_by_every_outcome_twice(module: TrainingModule) -> None:
    met: list[list[str]] = [[item.id for item in module.items[::3]]]
    followed: list[str] = []
    for plan in FOLLOW_UPS.values():
        form = ids(draw_follow_up(module, plan.questions, met, followed, plan.number))
        assert not set(form) & {id_ for earlier in met for id_ in earlier}
        met.append(form)
        followed += form
    asked = Counter(module.item[id_].outcome for id_ in followed)
    assert max(asked.values()) - min(asked[outcome.id] for outcome in module.outcomes) <= 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  ask\r\n\r\nfirst ", "ask first"),
        ("a\x00b\x1bc\ud800", "abc"),
        ("\t \n", ""),
        ("Zażółć 🙂 <b>", "Zażółć 🙂 <b>"),
    ],
)
def test_words_are_kept_on_one_line_without_control_characters(typed: str, kept: str) -> None:
    assert clean_words(typed) == kept


def test_changes_count_only_what_was_rated_at_both_times() -> None:
    assert changes({"a": 3, "b": 5, "c": 8, "d": 1}, {"a": 7, "b": 5, "c": 6, "e": 9}) == (1, 1, 1)
    assert changes({}, {"a": 1}) == (0, 0, 0)
