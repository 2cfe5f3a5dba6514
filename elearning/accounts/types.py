"""The signed-in person, as every view and lookup sees them (`current_user`), and what signing in hands round."""

import datetime as dt
from dataclasses import dataclass
from enum import Enum, auto

from elearning.core.roles import Role


@dataclass(frozen=True)
class SignedIn:
    """Who is looking. Frozen and free of the database, so that no page loads it twice."""

    token: str  # of the session; Flask-Login keeps it in the signed cookie
    account_id: int
    practitioner_id: int
    full_name: str
    email: str
    agency_id: int | None
    agency_name: str
    roles: frozenset[Role]
    lead_of: int | None  # the agency whose training lead this is
    seen_at: dt.datetime  # when the session was last written down as used
    granted: frozenset[Role] = frozenset()  # beyond practitioner; in `roles` only once the second factor was given
    recently_confirmed: bool = False  # whether it was given within the last minutes

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return self.token

    @property
    def is_administrator(self) -> bool:
        return Role.ADMINISTRATOR in self.roles


@dataclass(frozen=True)
class CodeRequest:
    """What came of asking for a code: sent, or else how long to wait and whether the browser's last code still works."""

    wait: dt.timedelta | None = None
    has_code: bool = False


@dataclass(frozen=True)
class CodeCheck:
    """What came of a typed code: the token of the session it began, or how many tries are left."""

    token: str | None = None
    tries_left: int = 0
    expired: bool = False


class FactorProblem(Enum):
    """Why a second factor did not count."""

    WRONG = auto()
    USED = auto()
    TOO_MANY_HERE = auto()  # tries of this session
    TOO_MANY = auto()  # tries of all sessions that have not given it yet
    UNREADABLE = auto()  # the installation's secret is another than when the app was set up


@dataclass(frozen=True)
class FactorCheck:
    """What came of a second factor: the session's token from now on, or the problem."""

    token: str | None = None
    problem: FactorProblem | None = None
    recovery_codes: tuple[str, ...] = ()  # newly made, to be shown once


@dataclass(frozen=True)
class Factor:
    """What someone is told of the authenticator app they set up."""

    set_up_at: dt.datetime
    recovery_codes: int  # how many are left


@dataclass(frozen=True)
class DemoPerson:
    """Someone the demonstration lets anyone sign in as."""

    account_id: int
    full_name: str
    role: Role  # the furthest-reaching one
    agency_name: str
