"""An issued certificate as it is shown, printed and checked."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from elearning.completions.types import Withdrawn


class ReissueReason(StrEnum):
    """Why a certificate was issued anew. Strangers read it, so it says nothing of the person."""

    NAME = "the name was corrected"
    AGENCY = "the agency was corrected"


@dataclass(frozen=True)
class Superseded:
    """That a certificate was issued anew: the new one's number, when (the day in London), and why.

    The number is for its holder and their training lead: who holds the old certificate need not learn the new name.
    """

    by: str
    on: dt.date
    reason: ReissueReason


@dataclass(frozen=True)
class IssuedCertificate:
    """Every word a certificate prints, as it was on the day it was issued."""

    number: str
    full_name: str
    agency_name: str  # empty when they worked for none that day
    module_key: str
    module_version: int
    module_title: str
    completed_on: dt.date
    expires_on: dt.date
    cpd_minutes: int
    place: int
    digest: str  # of the completion, in full
    issued_at: dt.datetime
    partnership: str
    signatory: str
    attempt_id: int
    outcomes: tuple[str, ...]  # of the module version
    superseded: Superseded | None = None
    withdrawn: Withdrawn | None = None


@dataclass(frozen=True)
class Listed:
    """An entry of a list: its line, as it was written, and the number it stands for, if it can be one."""

    line: int
    written: str
    number: str | None


@dataclass(frozen=True)
class Packed:
    """A certificate of a pack, with its holder's job role on the day of completion (empty if they had none there)."""

    certificate: IssuedCertificate
    job_role: str


@dataclass(frozen=True)
class Cover:
    """What a pack says of itself, and how many certificates make it whole."""

    agency_name: str
    chosen: tuple[tuple[str, str], ...]  # what was asked for, as label and words
    as_of: dt.date
    count: int
    superseded: int  # left out
    withdrawn: int  # left out
    partnership: str
    base_url: str


@dataclass(frozen=True)
class Sealed:
    """What a certificate's digest seals: the names, and every word beside them that the record does not hold."""

    number: str
    place: int
    issued_at: dt.datetime
    module_title: str
    partnership: str
    signatory: str
    practitioner_id: int
    full_name: str
    agency_name: str
