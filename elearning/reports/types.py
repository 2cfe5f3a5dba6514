"""The rows of the report. The page, the file and the command are renderings of these and of nothing else."""

import datetime as dt
from dataclasses import dataclass

from elearning.figures.types import Period, Report, Table
from elearning.people.types import AgencyName, Sector

NO_AGENCY = "No agency"
NOWHERE = "-"  # who stands for those without an agency; also the job role of those of whom none is known


@dataclass(frozen=True)
class Sheet:
    """A table that can be asked for: its name, what it answers, and what it can be narrowed down to."""

    number: str
    name: str
    answers: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """What figures are of: a period, and what they are narrowed down to, if anything."""

    period: Period
    module: str = ""  # the key of one; "" for all
    sector: Sector | None = None
    agency: AgencyName | None = None
    job_role: str = ""

    @property
    def who(self) -> str:
        """Whose figures the totals are, as the tallies have it: an agency's, a kind of agency's, or everyone's."""
        return str(self.agency.id) if self.agency else str(self.sector or "")


@dataclass(frozen=True)
class Done:
    """What was completed, by some people in some period."""

    completions: int = 0
    people: int = 0
    minutes: int = 0


Tallies = dict[tuple[str, str, str, str], Done]  # by period, who, module and job role, as they are kept
Medians = dict[tuple[int, int], int]  # how many passed, by the number of the attempt and its minutes


Headcounts = dict[str, tuple[int, dt.date]]  # by who: the staff an agency declared, and the day they were counted


@dataclass(frozen=True)
class Frame:
    """What every table of a view stands on: its rows and columns, and what has to be said beside them."""

    view: View
    cut_off: dt.datetime  # when the figures were read
    today: dt.date
    modules: tuple["OnOffer", ...]  # of the view, with the versions that were completed in its period
    agencies: tuple[AgencyName, ...]  # of the view, in the partnership's order

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Name and `who` of each agency row; those without an agency come last, where everyone is asked for."""
        named = tuple((agency.name, str(agency.id)) for agency in self.agencies)
        return named if self.view.who else (*named, (NO_AGENCY, NOWHERE))

    @property
    def day(self) -> dt.date:
        """The day whose memberships, requirements and certificates count: the last of the period, or today."""
        return min(self.view.period.last, self.today)

    @property
    def is_running(self) -> bool:
        return self.view.period.last >= self.today


@dataclass(frozen=True)
class Headlines:
    """A period in a few figures."""

    modules: int
    registered: int
    done: Done
    certificates: int
    discussions: int
    present: int
    active: int  # agencies with a completion


@dataclass(frozen=True)
class Begun:
    """Those who began a module in a period."""

    people: int = 0
    late: int = 0  # of whom 28 days had passed, and they had not completed it within them


@dataclass(frozen=True)
class Held:
    """Certificates of one module on a day, by whoever works somewhere then."""

    current: int = 0
    due: int = 0  # of the current: their last day is at most 90 days away
    expired: int = 0

    def __add__(self, other: "Held") -> "Held":
        return Held(self.current + other.current, self.due + other.due, self.expired + other.expired)


@dataclass(frozen=True)
class Required:
    """People who must hold a module on a day, how many of them do, and how many are overdue."""

    people: int = 0
    met: int = 0
    overdue: int = 0

    def __add__(self, other: "Required") -> "Required":
        return Required(self.people + other.people, self.met + other.met, self.overdue + other.overdue)


@dataclass(frozen=True)
class Made:
    """A report to be kept, with the module versions it counts, and what agencies and modules are called now."""

    report: Report
    versions: dict[str, list[int]]
    names: dict[str, str]


@dataclass(frozen=True)
class Glance:
    """A period in very few figures."""

    done: Done
    active: int  # agencies with a completion
    discussions: int


@dataclass(frozen=True)
class AgencyGlance:
    """How one agency fares in a period."""

    agency: AgencyName
    now: int  # completions
    before: int  # in the same period a year before
    required: Required  # certificates that are due: someone who must hold two modules counts twice
    has_declared: bool  # how many staff are in scope


@dataclass(frozen=True)
class ModuleGlance:
    """How one module fares in a period."""

    module: "OnOffer"
    begun: Begun
    answers: int  # at first attempts
    right: int
    flagged: int  # questions to look at


@dataclass(frozen=True)
class Overview:
    """The tables of the officer's first page."""

    glance: Table
    trend: Table
    agencies: Table
    modules: Table


@dataclass(frozen=True)
class Talks:
    """Team discussions of one module, led by people of one agency."""

    who: str
    module: str
    version: int
    discussions: int
    present: int
    actions: int


@dataclass(frozen=True)
class OnOffer:
    """A training module with the versions that were on offer in a period: facts of the catalogue, not of anyone."""

    key: str
    title: str
    versions: tuple[int, ...]
