"""`elearning certificates pack`: an agency's certificates in one file, from the command line."""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.agency import operations, queries
from elearning.agency.forms import cover_of
from elearning.agency.types import Choice
from elearning.catalogue.library import library
from elearning.certificates.cli import certificates
from elearning.certificates.issuer import certificate_pdf
from elearning.certificates.pack import left_out, zip_pieces
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.people.queries import find_agency
from elearning.settings import Settings
from elearning.web.pages import counted

DAY = click.DateTime(["%Y-%m-%d"])


class HasApp(Protocol):
    """What the command line hands to its commands, as far as this one needs it."""

    @property
    def app(self) -> Flask: ...

    @property
    def settings(self) -> Settings: ...


@certificates.command()
@click.argument("agency")
@click.option("--from", "first", type=DAY, help="the first day of completion, such as 2026-04-01")
@click.option("--to", "last", type=DAY, help="the last day of completion")
@click.option("--module", "module_key", default="", metavar="KEY", help="only of this training module")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="the zip file to write")
@click.option("--dry-run", is_flag=True, help="say how many certificates there are, and write nothing")
@click.pass_obj
def pack(
    context: HasApp,
    agency: str,
    first: dt.datetime | None,
    last: dt.datetime | None,
    module_key: str,
    out: Path | None,
    dry_run: bool,
) -> None:
    """Write the certificates that were earned at AGENCY into one zip, with a list of what is in it."""
    choice = Choice(first and first.date(), last and last.date(), module_key)
    if choice.first and choice.last and choice.last < choice.first:
        raise Refused("The last day lies before the first; give --from and --to the other way round.")
    if out is None and not dry_run:
        raise Refused("Say with --out which zip file to write, or ask with --dry-run how many certificates there are.")
    with context.app.app_context():
        titles = {module.key: module.title for module in library()}
        if module_key and module_key not in titles:
            raise Refused(f"There is no training module {module_key}; the modules are {', '.join(titles)}.")
        found = find_agency(agency)
        if found is None:
            raise Refused(f'There is no agency called "{agency}"; give its name as the report lists it.')
        picked = queries.pick_certificates(found.id, choice)
        count, others = len(picked.certificates), left_out(picked.superseded, picked.withdrawn)
        if out is None or dry_run:
            click.echo(f"{counted(count, 'certificate')}. {others}".rstrip())
            return
        if not count:
            raise Refused("There is no certificate to pack; ask for another period or module.")
        cover = cover_of(found.name, choice, picked, titles, clock.today(), context.settings)
        operations.record_certificates_export(None, found.id, count, help_email="")
        unfinished = out.with_name(f".{out.name}.unfinished-{os.getpid()}")
        try:
            with (
                unfinished.open("xb") as file,
                click.progressbar(
                    queries.each_certificate(found.id, picked.certificates),
                    length=count, label="Packing", hidden=not sys.stderr.isatty(), file=sys.stderr,
                ) as packed,
            ):  # fmt: skip
                os.chmod(file.fileno(), 0o600)  # it holds names
                file.writelines(zip_pieces(cover, packed, certificate_pdf))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
    click.echo(f"Wrote {counted(count, 'certificate')} to {out}. {others}".rstrip())
