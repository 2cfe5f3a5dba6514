"""`elearning report`: what may leave the partnership, from the command line."""

import sys
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.editions.queries import find_edition
from elearning.figures.pdf import render
from elearning.figures.rules import find_period, list_periods
from elearning.figures.spreadsheet import tables_csv, tables_xlsx
from elearning.figures.types import Period
from elearning.reports.operations import make_report, publish_table
from elearning.reports.queries import Titles, first_completion
from elearning.reports.spreadsheet import open_data_csv
from elearning.reports.tables import SHEETS
from elearning.settings import Settings


class HasApp(Protocol):
    """What the command line hands to its commands, as far as these need it."""

    @property
    def app(self) -> Flask: ...

    @property
    def settings(self) -> Settings: ...


year_option = click.option(
    "--year", "key", required=True, metavar="YEAR", help="a financial year that is over, such as 2025-26"
)


@click.group()
def report() -> None:
    """Make what may leave the partnership; small counts are suppressed in it."""


@report.command()
@year_option
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="the file  [default: annual-YEAR.pdf]")
@click.option("--anew", is_flag=True, help="make a new edition, and say what changed since the one that is kept")
@click.pass_obj
def annual(context: HasApp, key: str, output: Path | None, anew: bool) -> None:
    """The annual report as one PDF. It is kept: asked for again, it is the same file."""
    settings = context.settings
    with context.app.app_context():
        edition_id = make_report(
            None, _year(key), _titles(), partnership=settings.partnership, colour=settings.colour, anew=anew
        )
        edition = find_edition(edition_id)
    assert edition is not None  # it was kept on the lines above
    facts = edition.facts
    output = output or Path(f"annual-{key}.pdf")
    output.write_bytes(render(edition.report, partnership=facts.partnership, colour=facts.colour))
    click.echo(f"Wrote {output}: edition {facts.number}, seal {edition.digest}.")
    if facts.changed:
        click.echo(f"Since edition {facts.number - 1}: {facts.changed}")


@report.command()
@click.argument("number", type=click.Choice(list(SHEETS), case_sensitive=False))
@year_option
@click.option("--excel", is_flag=True, help="a workbook instead of CSV")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="the file to write; otherwise printed")
@click.pass_obj
def table(context: HasApp, number: str, key: str, excel: bool, output: Path | None) -> None:
    """One table of a financial year, such as R3, as CSV or as a workbook."""
    with context.app.app_context():
        out = publish_table(None, number, _year(key), _titles())
    content = tables_xlsx(out) if excel else b"".join(open_data_csv(out[0]) if number == "X1" else tables_csv(out))
    if output:
        output.write_bytes(content)
        click.echo(f"Wrote {output}.")
    else:
        sys.stdout.buffer.write(content)


def _titles() -> Titles:
    return {module.key: module.title for module in library()}


def _year(key: str) -> Period:
    periods = list_periods(first_completion(), clock.today())
    period = find_period(periods, key)
    if period is None:
        years = ", ".join(each.key for each in periods if each.is_year)
        raise Refused(f"There is no period {key}; the financial years are {years}.")
    return period
