"""The clock: one source of the time, days in London."""

import datetime as dt

import pytest

from elearning.core import clock

NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T23:59:59+00:00", "2026-03-28"),  # winter: London is UTC
        ("2026-06-30T22:59:59+00:00", "2026-06-30"),
        ("2026-06-30T23:00:00+00:00", "2026-07-01"),  # summer: the day begins an hour earlier
        ("2026-12-31T23:59:59+00:00", "2026-12-31"),
        ("2026-07-01T02:00:00+05:00", "2026-06-30"),  # whatever zone the moment came in
    ],
)
def test_a_day_is_londons(moment: str, day: str) -> None:
    assert clock.day_of(dt.datetime.fromisoformat(moment)) == dt.date.fromisoformat(day)


def test_the_time_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_a_given_time_holds_within_its_block_even_when_it_ends_in_an_error() -> None:
    with pytest.raises(RuntimeError), clock.at(NEW_YEAR):
        assert clock.now() == NEW_YEAR
        with clock.at(NEW_YEAR + dt.timedelta(days=1)):
            assert clock.today() == dt.date(2026, 1, 2)
        assert clock.today() == dt.date(2026, 1, 1)
        raise RuntimeError
    assert clock.now() != NEW_YEAR
