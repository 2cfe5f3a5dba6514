"""`elearning record`: the permanent record as a file."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.completions.queries import count_completions, walk_record
from elearning.completions.spreadsheet import record_csv
from elearning.completions.types import Kept


class HasApp(Protocol):
    """What the command line hands to its commands, as far as this one needs it."""

    @property
    def app(self) -> Flask: ...


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="the file to write; otherwise printed")
@click.pass_obj
def record(context: HasApp, output: Path | None) -> None:
    """Write every completion of the permanent record as CSV, without whose it is.

    The digests in the file can be worked out anew from the file alone, so whoever keeps it can prove later whether the
    record was changed.
    """
    with context.app.app_context():
        pieces = record_csv(_watched(count_completions()))
        if output is None:
            sys.stdout.buffer.writelines(pieces)
            return
        unfinished = output.with_name(output.name + ".unfinished")  # half a record must not look like a whole one
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(output)
    click.echo(f"Wrote {output}. It names nobody.")


def _watched(total: int) -> Iterator[Kept]:
    """The record, with a progress bar where someone watches."""
    with click.progressbar(
        walk_record(),
        length=total,
        label="Reading the record",
        hidden=not sys.stderr.isatty(),
        file=sys.stderr,
        update_min_steps=1000,
    ) as bar:
        yield from bar
