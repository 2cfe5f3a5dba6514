"""`elearning verify`: is the record whole, and do its guards still bite? `elearning certificates`: keys, and what becomes of one."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from elearning.certificates.operations import check_guards, reissue_certificate, withdraw_certificate
from elearning.certificates.queries import count_certificates, count_ended, verify_certificates
from elearning.certificates.rules import grouped, parse_number
from elearning.certificates.signing import new_key
from elearning.certificates.types import ReissueReason
from elearning.completions.queries import (
    count_completions,
    count_module_versions,
    count_submitted,
    head_of_record,
    verify_attempts,
    verify_modules,
    verify_record,
    verify_tallies,
)
from elearning.completions.types import Checked, Finding, WithdrawalReason
from elearning.core import clock
from elearning.core.errors import ElearningError, Refused
from elearning.core.tallies import list_tallies
from elearning.settings import Settings
from elearning.web.pages import counted, format_day


def _word(reason: StrEnum) -> str:
    """A reason as the command line takes it: not-theirs."""
    return reason.name.lower().replace("_", "-")


class HasApp(Protocol):
    """What the command line hands to its commands, as far as this one needs it."""

    @property
    def app(self) -> Flask: ...

    @property
    def settings(self) -> Settings: ...


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
            *_walk("tallies", verify_tallies(), len(list_tallies())),
            *check_guards(),
        ]
        head = head_of_record()
        anew, withdrawn = count_ended()
    for finding in findings:
        click.echo(str(finding))
    click.echo(
        f"Checked {counted(modules, 'module version')} (content digests), "
        f"{counted(attempts, 'submitted attempt')} (questions, marks, a completion for each pass), "
        f"{counted(completions, 'completion')} (chain, digests, details, attempts), "
        f"{counted(certificates, 'certificate')} (one that stands a completion, seals), "
        "the sums that reports are made from (against the records), and the guards of every permanent table."
    )
    click.echo(
        "Not checked: the HTML made from a module's text, open attempts, reading, team discussions, people, agencies, "
        "accounts, and the audit trail. Whoever removes the end of the record with all that belongs to it, or writes it all anew, "
        "leaves no trace in it: keep the next line elsewhere, and compare."
    )
    click.echo(
        f"{counted(anew, 'certificate was', 'certificates were')} issued anew, "
        f"{counted(withdrawn, 'completion was', 'completions were')} withdrawn."
    )
    click.echo(f"The record ends at place {head.place}, digest {head.digest}.")
    if findings:
        click.echo(
            f"{counted(len(findings), 'finding')}, listed above. Restore from a backup or call whoever keeps one."
        )
        sys.exit(1)
    click.echo("Everything that was checked is as it was recorded.")


@click.group()
def certificates() -> None:
    """Look after certificates and the keys that sign them."""


@certificates.command()
@click.argument("number")
@click.option("--reason", required=True, type=click.Choice([_word(reason) for reason in ReissueReason]))
@click.option("--name", help="the holder's name as it should be printed, to correct it first")
@click.pass_obj
def reissue(context: HasApp, number: str, reason: str, name: str | None) -> None:
    """Issue a certificate anew with the names of today; the old one says from then on that it was."""
    why = next(each for each in ReissueReason if _word(each) == reason)
    with context.app.app_context():
        new = reissue_certificate(_stored(number), why, by=None, full_name=name)
    click.echo(f"Certificate {grouped(_stored(number))} was issued anew as {grouped(new)}, because {why}.")


@certificates.command()
@click.argument("number")
@click.option("--reason", required=True, type=click.Choice([_word(reason) for reason in WithdrawalReason]))
@click.pass_obj
def withdraw(context: HasApp, number: str, reason: str) -> None:
    """Withdraw a certificate, and with it the completion; that cannot be undone."""
    why = next(each for each in WithdrawalReason if _word(each) == reason)
    with context.app.app_context():
        withdraw_certificate(_stored(number), why, by=None)
    click.echo(f"Certificate {grouped(_stored(number))} was withdrawn, because {why}.")


def _stored(number: str) -> str:
    stored = parse_number(number)
    if stored is None:
        raise Refused(f'"{number}" is no certificate number; compare it with the certificate, sign by sign.')
    return stored


def _walk(label: str, steps: Iterator[Checked], total: int) -> Iterator[Finding]:
    """The findings of a walk, with a progress bar where someone watches."""
    with click.progressbar(
        length=total, label=f"Checking {label}", hidden=not sys.stderr.isatty(), file=sys.stderr
    ) as bar:
        for checked in steps:
            yield from checked.findings
            bar.update(checked.rows)


@certificates.command("new-key")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="the folder of keys; made if missing"
)
@click.option("--name", help="whose signature it is  [default: ELEARNING_PARTNERSHIP]")
@click.option("--years", type=click.IntRange(1, 10), default=3, show_default=True, help="how long it signs")
@click.pass_obj
def new_key_command(context: HasApp, out: Path, name: str | None, years: int) -> None:
    """Make a key that signs certificates, with a certificate that vouches for itself: for trying things out."""
    now = clock.now()
    content = new_key(name or context.settings.partnership, begins_at=now, years=years)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = out / f"{now:%Y-%m-%d}.pem"
    if path.exists():
        raise ElearningError(f"{path} is there already, and certificates may be signed with it; give another folder.")
    path.touch(mode=0o600)
    path.write_bytes(content)
    click.echo(f"Wrote {path}. It signs from now until {format_day(now.replace(year=now.year + years))}.")
    click.echo(f"Set ELEARNING_SIGNING_KEYS={out.resolve()} and start the program again.")
    click.echo(
        "\nReaders of PDFs will say that its signature is valid, but that they do not know who signed: it vouches for "
        "itself. For certificates that they trust by themselves, ask a certificate authority on the Adobe Approved "
        "Trust List (or on the list that your employers go by) for an electronic seal: a document-signing certificate "
        "in the partnership's name, for an EC key on the curve P-256. Put its private key, the certificate and those "
        "that vouch for it, in this order, into one .pem file in the same folder.\n"
        "Keep a copy of the folder where you keep the backups, and never take an old file out: what it signed is made "
        "with it again each time, and checked by it."
    )
