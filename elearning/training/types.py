"""Where a practitioner stands in a module."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from elearning.assessment.types import AttemptFacts
from elearning.catalogue.types import Scenario, Section, TrainingModule
from elearning.evaluation.types import Waiting

CONTENT_NOTE = "content-note"  # kept with the sections someone has read


class Quiz(StrEnum):
    """What a practitioner can do about a module's quiz now."""

    READ_FIRST = "read first"  # sections are still unread, or the story not followed
    READY = "ready"
    OPEN = "open"  # an attempt is under way
    REVISIT = "revisit"  # not passed: some sections to read again
    PAUSED = "paused"  # the attempts of a set are used up for now
    PASSED = "passed"


class Before(StrEnum):
    """Whether someone said how sure they felt before the module; also the words the page shows."""

    OPEN = "Not started"
    ANSWERED = "Completed"
    SKIPPED = "Skipped"
    GONE = "Not answered"  # they read on


@dataclass(frozen=True)
class Progress:
    """One practitioner in one module, at one moment."""

    module: TrainingModule
    read: dict[str, dt.datetime]  # slug -> when last finished with Continue
    attempts: tuple[AttemptFacts, ...]  # oldest first
    quiz: Quiz
    set_number: int
    attempt_number: int  # of the open attempt or the next one, within the set
    has_begun_story: bool = False
    has_followed_story: bool = False  # to an ending, once
    revisit: tuple[Section, ...] = ()  # what to read again before the next attempt
    opens_at: dt.datetime | None = None  # the end of a pause
    expires_on: dt.date | None = None  # of the latest completion
    held_until: dt.date | None = None  # by the completion that is valid longest
    renews_from: dt.date | None = None
    before: Before = Before.OPEN
    waiting: Waiting | None = None  # what they may still say about their latest completion

    @property
    def next_section(self) -> Section | None:
        """The first section not yet read."""
        return next((section for section in self.module.sections if section.slug not in self.read), None)

    @property
    def sections_read(self) -> int:
        return sum(section.slug in self.read for section in self.module.sections)

    @property
    def story_to_follow(self) -> Scenario | None:
        """The module's story, as long as it was not followed to an ending."""
        return None if self.has_followed_story else self.module.scenario

    @property
    def is_started(self) -> bool:
        return bool(self.read or self.attempts or self.has_begun_story)

    @property
    def status(self) -> str:
        """Today's status in two words or so, for the offer and the record."""
        if self.quiz is Quiz.PASSED:
            return "Completed"
        if self.expires_on is not None:
            return "Renew"
        return "In progress" if self.is_started else "Not started"
