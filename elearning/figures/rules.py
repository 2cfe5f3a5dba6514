"""Financial years and quarters, what a cell says and how a table lies flat."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from elearning.figures.types import Hidden, Kind, Measure, Period, Rate, Table, Value

YEAR_BEGINS = 4  # April


def year_of(day: dt.date) -> Period:
    """The financial year that a day lies in."""
    return financial_year(day.year if day.month >= YEAR_BEGINS else day.year - 1)


def financial_year(start: int) -> Period:
    """The financial year that begins in April of a year."""
    return Period(
        key=f"{start}-{(start + 1) % 100:02}",
        label=f"April {start} to March {start + 1}",
        first=dt.date(start, YEAR_BEGINS, 1),
        last=dt.date(start + 1, YEAR_BEGINS, 1) - dt.timedelta(days=1),
    )


def quarters_of(year: Period) -> tuple[Period, ...]:
    """The four quarters of a financial year, April to June first."""
    quarters = []
    for number in range(1, 5):
        months = [(YEAR_BEGINS - 1 + 3 * number - back) % 12 + 1 for back in (3, 1)]
        calendar_year = year.first.year + (number == 4)
        first = dt.date(calendar_year, months[0], 1)
        after = dt.date(calendar_year + (months[1] == 12), months[1] % 12 + 1, 1)
        quarters.append(
            Period(
                key=f"{year.key}-q{number}",
                label=f"Quarter {number}, {first:%B} to {dt.date(calendar_year, months[1], 1):%B} {calendar_year}",
                first=first,
                last=after - dt.timedelta(days=1),
            )
        )
    return tuple(quarters)


@lru_cache
def quarter_of(day: dt.date) -> Period:
    """The quarter that a day lies in."""
    return next(quarter for quarter in quarters_of(year_of(day)) if quarter.first <= day <= quarter.last)


def list_periods(first_completion: dt.date | None, today: dt.date) -> tuple[Period, ...]:
    """Every financial year from the first completion to today, newest first, each followed by its quarters so far."""
    newest = year_of(today)
    oldest = year_of(min(first_completion or today, today))
    periods: list[Period] = []
    for start in range(newest.first.year, oldest.first.year - 1, -1):
        year = financial_year(start)
        periods += [year, *(quarter for quarter in quarters_of(year) if quarter.first <= today)]
    return tuple(periods)


def closes_on(last: dt.date) -> dt.date:
    """The first day on which a period that ended on `last` is closed: a day's grace for what midnight may have cut."""
    return last + dt.timedelta(days=2)


def first_open_day(today: dt.date) -> dt.date:
    """The first day of the oldest financial year that is not closed: what was so before may have been published."""
    year = year_of(today)
    is_over = today >= closes_on(year.first - dt.timedelta(days=1))
    return year.first if is_over else financial_year(year.first.year - 1).first


def is_closed(period: Period, today: dt.date) -> bool:
    """Whether the period, a year or a quarter, is over for good: nothing is counted in it later."""
    return today >= closes_on(period.last)


def is_publishable(period: Period, today: dt.date) -> bool:
    """Whether the period is a financial year that is closed; of quarters that are, `PUBLISHED_QUARTERLY` may leave."""
    return period.is_year and is_closed(period, today)


def find_period(periods: Iterable[Period], key: str) -> Period | None:
    """The period of this key, if it is one of them."""
    return next((period for period in periods if period.key == key), None)


def written(value: Value) -> str:
    """What a cell says, on a page and on paper."""
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    return f"{value:,}" if isinstance(value, int) else str(value)


Flat = str | int | dt.date | Decimal | None


def flat(table: Table) -> tuple[list[str], list[list[Flat]]]:
    """The header and rows as a spreadsheet holds them: one plain value a cell, so that it can count with them.

    A rate takes three columns (its two numbers, and its words: no percentage stands alone) and a measure three.
    """
    header: list[str] = []
    for position, column in enumerate(table.columns):
        if column.kind is Kind.RATE:
            values = [row[position] for row in table.rows]
            nouns = sorted({value.noun for value in values if isinstance(value, Rate)})
            header += [column.label, f"{column.label}: of how many {' or '.join(nouns)}", f"{column.label}: in words"]
        elif column.kind is Kind.MEASURE:
            header += [column.label, f"{column.label}: from", f"{column.label}: to"]
        else:
            header.append(column.label)
    return header, [
        [cell for column, value in zip(table.columns, row, strict=True) for cell in _flat(column.kind, value)]
        for row in table.rows
    ]


def _flat(kind: Kind, value: Value) -> list[Flat]:
    if isinstance(value, Rate):
        return [value.numerator, value.denominator, str(value)]
    if isinstance(value, Measure):
        return [value.value, value.low, value.high]
    if kind in (Kind.RATE, Kind.MEASURE):
        return [str(value), None, None]
    return [str(value) if isinstance(value, Hidden) else value]
