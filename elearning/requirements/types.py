"""What an agency or the partnership asks for: who must hold which training module by when; how many staff there are."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Whom a requirement is for."""

    EVERYONE = "everyone"
    TEAM = "team"  # of the agency
    JOB_ROLE = "job role"


class Need(StrEnum):
    """Where someone stands with what is required of them in a module; also the words of pages and files."""

    NOT_REQUIRED = "not required"
    MET = "met"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Ask:
    """What a requirement asks, and of whom; `agency_id` None is the whole partnership."""

    agency_id: int | None
    module_key: str
    group: Group
    group_name: str  # of the team or the job role; empty for everyone
    due_on: dt.date


@dataclass(frozen=True)
class RequirementFacts(Ask):
    """One requirement as it was recorded. It is never edited, only ended, and another one added."""

    id: int
    recorded_at: dt.datetime
    ended_on: dt.date | None = None  # the first day on which it is no longer in force


@dataclass(frozen=True)
class Duty:
    """What is required of one person in one module today. Not required: no day, and nothing to be late for."""

    need: Need
    due_on: dt.date | None = None
    overdue_since: dt.date | None = None  # the first day of it


NOTHING = Duty(Need.NOT_REQUIRED)


@dataclass(frozen=True)
class Declared:
    """How many staff in scope an agency says it has, in all (`job_role` empty) or of a job role, on a day."""

    agency_id: int
    job_role: str
    staff: int
    counted_on: dt.date


@dataclass(frozen=True)
class HeadcountFacts(Declared):
    """A declaration as it was recorded."""

    id: int
    recorded_at: dt.datetime


@dataclass(frozen=True)
class Known:
    """The names that an uploaded file may use; a training lead's file that of their own agency and no other."""

    agencies: Mapping[int, str]
    teams: Mapping[int, Sequence[str]]  # by agency
    modules: Mapping[str, str]  # title by key
    own: str = ""  # the agency's name, where a training lead uploads


@dataclass(frozen=True)
class Line:
    """A row of an uploaded file: as it was written, what it says if that can be recorded, and else why not."""

    number: int
    written: tuple[str, ...]
    record: Ask | Declared | None = None
    problems: tuple[str, ...] = ()
