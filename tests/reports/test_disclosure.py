"""What leaves the partnership lets nobody work out a suppressed count.

What figures become, and of which periods; `test_publication.py` attacks all of them together.
"""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.figures.disclosure import SMALLEST_SHOWN, disclosed, shown
from elearning.figures.rules import financial_year, is_publishable


@pytest.mark.parametrize(
    ("count", "published"),
    [
        (0, 0),
        (1, None),
        (7, None),
        (8, 10),
        (10, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (1002, 1000),
        (1003, 1005),
    ],
)
def test_one_to_seven_are_suppressed_and_the_rest_rounded_to_five(count: int, published: int | None) -> None:
    assert disclosed(count) == published
    assert shown(published) == ("*" if published is None else str(published))


def test_there_are_no_negative_counts() -> None:
    with pytest.raises(ValueError, match="never below zero"):
        disclosed(-1)


@given(st.integers(8, 10**7))
def test_a_shown_count_is_the_nearest_multiple_of_five(count: int) -> None:
    published = disclosed(count)
    assert published is not None
    assert published % 5 == 0
    assert abs(published - count) <= 2


def test_a_year_is_published_from_the_second_day_after_it_ended() -> None:
    year = financial_year(2025)
    assert not is_publishable(year, dt.date(2026, 3, 31))
    assert not is_publishable(year, dt.date(2026, 4, 1))
    assert is_publishable(year, dt.date(2026, 4, 2))


def test_an_agency_sees_its_own_people_exactly() -> None:
    """Nor is the officer's screen rounded: see `test_queries.py`."""
    assert not [path for path in Path("elearning/agency").rglob("*.py") if "disclosure" in path.read_text()]


def test_a_running_year_would_show_the_day_on_which_someone_completed() -> None:
    """One completion a day: the day on which a mark turns into 10 is that of the eighth."""
    days = [disclosed(count) for count in range(10)]
    assert days.index(None) == 1
    assert days.index(10) == SMALLEST_SHOWN
