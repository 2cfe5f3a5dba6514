"""`elearning doctor`: is this installation fit for real people, and if not, what to do about each thing?

It looks from the inside (settings, database, mail, people) and from the outside (the public address). It changes nothing.
"""

import datetime as dt
import json
import os
import shutil
import ssl
import stat
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.error import URLError

import click
from flask import Flask
from sqlalchemy import text

from elearning import database, mailing
from elearning.accounts.queries import count_holders
from elearning.catalogue.help import read_help
from elearning.certificates.operations import check_guards
from elearning.certificates.signing import SigningKeys
from elearning.core import clock
from elearning.core.db import db, sqlite_path
from elearning.core.errors import ElearningError
from elearning.core.outbox import oldest_waiting
from elearning.core.roles import Role
from elearning.settings import LOOPBACK, Settings
from elearning.web.pages import counted

ROOM = 2 * 2**30  # bytes; a million completions take about a third of it
MAIL_WAITS = dt.timedelta(minutes=15)
CONTACTS_LAST = dt.timedelta(days=90)  # content rule L24
KEY_LASTS = dt.timedelta(days=60)
TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Advice:
    """Something to put right. What is `urgent` loses records, lets somebody in, or keeps everybody out."""

    urgent: bool
    found: str
    do: str

    def __str__(self) -> str:
        return f"{'MUST  ' if self.urgent else 'SHOULD'}  {self.found} {self.do}".rstrip()


def must(found: str, do: str) -> Advice:
    return Advice(True, found, do)


def should(found: str, do: str) -> Advice:
    return Advice(False, found, do)


