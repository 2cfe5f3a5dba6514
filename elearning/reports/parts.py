"""The annual report and the quarterly paper: the sub-group's tables in the order in which a board reads them.

Pure functions of tables. What a paper says in words is read off the very cells that it prints, so that the words can never
say more than the tables, nor anything else.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from elearning.figures.rules import written
from elearning.figures.types import Chart, Form, Hidden, Kind, Part, Period, Rate, Report, Series, Table, Value
from elearning.items.tables import telling
from elearning.reports.overview import bar_chart, quarters_chart
from elearning.reports.tables import limits_table, sheet_of

ANNUAL, QUARTERLY = "annual", "quarterly"

HOW_TO_READ = (
    "Every percentage stands with the two numbers it is made of and the word for the whole. Where there is no figure, a word "
    "says why; the last table gathers what this report cannot tell, and what would mend it. Figures are rounded one by one, so "
    "that parts, quarters and differences need not add up to what stands beside them.",
    "Figures are of the record as it stood at the time named below each table. Completions are permanent: a later change "
    "of name, job or agency moves none of them.",
)

NO_AGENCIES = (
    "Agencies and modules are counted in the annual report alone: of a quarter, their figures could be subtracted from those "
    "of the year until small counts showed. The officer has them on the screen."
)


def annual_report(tables: Sequence[Table], period: Period, cut_off: dt.datetime) -> Report:
    """The year's report for the board; `tables` as they may leave the partnership."""
    parts = [
        Part("The year at a glance", (*_headlines(tables), *HOW_TO_READ), tables=_of(tables, "R1")),
        Part(
            "Training modules",
            ("How each module fared, from those who must hold it to what it took to pass.",),
            charts=_bars(tables, "R2", "Completed", "A bar for each module, in the order of the table."),
            tables=_of(tables, "R2"),
        ),
        Part(
            "Who completed",
            ("By agency and module, by agency over three years, and by job role.",),
            charts=_bars(tables, "R4", period.label, "A bar for each agency with a figure, in the order of the table."),
            tables=_of(tables, "R3", "R4", "R6"),
        ),
        Part(
            "Coverage",
            (
                "How many of the staff that an agency declares hold a valid certificate. Where no headcount is declared there "
                "is no coverage: nothing is known, which is not the same as none.",
            ),
            tables=_of(tables, "R5"),
        ),
        Part(
            "Team discussions",
            ("Teams that talked a module through together and agreed on one change.",),
            tables=_of(tables, "R13"),
        ),
        Part(
            "Did it help",
            (
                "What people say of themselves, before, afterwards and eight weeks on. It shows where training may have helped, "
                "and does not prove it: nobody was left out to compare with.",
            ),
            charts=tuple(chart for table in _of(tables, "R9") for chart in before_and_after(table)),
            tables=_of(tables, "R9", "R9a", "R9b", "R9c", "R9d", "R10", "R11"),
        ),
        Part(
            "What people get wrong",
            (
                "How questions fare at the first attempt: where a belief stands in the way, or a question is a poor one.",
            ),
            tables=tuple(map(telling, _of(tables, "R12"))),
        ),
    ]
    limits = limits_table([table for part in parts for table in part.tables], period, cut_off)
    parts = [replace(part, tables=tuple(table for table in part.tables if _tells(table))) for part in parts]
    parts = [part for part in parts if part.tables]
    parts.append(Part("What this report cannot tell you", tables=(limits,)))
    return Report(ANNUAL, f"Annual training report, {period.label}", period, cut_off, tuple(parts))


def quarterly_report(tables: Sequence[Table], quarter: Period, cut_off: dt.datetime) -> Report:
    """The quarter's paper for the sub-group, two pages; `tables` as they may leave the partnership."""
    trend, questions = _of(tables, "R4b"), _of(tables, "R12")
    limits = limits_table(tables, quarter, cut_off)
    parts = (
        Part("The quarter at a glance", _newest(trend), tuple(quarters_chart(table) for table in trend), trend),
        Part(
            "Questions to look at",
            ("How questions fare at the first attempt. No flag proves a fault: each asks a person to look.",)
            if any(table.rows for table in questions)
            else ("No question stands out. That may also mean that there are too few first attempts to tell.",),
            tables=tuple(table for table in questions if table.rows),
        ),
        Part("What this paper cannot tell you", (NO_AGENCIES,), tables=(limits,)),
    )
    return Report(QUARTERLY, f"Quarterly training paper, {quarter.label}", quarter, cut_off, parts)


def _newest(tables: Sequence[Table]) -> tuple[str, ...]:
    """The newest quarter in a sentence for each figure, beside the one before and that of a year before."""
    sentences = []
    for table in tables:
        now, before, year_before = table.rows[-1], table.rows[-2], table.rows[-5]
        for place, column in enumerate(table.columns[1:], start=1):
            figures = written(now[place]), written(before[place]), written(year_before[place])
            sentences.append("{}: {} (the quarter before {}, a year before {}).".format(column.label, *figures))
    return tuple(sentences)


def _tells(table: Table) -> bool:
    """Whether a table has a figure at all; where it has none, the last table says so and why."""
    figures = [place for place, column in enumerate(table.columns) if column.kind not in (Kind.TEXT, Kind.DAY)]
    return any(not isinstance(row[place], Hidden) for row in table.rows for place in figures)


def _of(tables: Sequence[Table], *numbers: str) -> tuple[Table, ...]:
    return tuple(table for number in numbers for table in tables if sheet_of(table) == number)


def _bars(tables: Sequence[Table], number: str, label: str, description: str) -> tuple[Chart, ...]:
    charts = [
        bar_chart(table, place, description)
        for table in _of(tables, number)
        for place, column in enumerate(table.columns)
        if column.label == label
    ]
    return tuple(chart for chart in charts if chart.labels)


def before_and_after(table: Table) -> list[Chart]:
    """Of R9: how many of those who rated a statement at both times rose, stayed and fell, end to end, if half of it may
    be shown.
    """
    places = [place for place, column in enumerate(table.columns) if column.label in ("Improved", "Same", "Lower")]
    rows = [row for row in table.rows if all(isinstance(row[place], Rate) for place in places)]
    if 2 * len(rows) < len(table.rows) or not rows:
        return []  # a few bars would look like all there is
    return [
        Chart(
            title=f"Who feels surer than before, by statement: {table.caption}",
            description="A bar for each statement, of those who rated it at both times: who rose, stayed the same and fell.",
            form=Form.STACKED,
            labels=tuple(str(row[0]) for row in rows),
            series=tuple(
                Series(table.columns[place].label, tuple(_numerator(row[place]) for row in rows)) for place in places
            ),
        )
    ]


def _numerator(value: Value) -> int | None:
    return value.numerator if isinstance(value, Rate) else None


def _headlines(tables: Sequence[Table]) -> tuple[str, ...]:
    """The headlines in a sentence each, from the cells of R1."""
    sentences = []
    for table in _of(tables, "R1"):
        for measure, now, then, *_ in table.rows:
            if isinstance(now, Hidden):
                continue
            before = "" if isinstance(then, Hidden) else f" (last year {written(then)})"
            sentences.append(f"{measure}: {written(now)}{before}.")
    return (" ".join(sentences),) if sentences else ()
