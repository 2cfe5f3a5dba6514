"""The `elearning` command: mounts each capability's commands beside those of the installation itself.

A command that cannot do its work says in one line what is wrong and what to do, and exits with 1. What a command stands
on is imported when it is asked for, so that `elearning check` need not wait for the web, the database and the PDFs.
"""

import os
import sys
from functools import cached_property
from pkgutil import resolve_name
from typing import TYPE_CHECKING

import click

from elearning.core.errors import ElearningError
from elearning.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

# The commands that are not here, and where each one is.
ELSEWHERE = {
    "backup": "elearning.backup:backup_command",
    "certificates": "elearning.agency.cli:certificates",  # from above, for what an agency takes out
    "check": "elearning.assessment.cli:check",
    "demo": "elearning.demo.cli:demo",
    "doctor": "elearning.doctor:doctor",
    "new": "elearning.catalogue.cli:new",
    "people": "elearning.accounts.cli:people",
    "preview": "elearning.preview:preview",
    "questions": "elearning.items.cli:questions",
    "record": "elearning.completions.cli:record",
    "report": "elearning.reports.cli:report",
    "restore": "elearning.backup:restore_command",
    "schemas": "elearning.catalogue.cli:schemas",
    "verify": "elearning.certificates.cli:verify",
}


MOST_LINES = 1000  # that a command prints of one thing


class Commands(click.Group):
    """The commands here, and those elsewhere."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*self.commands, *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        command: click.Command = resolve_name(ELSEWHERE[cmd_name])
        return command


class Context:
    """What commands share. Made when first needed, so that `--help` and `check` need no settings."""

    @cached_property
    def settings(self) -> Settings:
        return Settings.from_environ(os.environ)

    @cached_property
    def app(self) -> "Flask":
        from elearning.app import create_app

        return create_app(self.settings)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def elearning(context: click.Context) -> None:
    """Training modules built from safeguarding practice reviews, and the record of who completed them."""
    context.obj = Context()


@elearning.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@click.pass_obj
def db_upgrade(context: Context) -> None:
    """Bring the schema up to date and publish new module versions; rows stay in place."""
    from elearning import database

    published = database.prepare(context.app)
    for version in published:
        click.echo(f"published {version}")
    click.echo("The database is up to date.")


@db.command("status")
@click.pass_obj
def db_status(context: Context) -> None:
    """Say whether the database is fit to serve; exits with 1 if not."""
    from elearning import database

    database.check_ready(context.app)
    click.echo("The database is up to date and fit to serve.")


@db.command("recount")
@click.pass_obj
def db_recount(context: Context) -> None:
    """Count the sums that reports are made from anew, and say what was wrong with them; nobody can submit meanwhile."""
    from elearning.core.tallies import correct

    corrected = 0
    with context.app.app_context():
        for corrected, difference in enumerate(correct(), start=1):
            if corrected <= MOST_LINES:
                click.echo(str(difference))
    if corrected > MOST_LINES:
        click.echo(f"... and {corrected - MOST_LINES} more.")
    rows = "1 row was" if corrected == 1 else f"{corrected} rows were"
    click.echo(f"{rows} corrected." if corrected else "Every sum was what the records say.")


@db.command("grants")
@click.argument("role")
def db_grants(role: str) -> None:
    """Print the SQL that gives a PostgreSQL role what the program needs, and no way to change permanent records."""
    from elearning import database

    click.echo(database.grants(role))


@elearning.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="where to listen on 127.0.0.1"
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="worker processes")
@click.pass_obj
def serve(context: Context, port: int, workers: int) -> None:
    """Serve on 127.0.0.1 and send mail, for one machine; the README has the parts for a real installation."""
    from elearning import database, serving

    database.check_ready(context.app)
    serving.serve(context.app, port=port, workers=workers)


@elearning.command()
@click.option("--once", is_flag=True, help="send what is due and stop")
@click.pass_obj
def work(context: Context, once: bool) -> None:
    """Send the mail that is waiting, tidy up and count what closed quarters were like, and go on doing so."""
    from elearning import database, serving
    from elearning.core.db import db as flask_db
    from elearning.web.journal import write_journal

    context.settings.check_serving()
    with context.app.app_context():
        database.check_schema(flask_db.engine)
    write_journal(requests=False)  # it answers none
    serving.work(context.app, once=once)


def main() -> None:
    """The console entry: an error that a person can put right is one line and exit code 1."""
    try:
        elearning()
    except ElearningError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"{error.filename or 'A file'}: {error.strerror}; check the path and its permissions.", err=True)
        sys.exit(1)
    except Exception as error:
        from sqlalchemy.exc import DatabaseError

        if not isinstance(error, DatabaseError):
            raise
        reason = type(error.orig).__name__
        click.echo(
            f"The database does not answer or is not ours ({reason}); `elearning db status` says more.", err=True
        )
        sys.exit(1)
