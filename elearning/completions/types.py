"""Completions as the other capabilities see them."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Standing(StrEnum):
    """What a completion or its certificate is worth on a day; also the words the page shows."""

    VALID = "valid"
    RENEWAL_DUE = "renewal due"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"  # a certificate only: issued anew, under another number
    WITHDRAWN = "withdrawn"


class WithdrawalReason(StrEnum):
    """Why a completion does not count any more. Strangers read it, so it says nothing of the person."""

    MISTAKE = "it was recorded by mistake"
    NOT_THEIRS = "the quiz was taken by someone else"
    ASKED = "its holder asked for it"


@dataclass(frozen=True)
class Withdrawn:
    """That a completion was taken back: when (the day in London), and why."""

    on: dt.date
    reason: WithdrawalReason


@dataclass(frozen=True)
class CompletionFacts:
    """One completion, with whose it is."""

    place: int
    practitioner_id: int
    agency_id: int | None  # where they worked on that day
    module_key: str
    module_version: int
    completed_on: dt.date
    expires_on: dt.date
    cpd_minutes: int
    score: int
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Counting:
    """A completion as far as it is counted."""

    place: int
    practitioner_id: int
    module_key: str
    module_version: int
    completed_on: dt.date
    expires_on: dt.date
    cpd_minutes: int
    agency_id: int | None  # where they worked on that day
    sector: str | None
    job_role: str | None
    withdrawn_on: dt.date | None


@dataclass(frozen=True)
class Link:
    """What a completion says in the record: everything that its digest seals but the digest before it."""

    place: int
    module_key: str
    module_version: int
    completed_at: dt.datetime
    completed_on: dt.date
    expires_on: dt.date
    cpd_minutes: int
    details_digest: str


class Kept(NamedTuple):
    """A link as it stands in the record, with its digest, and whether the completion was taken back since."""

    place: int
    module_key: str
    module_version: int
    completed_at: dt.datetime
    completed_on: dt.date
    expires_on: dt.date
    cpd_minutes: int
    details_digest: str
    digest: str
    withdrawn_at: dt.datetime | None
    withdrawn_because: str | None


@dataclass(frozen=True)
class Details:
    """Whose completion it is: what a link only commits to, because it may one day have to be erased."""

    practitioner_id: int
    agency_id: int | None
    attempt_id: int
    score: int


@dataclass(frozen=True)
class Recorded:
    """What became of recording a completion."""

    place: int
    digest: str
    completed_on: dt.date
    expires_on: dt.date


@dataclass(frozen=True)
class Head:
    """The last link of the record; place 0 and sixty-four zeros before the first."""

    place: int
    digest: str


@dataclass(frozen=True)
class Finding:
    """Something that verification found wrong, at a place in the record if it has one."""

    place: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.place is None else f"place {self.place}: {self.message}"


@dataclass(frozen=True)
class Checked:
    """A stretch of a verification: how many rows it covered, and what was wrong with them."""

    rows: int
    findings: tuple[Finding, ...]
