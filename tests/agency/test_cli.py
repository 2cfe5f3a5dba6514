"""`elearning certificates pack`: one whole file or none, and one line when it cannot be."""

import csv
import datetime as dt
import io
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from elearning.agency.cli import pack
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from tests.agency.conftest import Certify
from tests.conftest import CheckedClient, World
from tests.records import hire

JANUARY = dt.date(2026, 1, 20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def run(app: Flask, *arguments: str) -> Result:
    context = SimpleNamespace(app=app, settings=app.config["SETTINGS"])
    return CliRunner().invoke(pack, arguments, obj=context)


def test_the_command_writes_the_bytes_of_the_page(
    app: Flask, world: World, grace: CheckedClient, certify: Certify, folder: Path
) -> None:
    for name in ("Ann", "Ben"):
        certify(hire(world.school, name=name, since=JANUARY), world.school)
    certify(world.amina.practitioner_id, world.school, on=JANUARY)
    file = folder / "pack.zip"
    result = run(app, "harrow lane school", "--from", "2026-02-01", "--module", "sample-module", "--out", str(file))
    assert (result.exit_code, result.exception) == (0, None)
    assert result.output == f"Wrote 2 certificates to {file}.\n"
    page = grace.post("/agency/certificates.zip?first-day=1&first-month=2&first-year=2026&module=sample-module")
    assert file.read_bytes() == page.data
    assert [path.name for path in folder.iterdir()] == ["pack.zip"]
    assert file.stat().st_mode & 0o077 == 0
    trail = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "certificates exported")).all()
    assert [entry.practitioner_id for entry in trail] == [None, world.grace.practitioner_id]


def test_a_dry_run_says_how_many_and_writes_nothing(app: Flask, world: World, certify: Certify, folder: Path) -> None:
    certify(world.amina.practitioner_id, world.school)
    result = run(app, "Harrow Lane School", "--dry-run", "--out", str(folder / "pack.zip"))
    assert result.output == "1 certificate.\n"
    assert list(folder.iterdir()) == []
    assert run(app, "Harrow Lane School", "--to", "2026-01-01", "--dry-run").output == "0 certificates.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Nowhere", "--out", "x.zip"], 'There is no agency called "Nowhere"'),
        (["Harrow Lane School"], "Say with --out which zip file to write"),
        (["Harrow Lane School", "--module", "none", "--dry-run"], "the modules are sample-module"),
        (["Harrow Lane School", "--from", "2026-02-02", "--to", "2026-02-01", "--dry-run"], "the other way round"),
        (["Millpond Clinic", "--out", "x.zip"], "There is no certificate to pack"),
    ],
)
def test_what_cannot_be_is_one_line(app: Flask, arguments: list[str], said: str) -> None:
    result = run(app, *arguments)
    assert isinstance(result.exception, Refused)
    assert said in str(result.exception)


def test_one_that_cannot_be_made_leaves_the_file_that_was_there(
    app: Flask, world: World, certify: Certify, folder: Path
) -> None:
    """A zip cannot hold a date before 1980."""
    file = folder / "pack.zip"
    certify(world.amina.practitioner_id, world.school)
    assert run(app, "Harrow Lane School", "--out", str(file)).exit_code == 0
    before = file.read_bytes()
    certify(hire(world.school, name="Zed", since=JANUARY), world.school, on=dt.date(1979, 5, 1))
    result = run(app, "Harrow Lane School", "--out", str(file))
    assert isinstance(result.exception, ValueError)
    assert file.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["pack.zip"]
    with zipfile.ZipFile(file) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    assert rows[-1][0] == "End of the list: 1 certificate"
