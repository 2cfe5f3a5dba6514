"""The tables of what people get wrong: R12, and beside it who gets what wrong."""

import datetime as dt
from collections.abc import Sequence

from elearning.catalogue.types import TrainingModule
from elearning.figures.disclosure import COUNTS, YEAR, Leaves
from elearning.figures.types import Column, Hidden, Kind, Period, Rate, Table, Value
from elearning.items.rules import DISCRIMINATION_FROM, FACILITY_FROM, NOUN, SHOWN
from elearning.items.types import By, Group, ItemFigures
from elearning.web.pages import counted

# Who chose what is for the screen: beside the share that had it right, a small count of them could be worked out.
ASKED = ((COUNTS, "first attempts"),)
PUBLISHED = (Leaves("first attempts", ("module", "version", "item")),)

COLUMNS = (
    Column("Question"),
    Column("Version"),
    Column("First attempts", Kind.COUNT, place=ASKED),
    Column("Facility", Kind.MEASURE, of=ASKED),
    Column("Discrimination", Kind.MEASURE, of=ASKED),
    Column("Wrong answer chosen most"),
    Column("Chosen by", Kind.RATE),
    Column("Section to read"),
    Column("What to do"),
)
NOTES = (
    "Only the first attempt of each person counts, one module version at a time: a new version begins anew.",
    f"Facility is the share that had it right, from {FACILITY_FROM} first attempts on; discrimination is how it goes "
    f"with the score on the rest of the quiz, from {DISCRIMINATION_FROM} on. In brackets stands the 95% interval.",
)
FEWER = f"asked of fewer than {SHOWN} people"


def item_table(module: TrainingModule, figures: Sequence[ItemFigures], cut_off: dt.datetime, period: Period) -> Table:
    """R12 for one module: its questions in a period, in the order given, but for those that few people were asked."""
    asked = [each for each in figures if each.count >= SHOWN]
    versions = " and ".join(str(version) for version in sorted({each.version for each in figures}))
    left_out = counted(len(figures) - len(asked), "question was", "questions were")
    return Table(
        number="R12",
        caption=f"What people get wrong in {module.title}, {period.label}",
        columns=COLUMNS,
        rows=tuple(_row(each) for each in asked),
        places=tuple(
            ((YEAR, period.key), ("module", module.key), ("version", str(each.version)), ("item", each.item.id))
            for each in asked
        ),
        cut_off=cut_off,
        versions=f"{module.title}, version {versions}" if versions else "none",
        notes=(*NOTES, f"{left_out} {FEWER}, and left out."),
    )


def _row(each: ItemFigures) -> tuple[Value, ...]:
    return (
        f"{each.item.id}: {each.item.lead_in}",
        str(each.version),
        each.count,
        each.facility,
        each.discrimination,
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
            of_it = [group.answers.get(item.id, (0, 0)) for item in module.items if item.outcome == outcome.id]
            rate = Rate(sum(right for _, right in of_it), sum(count for count, _ in of_it), "answers")
            cells.append(rate)
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
