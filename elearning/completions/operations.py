"""Writes of the record: a completion is appended, sealed to the one before it, and never touched again."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Date, bindparam, insert, select, text

from elearning.completions.models import (
    Completion,
    CompletionDay,
    CompletionDetail,
    CompletionTally,
    ModuleStanding,
    Withdrawal,
)
from elearning.completions.queries import counting_with, head_of_record
from elearning.completions.rules import (
    SALT_BYTES,
    completion_sums,
    details_digest,
    difference,
    expires_on,
    link_digest,
    longest,
)
from elearning.completions.types import Counting, Details, Link, Recorded, WithdrawalReason
from elearning.core import clock
from elearning.core.db import atomic, fetch, keep, serialise
from elearning.core.tallies import RECORD, add_to
from elearning.people.models import Practitioner

_LINK, _DETAILS = insert(Completion), insert(CompletionDetail)
_HAS_BEGUN = select(ModuleStanding.begun_on).where(
    ModuleStanding.practitioner_id == bindparam("practitioner_id"),
    ModuleStanding.module_key == bindparam("module_key"),
)
# Until the commit, nobody changes the membership that is read next: the trigger on it takes the same lock.
_LOCK = select(Practitioner.id).where(Practitioner.id == bindparam("practitioner_id")).with_for_update(key_share=True)
# As text: both engines read it.
_STANDING = text("""
    INSERT INTO standing (practitioner_id, module_key, begun_on, first_completed_on, completed_on, expires_on,
                          agency_id, job_role, team, member_since)
    SELECT p.id, :module_key, :begun_on, :first_completed_on, :completed_on, :expires_on,
           m.agency_id, coalesce(m.job_role, ''), coalesce(m.team, ''), m.started_on
    FROM practitioner p LEFT JOIN membership m ON m.practitioner_id = p.id AND m.ended_on IS NULL
    WHERE p.id = :practitioner_id
    ON CONFLICT (practitioner_id, module_key) DO UPDATE SET
        begun_on = CASE WHEN excluded.begun_on < standing.begun_on THEN excluded.begun_on ELSE standing.begun_on END,
        first_completed_on = excluded.first_completed_on,
        completed_on = excluded.completed_on,
        expires_on = excluded.expires_on
""").bindparams(
    *(bindparam(name, type_=Date) for name in ("begun_on", "first_completed_on", "completed_on", "expires_on"))
)


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
        serialise(RECORD)
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
        counted = counting_with(link.place)
        _tally([each for each in counted if each.place != link.place], counted)
        add_to(CompletionDay, {(today, module_key): (1,)})
        _keep_standing(practitioner_id, module_key, today, counted)
        return Recorded(link.place, digest, today, link.expires_on)


def withdraw_completion(place: int, reason: WithdrawalReason) -> None:
    """Take a completion back: it counts for nothing from now on, and stays in the record with the reason.

    Raises sqlalchemy.exc.IntegrityError when it was withdrawn before, or there is none at this place.
    """
    with atomic() as session:
        serialise(RECORD)
        before = counting_with(place)
        session.execute(insert(Withdrawal).values(place=place, withdrawn_at=clock.now(), reason=reason))
        counted = counting_with(place)
        _tally(before, counted)
        for this in counted:
            if this.place == place:
                _keep_standing(this.practitioner_id, this.module_key, this.completed_on, counted)


def record_begun(practitioner_id: int, module_key: str) -> None:
    """Someone reads or takes the quiz of a module today: their standing in it begins, if it has not yet."""
    with atomic():
        if fetch(_HAS_BEGUN, practitioner_id=practitioner_id, module_key=module_key).first() is None:
            _keep_standing(practitioner_id, module_key, clock.today(), [])


def _tally(before: Sequence[Counting], after: Sequence[Counting]) -> None:
    add_to(CompletionTally, difference(completion_sums(before), completion_sums(after)))


def _keep_standing(practitioner_id: int, module_key: str, begun_on: dt.date, counted: Sequence[Counting]) -> None:
    """Keep where someone stands with a module; `counted` are all their completions, `begun_on` a day they had begun by."""
    here = [each for each in counted if each.module_key == module_key]
    best = longest(here)
    first = min((each.completed_on for each in here if each.withdrawn_on is None), default=None)
    fetch(_LOCK, practitioner_id=practitioner_id).all()
    keep(
        _STANDING,
        {
            "practitioner_id": practitioner_id,
            "module_key": module_key,
            "begun_on": min(begun_on, first or begun_on),
            "first_completed_on": first,
            "completed_on": best.completed_on if best else None,
            "expires_on": best.expires_on if best else None,
        },
    )
