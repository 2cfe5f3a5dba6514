"""What the officer's overview shows beside the sub-group's tables: a period at a glance, the trend, where to look next.

Pure functions of what was read, as `tables`; each chart is drawn from the rows of its table.
"""

from collections.abc import Mapping, Sequence

from elearning.figures.rules import quarters_of
from elearning.figures.types import Chart, Column, Form, Hidden, Kind, Period, Place, Rate, Series, Table, Value
from elearning.items.types import Flag, ItemFigures
from elearning.reports.disclosure import QUARTERLY_NOTE
from elearning.reports.rules import DAYS_TO_COMPLETE, hours, year_within
from elearning.reports.tables import WITHDRAWN, framed
from elearning.reports.types import AgencyGlance, Done, Frame, Glance, ModuleGlance, Tallies
from elearning.web.pages import counted

LISTED = 10  # agencies
FALLEN_FROM = 8  # completions a year before, for a fall to mean something
MANY_OVERDUE = 25  # percent of the required certificates
MANY_LATE = 30  # percent of those who began
FEW_RIGHT = 60  # percent of the answers
OF_FEW = (Flag.EASY, Flag.UNCHOSEN)  # what these say is that few had it wrong, or chose it


def glance_table(frame: Frame, periods: Sequence[Period], glances: Sequence[Glance]) -> Table:
    """R1a: the headlines of the period beside those of others, the period's own first."""
    measures: list[tuple[str, list[int]]] = [
        ("Completions", [each.done.completions for each in glances]),
        ("People completing at least one module", [each.done.people for each in glances]),
        ("Agencies with a completion", [each.active for each in glances]),
        ("CPD hours", [hours(each.done.minutes) for each in glances]),
        ("Team discussions recorded", [each.discussions for each in glances]),
    ]
    return framed(
        frame,
        "R1a",
        "At a glance",
        (Column("Measure"), *(Column(period.label, Kind.COUNT) for period in periods)),
        [(measure, *figures) for measure, figures in measures],
        "The period is not over yet; the others are whole." if frame.is_running else "",
        WITHDRAWN,
    )


def trend_table(frame: Frame, now: Sequence[int | None], before: Sequence[int]) -> Table:
    """R4a: completions by quarter of the financial year and of the one before; None for a quarter not yet begun."""
    year = year_within(frame.view.period)
    rows: list[tuple[Value, ...]] = [
        (_months(quarter), Hidden.NONE if count is None else count, then)
        for quarter, then, count in zip(quarters_of(year), before, now, strict=True)
    ]
    return framed(
        frame,
        "R4a",
        "Completions by quarter",
        (
            Column("Quarter"),
            Column(f"{year.first.year} to {year.last.year}", Kind.COUNT),
            Column(f"{year.first.year - 1} to {year.first.year}", Kind.COUNT),
        ),
        rows,
        f"{Hidden.NONE} stands for a quarter that has not begun." if None in now else "",
        when=f"{year.first.year - 1} to {year.last.year}",
    )


def _months(quarter: Period) -> str:
    return f"{quarter.first:%B} to {quarter.last:%B}"


def trend_chart(table: Table) -> Chart:
    """The columns of a table of quarters, side by side."""
    return Chart(
        title=table.caption,
        description="Columns for each quarter, this financial year beside the one before, with the figures of the table.",
        form=Form.COLUMNS,
        labels=tuple(str(row[0]) for row in table.rows),
        series=tuple(
            Series(column.label, tuple(_count(row[place]) for row in table.rows))
            for place, column in enumerate(table.columns)
            if column.kind is Kind.COUNT
        ),
    )


def bar_chart(table: Table, place: int, description: str) -> Chart:
    """A bar for each row of a table that has a figure above nought in the column at `place`; no totals."""
    rows = [row for row in table.rows[: len(table.rows) - table.totals] if _count(row[place])]
    column = table.columns[place].label
    return Chart(
        title=f"{column}: {table.caption}",
        description=description,
        form=Form.BARS,
        labels=tuple(str(row[0]) for row in rows),
        series=(Series(column, tuple(_count(row[place]) for row in rows)),),
    )


