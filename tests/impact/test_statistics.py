"""The mean change against an example worked out by hand, and Student's points against the printed tables."""

import pytest

from elearning.evaluation.types import Sums
from elearning.figures.types import Measure
from elearning.impact.rules import mean, tenths
from elearning.impact.statistics import mean_change, student_point

# Ten people before: 3 4 5 2 6 5 4 3 7 5, which is 44; after: 6 6 7 5 7 8 3 6 7 9, which is 64.
# The changes: 3 2 2 3 1 3 −1 3 0 4; eight rose, one stayed, one fell. Their sum is 20, and of their squares
# 9 + 4 + 4 + 9 + 1 + 9 + 1 + 9 + 0 + 16 = 62.
TEN = Sums(count=10, sum_from=44, sum_to=64, sum_squares=62, rose=8, same=1, fell=1)


def test_the_mean_change_and_its_interval_worked_out_by_hand() -> None:
    # m = 20/10 = 2. s² = (62 − 20²/10) / 9 = 22/9, so s/√10 = √(22/90) = 0.494413.
    # t with 9 degrees of freedom is 2.262157, and 2.262157 · 0.494413 = 1.118440.
    change = mean_change(TEN)
    assert change.value == 2
    assert change.low == pytest.approx(2 - 1.118440, abs=1e-4)
    assert change.high == pytest.approx(2 + 1.118440, abs=1e-4)
    printed = Measure(tenths(change.value), tenths(change.low), tenths(change.high))
    assert str(printed) == "2.0 (0.9 to 3.1)"
    assert [str(mean(total, 10)) for total in (44, 64)] == ["4.4", "6.4"]


# From the table of W. S. Gosset's distribution in every textbook; the last one is the normal's.
@pytest.mark.parametrize(("freedom", "point"), [(9, 2.2622), (14, 2.1448), (29, 2.0452), (120, 1.9799), (10**6, 1.96)])
def test_students_points(freedom: int, point: float) -> None:
    assert student_point(freedom) == pytest.approx(point, abs=1e-4)


def test_one_and_the_same_change_has_no_interval() -> None:
    change = mean_change(Sums(12, 12, 36, 48, 12, 0, 0))  # everyone rose by 2
    assert (change.value, change.low, change.high) == (2, 2, 2)


def test_few_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        mean_change(Sums(9, 9, 18, 9, 9, 0, 0))


@pytest.mark.parametrize(("value", "printed"), [(0.25, "0.3"), (-0.25, "-0.3"), (-0.04, "0.0"), (2.0, "2.0")])
def test_tenths_round_halves_away_from_zero_and_know_no_minus_zero(value: float, printed: str) -> None:
    assert str(tenths(value)) == printed
