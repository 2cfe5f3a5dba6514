"""A small annual report made by hand, and the same one counted later."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from elearning.editions.operations import keep_edition
from elearning.figures.rules import financial_year, quarters_of
from elearning.figures.types import Chart, Column, Form, Hidden, Kind, Measure, Part, Rate, Report, Series, Table, Value
from tests.conftest import MODULE

CUT_OFF = dt.datetime(2026, 2, 2, 9, 5, tzinfo=dt.UTC)
YEAR = financial_year(2024)
NAMES = {"agency 1": "Harrow Lane School", "agency 2": "Millpond Clinic", MODULE: "Sample module"}


def agencies(
    *rows: tuple[Value, ...], cut_off: dt.datetime = CUT_OFF, versions: str = "Sample module, version 1"
) -> Table:
    return Table(
        number="R2",
        caption="Completions by agency, April 2024 to March 2025",
        columns=(
            Column("Agency"),
            Column("People", Kind.COUNT),
            Column("Coverage", Kind.RATE),
            Column("Last on", Kind.DAY),
            Column("Facility", Kind.MEASURE),
        ),
        rows=rows,
        cut_off=cut_off,
        versions=versions,
        notes=("Counts of 1 to 7 are shown as *.",),
    )


DAY = dt.date(2025, 3, 3)
HALF = Measure(Decimal("0.50"), Decimal("0.41"), Decimal("0.59"))
SCHOOL: tuple[Value, ...] = ("Harrow Lane School", 20, Rate(20, 45, "declared staff"), DAY, HALF)
CLINIC: tuple[Value, ...] = ("Millpond Clinic", Hidden.SUPPRESSED, Hidden.NOT_DECLARED, Hidden.NONE, Hidden.TOO_FEW)
WORDS = ("The partnership’s training reached 20 people.", "It was a quiet year.")
CHART = Chart(
    title="Completions by quarter",
    description="A column for each quarter, with the figures of table R2.",
    form=Form.COLUMNS,
    labels=tuple(quarter.label for quarter in quarters_of(YEAR)),
    series=(Series("This year", (5, 15, 0, None)), Series("The year before", (0, 5, 5, 10))),
)


def annual(
    *tables: Table, words: tuple[str, ...] = WORDS, chart: Chart = CHART, cut_off: dt.datetime = CUT_OFF
) -> Report:
    return Report(
        kind="annual",
        title="Annual report of training, 2024-25",
        period=YEAR,
        cut_off=cut_off,
        parts=(
            Part("Who was trained", words, (chart,), tables or (agencies(SCHOOL, CLINIC),)),
            Part("What this report cannot tell you", ("No agency declared its staff in 2023.",)),
        ),
    )


REPORT = annual()
LATER = CUT_OFF + dt.timedelta(days=7)
CHANGED_ROWS: list[tuple[Value, ...]] = [
    ("Harrow Lane Academy", 25, SCHOOL[2], DAY, HALF),
    ("Millpond Clinic", 10, Rate(10, 40, "declared staff"), DAY, Hidden.TOO_FEW),
    ("Quayside Youth Project", 0, Hidden.NOT_DECLARED, Hidden.NONE, Hidden.NONE),
]
CHANGED = annual(
    agencies(*CHANGED_ROWS, cut_off=LATER, versions="Sample module, versions 1 and 2"),
    words=(WORDS[0].replace("20", "35"), WORDS[1]),
    chart=replace(CHART, series=(Series("This year", (5, 15, 0, 15)), CHART.series[1])),
    cut_off=LATER,
)
NAMES_LATER = NAMES | {"agency 1": "Harrow Lane Academy", "agency 3": "Quayside Youth Project"}


def keep(
    report: Report = REPORT, *, by: int | None = None, names: dict[str, str] = NAMES, after: int | None = None
) -> int:
    """Keep a report as a press of the button would."""
    return keep_edition(
        report,
        by=by,
        partnership="Test Partnership",
        colour="#1f4e4a",
        modules={MODULE: (1,)},
        names=names,
        parameters={"figures": "as published"},
        after=after,
    )


def keep_two(by: int | None = None) -> int:
    """A first edition, and one in which much has changed; the id of the second."""
    return keep(CHANGED, by=by, names=NAMES_LATER, after=keep(by=by))
