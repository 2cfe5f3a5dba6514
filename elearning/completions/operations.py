"""Writes of the record: a completion is appended, sealed to the one before it, and never touched again."""

import secrets
from dataclasses import asdict

from sqlalchemy import insert

from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.completions.queries import head_of_record
from elearning.completions.rules import SALT_BYTES, details_digest, expires_on, link_digest
from elearning.completions.types import Details, Link, Recorded, WithdrawalReason
from elearning.core import clock
from elearning.core.db import atomic, keep, serialise

_LINK, _DETAILS = insert(Completion), insert(CompletionDetail)


def record_completion(
    *,
    practitioner_id: int,
    agency_id: int | None,
    attempt_id: int,
    score: int,
    module_key: str,
    module_version: int,
    cpd_minutes: int,
    valid_for_months: int,
) -> Recorded:
    """Append a pass to the record, completed today in London; `agency_id` is where they work today, if anywhere.

    Raises sqlalchemy.exc.IntegrityError when the attempt is recorded already, or is not their pass of this version.
    """
    with atomic():
        serialise("record")
        head = head_of_record()
        now = clock.now()
        today = clock.day_of(now)
        salt = secrets.token_hex(SALT_BYTES)
        details = Details(practitioner_id, agency_id, attempt_id, score)
        link = Link(
            place=head.place + 1,
            module_key=module_key,
            module_version=module_version,
            completed_at=now,
            completed_on=today,
            expires_on=expires_on(today, valid_for_months),
            cpd_minutes=cpd_minutes,
            details_digest=details_digest(salt, asdict(details)),
        )
        digest = link_digest(head.digest, link)
        keep(_LINK, {**asdict(link), "previous_digest": head.digest, "digest": digest})
        keep(_DETAILS, {"place": link.place, "salt": salt, **asdict(details)})
        return Recorded(link.place, digest, today, link.expires_on)


def withdraw_completion(place: int, reason: WithdrawalReason) -> None:
    """Take a completion back: it counts for nothing from now on, and stays in the record with the reason.

    Raises sqlalchemy.exc.IntegrityError when it was withdrawn before, or there is none at this place.
    """
    with atomic() as session:
        session.execute(insert(Withdrawal).values(place=place, withdrawn_at=clock.now(), reason=reason))
