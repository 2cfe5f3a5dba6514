"""What is known of a question from the first attempts at it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from elearning.catalogue.types import Item, Section
from elearning.figures.types import Hidden, Rate


@dataclass(frozen=True)
class Answers:
    """The first attempts that gave one answer to an item: how many, and their scores on the rest of the form.

    `chosen` holds the author's positions; `rest` is the sum of those scores, `rest_squares` the sum of their squares.
    """

    chosen: tuple[int, ...]
    is_right: bool
    count: int
    rest: int
    rest_squares: int


class Flag(StrEnum):
    """What an item's figures say against it, the gravest first (the rules S2 to S5; see `rules`)."""

    BEATEN = "a wrong answer is chosen more often than the right one"
    NEGATIVE = "those who know more get it wrong more often"
    WEAK = "it hardly tells those who know from those who do not"
    HARD = "most get it wrong"
    EASY = "almost everyone gets it right"
    UNCHOSEN = "a wrong answer is hardly ever chosen"


class Interval(NamedTuple):
    """An estimate, and between what it may lie."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ItemFigures:
    """One item of one module version. A figure is `Hidden` below its floor of first attempts."""

    item: Item
    version: int  # of the module
    section: Section | None
    count: int  # first attempts
    right: int
    facility: Interval | Hidden  # the share that had it right
    discrimination: Interval | Hidden  # how it goes with the score on the rest of the form
    wrong: str  # the wrong answer chosen most often, in words; empty if there was none
    wrong_count: int
    flags: tuple[Flag, ...]
    advice: str

    @property
    def share(self) -> Rate:
        return Rate(self.right, self.count, "first attempts")


class By(StrEnum):
    """Whose first attempts are set side by side; the values stand in addresses."""

    AGENCY = "agency"
    JOB_ROLE = "job-role"


@dataclass(frozen=True)
class Group:
    """The first attempts of one agency or job role: by learning outcome, how many
    answers its items got and how many of them were right."""

    name: str
    people: int
    answers: dict[str, tuple[int, int]]
