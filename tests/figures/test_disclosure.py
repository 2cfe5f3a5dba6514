"""What becomes of tables that are published together."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearning.figures.disclosure import MARK, SMALL_COUNTS, Leaves, publish
from elearning.figures.types import Column, Hidden, Kind, Measure, Place, Rate, Table, Value

WHOLE = Leaves("done")
PARTS = Leaves("done", ("agency",), part_of=WHOLE, over=("agency",))
STAFF = Leaves("staff", ("agency",))
KINDS = (WHOLE, PARTS, STAFF)

DONE, ALL_STAFF = (("counts", "done"),), (("counts", "staff"),)
YEAR: Place = (("year", "2025-26"),)
COLUMNS = (
    Column("Agency"),
    Column("Done", Kind.COUNT, place=DONE),
    Column("Late", Kind.COUNT),
    Column("Coverage", Kind.RATE, place=DONE, of=ALL_STAFF),
    Column("Minutes", Kind.MEASURE, of=DONE),
)
MINUTES = Measure(Decimal("12.34"), Decimal(11), Decimal(13))


def by_agency(done: list[int], staff: list[int | Hidden]) -> Table:
    """A table of agencies with its total, and what may not leave: who is late, and a row of hours."""
    rows: list[tuple[Value, ...]] = [
        (f"Agency {n}", each, 1, here if isinstance(here, Hidden) else Rate(each, here, "staff"), MINUTES)
        for n, (each, here) in enumerate(zip(done, staff, strict=True))
    ]
    return Table(
        number="R3",
        caption="By agency",
        columns=COLUMNS,
        rows=(*rows, ("Hours", 123, 1, Hidden.NONE, Hidden.NONE), ("Total", sum(done), 1, Hidden.NONE, MINUTES)),
        cut_off=dt.datetime(2026, 6, 15, tzinfo=dt.UTC),
        versions="all",
        totals=1,
        places=(*((*YEAR, ("agency", str(n))) for n in range(len(done))), (*YEAR, ("hours", "all")), YEAR),
    )


def test_a_total_stands_beside_parts_that_it_does_not_give_away() -> None:
    (out,) = publish([by_agency([30, 40, 50, 60, 3], [31, 45, Hidden.NOT_DECLARED, 60, 90])], KINDS)
    tenth = Measure(Decimal("12.3"), Decimal("12.3"), Decimal("12.3"))
    assert [column.label for column in out.columns] == ["Agency", "Done", "Coverage", "Minutes"]
    assert out.rows == (
        ("Agency 0", 30, Rate(30, 30, "staff"), tenth),
        ("Agency 1", 40, Rate(40, 45, "staff"), tenth),
        ("Agency 2", 50, Hidden.NOT_DECLARED, tenth),
        ("Agency 3", 60, Rate(60, 60, "staff"), tenth),
        ("Agency 4", MARK, MARK, MARK),
        ("Total", 185, Hidden.NONE, tenth),
    )
    assert (out.totals, len(out.places)) == (1, 6)
    assert out.notes == (
        SMALL_COUNTS,
        "3 figures are hidden in this table: a small count, or one that would give a small count away.",
        "Left out of what is published: Late; Hours.",
    )


def test_parts_that_their_total_gives_away_are_all_hidden() -> None:
    (out,) = publish([by_agency([30, 0, 3], [31, 45, 90])], KINDS)
    assert [row[1] for row in out.rows] == [MARK, MARK, MARK, 35]
    assert [row[2] for row in out.rows[:3]] == [MARK, MARK, MARK]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8))
def test_a_rate_is_made_of_published_figures_alone(agencies: list[tuple[int, int]]) -> None:
    rates = by_agency([each for each, _ in agencies], [each + more for each, more in agencies])
    alone = replace(rates, rows=rates.rows[:-2], places=rates.places[:-2], totals=0)
    counts = replace(
        alone,
        columns=(Column("Agency"), Column("Staff", Kind.COUNT, place=ALL_STAFF)),
        rows=tuple((row[0], row[3].denominator) for row in alone.rows if isinstance(row[3], Rate)),
    )
    shown, staff = publish([rates, counts], KINDS)
    for row, (_, here) in zip(shown.rows, staff.rows, strict=False):
        made = isinstance(row[1], int) and isinstance(here, int)
        assert row[2] == (Rate(row[1], here, "staff") if made else MARK)  # type: ignore[arg-type]


def test_tables_that_disagree_or_do_not_say_what_they_count_are_refused() -> None:
    table = by_agency([10, 20], [20, 20])
    with pytest.raises(ValueError, match="in another table"):
        publish([table, by_agency([11, 19], [20, 20])], KINDS)
    with pytest.raises(ValueError, match="what its rows count"):
        publish([replace(table, places=())], KINDS)


def test_what_is_only_decided_with_stays_and_small_quarters_are_hidden_with_none() -> None:
    parts = replace(STAFF, stays=True)
    kinds = [Leaves("done", smallest=15), parts]
    out = {number: publish([by_agency([number], [30])], kinds)[0] for number in (0, 12, 13)}
    assert {number: [row[:2] for row in table.rows] for number, table in out.items()} == {
        0: [("Total", MARK)],
        12: [("Total", MARK)],
        13: [("Total", 15)],
    }
