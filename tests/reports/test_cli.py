import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.reports.cli import report
from tests.conftest import CheckedClient, World
from tests.records import complete, hire

SUMMER = dt.datetime(2026, 6, 15, 12, 0, tzinfo=dt.UTC)


@dataclasses.dataclass
class Context:
    app: Flask


def run(app: Flask, *arguments: str) -> Result:
    with clock.at(SUMMER):
        return CliRunner().invoke(report, arguments, obj=Context(app))


def test_the_command_writes_the_bytes_of_the_page(app: Flask, world: World, tmp_path: Path) -> None:
    for _ in range(9):
        complete(hire(world.school), world.school, on=dt.date(2025, 11, 3))
    file = tmp_path / "out.csv"
    result = run(app, "completions", "--period", "2025-26", "--output", str(file))
    assert (result.exit_code, result.exception) == (0, None)
    assert "Counts of 1 to 7 people are shown as *" in result.output
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    with clock.at(SUMMER):
        page = client.sign_in(world.officer).post("/reports/completions.csv?period=2025-26")
    assert file.read_bytes() == page.data
    assert b'"2025-26","Harrow Lane School","Sample module","1","10","no"\r\n' in page.data
    printed = run(app, "completions", "--period", "2025-26")
    assert printed.stdout_bytes == page.data
    assert "could be worked out from its total" in printed.stderr
    entries = db.session.execute(select(AuditEntry).where(AuditEntry.action == "completions exported")).scalars().all()
    assert [entry.practitioner_id for entry in entries] == [None, world.officer.practitioner_id, None]


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ("2026-27", "April 2026 to March 2027 cannot be published"),
        ("2026-27-q1", "cannot be published"),
        ("2019-20", "There is no period 2019-20; the financial years are 2026-27."),
    ],
)
def test_a_period_that_is_not_published_is_refused_in_one_line(
    app: Flask, world: World, period: str, message: str
) -> None:
    result = run(app, "completions", "--period", period)
    assert isinstance(result.exception, Refused)
    assert message in str(result.exception)
    assert "\n" not in str(result.exception)


@pytest.mark.parametrize("arguments", [("--help",), ("completions", "--help")])
def test_every_command_explains_itself(app: Flask, arguments: tuple[str, ...]) -> None:
    assert run(app, *arguments).exit_code == 0
