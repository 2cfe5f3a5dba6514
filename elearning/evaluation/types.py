"""What learners say of themselves: how sure they feel, what they pledge, and how it went weeks later."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from elearning.assessment.types import Form


class When(StrEnum):
    """The four times at which learners say how sure they feel."""

    BEFORE = "before"
    NOW = "now"
    BACK = "back"  # thinking back: how sure they really were before
    LATER = "later"  # eight weeks on


class About(StrEnum):
    """What a follow-up asks beside its questions."""

    PLEDGE = "pledge"
    PRACTICE = "practice"


class Kept(StrEnum):
    """How a pledge went; also the words the page shows."""

    DONE = "done it"
    PARTLY = "partly"
    NOT_YET = "not yet"


class Change(StrEnum):
    """What has changed in someone's work because of a module; also the words the page and the tables show."""

    TOGETHER = "working together with other agencies"
    SHARING = "sharing information"
    STEP = "a specific step for a child or family"
    RAISED = "raised it with colleagues"
    NOTHING = "nothing so far"


class Pair(StrEnum):
    """Two times whose ratings are set side by side: from the first to the second."""

    BEFORE_NOW = "before-now"
    BACK_NOW = "back-now"
    BEFORE_LATER = "before-later"
    NOW_LATER = "now-later"

    @property
    def times(self) -> tuple[When, When]:
        """The first and the second time."""
        first, second = self.split("-")
        return When(first), When(second)


class Said(StrEnum):
    """What is counted of rounds, beside each `Kept` (how the pledge went, last) and each `Change`."""

    NOW = "now"  # rated one statement at least
    BACK = "back"
    BOTH = "before and now"
    LATER = "later"
    PLEDGED = "pledged"
    IN_THE_WAY = "in the way"  # wrote what got in the way of the pledge
    PRACTICE = "practice"  # told what has changed, be it nothing
    MAY_QUOTE = "may be quoted"


LookBack = When | About  # now, back, pledge
Step = int | About | When  # of a follow-up: the position of a question, from 1, or what comes after the questions


@dataclass(frozen=True)
class Plan:
    """One of the three follow-ups. Its days are counted from the completion, both included."""

    number: int
    name: str
    questions: int
    opens: int
    closes: int
    asks: tuple[About | When, ...]  # after its questions


@dataclass(frozen=True)
class Begun:
    """How far someone is in a follow-up they began."""

    questions: int
    answered: int  # always the first ones
    told: frozenset[About]


@dataclass(frozen=True)
class Round:
    """What someone said about one set of attempts at a module."""

    said: Mapping[When, int] = field(default_factory=dict)  # -> how many statements they rated; 0 when they skipped
    has_pledged: bool | None = None  # False when they skipped the pledge, None before it
    begun: Mapping[int, Begun] = field(default_factory=dict)  # follow-ups by number


@dataclass(frozen=True)
class Afterwards:
    """What someone's latest completion of a module leaves to say."""

    completed_on: dt.date
    set_number: int
    round: Round


@dataclass(frozen=True)
class Waiting:
    """What someone may still say about a module they completed: at most a step of looking back, and one follow-up."""

    look_back: LookBack | None
    look_back_state: str  # as a task list says it
    look_back_ends: dt.date
    follow_up: Plan | None
    follow_up_ends: dt.date | None


@dataclass(frozen=True)
class Pledge:
    """When (situation), I will (action), by (a date), and I will tell (somebody)."""

    situation: str
    action: str
    by_on: dt.date
    tell: str


@dataclass(frozen=True)
class KeptPledge:
    """A pledge with the module it follows from."""

    module_key: str
    pledge: Pledge


@dataclass(frozen=True)
class FollowUp:
    """A follow-up as it was drawn, with what was answered: position (from 1) to chosen positions."""

    id: int
    module_key: str
    module_version: int
    number: int
    form: Form
    chosen: dict[int, tuple[int, ...]]


@dataclass(frozen=True)
class Sums:
    """The ratings of a statement by people who rated it at both times of a pair, in whole numbers."""

    count: int
    sum_from: int
    sum_to: int
    sum_squares: int  # of the changes
    rose: int
    same: int
    fell: int


@dataclass(frozen=True)
class Told:
    """What someone wrote in a follow-up, about their pledge or their practice."""

    kept: Kept | None
    words: str
