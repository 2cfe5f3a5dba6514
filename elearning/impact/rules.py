"""From how many people on anything is shown, and how figures are rounded."""

from decimal import ROUND_HALF_UP, Decimal

from elearning.figures.types import Measure

SHOWN = 10  # people: no figure about fewer (rule S of `modules/README.md`, as for questions)
TENTH = Decimal("0.1")
QUOTES = 20  # at most, on a page


def tenths(value: Decimal | float) -> Decimal:
    """A figure as it is printed: in tenths, halves away from zero, and never a minus before zero."""
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(TENTH, ROUND_HALF_UP) + 0


def mean(total: int, count: int) -> Measure:
    """The mean of so many ratings that add up to this."""
    value = tenths(Decimal(total) / count)
    return Measure(value, value, value)
