"""The officer's page of whether it helped, and its files: groups of ten or more, and never a person."""

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.models import AuditEntry
from elearning.evaluation.types import Change
from elearning.figures.rules import financial_year
from elearning.impact.queries import what_modules_say
from tests.conftest import MODULE, CheckedClient, World
from tests.evaluation.test_tallies import say_all
from tests.records import complete, hire

SUMMER = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)  # 2025-26 is over
YEAR = financial_year(2025)


def officer_of(app: Flask, world: World) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.officer)


def say(world: World, number: int, passed: dt.date) -> None:
    """So many people of the school say everything about the module; the first three have no words to quote."""
    with atomic():
        _say(world, number, passed)


def _say(world: World, number: int, passed: dt.date) -> None:
    for place in range(number):
        words = "" if place < 3 else f"I ask, says number {place}."
        changes = (Change.NOTHING,) if place < 3 else (Change.SHARING, Change.STEP)
        say_all(
            hire(world.school, since=dt.date(2024, 1, 1)), world.school, passed=passed, before=2 + place % 3,
            words=words, changes=changes,
        )  # fmt: skip


@pytest.fixture
def past(world: World) -> Iterator[World]:
    """Twelve said everything in 2025-26, and two who completed the module then said nothing."""
    say(world, 12, dt.date(2025, 5, 1))
    for _ in range(2):
        complete(hire(world.school), world.school, on=dt.date(2025, 5, 2))
    with clock.at(SUMMER):
        yield world


def figures(page: str) -> set[str]:
    """What stands in the cells of the tables that are no headings, nor modules' names."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page)
    return {html.unescape(cell) for cell in cells} - {"Sample module"}


def test_the_page_has_every_table_with_responses_beside_and_quotes(app: Flask, past: World) -> None:
    page = officer_of(app, past).get(f"/reports/impact?module={MODULE}&period=2025-26").text
    for number in ("R9", "R9a", "R9b", "R9c", "R9d", "R10", "R11"):
        assert f"Table {number}." in page
    shown = figures(page)
    assert "12 of 14 completions (86%)" in shown
    assert "12 of 14 completions at least 56 days old (86%)" in shown
    assert "9 of 12 answers (75%)" in shown  # shared information
    assert "not asked" in shown  # whether a manager confirms it
    assert "12 of 12 pledges (100%)" in shown
    assert "I ask, says number 7." in page
    assert "This is what people say of themselves" in page


def test_nothing_is_said_of_nine(app: Flask, world: World) -> None:
    say(world, 9, dt.date(2025, 5, 1))
    with clock.at(SUMMER):
        for module in ("", f"&module={MODULE}"):
            page = officer_of(app, world).get(f"/reports/impact?period=2025-26{module}").text
            assert figures(page) == {"too few", "not asked", "–"}
            assert "says number" not in page
            assert '<svg class="chart"' not in page
        answer = officer_of(app, world).post("/reports/impact.csv?period=2025-26")
        assert not re.search(r"\d of \d", answer.data.decode())


def test_nobody_is_asked_before_their_day_and_a_year_that_is_over_stays_as_it_was(app: Flask, world: World) -> None:
    """Completed on 1 March: looking back ended in March, the last follow-up ends on 20 June."""
    complete(hire(world.school), world.school, on=dt.date(2026, 3, 1))
    modules = tuple(library())
    with clock.at(SUMMER):
        (in_year,) = what_modules_say(modules, YEAR, clock.today())
        (after,) = what_modules_say(modules, financial_year(2026), clock.today())
    assert in_year.asked == {14: 1, 27: 1}
    assert after.asked == {55: 1, 111: 1}
    with clock.at(dt.datetime(2026, 4, 20, tzinfo=dt.UTC)):  # 50 days on: nobody has been asked about eight weeks yet
        (early,) = what_modules_say(modules, financial_year(2026), clock.today())
    assert early.asked == {55: 1}


def test_a_period_without_answers_and_a_slip_in_the_address_say_so(app: Flask, world: World) -> None:
    page = officer_of(app, world).get("/reports/impact?period=2099-00&module=none").text
    assert "that part of it was left out" in page
    assert "Nobody’s time to answer ended in this period" in page


def test_the_files_are_of_a_year_that_is_over_rounded_without_quotes_and_in_the_trail(app: Flask, past: World) -> None:
    client = officer_of(app, past)
    answer = client.post(f"/reports/impact.csv?period=2025-26&module={MODULE}")
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:3] == ["Statement", "Paired", "Response"]
    assert rows[1][1] == "10"  # twelve, rounded
    assert [next(row for row in rows if row[:1] == ["Table"] and "R11" in row[1])[0], "R11"] == ["Table", "R11"]
    assert "says number" not in text
    assert client.post("/reports/impact.xlsx?period=2025-26").data[:2] == b"PK"
    entry = db.session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    assert (entry.action, entry.subject) == ("impact figures exported", "2025-26")


@pytest.mark.parametrize("asked", ["csv", "csv?period=2026-27", "csv?period=2025-26-q3", "pdf?period=2025-26"])
def test_there_is_no_other_file(app: Flask, world: World, asked: str) -> None:
    with clock.at(SUMMER):
        assert officer_of(app, world).post(f"/reports/impact.{asked}").status_code == 404
