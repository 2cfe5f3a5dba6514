"""`elearning report`: what may leave the partnership, from the command line."""

import sys
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.figures.rules import find_period, list_periods
from elearning.reports.disclosure import NOTE
from elearning.reports.operations import publish_completions
from elearning.reports.queries import first_completion
from elearning.reports.spreadsheet import completions_csv


class HasApp(Protocol):
    """What the command line hands to its commands, as far as these need it."""

    @property
    def app(self) -> Flask: ...


@click.group()
def report() -> None:
    """Make the files that may leave the partnership; small counts are suppressed in them."""


@report.command()
@click.option("--period", "key", required=True, metavar="YEAR", help="a financial year that is over, such as 2025-26")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="the file to write; otherwise printed")
@click.pass_obj
def completions(context: HasApp, key: str, output: Path | None) -> None:
    """People who completed, by agency and module, in a financial year, as CSV."""
    with context.app.app_context():
        periods = list_periods(first_completion(), clock.today())
        period = find_period(periods, key)
        if period is None:
            years = ", ".join(each.key for each in periods if each.is_year)
            raise Refused(f"There is no period {key}; the financial years are {years}.")
        titles = {module.key: module.title for module in library()}
        content = b"".join(completions_csv(publish_completions(None, period, titles)))
    if output:
        output.write_bytes(content)
        click.echo(f"Wrote {output}. {NOTE}")
    else:
        sys.stdout.buffer.write(content)
        click.echo(NOTE, err=True)
