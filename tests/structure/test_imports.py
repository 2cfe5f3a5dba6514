"""The import contracts of pyproject.toml hold, and each one breaks when someone goes past it."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from elearning.settings import ROOT

LINTER = Path(sys.executable).parent / "lint-imports"

DOWNWARDS = "Capabilities use only those below them"
INSIDE = "Inside a capability, pages stand on operations"
FRAMEWORK = "The web framework stays in views, forms, cli and web"
SQL = "SQL stays in models, queries and operations"
LAW_5 = "A training lead never sees confidence"
PLAIN = "Rules and types are plain arithmetic"

# What someone might add, to which file, and the contract that says no.
VIOLATIONS = [
    ("people/queries.py", "import elearning.accounts.rules", DOWNWARDS),
    ("accounts/views.py", "import elearning.training.rules", DOWNWARDS),
    ("agency/views.py", "import elearning.reports.queries", DOWNWARDS),
    ("core/clock.py", "import elearning.settings", DOWNWARDS),
    ("agency/queries.py", "import elearning.evaluation.models", LAW_5),
    ("agency/views.py", "import elearning.training.queries", LAW_5),
    ("utils.py", "", "elearning.utils"),
    ("accounts/queries.py", "import elearning.accounts.operations", INSIDE),
    ("assessment/rules.py", "import elearning.assessment.models", INSIDE),
    ("people/services.py", "", "elearning.people.services"),
    ("accounts/operations.py", "import flask", FRAMEWORK),
    ("people/queries.py", "import elearning.web.access", FRAMEWORK),
    ("accounts/views.py", "import sqlalchemy", SQL),
    ("accounts/forms.py", "import elearning.core.db", SQL),
    ("assessment/rules.py", "import elearning.core.clock", PLAIN),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on the package in this folder, not on the one installed."""
    environ = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400", "NO_COLOR": "1"}
    command = [sys.executable, str(LINTER), "--no-cache"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "elearning", tmp_path / "elearning", ignore=shutil.ignore_patterns("__pycache__", "static", "*.ttf")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_package_keeps_every_contract(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert " 0 broken" in outcome.stdout


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS, ids=lambda part: part.removeprefix("import "))
def test_going_past_a_contract_breaks_it(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / "elearning" / file).open("a") as code:
        code.write(f"\n{line}\n")

    outcome = lint(copy)

    assert outcome.returncode != 0
    broken = [row for row in outcome.stdout.splitlines() if contract in row and not row.endswith("KEPT")]
    assert broken, outcome.stdout


def test_every_contract_is_exercised_and_none_has_exceptions() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    for contract in contracts:
        assert any(contract["name"].startswith(named) for _, _, named in VIOLATIONS), contract["name"]
        assert not {"ignore_imports", "exhaustive_ignores", "unmatched_ignore_imports_alerting"} & set(contract)
