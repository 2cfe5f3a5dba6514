"""`elearning report`: what may leave the partnership, from the command line."""

import sys
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.editions.queries import find_edition, list_latest_ids
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


def _made(context: HasApp, key: str, output: Path | None, anew: bool) -> None:
    """Make a report or find the one that is kept, write it, and say which it is."""
    settings = context.settings
    with context.app.app_context():
        after = list_latest_ids().get(key) if anew else None
        edition_id = make_report(
            None, _period(key), _titles(), partnership=settings.partnership, colour=settings.colour, after=after
        )
        edition = find_edition(edition_id)
    assert edition is not None  # it was kept on the lines above
    facts = edition.facts
    output = output or Path(f"{facts.kind}-{key}.pdf")
    output.write_bytes(render(edition.report, partnership=facts.partnership, colour=facts.colour))
    click.echo(f"Wrote {output}: edition {facts.number}, seal {edition.digest}.")
    if facts.changed:
        click.echo(f"Since edition {facts.number - 1}: {facts.changed}")


file_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="the file  [default: KIND-PERIOD.pdf]"
)
anew_option = click.option("--anew", is_flag=True, help="make a new edition, and say what changed since the one kept")


@report.command()
@year_option
@file_option
@anew_option
@click.pass_obj
def annual(context: HasApp, key: str, output: Path | None, anew: bool) -> None:
    """The annual report as one PDF. It is kept: asked for again, it is the same file."""
    if "q" in key:
        raise Refused(f"{key} is a quarter; give a financial year, such as {key[:7]}.")
    _made(context, key, output, anew)


@report.command()
@click.option("--quarter", "key", required=True, metavar="QUARTER", help="one that is over, such as 2026-27-q2")
@file_option
@anew_option
@click.pass_obj
def quarterly(context: HasApp, key: str, output: Path | None, anew: bool) -> None:
    """The quarterly paper, two pages. It is kept as the annual report is."""
    if "q" not in key:
        raise Refused(f"{key or 'That'} is no quarter; give one such as {key[:7] or '2025-26'}-q2.")
    _made(context, key, output, anew)


@report.command()
@click.argument("number", type=click.Choice(list(SHEETS), case_sensitive=False))
@year_option
@click.option("--excel", is_flag=True, help="a workbook instead of CSV")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="the file to write; otherwise printed")
@click.pass_obj
def table(context: HasApp, number: str, key: str, excel: bool, output: Path | None) -> None:
    """One table of a financial year, such as R3, as CSV or as a workbook."""
    with context.app.app_context():
        out = publish_table(None, number, _period(key), _titles())
    content = tables_xlsx(out) if excel else b"".join(open_data_csv(out[0]) if number == "X1" else tables_csv(out))
    if output:
        output.write_bytes(content)
        click.echo(f"Wrote {output}.")
    else:
        sys.stdout.buffer.write(content)


def _titles() -> Titles:
    return {module.key: module.title for module in library()}


def _period(key: str) -> Period:
    periods = list_periods(first_completion(), clock.today())
    period = find_period(periods, key)
    if period is None:
        years = ", ".join(each.key for each in periods if each.is_year)
        what = f"There is no period {key}" if key.strip() else "Give a period"
        raise Refused(f"{what}; the financial years are {years}, and a quarter is 2025-26-q3, say.")
    return period
