"""The two statistics of an item, with their 95% intervals, from whole-number sums.

Facility is the share of right answers, with Wilson's score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927).
Discrimination is the corrected item-rest correlation: Pearson's r between the item's mark (0 or 1) and the score on the
rest of the same form, with Fisher's z interval (R. A. Fisher, Metron 1, 1921).
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from math import atanh, sqrt, tanh

from elearning.figures.types import Measure
from elearning.items.types import Answers, Interval

Z = 1.959964  # the standard normal's two-sided 95% point
TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def facility(right: int, count: int) -> Interval:
    """The share of `right` in `count` (at least 1)."""
    share, squared = right / count, Z * Z
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    reach = Z / (1 + squared / count) * sqrt(share * (1 - share) / count + squared / (4 * count * count))
    return Interval(share, middle - reach, middle + reach)


def discrimination(answers: Iterable[Answers]) -> Interval | None:
    """How an item goes with the rest of its form; None where everyone had it right, or wrong, or the same rest."""
    count = right = rest = squares = right_rest = 0
    for each in answers:
        count += each.count
        right += each.count * each.is_right
        rest += each.rest
        squares += each.rest_squares
        right_rest += each.rest * each.is_right
    spread = (count * right - right * right) * (count * squares - rest * rest)
    if spread == 0 or count < 4:
        return None
    r = (count * right_rest - right * rest) / sqrt(spread)
    if abs(r) >= 1:
        return Interval(r, r, r)
    reach = Z / sqrt(count - 3)
    return Interval(r, tanh(atanh(r) - reach), tanh(atanh(r) + reach))


def measure(interval: Interval, unit: Decimal = HUNDREDTH) -> Measure:
    """The interval as it is printed: in hundredths or another unit, halves away from zero."""
    return Measure(*(Decimal(repr(figure)).quantize(unit, ROUND_HALF_UP) for figure in interval))
