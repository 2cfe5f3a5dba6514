"""Attempts as the other capabilities see them."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class DrawnItem:
    """One question of a form: which item, its parts in the order shown, and the key it is marked against.

    `order` and `key` hold the author's positions, counted from 0.
    """

    item_id: str
    order: tuple[int, ...]
    key: tuple[int, ...]


Form = tuple[DrawnItem, ...]


@dataclass(frozen=True)
class AttemptFacts:
    """A sitting in brief. `wrong` holds the ids of items answered wrong, once submitted."""

    id: int
    module_key: str
    module_version: int
    set_number: int
    number: int
    form: Form
    pass_mark: int
    started_at: dt.datetime
    submitted_at: dt.datetime | None
    score: int | None
    passed: bool | None
    wrong: frozenset[str]


@dataclass(frozen=True)
class Sitting(AttemptFacts):
    """An attempt with its responses: position (from 1) to chosen positions, for the questions answered."""

    chosen: dict[int, tuple[int, ...]]
    right: frozenset[int]  # positions marked right, once submitted

    @property
    def unanswered(self) -> list[int]:
        """Positions (from 1) without a response."""
        return [position for position in range(1, len(self.form) + 1) if position not in self.chosen]


@dataclass(frozen=True)
class Submission:
    """What became of submitting. `is_new` is False when it had been submitted before."""

    module_key: str
    module_version: int
    score: int
    passed: bool
    is_new: bool
    agency_id: int | None = None  # where they work on the day, if it is new
