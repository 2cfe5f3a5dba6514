"""The formulas against examples worked by hand, and against figures that others have printed."""

import pytest

from elearning.items.statistics import discrimination, facility, measure
from elearning.items.types import Answers, Interval


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        (24, 30, 0.63, 0.90),
        (80, 100, 0.71, 0.87),
        (0, 10, 0.00, 0.28),  # Wilson: z² / (n + z²)
        (10, 10, 0.72, 1.00),
        (1, 2, 0.09, 0.91),
    ],
)
def test_facility_has_wilsons_interval(right: int, count: int, low: float, high: float) -> None:
    found = facility(right, count)
    assert found.value == right / count
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.005)


def one(chosen: int, mark: bool, rest: int) -> Answers:
    """One person's answer, with the score on the rest of the form."""
    return Answers((chosen,), mark, 1, rest, rest * rest)


# Six people: three had it right with 9, 8 and 7 on the rest, three wrong with 6, 8 and 4. So n = 6, Σx = 3, Σy = 42,
# Σxy = 24, Σy² = 310, and r = (6·24 - 3·42) / √((6·3 - 9)(6·310 - 42²)) = 18 / √864 = 0.6124. Fisher: atanh(r) =
# 0.7127, plus and minus 1.96 / √3 = 1.1316, back by tanh: -0.396 to 0.951.
SIX = [one(0, True, 9), one(0, True, 8), one(0, True, 7), one(1, False, 6), one(2, False, 8), one(1, False, 4)]


def test_discrimination_is_the_correlation_worked_by_hand() -> None:
    found = discrimination(SIX)
    assert found is not None
    assert found == pytest.approx(Interval(0.6124, -0.396, 0.951), abs=0.0005)


def test_answers_that_are_summed_up_say_the_same() -> None:
    summed = [
        Answers((0,), True, 3, 9 + 8 + 7, 81 + 64 + 49),
        Answers((1,), False, 2, 6 + 4, 36 + 16),
        Answers((2,), False, 1, 8, 64),
    ]
    assert discrimination(summed) == discrimination(SIX)


@pytest.mark.parametrize(("count", "low", "high"), [(100, 0.00, 0.38), (200, 0.06, 0.33)])
def test_a_discrimination_of_a_fifth_is_as_uncertain_as_printed(count: int, low: float, high: float) -> None:
    """Half right; the rest is 5 or 7, and 7 for three fifths of the right and two fifths of the wrong: r = 0.2."""
    half = count // 2
    seven = round(half * 0.6)
    answers = []
    for is_right, sevens in ((True, seven), (False, half - seven)):
        answers.append(
            Answers((0,), is_right, half, 7 * sevens + 5 * (half - sevens), 49 * sevens + 25 * (half - sevens))
        )
    found = discrimination(answers)
    assert found is not None
    assert found == pytest.approx(Interval(0.2, low, high), abs=0.005)


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [one(0, True, 5), one(0, True, 6), one(0, True, 7), one(0, True, 8)],
        [one(1, False, 5), one(1, False, 6), one(1, False, 7), one(1, False, 8)],
        [one(0, True, 5), one(1, False, 5), one(0, True, 5), one(1, False, 5)],
        SIX[:3],
    ],
    ids=["nobody", "all right", "all wrong", "the same rest", "three people"],
)
def test_where_nothing_varies_there_is_no_discrimination(answers: list[Answers]) -> None:
    assert discrimination(answers) is None


def test_a_perfect_one_is_one() -> None:
    found = discrimination([one(0, True, 9), one(0, True, 9), one(1, False, 3), one(1, False, 3)])
    assert found == Interval(1, 1, 1)


def test_figures_are_printed_in_hundredths() -> None:
    assert str(measure(Interval(0.615, 0.5949, 0.635))) == "0.62 (0.59 to 0.64)"
    assert str(measure(Interval(-0.125, -0.125, -0.125))) == "-0.13"
