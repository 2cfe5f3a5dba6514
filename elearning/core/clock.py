"""The only source of the time. Moments are aware and in UTC; days are the partnership's, in Europe/London.

Tests and the demo give the clock with `at()`; nothing else of the product is ever stood in for.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_given: ContextVar[dt.datetime | None] = ContextVar("given clock", default=None)


def now() -> dt.datetime:
    """This moment, aware, in UTC."""
    return _given.get() or dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The date on the wall in London."""
    return day_of(now())


def day_of(moment: dt.datetime) -> dt.date:
    """The London date of an aware moment."""
    return moment.astimezone(LONDON).date()


def midnight(day: dt.date) -> dt.datetime:
    """The moment, in UTC, at which a day begins in London."""
    return dt.datetime.combine(day, dt.time(), LONDON).astimezone(dt.UTC)


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Within the block, `now()` answers `moment` (aware)."""
    token = _given.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _given.reset(token)
