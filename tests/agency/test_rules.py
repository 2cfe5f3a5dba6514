import dataclasses
import datetime as dt

import pytest

from elearning.agency.rules import is_in, matches, meets_elsewhere, plain, state_of
from elearning.agency.types import Earned, Progress, State
from elearning.completions.types import Standing
from elearning.requirements.types import Duty, Need

DAY = dt.date(2026, 3, 2)


def progress(standing: Standing | None = None, *, begun: bool = False) -> Progress:
    return Progress(Earned(DAY, DAY, standing, None) if standing else None, begun)


@pytest.mark.parametrize(
    ("need", "found_by"),
    [(Need.NOT_REQUIRED, set()), (Need.MET, set()), (Need.DUE, {State.DUE}), (Need.OVERDUE, {State.OVERDUE})],
)
@pytest.mark.parametrize("standing", [None, Standing.EXPIRED, Standing.VALID])
def test_what_is_required_is_found_beside_the_state(
    need: Need, standing: Standing | None, found_by: set[State]
) -> None:
    given = dataclasses.replace(progress(standing), duty=Duty(need))
    assert {wanted for wanted in (State.DUE, State.OVERDUE) if is_in(given, wanted)} == found_by
    assert meets_elsewhere(given) is (need is Need.MET and standing is not Standing.VALID)


@pytest.mark.parametrize(
    ("given", "state", "found_by"),
    [
        (progress(), State.NOT_STARTED, {State.NOT_STARTED, State.MISSING}),
        (progress(begun=True), State.IN_PROGRESS, {State.IN_PROGRESS, State.MISSING}),
        (progress(Standing.VALID), State.VALID, {State.VALID}),
        (progress(Standing.VALID, begun=True), State.VALID, {State.VALID}),
        (progress(Standing.RENEWAL_DUE), State.RENEWAL_DUE, {State.RENEWAL_DUE, State.VALID}),
        (progress(Standing.EXPIRED, begun=True), State.EXPIRED, {State.EXPIRED, State.MISSING}),
    ],
)
def test_a_state_and_the_filters_that_find_it(given: Progress, state: State, found_by: set[State]) -> None:
    assert state_of(given) is state
    assert {wanted for wanted in State if is_in(given, wanted)} == found_by


@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("Tomasz Zieliński", "zielinski"),
        ("Tomasz Zieliński", "ZIELIŃSKI tom"),
        ("Łukasz Wójcik", "lukasz wojcik"),
        ("Siân Ŵyn", "sian wyn"),
        ("Nguyễn Thị Ánh", "nguyen anh"),
        ("Iğdır Yılmaz", "yilmaz"),
        ("Søren Ægir", "aegir"),
        ("Anne-Marie O’Neill", "o’neill"),
        ("Anyone", ""),
    ],
)
def test_a_search_finds_names_whatever_their_accents_and_order(name: str, search: str) -> None:
    assert matches(name, search)


def test_a_search_finds_only_names_with_every_word() -> None:
    assert not matches("Amina Yusuf", "amina price")


def test_accents_do_not_move_a_name_to_the_end_of_the_list() -> None:
    assert sorted(["Mark", "Łukasz", "Zoë", "Éva", "Frank"], key=plain) == ["Éva", "Frank", "Łukasz", "Mark", "Zoë"]
