"""The mean of paired changes with its 95% interval, from whole-number sums.

The interval is Student's for paired differences ("Student", Biometrika 6, 1908): with n changes d, their mean m and
s² = (Σd² − (Σd)²/n) / (n − 1), it reaches from m − t·s/√n to m + t·s/√n, where t is the 97.5% point of Student's
distribution with n − 1 degrees of freedom.
"""

from math import sqrt

from elearning.evaluation.types import Sums
from elearning.impact.types import Mean

Z = 1.959963984540054  # the standard normal's 97.5% point


def student_point(freedom: int) -> float:
    """The 97.5% point of Student's distribution, to four places from 9 degrees of freedom on.

    Cornish and Fisher's expansion: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.7.5.
    """
    z, v = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def mean_change(sums: Sums) -> Mean:
    """By how much the ratings changed on average. Raises ValueError for fewer than ten pairs."""
    n, change = sums.count, sums.sum_to - sums.sum_from
    if n < 10:
        raise ValueError(f"{n} pairs are too few for an interval")
    spread = n * sums.sum_squares - change * change  # n(n − 1)s², in whole numbers
    reach = student_point(n - 1) * sqrt(spread / (n - 1)) / n
    return Mean(change / n, change / n - reach, change / n + reach)
