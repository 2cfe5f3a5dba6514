"""What a training lead sees of the agency's people: what was completed there, never answers or scores."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from elearning.completions.types import Standing
from elearning.people.types import Member
from elearning.requirements.types import NOTHING, Duty


class State(StrEnum):
    """How far someone is with a module; the values stand in addresses."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    VALID = "valid"
    RENEWAL_DUE = "renewal-due"
    EXPIRED = "expired"
    DUE = "due"  # required and not held, with time left
    OVERDUE = "overdue"
    MISSING = "no-valid-certificate"  # the question asked most often: who has not (not started, in progress, expired)


@dataclass(frozen=True)
class Earned:
    """A completion in this agency, with its standing today."""

    completed_on: dt.date
    expires_on: dt.date
    standing: Standing
    certificate: str | None


@dataclass(frozen=True)
class Progress:
    """One person and one module: what they earned here, or whether they have begun, and what is required of them.

    A requirement may be met by what they earned elsewhere, of which nothing more is said here (decisions/0017).
    """

    earned: Earned | None
    begun: bool
    duty: Duty = NOTHING


@dataclass(frozen=True)
class PersonRow:
    """A member of the agency today with one `Progress` for each module, in the order asked for."""

    member: Member
    progress: tuple[Progress, ...]


@dataclass(frozen=True)
class Filter:
    """Which people, and which modules' columns: empty values stand for all."""

    name: str = ""
    module_key: str = ""
    state: State | None = None


@dataclass(frozen=True)
class Choice:
    """Which certificates: empty values stand for all. Job role and team are those of the day of completion."""

    first: dt.date | None = None
    last: dt.date | None = None
    module_key: str = ""
    job_role: str = ""
    team: str = ""
    name: str = ""


@dataclass(frozen=True)
class Pick:
    """A certificate that was chosen, by its number, with the job role on the day of completion."""

    number: str
    job_role: str


@dataclass(frozen=True)
class Picked:
    """The certificates that a choice finds and that stand, in the order of a pack; and how many others it finds."""

    certificates: tuple[Pick, ...]
    superseded: int
    withdrawn: int


@dataclass(frozen=True)
class PeoplePage:
    """One page of the people that a filter finds."""

    rows: tuple[PersonRow, ...]
    found: int  # on all pages
    number: int
    last: int
