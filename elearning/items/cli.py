"""`elearning questions`: what the figures say to whoever writes the questions, beside the file they stand in."""

from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.catalogue.library import library
from elearning.catalogue.loader import QUIZ
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.figures.rules import find_period, list_periods, year_of
from elearning.items.queries import first_attempt, item_figures
from elearning.settings import Settings
from elearning.web.pages import counted


class HasApp(Protocol):
    """What the command line hands to its commands, as far as this one needs it."""

    @property
    def app(self) -> Flask: ...

    @property
    def settings(self) -> Settings: ...


@click.command()
@click.argument("key", required=False)
@click.option(
    "--period", "period_key", metavar="PERIOD", help="such as 2025-26 or 2025-26-q3; this financial year if not given"
)
@click.pass_obj
def questions(context: HasApp, key: str | None, period_key: str | None) -> None:
    """Tell authors which questions to look at, and why; of the module KEY, or of all.

    It names questions and what to do, no counts, so that it may be passed on at any time.
    """
    with context.app.app_context():
        today = clock.today()
        periods = list_periods(first_attempt(), today)
        period = find_period(periods, period_key) if period_key else year_of(today)
        if period is None:
            raise Refused(f"There is no period {period_key}; there are {', '.join(each.key for each in periods)}.")
        modules = [module for module in library() if key in (None, module.key)]
        if key and not modules:
            raise Refused(f"There is no module {key}; there are {', '.join(module.key for module in library())}.")
        found = item_figures(modules, period)
        for module in modules:
            figures = found[module.key]
            flagged = [each for each in figures if each.flags]
            asked = counted(len(figures), "question was asked", "questions were asked")
            click.echo(f"{module.title}, {period.label}: {asked}, {len(flagged)} to look at.")
            for each in flagged:
                file = Path(context.settings.modules) / module.key / QUIZ
                click.echo(f"\n{file}: {each.item.id}, version {each.version}: {each.item.lead_in}")
                click.echo(f"  {'; '.join(each.flags).capitalize()}.\n  {each.advice}")