def settings_advice(settings: Settings) -> Iterator[Advice]:
    """What the settings alone say."""
    if settings.demo:
        yield must(
            "ELEARNING_DEMO is true: anyone may sign in as anyone.", "Leave it out, and give a database of your own."
        )
    if len(set(settings.secret_key)) < 12:
        yield must(
            "ELEARNING_SECRET_KEY repeats a few characters.",
            'Make one with: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
    if not settings.secure:
        yield must(
            f"ELEARNING_BASE_URL is {settings.base_url}: without HTTPS, sessions can be read on the way.",
            "Put a proxy with a certificate in front, and give the https:// address.",
        )
    elif not settings.proxies:
        yield should(
            "ELEARNING_PROXIES is 0, though something in front must be ending HTTPS.",
            "Give the number of proxies, or throttles take everyone for one visitor.",
        )
    if settings.mail.startswith("console:"):
        yield must(
            "ELEARNING_MAIL prints mail instead of sending it: nobody can sign in.", "Give smtp://user:password@host."
        )
    left = [name for name in ("partnership", "mail_from", "help_email", "signatory") if _is_default(settings, name)]
    if left:
        names = ", ".join(f"ELEARNING_{name.upper()}" for name in left)
        yield should(f"Still as delivered: {names}.", "Pages, mails and certificates carry these; give your own.")


def _is_default(settings: Settings, name: str) -> bool:
    return bool(getattr(settings, name) == Settings.model_fields[name].default)


def storage_advice(settings: Settings) -> Iterator[Advice]:
    """Where a SQLite database lies: room, and who may read it."""
    path = sqlite_path(settings.database_url)
    if path is None or not path.exists():
        return
    free = shutil.disk_usage(path.parent).free
    if free < ROOM:
        yield should(f"The disk of the database has {free / 2**30:.1f} GB left.", "Make room before it is full.")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield should(f"Other users of this machine can read {path}.", f"Run: chmod 600 {path}*")
    if not os.access(path.parent, os.W_OK):
        yield must(f"The folder of {path} cannot be written, and SQLite writes beside it.", "Change its owner or mode.")


def database_advice(app: Flask) -> Iterator[Advice]:
    """Whether the database refuses what it must refuse. Raises ElearningError if it is not fit to serve at all."""
    database.check_ready(app)
    for finding in check_guards():
        yield must(
            f"A guard is gone: {finding.message}.", "Restore the schema from a backup, then run elearning verify."
        )
    if db.engine.dialect.name == "postgresql":
        yield from role_advice()


def role_advice() -> Iterator[Advice]:
    """Whether the PostgreSQL role we connect as could undo records."""
    owns = db.session.execute(
        text("SELECT has_table_privilege('completion', 'TRUNCATE') OR has_table_privilege('completion', 'DELETE')")
    ).scalar_one()
    if owns:
        yield should(
            "The program connects as a role that could delete records and switch their guards off.",
            "Run it as a role of its own; `elearning db grants ROLE` prints what that role needs.",
        )


def people_advice() -> Iterator[Advice]:
    """Whether somebody can look after the installation."""
    if not count_holders(Role.ADMINISTRATOR):
        yield must(
            "There is no administrator.",
            "Add one: elearning people add --name NAME --email ADDRESS --role administrator --agency AGENCY",
        )
    for role in (Role.OFFICER, Role.TRAINING_LEAD):
        if not count_holders(role):
            yield should(f"Nobody is {role}.", f'Add one with: elearning people add --role "{role}" ...')


def outbox_advice() -> Iterator[Advice]:
    """Whether what should have left is still here."""
    waiting = oldest_waiting()
    if waiting and clock.now() - waiting > MAIL_WAITS:
        minutes = int((clock.now() - waiting).total_seconds() // 60)
        yield must(f"A mail has waited for {counted(minutes, 'minute')}.", "Start elearning work, or see its log.")


def signing_advice(settings: Settings) -> Iterator[Advice]:
    """Whether certificates can be signed, now and for a while. Raises SettingsError for keys that are not fit."""
    keys = [key for key in SigningKeys.read(settings.signing_keys).keys if key.private]
    if not keys:
        if settings.secure:
            yield should(
                "Certificates are not signed: employers cannot tell from the PDF alone that it is yours.",
                "Make a key with elearning certificates new-key, and set ELEARNING_SIGNING_KEYS.",
            )
        return
    newest = keys[-1]
    left = newest.ends_at - clock.now()
    how = "Put a new one beside it in the folder, and leave the old one there."
    if left < dt.timedelta(0):
        yield must(f"The signing key ran out on {newest.ends_at:%d %B %Y}: new certificates have no PDF.", how)
    elif left < KEY_LASTS:
        yield should(f"The signing key runs out on {newest.ends_at:%d %B %Y}.", how)
    if newest.is_self_signed and settings.secure:
        yield should(
            "The signing key vouches for itself: readers of PDFs say that they do not know who signed.",
            "`elearning certificates new-key` tells what a trusted one needs.",
        )


def server_advice(settings: Settings) -> Iterator[Advice]:
    """Whether the mail server lets us in."""
    try:
        mailing.try_server(settings)
    except (OSError, ElearningError) as error:
        yield must(f"The mail server does not take us ({type(error).__name__}).", "Check ELEARNING_MAIL and its log.")


def content_advice(settings: Settings) -> Iterator[Advice]:
    """What the content on offer needs from the partnership."""
    contacts = read_help(settings.modules)
    if contacts is None:
        yield must("There is no help.toml beside the modules.", "Write the contacts for people who need help now.")
    elif clock.today() - contacts.checked_on > CONTACTS_LAST:
        yield should(
            f"The contacts of help.toml were last rung on {contacts.checked_on}.", "Ring them, and change the date."
        )


def outside_advice(settings: Settings) -> Iterator[Advice]:
    """Whether the public address leads here, over HTTPS with our headers."""
    address = f"{settings.base_url}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as response:  # noqa: S310 (settings take http and https only)
            health, headers = response.read(2000), response.headers
    except ssl.SSLCertVerificationError as error:
        yield must(f"The certificate of {settings.host} is not good ({error.verify_message}).", "Renew it.")
        return
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        yield must(
            f"{address} does not answer from here ({reason}).", "Start the service and the proxy, or see --inside."
        )
        return
    try:
        ours = json.loads(health).get("status") == "ok"
    except (ValueError, AttributeError):
        ours = False
    if not ours:
        yield must(f"Something else answers at {address}.", "Let the proxy hand every path on to this program.")
    for name in ("Content-Security-Policy", *(["Strict-Transport-Security"] if settings.secure else [])):
        if ours and not headers.get(name):
            yield should(f"The header {name} gets lost on the way.", "Let the proxy pass our headers on.")


def examine(settings: Settings, make_app: Callable[[], Flask], *, outside: bool) -> Iterator[Advice]:
    """Everything there is to say about an installation."""
    yield from settings_advice(settings)
    yield from storage_advice(settings)
    try:
        yield from content_advice(settings)
        yield from signing_advice(settings)
        app = make_app()
        with app.app_context():
            yield from database_advice(app)
            yield from people_advice()
            yield from outbox_advice()
    except ElearningError as error:  # says itself what to do; what stands on it cannot be looked at
        yield must(str(error), "")
    yield from server_advice(settings)
    if outside and settings.host not in LOOPBACK:
        yield from outside_advice(settings)


class HasSettings(Protocol):
    """What this command needs of the context that `elearning` hands to all of them."""

    @property
    def settings(self) -> Settings: ...

    @property
    def app(self) -> Flask: ...


@click.command()
@click.option("--inside", is_flag=True, help="do not ask the public address, as before the proxy is there")
@click.pass_obj
def doctor(context: HasSettings, inside: bool) -> None:
    """Examine this installation, and say what to do about each finding; exits with 1 if anything MUST be put right."""
    found = list(examine(context.settings, lambda: context.app, outside=not inside))
    for advice in found:
        click.echo(str(advice))
    urgent = sum(advice.urgent for advice in found)
    if not found:
        click.echo("This installation is fit to serve: nothing was found.")
    else:
        click.echo(f"{counted(len(found), 'finding')}, of which {urgent} must be put right before people rely on it.")
    sys.exit(1 if urgent else 0)
