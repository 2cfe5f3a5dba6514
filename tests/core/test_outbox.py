"""The outbox: a mail leaves after the commit, once, and is not lost."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.models import OutboxMail
from elearning.core.outbox import LEASE, LONGEST_WAIT, Mail, deliver_due_mail, is_mail_due, queue_mail
from tests.conftest import NOON


def queue(*subjects: str) -> None:
    with atomic():
        for subject in subjects:
            queue_mail("amina@example.org", subject, "Hello")


def refuse(_mail: Mail) -> None:
    raise ConnectionRefusedError


class Crash(BaseException):
    """What no handler catches: the worker dies."""


def test_a_mail_is_sent_once_and_after_the_commit(app: Flask) -> None:
    sent: list[Mail] = []
    with atomic():
        queue_mail("amina@example.org", "One", "Hello")
    with pytest.raises(RuntimeError), atomic():
        queue_mail("amina@example.org", "Rolled back", "Hello")
        raise RuntimeError
    assert deliver_due_mail(sent.append) == 1
    assert deliver_due_mail(sent.append) == 0
    assert [(mail.recipient, mail.subject, mail.body) for mail in sent] == [("amina@example.org", "One", "Hello")]
    assert not is_mail_due()


def test_the_words_of_a_mail_are_not_kept_once_it_is_sent(app: Flask) -> None:
    queue("Your code")
    deliver_due_mail(lambda mail: None)
    row = db.session.execute(select(OutboxMail)).scalar_one()
    assert (row.next_try_at, row.body) == (None, "")


def test_what_could_not_be_sent_is_tried_again_later_and_ever_more_slowly(app: Flask) -> None:
    queue("One")
    waits: list[dt.timedelta] = []
    moment = NOON
    for _ in range(8):
        with clock.at(moment):
            assert deliver_due_mail(refuse) == 0
            due = db.session.execute(select(OutboxMail.next_try_at)).scalar_one()
            assert due is not None
            waits.append(due - moment)
            assert not is_mail_due()
            moment = due
    assert waits[0] == 2 * LEASE
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    sent: list[Mail] = []
    with clock.at(moment):
        assert deliver_due_mail(sent.append) == 1
    assert sent[0].tries == 9


def test_one_that_fails_does_not_hold_up_the_others(app: Flask) -> None:
    queue("Bad", "Good")
    sent: list[str] = []

    def send(mail: Mail) -> None:
        if mail.subject == "Bad":
            raise TimeoutError
        sent.append(mail.subject)

    assert deliver_due_mail(send) == 1
    assert sent == ["Good"]


def test_a_crash_between_claim_and_sending_delays_a_mail_and_keeps_its_id(app: Flask) -> None:
    queue("One")
    ids: list[int] = []

    def crash(mail: Mail) -> None:
        ids.append(mail.id)
        raise Crash

    with pytest.raises(Crash):
        deliver_due_mail(crash)
    assert not is_mail_due()
    with clock.at(NOON + LEASE):
        assert deliver_due_mail(lambda mail: ids.append(mail.id)) == 1
    assert ids[0] == ids[1]


def test_two_workers_send_each_mail_once(app: Flask) -> None:
    queue(*(f"Mail {number}" for number in range(30)))
    db.session.remove()
    sent: list[int] = []
    started = threading.Barrier(3)

    def work(send: Callable[[Mail], None]) -> None:
        with clock.at(NOON), app.app_context():
            started.wait()
            deliver_due_mail(send)

    workers = [threading.Thread(target=work, args=(lambda mail: sent.append(mail.id),)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(sent) == len(set(sent)) == 30


def test_an_address_that_is_never_taken_is_given_up_after_a_day(app: Flask) -> None:
    """However often it fails, the worker goes on; the mail's text is gone in the end."""

    def refuse(_mail: Mail) -> None:
        raise ValueError("no such address")

    with atomic():
        queue_mail("nobody@example.org", "A subject", "12345678")
    for hour in range(48):
        with clock.at(NOON + dt.timedelta(hours=hour)):
            assert deliver_due_mail(refuse) == 0
    row = db.session.execute(select(OutboxMail)).scalar_one()
    assert row.next_try_at is None
    assert row.body == ""
