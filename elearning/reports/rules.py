"""The arithmetic of the tables: periods beside each other, medians, hours."""

from collections.abc import Mapping
from decimal import Decimal

from elearning.figures.rules import financial_year, quarters_of
from elearning.figures.types import Hidden, Measure, Period

FEWEST = 8  # passes that a median is made of
DAYS_TO_COMPLETE = 28
DUE_WITHIN = 90  # days


def year_before(period: Period) -> Period:
    """The same period of the financial year before."""
    year = financial_year(period.first.year - 1 if period.first.month > 3 else period.first.year - 2)
    if period.is_year:
        return year
    return quarters_of(year)[int(period.key[-1]) - 1]


def quarter_before(quarter: Period) -> Period:
    """The quarter that ended when this one began."""
    number = int(quarter.key[-1])
    year = year_within(quarter)
    return quarters_of(year)[number - 2] if number > 1 else quarters_of(year_before(year))[3]


def quarters_up_to(quarter: Period) -> tuple[Period, ...]:
    """Eight quarters, the last of them this one."""
    quarters = [quarter]
    while len(quarters) < 8:
        quarters.insert(0, quarter_before(quarters[0]))
    return tuple(quarters)


def year_within(period: Period) -> Period:
    """The financial year that a period is, or lies in."""
    return financial_year(int(period.key[:4]))


def years_up_to(period: Period) -> tuple[Period, ...]:
    """Three financial years, the last of them the period's."""
    last = year_within(period)
    return tuple(financial_year(last.first.year - back) for back in (2, 1, 0))


def quarter_keys(period: Period) -> list[str]:
    """The keys of the quarters in a period."""
    return [each.key for each in quarters_of(period)] if period.is_year else [period.key]


def hours(minutes: int) -> int:
    """Whole hours, half an hour rounded up."""
    return (minutes + 30) // 60


def median(counts: Mapping[int, int]) -> Measure | Hidden:
    """The middle of values given with how often they stand, or the mean of the two in the middle; of 8 at least."""
    total = sum(counts.values())
    if total < FEWEST:
        return Hidden.TOO_FEW

    def at(position: int) -> int:
        passed = 0
        for value in sorted(counts):
            passed += counts[value]
            if position < passed:
                return value
        raise AssertionError

    middle = Decimal(at((total - 1) // 2) + at(total // 2)) / 2
    return Measure(middle, middle, middle)
