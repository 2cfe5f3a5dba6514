"""What is said of reports that were kept, and of what changed between two."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from elearning.figures.types import Report


class Change(StrEnum):
    """What kind of change a difference is, as it is counted in a sentence."""

    FIGURE = "figure"
    ROW_CAME = "row added"
    ROW_WENT = "row taken out"
    RENAMED = "name"
    TABLE = "table or drawing"
    TEXT = "text"


@dataclass(frozen=True)
class Difference:
    """One line of what changed: where (a table, or the report), in which row and column, from what to what, and why.

    `row`, `column` and `why` may be empty; why only says what is known.
    """

    change: Change
    where: str
    row: str
    column: str
    was: str
    now: str
    why: str


@dataclass(frozen=True)
class Facts:
    """What is sealed with a report beside its figures.

    `names` is what agencies and modules were called then, by a key that outlives the name: who was renamed is told by it.
    """

    kind: str
    period_key: str
    number: int  # 1 for the first edition of a kind and period
    title: str
    cut_off: dt.datetime
    made_at: dt.datetime
    made_by: int | None  # a practitioner, or whoever works at the command line
    partnership: str
    colour: str
    program: str  # its version and the revision of its database
    modules: Mapping[str, tuple[int, ...]]  # by key, the versions counted
    parameters: Mapping[str, str]  # what else it was asked for with
    names: Mapping[str, str]
    changed: str  # since the edition before, in a sentence; empty for the first


@dataclass(frozen=True)
class EditionLine:
    """An edition in the list."""

    id: int
    kind: str
    period_key: str
    number: int
    title: str
    cut_off: dt.datetime
    made_at: dt.datetime
    changed: str


@dataclass(frozen=True)
class Edition:
    """A report as it was kept, unchanged since."""

    id: int
    facts: Facts
    digest: str
    report: Report
