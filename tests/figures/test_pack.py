"""A report as text and back: nothing is lost, and the same report has the same seal each time."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elearning.figures.pack import digest_of, packed, unpacked
from elearning.figures.rules import financial_year, quarters_of
from elearning.figures.types import (
    Chart,
    Column,
    Form,
    Hidden,
    Kind,
    Measure,
    Part,
    Rate,
    Report,
    Series,
    Table,
    Value,
)
from tests.editions.reports import CUT_OFF, DAY, REPORT, SCHOOL, agencies, annual

ANYTHING = st.text(max_size=8)  # emoji, controls, NUL and right-to-left marks
LINES = st.lists(ANYTHING, max_size=2).map(tuple)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=2)
ZONES = st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=1))])
MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=ZONES)  # noqa: DTZ001
PERIODS = st.sampled_from([financial_year(2024), *quarters_of(financial_year(2025))])

OF_A_KIND: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.TEXT: ANYTHING | st.sampled_from([str(hidden) for hidden in Hidden]),  # text that reads like a hidden cell
    Kind.COUNT: st.integers(0),
    Kind.DAY: st.dates(),
    Kind.RATE: st.tuples(st.integers(0, 99), st.integers(0, 99), ANYTHING).map(
        lambda some: Rate(some[0], some[0] + some[1], some[2])
    ),
    Kind.MEASURE: st.lists(DECIMALS, min_size=3, max_size=3).map(
        lambda some: Measure(sorted(some)[1], sorted(some)[0], sorted(some)[2])
    ),
}


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=4))
    row = st.tuples(*(OF_A_KIND[kind] | st.sampled_from(Hidden) for kind in kinds))
    rows = tuple(draw(st.lists(row, max_size=3)))
    return Table(
        number=draw(ANYTHING),
        caption=draw(ANYTHING),
        columns=tuple(Column(draw(ANYTHING), kind) for kind in kinds),
        rows=rows,
        cut_off=draw(MOMENTS),
        versions=draw(ANYTHING),
        notes=draw(LINES),
        totals=draw(st.integers(0, len(rows))),
    )


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    labels = draw(LINES)
    values = st.tuples(*(st.none() | st.integers() for _ in labels))
    series = draw(st.lists(st.builds(Series, ANYTHING, values), max_size=2).map(tuple))
    return Chart(draw(ANYTHING), draw(ANYTHING), draw(st.sampled_from(Form)), labels, series)


PARTS = st.builds(
    Part,
    heading=ANYTHING,
    words=LINES,
    charts=st.lists(charts(), max_size=1).map(tuple),
    tables=st.lists(tables(), max_size=2).map(tuple),
)
REPORTS = st.builds(
    Report,
    kind=ANYTHING,
    title=ANYTHING,
    period=PERIODS,
    cut_off=MOMENTS,
    parts=st.lists(PARTS, max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(report=REPORTS)
def test_nothing_is_lost(report: Report) -> None:
    text = packed(report)
    back = unpacked(text)
    assert back == report
    # What is equal may still read otherwise: 0.5 and 0.50, a hidden cell and a text that looks like it.
    assert repr(_rows(back)) == repr(_rows(report))
    assert packed(back) == text
    assert text.isascii()
    assert "\n" not in text


def _rows(report: Report) -> list[tuple[tuple[Value, ...], ...]]:
    return [table.rows for part in report.parts for table in part.tables]


def test_what_was_kept_long_ago_is_still_read() -> None:
    assert unpacked((Path(__file__).parent / "kept.json").read_text()) == REPORT


def test_the_same_moment_elsewhere_has_the_same_seal() -> None:
    there = replace(REPORT, cut_off=CUT_OFF.astimezone(ZoneInfo("Asia/Tokyo")))
    assert digest_of(packed(there)) == digest_of(packed(REPORT))


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda: annual(agencies(("School", True, *SCHOOL[2:]))),
        lambda: annual(cut_off=CUT_OFF.replace(tzinfo=None)),
        lambda: annual(words=["a list"]),  # type: ignore[arg-type]
    ],
    ids=["yes for 1", "a moment of nowhere", "a list for a tuple"],
)
def test_what_could_not_be_read_back_is_not_kept(spoilt: Callable[[], Report]) -> None:
    with pytest.raises(ValueError, match="no place in a report"):
        packed(spoilt())


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"shape":2,"report":{}}', '{"shape":1,"report":{"day":"2026-02-26"}}',
     '{"shape":1,"report":{"Report":{"kind":"annual"}}}', '{"shape":1,"report":{"Hidden":"GONE"}}',
     '{"shape":1,"report":{"Decimal":"x"}}'],
)  # fmt: skip
def test_a_text_of_another_kind_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no report|Expecting"):
        unpacked(text)


def test_days_and_figures_come_back_as_they_were() -> None:
    (table,) = unpacked(packed(REPORT)).parts[0].tables
    assert table.rows[0][3] == DAY
    assert str(table.rows[0][4]) == "0.50 (0.41 to 0.59)"
    assert isinstance(table.rows[0][4], Measure)
    assert isinstance(table.rows[0][4].value, Decimal)
