"""R15 says what the tables of a report cannot: whenever a cell changes, it changes with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from elearning.figures.rules import financial_year
from elearning.figures.types import Column, Hidden, Kind, Rate, Table, Value
from elearning.reports.queries import make_table
from elearning.reports.tables import limits_table
from elearning.reports.types import View
from tests.reports.conftest import TITLES, Partnership

YEAR = financial_year(2025)
CUT_OFF = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)


def table(number: str, columns: Sequence[Column], *rows: tuple[Value, ...], totals: int = 0) -> Table:
    return Table(number, f"Caption of {number}", tuple(columns), rows, CUT_OFF, "none", totals=totals)


def items(*tables: Table) -> list[str]:
    return [str(row[0]) for row in limits_table(tables, YEAR, CUT_OFF).rows]


ALWAYS = items()
COVERAGE = [Column("Agency"), Column("Staff", Kind.COUNT), Column("Coverage", Kind.RATE)]
FULL = ("Police", 20, Rate(15, 20, "declared staff"))


def test_some_things_no_table_of_ours_can_tell() -> None:
    assert [item[:12] for item in ALWAYS] == ["Live events ", "What agencie", "Whether mana"]
    assert items(table("R7", COVERAGE)) == ALWAYS[1:]
    assert items(table("R14", COVERAGE)) == [ALWAYS[0], ALWAYS[2]]
    confirmed = [Column("Change"), Column("Confirmed by manager", Kind.COUNT)]
    assert items(table("R10", confirmed, ("Joint working", 12))) == ALWAYS[:2]
    assert items(table("R10", confirmed, ("Joint working", Hidden.NONE))) == ALWAYS


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("Clinic", Hidden.NOT_DECLARED, FULL[2]), "R5, Staff: Clinic"),
        (("Clinic", 8, Hidden.NOT_DECLARED), "R5, Coverage: Clinic"),
        (("Clinic", 8, Hidden.DECLARED_FEWER), "R5, Coverage: Clinic"),
        (("Clinic", Hidden.NOT_REQUIRED, FULL[2]), "R5, Staff: Clinic"),
        (("Clinic", Hidden.TOO_FEW, FULL[2]), "R5, Staff: Clinic"),
        (("Clinic", 8, Rate(0, 0, "declared staff")), "R5, Coverage: Clinic"),
        (("Clinic", Hidden.SUPPRESSED, Hidden.SUPPRESSED), "R5: 2 figures shown as *"),
    ],
)
def test_each_figure_that_is_not_there_is_named_until_it_is(row: tuple[Value, ...], says: str) -> None:
    whole = table("R5", COVERAGE, FULL, ("Clinic", 8, Rate(8, 8, "declared staff")))
    assert items(whole) == ALWAYS
    assert items(replace(whole, rows=(FULL, row))) == [says, *ALWAYS]


def test_many_names_are_told_in_part_with_how_many_more() -> None:
    rows = [(f"Agency {n}", Hidden.NOT_DECLARED, FULL[2]) for n in range(15)]
    total = ("Total", Hidden.NOT_DECLARED, FULL[2])  # follows from the others
    first, *_ = items(table("R5", COVERAGE, *rows, total, totals=1))
    assert first.endswith("Agency 10; Agency 11; and 3 more")


@pytest.mark.parametrize(("answered", "is_named"), [(49, True), (50, False)])
def test_a_response_rate_under_half_is_told(answered: int, is_named: bool) -> None:
    columns = [Column("Statement"), Column("Response rate", Kind.RATE)]
    found = items(table("R9", columns, ("I know what to do", Rate(answered, 100, "completions"))))
    assert ("R9, Response rate: I know what to do" in found) is is_named


@pytest.mark.parametrize(("asked", "is_named"), [(29, True), (30, False), (None, True)])
def test_a_module_with_under_thirty_first_attempts_is_told(asked: int | None, is_named: bool) -> None:
    rows = [] if asked is None else [("Q1", asked), ("Q2", 3)]
    found = items(table("R12", [Column("Question"), Column("First attempts", Kind.COUNT)], *rows))
    assert ("R12: Caption of R12" in found) is is_named


def test_versions_counted_together_are_told() -> None:
    columns = [Column("Module"), Column("Versions")]
    assert items(table("R2", columns, ("First", "1"), ("Second", "1 and 2"))) == [
        "R2: Second, versions 1 and 2",
        *ALWAYS,
    ]


def test_of_the_partnership_it_names_what_stands_in_its_tables(partnership: Partnership) -> None:
    found = make_table("R15", View(YEAR), TITLES)
    assert [(row[0], row[1]) for row in found.rows][: -len(ALWAYS)] == [
        ("R2, Median attempts to pass, Median minutes: Another module",
         "There are too few people or answers to say anything of."),
        ("R5, Staff in scope (declared), Declared on, Coverage: Northside Police",
         "No headcount is declared, so there is nothing to take a share of."),
        ("R5, Coverage: Millpond Clinic", "The declared headcount is below the number of people trained there."),
    ]  # fmt: skip
