"""The agencies of a partnership, the people who work in them, and the partnership's list of job roles."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Sector(StrEnum):
    """Kinds of agency, the three statutory partners first: the order of every report."""

    LOCAL_AUTHORITY = "local authority"
    POLICE = "police"
    HEALTH = "health"
    SCHOOL = "school or college"
    EARLY_YEARS = "early years"
    YOUTH_JUSTICE = "youth justice"
    PROBATION = "probation"
    HOUSING = "housing"
    FIRE = "fire and rescue"
    VOLUNTARY = "voluntary or community"
    FAITH = "faith"


JOB_ROLES = (
    "Administrator or receptionist",
    "Drug and alcohol worker",
    "Early years practitioner",
    "Family support worker",
    "Foster carer",
    "GP or hospital doctor",
    "Health visitor",
    "Housing officer",
    "Midwife",
    "Nurse",
    "Police officer or staff",
    "Probation practitioner",
    "Safeguarding lead",
    "Social worker",
    "Teacher",
    "Teaching assistant",
    "Volunteer",
    "Youth justice worker",
    "Youth worker",
    "Other",
)


@dataclass(frozen=True)
class AgencyName:
    id: int
    name: str
    sector: Sector


@dataclass(frozen=True)
class Worked:
    """Where someone worked on a day, and as what."""

    agency: AgencyName
    job_role: str


@dataclass(frozen=True)
class Member:
    """A person in an agency on a date."""

    practitioner_id: int
    full_name: str
    job_role: str
    team: str
    started_on: dt.date
