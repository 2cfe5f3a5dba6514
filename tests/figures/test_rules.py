import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.figures.rules import find_period, list_periods, quarters_of, year_of


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (dt.date(2026, 3, 31), "2025-26"),
        (dt.date(2026, 4, 1), "2026-27"),
        (dt.date(2026, 12, 31), "2026-27"),
        (dt.date(2000, 2, 29), "1999-00"),
    ],
)
def test_the_financial_year_begins_in_april(day: dt.date, key: str) -> None:
    assert year_of(day).key == key


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31)))
def test_every_day_lies_in_one_year_and_one_quarter_of_it(day: dt.date) -> None:
    year = year_of(day)
    quarters = quarters_of(year)
    assert year.first <= day <= year.last
    assert sum(quarter.first <= day <= quarter.last for quarter in quarters) == 1
    assert (quarters[0].first, quarters[-1].last) == (year.first, year.last)
    assert all(following.first - before.last == dt.timedelta(days=1) for before, following in pairwise(quarters))


def test_quarters_are_named_by_their_months() -> None:
    assert [quarter.label for quarter in quarters_of(year_of(dt.date(2025, 5, 1)))] == [
        "Quarter 1, April to June 2025",
        "Quarter 2, July to September 2025",
        "Quarter 3, October to December 2025",
        "Quarter 4, January to March 2026",
    ]


def test_periods_run_from_the_first_completion_to_today() -> None:
    periods = list_periods(dt.date(2025, 3, 31), dt.date(2026, 7, 1))
    assert [period.key for period in periods] == [
        "2026-27", "2026-27-q1", "2026-27-q2",
        "2025-26", "2025-26-q1", "2025-26-q2", "2025-26-q3", "2025-26-q4",
        "2024-25", "2024-25-q1", "2024-25-q2", "2024-25-q3", "2024-25-q4",
    ]  # fmt: skip
    assert [period.is_year for period in periods[:4]] == [True, False, False, True]


def test_without_completions_there_is_this_year() -> None:
    assert [period.key for period in list_periods(None, dt.date(2026, 4, 1))] == ["2026-27", "2026-27-q1"]


def test_only_listed_periods_are_found() -> None:
    periods = list_periods(None, dt.date(2026, 4, 1))
    assert find_period(periods, "2026-27-q1") == periods[1]
    assert find_period(periods, "2026-27-q2") is None
    assert find_period(periods, "") is None
