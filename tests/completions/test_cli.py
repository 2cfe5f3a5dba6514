"""The record as a file: all of it, nobody in it, and its chain can be walked with the file alone."""

import csv
import dataclasses
import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from elearning.completions import queries
from elearning.completions.cli import record
from elearning.completions.operations import withdraw_completion
from elearning.completions.rules import BEFORE_THE_FIRST, link_digest
from elearning.completions.types import Kept, Link, WithdrawalReason
from elearning.core.db import db
from tests.conftest import World
from tests.records import complete


@dataclasses.dataclass
class Context:
    app: Flask


def test_the_record_leaves_whole_and_without_names(
    app: Flask, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)  # so that five cross pages
    for number, person in enumerate((world.amina, world.ben, world.grace, world.tomasz, world.olu), start=1):
        complete(person.practitioner_id, world.school, on=dt.date(2025, 10, 24 + number))
    withdraw_completion(2, WithdrawalReason.ASKED)
    db.session.remove()

    file = tmp_path / "record.csv"
    result = CliRunner().invoke(record, ["--output", str(file)], obj=Context(app))
    assert (result.exit_code, result.exception) == (0, None)
    printed = CliRunner().invoke(record, [], obj=Context(app))
    assert printed.stdout_bytes == file.read_bytes()
    assert [path.name for path in tmp_path.glob("record*")] == ["record.csv"]

    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert tuple(rows[0]) == Kept._fields
    previous = BEFORE_THE_FIRST
    for place, row in enumerate(rows, start=1):
        link = Link(
            place=place,
            module_key=row["module_key"],
            module_version=int(row["module_version"]),
            completed_at=dt.datetime.fromisoformat(row["completed_at"]),
            completed_on=dt.date.fromisoformat(row["completed_on"]),
            expires_on=dt.date.fromisoformat(row["expires_on"]),
            cpd_minutes=int(row["cpd_minutes"]),
            details_digest=row["details_digest"],
        )
        assert row["digest"] == link_digest(previous, link)
        previous = row["digest"]
    assert len(rows) == 5
    assert [row["withdrawn_because"] for row in rows] == ["", WithdrawalReason.ASKED, "", "", ""]


def test_no_reader_is_held_open_between_two_pages(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 1)
    for person in (world.amina, world.ben):
        complete(person.practitioner_id, world.school, on=dt.date(2025, 11, 3))
    walk = queries.walk_record()
    next(walk)
    assert not db.session().in_transaction()
    assert next(walk).place == 2
