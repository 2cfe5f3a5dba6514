"""The officer's page of what people get wrong, and the files for the authors."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.models import AuditEntry
from elearning.core.tallies import list_tallies, rebuild
from tests.conftest import MODULE, CheckedClient, World
from tests.items.test_queries import sit
from tests.records import hire

SUMMER = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)  # 2025-26 is over


@pytest.fixture
def past(world: World) -> Iterator[World]:
    """Forty of the school and nine of the clinic sat the quiz in 2025-26."""
    chance = Random(3)
    for agency, count in ((world.school, 40), (world.clinic, 9)):
        for _ in range(count):
            sit(hire(agency, since=dt.date(2024, 1, 1)), dt.date(2025, 11, 3), chance)
    rebuild(*list_tallies())
    with clock.at(SUMMER):
        yield world


def officer_of(app: Flask, world: World) -> CheckedClient:
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.officer)


def test_the_page_shows_every_question_and_groups_of_ten_or_more(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports/items?period=2025-26").text
    assert "What people get wrong in Sample module, April 2025 to March 2026" in page
    assert "Harrow Lane School" in page
    assert "Millpond Clinic" not in page  # nine people
    assert "First attempts of 1 group with fewer than 10 people are left out" in page


def test_no_figure_is_about_fewer_than_ten(app: Flask, past: World) -> None:
    chance = Random(4)
    for _ in range(9):
        sit(hire(past.school, since=dt.date(2024, 1, 1)), dt.date(2026, 4, 20), chance)
    rebuild(*list_tallies())
    page = officer_of(app, past).get("/reports/items?period=2026-27").text
    assert "questions were asked of fewer than 10 people, and left out" in page
    assert "first attempts (" not in page


def test_a_period_without_attempts_says_so(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports/items").text  # 2026-27
    assert "Nobody took this quiz for the first time in this period" in page


def test_an_address_with_a_slip_says_what_was_left_out(app: Flask, past: World) -> None:
    page = officer_of(app, past).get("/reports/items?period=2099-00&module=none").text
    assert "that part of it was left out" in page


def test_the_file_is_of_a_year_that_is_over_rounded_and_in_the_trail(app: Flask, past: World) -> None:
    client = officer_of(app, past)
    answer = client.post(f"/reports/items.csv?module={MODULE}&period=2025-26")
    assert answer.status_code == 200
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    counts = [row["First attempts"] for row in rows if row["Version"] == "1"]
    assert counts
    assert all(int(count) % 5 == 0 for count in counts)
    assert not any("Chosen by" in name for name in rows[0]), "beside the facility it could be worked out"
    assert client.post(f"/reports/items.xlsx?module={MODULE}&period=2025-26").data[:2] == b"PK"
    entry = db.session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    assert (entry.action, entry.subject) == ("question figures exported", f"{MODULE} 2025-26")


@pytest.mark.parametrize(
    "asked", ["csv?period=2025-26", f"csv?module={MODULE}", f"csv?module={MODULE}&period=2026-27",
              f"csv?module={MODULE}&period=2025-26-q3", f"pdf?module={MODULE}&period=2025-26"],
)  # fmt: skip
def test_there_is_no_other_file(app: Flask, past: World, asked: str) -> None:
    assert officer_of(app, past).post(f"/reports/items.{asked}").status_code == 404
