"""Mail leaves after the commit: an operation writes a row, `elearning work` sends it.

A row is claimed by moving its next try forward before sending, so that two workers do not send it at once and a
crash delays it instead of losing it. The Message-ID is the row's, so a doubled mail is recognisable as one.
"""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, insert, literal, select, update

from elearning.core import clock
from elearning.core.db import Moment, atomic, db
from elearning.core.models import OutboxMail

LEASE = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
MOST_TRIES = 24  # about a day; then the mail is given up

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Mail:
    id: int
    recipient: str
    subject: str
    body: str
    tries: int


def queue_mail(recipient: str, subject: str, body: str) -> None:
    """Within `atomic()`: a plain-text mail that is sent once the transaction has committed."""
    queue_mails([recipient], subject, body)


def queue_mails(recipients: Sequence[str], subject: str, body: str) -> None:
    """Within `atomic()`: the same to several, each with a mail of their own."""
    now = clock.now()
    mail = {"subject": subject, "body": body, "created_at": now, "next_try_at": now}
    db.session.execute(insert(OutboxMail), [mail | {"recipient": recipient} for recipient in recipients])


def queue_mail_to(recipients: Select[str], subject: str, body: str) -> None:
    """Within `atomic()`: a mail to every address that a query finds.

    One statement, whether it finds any or not: how long it takes tells nobody that somebody was found.
    """
    now = literal(clock.now(), Moment)
    mails = recipients.add_columns(literal(subject), literal(body), now, now)
    columns = ["recipient", "subject", "body", "created_at", "next_try_at"]
    db.session.execute(insert(OutboxMail).from_select(columns, mails))


def _claim() -> Mail | None:
    due = (
        select(OutboxMail.id)
        .where(OutboxMail.next_try_at <= clock.now())
        .order_by(OutboxMail.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    with atomic() as session:
        row = session.execute(
            update(OutboxMail)
            .where(OutboxMail.id == due)
            .values(next_try_at=clock.now() + LEASE, tries=OutboxMail.tries + 1)
            .returning(OutboxMail.id, OutboxMail.recipient, OutboxMail.subject, OutboxMail.body, OutboxMail.tries)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return Mail(*row) if row else None


def is_mail_due() -> bool:
    """A cheap read, so that an idle worker takes no write lock."""
    due = select(OutboxMail.id).where(OutboxMail.next_try_at <= clock.now()).limit(1)
    found = db.session.execute(due).first() is not None
    db.session.rollback()
    return found


def oldest_waiting() -> dt.datetime | None:
    """Since when the mail that waits longest has waited; None if none does."""
    return db.session.execute(
        select(OutboxMail.created_at)
        .where(OutboxMail.next_try_at.is_not(None))
        .order_by(OutboxMail.created_at)
        .limit(1)
    ).scalar_one_or_none()


def drop_waiting() -> None:
    """Send nothing of what waits: after restoring an older state it may have been sent long ago."""
    with atomic() as session:
        session.execute(update(OutboxMail).where(OutboxMail.next_try_at.is_not(None)).values(next_try_at=None, body=""))


def deliver_due_mail(send: Callable[[Mail], None]) -> int:
    """Send every mail that is due with `send(mail)`; what could not be sent is tried again for a day. How many were sent."""
    sent = 0
    while is_mail_due() and (mail := _claim()):
        try:
            send(mail)
        except (OSError, ValueError) as error:  # a server that is away, or an address that it will not take
            log.warning("Mail %s was not sent (%s), try %s.", mail.id, type(error).__name__, mail.tries)
            if mail.tries < MOST_TRIES:
                outcome = {"next_try_at": clock.now() + min(LONGEST_WAIT, LEASE * 2**mail.tries)}
            else:
                outcome = {"next_try_at": None, "body": ""}
        else:
            outcome = {"next_try_at": None, "body": ""}  # a sign-in code is kept nowhere in clear
            sent += 1
        with atomic() as session:
            session.execute(update(OutboxMail).where(OutboxMail.id == mail.id).values(outcome))
    return sent
