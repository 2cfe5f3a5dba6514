"""The tables of what people get wrong: R12, and beside it who gets what wrong."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from elearning.catalogue.types import TrainingModule
from elearning.figures.disclosure import COUNTS, HIDDEN_HERE, YEAR, Leaves
from elearning.figures.types import Column, Hidden, Kind, Measure, Period, Place, Rate, Table, Value
from elearning.items.rules import DISCRIMINATION_FROM, FACILITY_FROM, NOUN, SHOWN
from elearning.items.statistics import HUNDREDTH, TENTH, measure
from elearning.items.types import By, Group, ItemFigures
from elearning.web.pages import counted

# What may leave (decisions/0019): how a question fared, where neither who had it right nor who had it wrong are few. Who
# chose what is for the screen.
ASKED, RIGHT, WRONG = (
    ((COUNTS, "first attempts"), *answer) for answer in ((), (("answer", "right"),), (("answer", "wrong"),))
)
OF = ("module", "version", "item")
FIRST_ATTEMPTS = Leaves("first attempts", OF)
ANSWERED = Leaves("first attempts", (*OF, "answer"), part_of=FIRST_ATTEMPTS, over=("answer",))
PUBLISHED = (FIRST_ATTEMPTS, ANSWERED)

COLUMNS = (
    Column("Question"),
    Column("Version"),
    Column("First attempts", Kind.COUNT, place=ASKED),
    Column("Facility", Kind.MEASURE, of=RIGHT),
    Column("Discrimination", Kind.MEASURE, of=RIGHT),
    Column("Wrong answer chosen most", of=RIGHT),
    Column("Chosen by", Kind.RATE),
    Column("Section to read"),
    Column("What to do", of=RIGHT),
)
NOTES = (
    "Only the first attempt of each person counts, one module version at a time: a new version begins anew.",
    f"Facility is the share that had it right, from {FACILITY_FROM} first attempts on; discrimination is how it goes "
    f"with the score on the rest of the quiz, from {DISCRIMINATION_FROM} on. Where an interval stands in brackets, it is the "
    "95% one.",
)
SILENT = "about too few people, or too few had them right or wrong"
FEWER = f"asked of fewer than {SHOWN} people"


def item_table(
    module: TrainingModule,
    figures: Sequence[ItemFigures],
    cut_off: dt.datetime,
    period: Period,
    unit: Decimal = HUNDREDTH,
) -> Table:
    """R12 for one module: its questions in a period, in the order given, but for those that few people were asked."""
    asked = [each for each in figures if each.count >= SHOWN]
    versions = " and ".join(str(version) for version in sorted({each.version for each in figures}))
    left_out = counted(len(figures) - len(asked), "question was", "questions were")
    return Table(
        number="R12",
        caption=f"What people get wrong in {module.title}, {period.label}",
        columns=COLUMNS,
        rows=tuple(_row(each, unit) for each in asked),
        places=_places(module, asked, period),
        cut_off=cut_off,
        versions=f"{module.title}, version {versions}" if versions else "none",
        notes=(*NOTES, *([f"{left_out} {FEWER}, and left out."] if len(asked) < len(figures) else [])),
    )


def tables_to_leave(
    module: TrainingModule, figures: Sequence[ItemFigures], cut_off: dt.datetime, period: Period
) -> list[Table]:
    """R12 for one module as it is to be published; and what it is decided on and does not print, who had what wrong.

    Their order says nothing of the figures: put what is published of the first in order by `hardest_first`.
    """
    in_order = sorted(figures, key=lambda each: (-each.version, each.item.id))
    asked = [each for each in in_order if each.count >= SHOWN]
    answers = Table(
        number="R12",
        caption=f"Right and wrong in {module.title}, {period.label}",
        columns=(Column("Question"), Column("Right", Kind.COUNT, RIGHT), Column("Wrong", Kind.COUNT, WRONG)),
        rows=tuple((each.item.id, each.right, each.count - each.right) for each in asked),
        places=_places(module, asked, period),
        cut_off=cut_off,
        versions="",
    )
    return [item_table(module, in_order, cut_off, period, TENTH), answers]  # rounded once, as they leave


def hardest_first(table: Table) -> Table:
    """A published R12 in the order of its facilities as they are printed; questions without one come last."""
    shares = _facilities(table)
    return _only(table, sorted(range(len(table.rows)), key=lambda n: shares.get(n, Decimal(2))))


def telling(table: Table) -> Table:
    """A published R12 without the questions of which it prints no more than how many people had them first."""
    shares = _facilities(table)
    silent = counted(len(table.rows) - len(shares), "question is", "questions are")
    notes = [note for note in table.notes if not note.endswith(HIDDEN_HERE)]  # they are not in it any more
    table = _only(table, [n for n in range(len(table.rows)) if n in shares])
    return replace(table, notes=(*notes, f"{silent} {SILENT}, and left out."))


def _facilities(table: Table) -> dict[int, Decimal]:
    """The facilities that are printed, by row."""
    place = {column.label: n for n, column in enumerate(table.columns)}.get("Facility", 0)
    return {n: value.value for n, row in enumerate(table.rows) if isinstance(value := row[place], Measure)}


def _only(table: Table, order: Sequence[int]) -> Table:
    return replace(table, rows=tuple(table.rows[n] for n in order), places=tuple(table.places[n] for n in order))


def _places(module: TrainingModule, figures: Sequence[ItemFigures], period: Period) -> tuple[Place, ...]:
    return tuple(
        ((YEAR, period.key), ("module", module.key), ("version", str(each.version)), ("item", each.item.id))
        for each in figures
    )


def _row(each: ItemFigures, unit: Decimal) -> tuple[Value, ...]:
    return (
        f"{each.item.id}: {each.item.lead_in}",
        str(each.version),
        each.count,
        *(it if isinstance(it, Hidden) else measure(it, unit) for it in (each.facility, each.discrimination)),
        each.wrong or Hidden.NONE,
        Rate(each.wrong_count, each.count, NOUN) if each.wrong else Hidden.NONE,
        each.section.title if each.section else Hidden.NONE,
        each.advice,
    )


def group_table(module: TrainingModule, groups: Sequence[Group], by: By, cut_off: dt.datetime, period: Period) -> Table:
    """Right answers by group and learning outcome: where a belief stands in the way, and whose."""
    rows = []
    shown = [group for group in groups if group.people >= SHOWN]
    for group in shown:
        cells: list[Value] = []
        for outcome in module.outcomes:
            count, right = group.answers.get(outcome.id, (0, 0))
            cells.append(Rate(right, count, "answers"))
        rows.append((group.name, group.people, *cells))
    hidden = len(groups) - len(shown)
    few = counted(hidden, "group")
    return Table(
        number="R12a" if by is By.AGENCY else "R12b",
        caption=f"Right answers at the first attempt in {module.title}, by {by.replace('-', ' ')}, {period.label}",
        columns=(
            Column("Agency" if by is By.AGENCY else "Job role"),
            Column("First attempts", Kind.COUNT),
            *(Column(outcome.text, Kind.RATE) for outcome in module.outcomes),
        ),
        rows=tuple(rows),
        cut_off=cut_off,
        versions=f"{module.title}, all versions",
        notes=(*([f"First attempts of {few} with fewer than {SHOWN} people are left out."] if hidden else []),),
    )
