import pytest

from elearning.figures.types import Rate


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        (46, 120, "46 of 120 registered people (38%)"),
        (0, 120, "0 of 120 registered people (0%)"),
        (120, 120, "120 of 120 registered people (100%)"),
        (1, 200, "1 of 200 registered people (1%)"),  # a half rounds up
        (1, 300, "1 of 300 registered people (under 1%)"),
        (299, 300, "299 of 300 registered people (over 99%)"),
        (1234, 2468, "1,234 of 2,468 registered people (50%)"),
        (0, 0, "0 of 0 registered people"),
    ],
)
def test_a_rate_prints_its_numerator_denominator_and_word(numerator: int, denominator: int, words: str) -> None:
    rate = Rate(numerator, denominator, "registered people")
    assert str(rate) == words
    assert f"{rate}" == words


def test_a_rate_gives_its_percentage_in_no_other_way() -> None:
    public = {name for name in dir(Rate(1, 2, "people")) if not name.startswith("_")}
    assert public == {"numerator", "denominator", "noun"}


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 3), (4, 3), (1, 0)])
def test_what_is_no_share_of_its_denominator_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        Rate(numerator, denominator, "people")
