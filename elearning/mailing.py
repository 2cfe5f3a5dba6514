"""How a mail leaves this machine: printed on the console, or by SMTP."""

import smtplib
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from elearning.core.errors import SettingsError
from elearning.core.outbox import Mail
from elearning.settings import Settings


def as_message(mail: Mail, settings: Settings) -> EmailMessage:
    """The mail as a message; the same row always has the same Message-ID."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.id}@{settings.host}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


def sender(settings: Settings) -> Callable[[Mail], None]:
    """A function that sends one mail, or raises OSError if it could not.

    Raises SettingsError for an ELEARNING_MAIL that names no known way.
    """
    parts = urlsplit(settings.mail)
    try:
        _ = parts.port
    except ValueError:
        raise SettingsError("ELEARNING_MAIL: the port is a number from 1 to 65535.") from None
    if parts.scheme == "console":
        return _print
    if parts.scheme in ("smtp", "smtps") and parts.hostname:
        return lambda mail: _send(mail, settings)
    raise SettingsError("ELEARNING_MAIL: give console: or smtp://user:password@host:port (smtps:// for TLS at once).")


def _print(mail: Mail) -> None:
    print(f"\n--- mail to {mail.recipient}\n{mail.subject}\n\n{mail.body}\n---", file=sys.stdout, flush=True)


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """The mail server, greeted and signed in to."""
    parts = urlsplit(settings.mail)
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname or "", parts.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=20)
    with server:
        if parts.username:
            if parts.scheme == "smtp":
                server.starttls(context=context)
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _send(mail: Mail, settings: Settings) -> None:
    with _connected(settings) as server:
        server.send_message(as_message(mail, settings))


def try_server(settings: Settings) -> None:
    """Greet the mail server and sign in to it, if mail goes to one; nothing is sent.

    Raises OSError if it does not take us, SettingsError for an ELEARNING_MAIL that names no known way.
    """
    sender(settings)
    if not settings.mail.startswith("console:"):
        with _connected(settings) as server:
            server.noop()
