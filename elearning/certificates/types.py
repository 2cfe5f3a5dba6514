"""An issued certificate as it is shown, printed and checked."""

import datetime as dt
from dataclasses import dataclass

from elearning.completions.types import Standing


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
    outcomes: tuple[str, ...]  # of the module version that was completed


@dataclass(frozen=True)
class HeldCertificate:
    """A line in someone's own list of certificates."""

    grouped_number: str
    module_title: str
    completed_on: dt.date
    expires_on: dt.date
    standing: Standing
    cpd_minutes: int
    attempt_id: int


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
