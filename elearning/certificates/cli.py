"""`elearning verify`: is the record whole, and do its guards still bite?"""

import sys
from collections.abc import Iterator
from typing import Protocol

import click
from flask import Flask

from elearning.certificates.operations import check_guards
from elearning.certificates.queries import count_certificates, verify_certificates
from elearning.completions.queries import (
    count_completions,
    count_module_versions,
    count_submitted,
    head_of_record,
    verify_attempts,
    verify_modules,
    verify_record,
)
from elearning.completions.types import Checked, Finding
from elearning.web.pages import counted


class HasApp(Protocol):
    """What the command line hands to its commands, as far as this one needs it."""

    @property
    def app(self) -> Flask: ...


@click.command()
@click.pass_obj
def verify(context: HasApp) -> None:
    """Walk the whole record and try its guards; exits with 1 if anything was changed, removed or left unguarded."""
    with context.app.app_context():
        modules, attempts = count_module_versions(), count_submitted()
        completions, certificates = count_completions(), count_certificates()
        findings = [
            *_walk("module versions", verify_modules(), modules),
            *_walk("attempts", verify_attempts(), attempts),
            *_walk("completions", verify_record(), completions),
            *_walk("certificates", verify_certificates(), certificates),
            *check_guards(),
        ]
        head = head_of_record()
    for finding in findings:
        click.echo(str(finding))
    click.echo(
        f"Checked {counted(modules, 'module version')} (content digests), "
        f"{counted(attempts, 'submitted attempt')} (questions, marks, a completion for each pass), "
        f"{counted(completions, 'completion')} (chain, digests, details, attempts), "
        f"{counted(certificates, 'certificate')} (one that stands a completion, seals), "
        "and the guards of every permanent table."
    )
    click.echo(
        "Not checked: the HTML made from a module's text, open attempts, reading, team discussions, people, agencies, "
        "accounts, and the audit trail. Whoever removes the end of the record with all that belongs to it, or writes it all anew, "
        "leaves no trace in it: keep the next line elsewhere, and compare."
    )
    click.echo(f"The record ends at place {head.place}, digest {head.digest}.")
    if findings:
        click.echo(
            f"{counted(len(findings), 'finding')}, listed above. Restore from a backup or call whoever keeps one."
        )
        sys.exit(1)
    click.echo("Everything that was checked is as it was recorded.")


def _walk(label: str, steps: Iterator[Checked], total: int) -> Iterator[Finding]:
    """The findings of a walk, with a progress bar where someone watches."""
    with click.progressbar(
        length=total, label=f"Checking {label}", hidden=not sys.stderr.isatty(), file=sys.stderr
    ) as bar:
        for checked in steps:
            yield from checked.findings
            bar.update(checked.rows)
