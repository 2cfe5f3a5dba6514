"""The rows of the report. The page, the file and the command are renderings of these and of nothing else."""

import datetime as dt
from dataclasses import dataclass

from elearning.figures.types import Period, Rate
from elearning.people.types import Sector

NO_AGENCY = "No agency"


@dataclass(frozen=True)
class OnOffer:
    """A training module with the versions that were on offer in a period: facts of the catalogue, not of anyone."""

    key: str
    title: str
    versions: tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """One agency and one module in a period. Someone who renewed within it is one person with two completions."""

    people: int
    completions: int


@dataclass(frozen=True)
class AgencyRow:
    """One agency's figures (or those without an agency, or the total), a cell for each module of the report."""

    name: str
    registered: int
    registered_and_completed: int
    people: int
    cells: tuple[Cell, ...]

    @property
    def completions(self) -> int:
        return sum(cell.completions for cell in self.cells)

    @property
    def share(self) -> Rate:
        return Rate(self.registered_and_completed, self.registered, "registered people")


@dataclass(frozen=True)
class QuarterCount:
    """Completions in one quarter; None for a quarter that has not begun."""

    quarter: Period
    completions: int | None


@dataclass(frozen=True)
class CompletionReport:
    """Completions by agency and module in a period, exact."""

    period: Period
    sector: Sector | None
    cut_off: dt.datetime  # when the figures were read
    registered_on: dt.date  # the day whose memberships count as registered
    modules: tuple[OnOffer, ...]  # with the versions that the completions are of
    agencies: tuple[AgencyRow, ...]  # in the partnership's order
    without_agency: AgencyRow | None  # None when a sector is asked for
    total: AgencyRow
    quarters: tuple[QuarterCount, ...]  # of the financial year that the period lies in

    @property
    def rows(self) -> tuple[AgencyRow, ...]:
        """Every row but the total."""
        return self.agencies if self.without_agency is None else (*self.agencies, self.without_agency)

    @property
    def active_agencies(self) -> int:
        return sum(row.completions > 0 for row in self.agencies)


@dataclass(frozen=True)
class PublishedCell:
    """What leaves the partnership for one agency and module. `completed_people` is None when it is suppressed."""

    financial_year: str
    agency: str
    module: str
    versions_on_offer: tuple[int, ...]
    completed_people: int | None

    @property
    def is_suppressed(self) -> bool:
        return self.completed_people is None
