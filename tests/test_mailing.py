"""Mail leaves by SMTP, to a real server, or is printed."""

import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from smtplib import SMTPDataError, SMTPNotSupportedError
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from elearning.core.errors import SettingsError
from elearning.core.outbox import Mail
from elearning.mailing import as_message, sender
from elearning.settings import Settings

MAIL = Mail(7, "tomasz@example.org", "Twój kod – code", "1234 5678 is your code, Tomasz Zieliński.\n", 1)


class Sink:
    """Keeps what a real SMTP server received."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            message = BytesParser(policy=default).parsebytes(envelope.content)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
        return self.answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(mail: str) -> Settings:
    return Settings(mail=mail, secret_key="k" * 32, modules=Path("modules"), base_url="https://learning.example.org")


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def server(sink: Sink) -> Iterator[str]:
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def test_a_mail_arrives_with_every_letter(server: str, sink: Sink) -> None:
    sender(settings(server))(MAIL)
    (message,) = sink.received
    assert message["To"] == "tomasz@example.org"
    assert message["From"] == "learning@partnership.example"
    assert message["Subject"] == "Twój kod – code"
    assert message.get_content().strip() == MAIL.body.strip()
    assert message["Auto-Submitted"] == "auto-generated"  # so that no holiday reply comes back


def test_the_same_row_is_the_same_message() -> None:
    first, again = (as_message(MAIL, settings("console:"))["Message-ID"] for _ in range(2))
    assert first == again == "<7@learning.example.org>"


def test_what_the_server_refuses_is_an_os_error_so_that_it_is_tried_again(server: str, sink: Sink) -> None:
    assert issubclass(SMTPDataError, OSError)
    sink.answer = "451 Later, please"
    with pytest.raises(SMTPDataError):
        sender(settings(server))(MAIL)
    assert sink.received == []


def test_a_server_that_is_away_is_an_os_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        sender(settings(f"smtp://127.0.0.1:{free_port()}"))(MAIL)


def test_a_password_is_never_sent_in_clear(server: str, sink: Sink) -> None:
    """The sink offers no TLS, so with a password in the setting nothing may be sent at all."""
    with pytest.raises(SMTPNotSupportedError):
        sender(settings(server.replace("://", "://user:password@")))(MAIL)
    assert sink.received == []


def test_the_console_shows_the_whole_mail(capsys: pytest.CaptureFixture[str]) -> None:
    sender(settings("console:"))(MAIL)
    shown = capsys.readouterr().out
    assert MAIL.recipient in shown
    assert MAIL.subject in shown
    assert MAIL.body in shown


@pytest.mark.parametrize("mail", ["pigeon://loft", "smtp://", "smtp", ""])
def test_an_unknown_way_is_refused_with_what_to_give(mail: str) -> None:
    with pytest.raises(SettingsError, match="ELEARNING_MAIL"):
        sender(settings(mail))
