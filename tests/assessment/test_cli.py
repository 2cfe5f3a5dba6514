"""`elearning check` as an author meets it."""

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from elearning.assessment.cli import check
from elearning.core import clock
from elearning.core.errors import ContentError
from elearning.settings import ROOT
from tests.packs import write_pack

LATE_2026 = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def run(folder: Path, *options: str) -> Result:
    with clock.at(LATE_2026):
        return CliRunner().invoke(check, [str(folder), "--seeds", "20", *options])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pack(tmp_path / "sample-module")
    return tmp_path


def test_the_real_modules_pass(tmp_path: Path) -> None:
    outcome = run(ROOT / "modules")
    assert outcome.exit_code == 0, outcome.output
    assert "\nErrors: 0. " in outcome.output
    assert "reachable-moments version 1: 9 sections" in outcome.output
    assert "30% who know 50%, 48% who know 60%, 68% who know 70%, 86% who know 80%" in outcome.output


def test_errors_stop_and_say_where(folder: Path) -> None:
    outcome = run(folder)
    assert outcome.exit_code == 1
    assert "modules/sample-module/quiz.yaml:28: L15 error: the bank has 12 items; 24 are the least\n" in outcome.output
    assert 'modules/help.toml: L20 error: write "Get help now"' in outcome.output


def test_coverage_lists_every_point(folder: Path) -> None:
    outcome = run(folder, "--coverage")
    assert "E1.02  law           taught: the-idea, what-next; asked: nowhere; told: nowhere\n" in outcome.output


def test_figures_are_a_table_to_read(folder: Path) -> None:
    lines = run(folder, "--figures").output.splitlines()
    assert "  items       single  scenario  multiple  ordering  matching  all" in lines
    assert ["the", "team", "sheet", "31", "20", "1.7"] in [line.split() for line in lines]
    assert any(line.endswith("Points cited: 2 of 2; of the review's own, taught and asked: 1 of 1.") for line in lines)


def test_json_holds_the_same(folder: Path) -> None:
    outcome = run(folder, "--format", "json", "--coverage", "--figures")
    assert outcome.exit_code == 1
    document = json.loads(outcome.output)
    assert {
        "file": "modules/sample-module/quiz.yaml", "line": 28, "rule": "L15", "level": "error",
        "words": "the bank has 12 items; 24 are the least", "accepted": None,
    } in document["findings"]  # fmt: skip
    assert document["errors"] == sum(one["level"] == "error" and not one["accepted"] for one in document["findings"])
    assert [row["point"] for row in document["coverage"]["sample-module"]] == ["E1.01", "E1.02"]
    assert document["figures"]["sample-module"]["readings"][-1]["name"] == "the team sheet"


def test_a_pack_that_cannot_be_read_is_told_in_both_formats(folder: Path) -> None:
    (folder / "sample-module" / "evidence.yaml").unlink()
    assert isinstance(run(folder).exception, ContentError)
    outcome = run(folder, "--format", "json")
    assert outcome.exit_code == 1
    (found,) = json.loads(outcome.output)["findings"]
    assert found == {"file": "modules/sample-module/evidence.yaml", "line": None, "rule": "pack", "level": "error",
                     "words": "the file is missing", "accepted": None}  # fmt: skip


def test_numbers_rung_too_long_ago_stop(folder: Path) -> None:
    (folder / "help.toml").write_text(
        '# Ring them.\nchecked_on = 2026-08-01\n[[contacts]]\nwhen = "Now:"\nwhat = "call 999."\n'
    )
    assert "modules/help.toml:2: L24 error: the numbers were rung 114 days ago" in run(folder).output
    assert "modules/help.toml:3: L20 error: name 999" in run(folder).output
