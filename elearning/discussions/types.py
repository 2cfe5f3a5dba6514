"""A team discussion: the line its leader writes down, and what those who were there keep of it."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Log:
    """The line that whoever led the discussion writes down."""

    held_on: dt.date
    present: int  # with whoever led it
    change: str  # the one thing the team will do differently
    owner: str  # who sees to it: a role rather than a name
    look_again_on: dt.date


@dataclass(frozen=True)
class Discussion(Log):
    """A discussion as it stands in the record."""

    id: int
    module_key: str
    module_version: int
    cpd_minutes: int


@dataclass(frozen=True)
class Mine(Discussion):
    """A discussion that someone led or claimed. The code is there for whoever led it."""

    code: str | None
    claim_until: dt.date


@dataclass(frozen=True)
class Offer:
    """What can be known of a discussion from its code, and whether it can still be claimed."""

    id: int
    module_key: str
    module_version: int
    held_on: dt.date
    cpd_minutes: int
    present: int
    claim_until: dt.date
    claims: int  # so far, the leader's own among them
    is_mine: bool  # the person asking has claimed it already
