"""What leaves the partnership lets nobody work out a suppressed count.

The proof is by indistinguishability: whatever is hidden in a suppressed cell, everything ever published, on every day,
is the same for all seven values it may have. An attacker who tries every world is tested too, against weaker ways of
publishing, so that the tests could fail.
"""

import datetime as dt
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elearning.figures.disclosure import SMALLEST_SHOWN, disclosed, shown, tells_nothing
from elearning.figures.rules import financial_year, is_publishable, quarters_of
from elearning.figures.types import Period
from elearning.people.types import Sector
from elearning.reports.disclosure import published_table
from elearning.reports.types import AgencyRow, Cell, CompletionReport, OnOffer, PublishedCell

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


QUARTER_ENDS = [quarter.last for year in (*YEARS, financial_year(2026)) for quarter in quarters_of(year)]
DAYS = [end + dt.timedelta(days=days) for end in QUARTER_ENDS for days in (-45, -1, 0, 1, 2, 3)]


def everything_published(world: World) -> list[tuple[dt.date, tuple[PublishedCell, ...]]]:
    """Each file that someone could have taken, on days of all kinds over three years."""
    reports = {year: report(world, year) for year in YEARS}
    return [
        (day, published_table(reports[year], MODULES, day))
        for day in DAYS
        for year in YEARS
        if is_publishable(year, day)
    ]


counts = st.one_of(st.integers(0, 9), st.integers(0, 40))
worlds = st.fixed_dictionaries(dict.fromkeys(PLACES, counts))


@settings(deadline=None, max_examples=30)
@given(worlds, st.sampled_from(PLACES))
def test_all_that_is_ever_published_is_the_same_for_every_value_of_a_suppressed_cell(
    world: World, place: tuple[Period, str, OnOffer]
) -> None:
    seen = [everything_published(world | {place: value}) for value in range(1, SMALLEST_SHOWN)]
    assert len(seen[0]) > 0
    assert all(published == seen[0] for published in seen)


@settings(deadline=None, max_examples=30)
@given(worlds)
def test_the_file_of_a_year_is_the_same_on_every_day_it_can_be_taken(world: World) -> None:
    for year in YEARS:
        files = {table for _, table in everything_published(world) if table[0].financial_year == year.key}
        assert len(files) == 1


@settings(deadline=None)
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


# An attacker with patience: tries every small world and keeps those that would look the same.

Small = tuple[int, ...]


def worked_out(hidden: Small, publish: Callable[[Small], object], worlds: list[Small]) -> list[int]:
    """The positions whose hidden count the attacker is sure of, though it is one of the small ones."""
    seen = publish(hidden)
    fitting = [world for world in worlds if publish(world) == seen]
    return [
        position
        for position, value in enumerate(hidden)
        if 0 < value < SMALLEST_SHOWN and len({world[position] for world in fitting}) == 1
    ]


TWO_AGENCIES = list(product(range(13), repeat=2))


def our_way(world: Small) -> object:
    return tuple(disclosed(count) for count in world)


def with_a_total(world: Small) -> object:
    return *(disclosed(count) for count in world), sum(world)


def with_a_rounded_total(world: Small) -> object:
    return *(disclosed(count) for count in world), disclosed(sum(world))


FOUR_AGENCIES = list(product(range(1, SMALLEST_SHOWN), *[range(8, 13)] * 3))  # what a mark and three 10s may hide


def test_trying_every_world_finds_nothing_in_what_we_publish() -> None:
    assert not any(worked_out(world, our_way, TWO_AGENCIES) for world in TWO_AGENCIES)


def test_the_same_attacker_finds_small_counts_where_there_are_totals() -> None:
    assert any(worked_out(world, with_a_total, TWO_AGENCIES) for world in TWO_AGENCIES)


def test_rounding_the_totals_does_not_help() -> None:
    assert not worked_out((7, 12, 12, 12), our_way, FOUR_AGENCIES)
    assert worked_out((7, 12, 12, 12), with_a_rounded_total, FOUR_AGENCIES) == [0]


def test_the_same_attacker_reads_a_running_year_taken_day_by_day() -> None:
    """One completion a day at most: the day on which the mark turns into 10 tells every count before it."""
    arrivals = list(product((0, 1), repeat=9))
    running = [tuple(sum(days[: day + 1]) for day in range(9)) for days in arrivals]
    assert worked_out((1, 2, 3, 4, 5, 6, 7, 8, 9), our_way, running) == [0, 1, 2, 3, 4, 5, 6]
