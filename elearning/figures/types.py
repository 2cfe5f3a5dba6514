"""What figures are made of: rates that cannot leave their denominator behind, periods, tables, bars.

Every page, file and paper with figures on it is a rendering of these and of nothing else.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Rate:
    """A share of something. It prints as "46 of 120 registered people (38%)" or not at all (law 6).

    `noun` is the word for the denominator, in the plural.
    """

    numerator: int
    denominator: int
    noun: str

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} {self.noun} is not a share")

    def __str__(self) -> str:
        words = f"{self.numerator:,} of {self.denominator:,} {self.noun}"
        return f"{words} ({self._percent()})" if self.denominator else words

    def _percent(self) -> str:
        rounded = (200 * self.numerator + self.denominator) // (2 * self.denominator)  # half up, in whole numbers
        if rounded == 0 and self.numerator:
            return "under 1%"
        if rounded == 100 and self.numerator < self.denominator:
            return "over 99%"
        return f"{rounded}%"


@dataclass(frozen=True)
class Period:
    """A financial year (April to March) or a quarter of one. `key` stands in addresses: 2025-26, 2025-26-q3."""

    key: str
    label: str
    first: dt.date
    last: dt.date

    @property
    def is_year(self) -> bool:
        return "q" not in self.key

    @property
    def after(self) -> dt.date:
        """The first day that is no longer in it."""
        return self.last + dt.timedelta(days=1)


class Hidden(StrEnum):
    """Why a cell has no figure; also what stands there instead."""

    SUPPRESSED = "*"
    NOT_DECLARED = "not declared"
    DECLARED_FEWER = "declared fewer"  # than are trained, so that there is no share to give
    NOT_REQUIRED = "not required"
    NOT_ASKED = "not asked"
    TOO_FEW = "too few"
    NONE = "–"


@dataclass(frozen=True)
class Measure:
    """A figure worked out from people, with its 95% interval: prints as "0.82 (0.71 to 0.90)"."""

    value: Decimal
    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} does not lie between {self.low} and {self.high}")

    def __str__(self) -> str:
        return f"{self.value} ({self.low} to {self.high})" if self.low < self.high else str(self.value)


Value = str | int | dt.date | Rate | Measure | Hidden

Place = tuple[tuple[str, str], ...]  # what a figure counts, and of what: (("counts", "completed"), ("agency", "12"))


class Kind(StrEnum):
    """What a column holds; `Hidden` may stand in any."""

    TEXT = "text"
    COUNT = "count"
    DAY = "day"
    RATE = "rate"
    MEASURE = "measure"


HOLDS: dict[Kind, type] = {Kind.TEXT: str, Kind.COUNT: int, Kind.DAY: dt.date, Kind.RATE: Rate, Kind.MEASURE: Measure}


@dataclass(frozen=True)
class Column:
    """`place` and the row's place say together what a cell counts; `of` and the row's what its rate is a share of.

    Of a measure, and of words that are worked out from counts, they are those counts.
    The same count has the same place in every table: disclosure control knows it by that (`figures/disclosure.py`).
    """

    label: str
    kind: Kind = Kind.TEXT
    place: Place = ()
    of: Place = ()


@dataclass(frozen=True)
class Table:
    """One numbered table. The first column names the row; the last `totals` rows are totals."""

    number: str  # R12, say: as the sub-group's papers have it
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    cut_off: dt.datetime  # when the figures were read
    versions: str  # the module versions counted, in words
    notes: tuple[str, ...] = ()
    totals: int = 0
    places: tuple[Place, ...] = ()  # of the rows, totals and all; without them a table cannot leave with others

    def __post_init__(self) -> None:
        if self.places and len(self.places) != len(self.rows):
            raise ValueError(f"{self.number}: {len(self.places)} places for {len(self.rows)} rows")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.number}: {len(row)} cells stand under {len(self.columns)} columns")
            for column, value in zip(self.columns, row, strict=True):
                if not isinstance(value, (HOLDS[column.kind], Hidden)):
                    raise ValueError(f"{self.number}: {value!r} is no {column.kind} for {column.label}")


class Form(StrEnum):
    """How a chart draws its figures."""

    BARS = "bars"  # a horizontal bar for each label, one series
    STACKED = "stacked"  # a horizontal bar for each label, its series end to end
    COLUMNS = "columns"  # a column for each label, in the order of time; several series side by side


@dataclass(frozen=True)
class Series:
    """One row of figures of a chart, one for each label; None where there is no figure (yet)."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing of counts that stand in a table beside it."""

    title: str
    description: str  # what it shows, for those who cannot see it
    form: Form
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        if any(len(each.values) != len(self.labels) for each in self.series):
            raise ValueError(f"{self.title}: each series needs a figure for each label")


@dataclass(frozen=True)
class Part:
    """One heading of a report, and what stands under it: words, then charts, then tables."""

    heading: str
    words: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole report, as it is kept and printed."""

    kind: str  # annual, quarterly
    title: str  # with the time it is of
    period: Period
    cut_off: dt.datetime  # when the figures were read
    parts: tuple[Part, ...]