def _count(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def quarters_table(frame: Frame, quarters: Sequence[Period], done: Tallies, discussions: Mapping[str, int]) -> Table:
    """R4b, for the quarterly paper: what the whole partnership completed, quarter by quarter, the newest last."""
    tallies = [done.get((each.key, "", "", ""), Done()) for each in quarters]
    return framed(
        frame,
        "R4b",
        "The partnership quarter by quarter",
        (
            Column("Quarter"),
            Column("Completions", Kind.COUNT, (("counts", "completions"),)),
            Column("People completing at least one module", Kind.COUNT, (("counts", "people"),)),
            Column("Team discussions recorded", Kind.COUNT, (("counts", "discussions"),)),
        ),
        [
            (each.label.partition(", ")[2], it.completions, it.people, discussions.get(each.key, 0))
            for each, it in zip(quarters, tallies, strict=True)
        ],
        WITHDRAWN,
        QUARTERLY_NOTE,
        places=[_place(each) for each in quarters],
        when=f"{quarters[0].first:%B %Y} to {quarters[-1].last:%B %Y}",
    )


def quarters_by_module(frame: Frame, quarters: Sequence[Period], done: Tallies) -> Table:
    """What the quarterly paper is decided on and does not print: people by module and quarter."""
    return framed(
        frame,
        "R4c",
        "People by module and quarter",
        (
            Column("Quarter"),
            *(
                Column(each.title, Kind.COUNT, (("counts", "completed"), ("module", each.key)))
                for each in frame.modules
            ),
        ),
        [
            (quarter.label, *(done.get((quarter.key, "", each.key, ""), Done()).people for each in frame.modules))
            for quarter in quarters
        ],
        places=[_place(each) for each in quarters],
    )


def _place(quarter: Period) -> Place:
    year, _, number = quarter.key.rpartition("-")
    return ("year", year), ("quarter", number)


def quarters_chart(table: Table) -> Chart:
    """The completions of R4b as columns."""
    return Chart(
        title=f"Completions: {table.caption}",
        description="A column for each quarter, the newest last, with the figures of the table.",
        form=Form.COLUMNS,
        labels=tuple(str(row[0]) for row in table.rows),
        series=(Series(table.columns[1].label, tuple(_count(row[1]) for row in table.rows)),),
    )


def questions_table(frame: Frame, figures: Mapping[str, Sequence[ItemFigures]]) -> Table:
    """R12, for the quarterly paper: the questions to look at, and why, in words: so it may leave at any time.

    Not why where that is that few answered otherwise than the others.
    """
    return framed(
        frame,
        "R12",
        "Questions to look at",
        (Column("Module"), Column("Question"), Column("What stands out"), Column("What to do")),
        [
            (module.title, f"{each.item.id}: {each.item.lead_in}", "; ".join(flags).capitalize(), each.advice)
            for module in frame.modules
            for each in figures.get(module.key, ())
            if (flags := [flag for flag in each.flags if flag not in OF_FEW])
        ],
    )


def concern(glance: AgencyGlance, *, is_over: bool) -> tuple[int, str] | None:
    """How grave it is (0 the gravest) and why to talk to an agency; None without a reason.

    A period that runs is not held against one that is over.
    """
    asked = glance.required
    if asked.overdue and 100 * asked.overdue >= MANY_OVERDUE * asked.people:
        return 0, f"{Rate(asked.overdue, asked.people, 'certificates due by then')} are overdue"
    if is_over and not glance.now and glance.before:
        return 1, f"No completion; {counted(glance.before, 'completion')} a year before"
    if is_over and glance.before >= FALLEN_FROM and 2 * glance.now < glance.before:
        return 2, f"{counted(glance.now, 'completion')}, down from {glance.before:,} a year before"
    return None


def agencies_table(frame: Frame, glances: Sequence[AgencyGlance]) -> Table:
    """R3a: the agencies to talk to, the gravest first, and why."""
    found = [(glance, why) for glance in glances if (why := concern(glance, is_over=not frame.is_running))]
    found.sort(key=lambda each: (each[1][0], -each[0].required.overdue, -each[0].before))
    undeclared = sum(not glance.has_declared for glance in glances)
    none = "has declared no headcount, so that there is", "have declared no headcount, so that there is"
    return framed(
        frame,
        "R3a",
        "Agencies to talk to",
        (
            Column("Agency"),
            Column("Completions", Kind.COUNT),
            Column("A year before", Kind.COUNT),
            Column("Why"),
        ),
        [(glance.agency.name, glance.now, glance.before, why) for glance, (_, why) in found[:LISTED]],
        f"Listed are agencies where {MANY_OVERDUE}% or more of the certificates that requirements asked for by then are overdue"
        + (", or that completed nothing or less than half of a year before." if not frame.is_running else "."),
        f"{len(found) - LISTED} more are not listed." if len(found) > LISTED else "",
        f"{counted(undeclared, 'agency', 'agencies')} {none[undeclared != 1]} no coverage to give."
        if undeclared
        else "",
    )


def modules_table(frame: Frame, glances: Sequence[ModuleGlance]) -> Table:
    """R2a: how the modules land, and what speaks against one."""
    rows: list[tuple[Value, ...]] = []
    for glance in glances:
        late = Rate(glance.begun.late, glance.begun.people, "people who started")
        right = Rate(glance.right, glance.answers, "answers")
        against = []
        if glance.begun.people >= FALLEN_FROM and 100 * late.numerator > MANY_LATE * late.denominator:
            against.append(f"many had not completed it after {DAYS_TO_COMPLETE} days")
        if glance.answers and 100 * right.numerator < FEW_RIGHT * right.denominator:
            against.append("much is wrong at the first attempt")
        if glance.flagged:
            against.append(f"{counted(glance.flagged, 'question')} to look at")
        words = "; ".join(against)
        rows.append(
            (glance.module.title, late, right, words[:1].upper() + words[1:] if words else "Nothing stands out")
        )
    return framed(
        frame,
        "R2a",
        "How the modules land",
        (
            Column("Module"),
            Column(f"Not completed after {DAYS_TO_COMPLETE} days", Kind.RATE),
            Column("Right at the first attempt", Kind.RATE),
            Column("What stands out"),
        ),
        rows,
        "Right answers and questions are of the whole partnership, whatever agency or job role is chosen.",
    )
