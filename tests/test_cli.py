"""The `elearning` command itself: where its commands come from, and what it waits for."""

import subprocess
import sys

import click

from elearning.cli import ELSEWHERE, elearning
from elearning.settings import ROOT

HEAVY = "flask", "sqlalchemy", "reportlab", "alembic"


def test_every_command_is_found_under_its_name() -> None:
    context = click.Context(elearning)
    assert set(ELSEWHERE) < set(elearning.list_commands(context))
    for name in ELSEWHERE:
        command = elearning.get_command(context, name)
        assert command
        assert command.name == name
    assert elearning.get_command(context, "nothing") is None


def test_check_starts_without_the_web_and_the_database() -> None:
    """With them it would take a second longer, before it reads a word."""
    script = f"""
import sys, click, elearning.cli as cli
cli.elearning.get_command(click.Context(cli.elearning), "check")
print(*set({HEAVY!r}) & set(sys.modules))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.split() == []
