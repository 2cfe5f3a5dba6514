"""`elearning verify`: what it says and how it ends. And the keys that `elearning certificates new-key` makes."""

import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from elearning.certificates.cli import certificates, verify
from elearning.certificates.signing import SigningKeys, examine
from elearning.core.errors import ElearningError
from elearning.core.tallies import list_tallies
from tests.certificates.conftest import Issue
from tests.certificates.paper import sample
from tests.certificates.test_signing import unsigned
from tests.conftest import World
from tests.editions.reports import keep
from tests.tampering import drop_guard, tamper


@pytest.fixture
def numbers(world: World, issue: Issue) -> list[str]:
    return [issue(person.practitioner_id, world.school) for person in (world.amina, world.ben, world.grace)]


def run(app: Flask) -> Result:
    return CliRunner().invoke(verify, obj=SimpleNamespace(app=app))


def test_an_empty_record_is_whole(app: Flask) -> None:
    result = run(app)
    assert result.exit_code == 0
    assert "0 submitted attempts" in result.output
    assert "0 completions" in result.output


def test_a_whole_record_is_said_to_be_whole(app: Flask, numbers: list[str]) -> None:
    result = run(app)
    assert result.exit_code == 0
    assert "Checked 1 module version (content digests), 3 submitted attempts" in result.output
    assert "3 completions (chain, digests, details, attempts), 3 certificates" in result.output
    assert "Not checked: the HTML" in result.output
    assert "The record ends at place 3, digest " in result.output
    assert result.output.endswith("Everything that was checked is as it was recorded.\n")


def test_every_finding_is_printed_with_its_place(app: Flask, numbers: list[str]) -> None:
    tamper(
        "UPDATE completion SET cpd_minutes = 90 WHERE place = 2",
        f"UPDATE certificate_detail SET full_name = 'Mallory' WHERE number = '{numbers[2]}'",
    )
    drop_guard("completion", "delete")
    result = run(app)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[:2] == [
        "place 2: the completion was changed after it was recorded",
        f"place 3: certificate {numbers[2]} was changed after it was issued",
    ]
    assert any(line.startswith("the database does not refuse DELETE") for line in lines)
    assert "listed above" in lines[-1]
    assert "Mallory" not in result.output


def test_each_walk_is_walked(app: Flask, numbers: list[str]) -> None:
    """A change that only one of the walks can see, for each."""
    keep()
    tamper(
        "UPDATE module_version SET content = replace(content, 'Something happens', 'Nothing happens')",
        "UPDATE response SET is_right = FALSE WHERE attempt_id = 1",
        "DELETE FROM certificate_detail WHERE number IN (SELECT number FROM certificate WHERE place = 3)",
        "DELETE FROM certificate WHERE place = 3",
        "DELETE FROM completion_detail WHERE place = 3",
        "DELETE FROM completion WHERE place = 3",
        "UPDATE completion SET cpd_minutes = 90 WHERE place = 1",
        f"UPDATE certificate_detail SET full_name = 'Mallory' WHERE number = '{numbers[1]}'",
        "UPDATE edition SET title = 'Another'",
    )
    result = run(app)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    tallies = [line for line in lines if line.partition(" (")[0] in list_tallies()]
    assert [line for line in lines if line not in tallies][:6] == [
        "sample-module version 1 was changed after it was published",
        "attempt 1 has answers that do not give the result it records",
        "attempt 3 was passed, but no completion records it",
        "place 1: the completion was changed after it was recorded",
        f"place 2: certificate {numbers[1]} was changed after it was issued",
        "edition 1 of the annual report 2024-25 was changed after it was kept",
    ]
    assert "completion_day (completed_on 2026-02-02, module_key sample-module): count is 3 and should be 2" in tallies


def test_a_new_key_signs_at_once_and_is_never_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "keys"
    arguments = ["new-key", "--out", str(folder), "--name", "Harrow Partnership"]
    result = CliRunner().invoke(certificates, arguments)
    assert result.exit_code == 0
    assert f"Set ELEARNING_SIGNING_KEYS={folder} " in result.output
    assert "electronic seal" in result.output
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    keys = SigningKeys.read(folder)
    assert examine(keys.sign(unsigned(), sample().issued_at), keys).signer == "CN=Harrow Partnership"
    written = path.read_bytes()
    again = CliRunner().invoke(certificates, arguments)
    assert isinstance(again.exception, ElearningError)
    assert path.read_bytes() == written
