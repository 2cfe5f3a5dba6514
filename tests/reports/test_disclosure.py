"""What leaves the partnership lets nobody work out a suppressed count.

What figures become, and of which periods; `test_publication.py` attacks all of them together.
"""

import datetime as dt
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearning.figures.disclosure import SMALLEST_SHOWN, disclosed, shown, tells_nothing
from elearning.figures.rules import financial_year, is_publishable, quarters_of
from elearning.figures.types import Period
from elearning.people.types import Sector
from elearning.reports.disclosure import published_table
from elearning.reports.types import AgencyRow, Cell, CompletionReport, OnOffer

AGENCIES = ("Council", "Police", "Clinic")
MODULES = (OnOffer("first", "First module", (1,)), OnOffer("second", "Second module", (1, 2)))
YEARS = (financial_year(2024), financial_year(2025))
PLACES = tuple(product(YEARS, AGENCIES, MODULES))

World = dict[
    tuple[Period, str, OnOffer], int
]  # the people who completed, by year, agency and module: all that is hidden


@pytest.mark.parametrize(
    ("count", "published"),
    [
        (0, 0),
        (1, None),
        (7, None),
        (8, 10),
        (10, 10),
        (12, 10),
        (13, 15),
        (17, 15),
        (18, 20),
        (1002, 1000),
        (1003, 1005),
    ],
)
def test_one_to_seven_are_suppressed_and_the_rest_rounded_to_five(count: int, published: int | None) -> None:
    assert disclosed(count) == published
    assert shown(published) == ("*" if published is None else str(published))


def test_there_are_no_negative_counts() -> None:
    with pytest.raises(ValueError, match="never below zero"):
        disclosed(-1)


@given(st.integers(8, 10**7))
def test_a_shown_count_is_the_nearest_multiple_of_five(count: int) -> None:
    published = disclosed(count)
    assert published is not None
    assert published % 5 == 0
    assert abs(published - count) <= 2


def report(world: World, period: Period, *, sector: Sector | None = None) -> CompletionReport:
    """The exact report of a period, with all its totals, as the officer has it."""

    def row(name: str, counts: list[int]) -> AgencyRow:
        return AgencyRow(name, 500, 0, sum(counts), tuple(Cell(count, count) for count in counts))

    columns = [[world.get((period, agency, module), 0) for agency in AGENCIES] for module in MODULES]
    return CompletionReport(
        period=period,
        sector=sector,
        cut_off=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
        registered_on=period.last,
        modules=MODULES,
        agencies=tuple(
            row(agency, [world.get((period, agency, module), 0) for module in MODULES]) for agency in AGENCIES
        ),
        without_agency=row("No agency", [0] * len(MODULES)),
        total=row("Total", [sum(column) for column in columns]),
        quarters=(),
    )


worlds = st.fixed_dictionaries(dict.fromkeys(PLACES, st.one_of(st.integers(0, 9), st.integers(0, 40))))


@settings(deadline=None, max_examples=25)
@given(worlds)
def test_the_table_is_the_report_cell_for_cell_without_any_total_or_hides_a_module(world: World) -> None:
    exact = report(world, YEARS[0])
    table = published_table(exact, MODULES, dt.date(2026, 6, 1))
    assert [(cell.agency, cell.module) for cell in table] == [
        (agency, module.title) for agency in (*AGENCIES, "No agency") for module in MODULES
    ]
    for position, module in enumerate(MODULES):
        figures = [disclosed(row.cells[position].people) for row in exact.rows]
        told = tells_nothing(disclosed(exact.total.cells[position].people), figures)
        assert [cell.completed_people for cell in table if cell.module == module.title] == [
            figure if told else None for figure in figures
        ]


def test_a_year_is_published_from_the_second_day_after_it_ended() -> None:
    year = financial_year(2025)
    assert not is_publishable(year, dt.date(2026, 3, 31))
    assert not is_publishable(year, dt.date(2026, 4, 1))
    assert is_publishable(year, dt.date(2026, 4, 2))


@pytest.mark.parametrize(
    ("period", "sector", "today"),
    [
        (quarters_of(YEARS[0])[0], None, dt.date(2026, 6, 1)),
        (YEARS[0], Sector.POLICE, dt.date(2026, 6, 1)),
        (YEARS[1], None, dt.date(2026, 3, 31)),
    ],
)
def test_a_quarter_a_filter_or_a_running_year_never_leaves(
    period: Period, sector: Sector | None, today: dt.date
) -> None:
    with pytest.raises(ValueError, match="only a whole financial year that is over"):
        published_table(report({}, period, sector=sector), MODULES, today)


def test_a_module_completed_before_it_was_published_still_stands_in_the_table() -> None:
    world: World = {(YEARS[0], "Police", MODULES[1]): 12}
    table = published_table(report(world, YEARS[0]), MODULES[:1], dt.date(2026, 6, 1))
    assert [(cell.module, cell.versions_on_offer) for cell in table if cell.completed_people] == [("Second module", ())]


def test_an_agency_sees_its_own_people_exactly() -> None:
    """Nor is the officer's screen rounded: see `test_the_screen_shows_the_exact_rows_of_the_report`."""
    assert not [path for path in Path("elearning/agency").rglob("*.py") if "disclosure" in path.read_text()]


def test_a_running_year_would_show_the_day_on_which_someone_completed() -> None:
    """One completion a day: the day on which a mark turns into 10 is that of the eighth."""
    days = [disclosed(count) for count in range(10)]
    assert days.index(None) == 1
    assert days.index(10) == SMALLEST_SHOWN
