"""Issuing certificates, what becomes of them, and trying the guards that keep the record."""

import secrets
from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy import ColumnElement, bindparam, insert, select

from elearning.accounts.queries import find_email
from elearning.assessment.models import Attempt, Response
from elearning.catalogue.models import ModuleVersion
from elearning.certificates.issuer import issuer
from elearning.certificates.models import Certificate, CertificateDetail, Reissue
from elearning.certificates.queries import find_public
from elearning.certificates.rules import certificate_digest, grouped, new_number, reissue_mail, withdrawal_mail
from elearning.certificates.types import IssuedCertificate, ReissueReason, Sealed
from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.completions.operations import withdraw_completion
from elearning.completions.rules import SALT_BYTES
from elearning.completions.types import Finding, WithdrawalReason
from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import Base, atomic, db, fetch, keep, serialise
from elearning.core.errors import Refused
from elearning.core.guards import declared_permanent, missing_guards
from elearning.core.models import AuditEntry
from elearning.core.outbox import queue_mail
from elearning.discussions.models import DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.people.models import Agency, Practitioner
from elearning.people.operations import correct_name
from elearning.people.queries import full_name_of
from elearning.people.rules import clean_name

_NAME = select(Practitioner.full_name).where(Practitioner.id == bindparam("practitioner_id"))
_AGENCY = (
    select(Agency.name)
    .join(CompletionDetail, CompletionDetail.agency_id == Agency.id)
    .where(CompletionDetail.place == bindparam("place"))
)
_CERTIFICATE, _DETAILS = insert(Certificate), insert(CertificateDetail)


def issue_certificate(place: int, practitioner_id: int, module_title: str, *, supersedes: str | None = None) -> str:
    """Issue the certificate of a completion; its number. What it prints is kept as it is today.

    Belongs in the `atomic()` that records the completion, so that neither is ever without the other.
    """
    with atomic():
        full_name = fetch(_NAME, practitioner_id=practitioner_id).scalar_one()
        agency_name = fetch(_AGENCY, place=place).scalar_one_or_none()
        by = issuer()
        sealed = Sealed(
            number=new_number(),
            place=place,
            issued_at=clock.now(),
            module_title=module_title,
            partnership=by.partnership,
            signatory=by.signatory,
            practitioner_id=practitioner_id,
            full_name=full_name,
            agency_name=agency_name or "",
        )
        salt = secrets.token_hex(SALT_BYTES)
        names = {"practitioner_id": sealed.practitioner_id, "full_name": full_name, "agency_name": sealed.agency_name}
        words = {name: value for name, value in asdict(sealed).items() if name not in names}
        digest = certificate_digest(salt, sealed)
        keep(_CERTIFICATE, {**words, "supersedes": supersedes, "details_digest": digest})
        keep(_DETAILS, {**names, "number": sealed.number, "salt": salt})
        return sealed.number


def look_at_certificate(number: str, *, by: int) -> IssuedCertificate | None:
    """A certificate for an administrator, whose look is recorded; None for a number we never issued."""
    with atomic():
        found = find_public(number)
        if found:
            record_audit(by, "looked at a certificate", number)
        return found


def reissue_certificate(number: str, reason: ReissueReason, *, by: int | None, full_name: str | None = None) -> str:
    """Issue a certificate anew with the names of today, in the place of one that says `superseded` from then on.

    `by` is the administrator (None at the command line); with `full_name` they first correct the holder's name, who is
    told by mail. Returns the new number. Raises Refused when there is no such certificate, when it was issued anew
    before, when it was withdrawn, or for a name that a certificate could not print.
    """
    with atomic() as session:
        serialise("record")
        old = _standing_certificate(number)
        holder = _holder(number)
        if full_name is not None and clean_name(full_name) != full_name_of(holder):
            correct_name(holder, full_name, by=by)
        new = issue_certificate(old.place, holder, old.module_title, supersedes=number)
        session.execute(insert(Reissue).values(number=new, reason=reason))
        record_audit(by, "reissued a certificate", f"{number} as {new}: {reason}")
        if email := find_email(holder):
            queue_mail(email, *reissue_mail(old, new, reason, f"{issuer().base_url}/record"))
        return new


def withdraw_certificate(number: str, reason: WithdrawalReason, *, by: int | None) -> None:
    """Withdraw a certificate and the completion it stands for, which then counts for nothing. Its holder gets a mail.

    Raises Refused when there is no such certificate, when it was issued anew, or when it was withdrawn before.
    """
    with atomic():
        serialise("record")
        old = _standing_certificate(number)
        withdraw_completion(old.place, reason)
        record_audit(by, "withdrew a certificate", f"{number}: {reason}")
        if email := find_email(_holder(number)):
            by_us = issuer()
            queue_mail(email, *withdrawal_mail(old, reason, f"{by_us.base_url}/record", by_us.help_email))


def _standing_certificate(number: str) -> IssuedCertificate:
    found = find_public(number)
    if found is None:
        raise Refused("We have not issued a certificate with this number.")
    if found.withdrawn:
        raise Refused("This certificate was withdrawn already.")
    if found.superseded:
        raise Refused(f"This certificate was issued anew as {grouped(found.superseded.by)}; give that number.")
    return found


def _holder(number: str) -> int:
    return db.session.execute(
        select(CertificateDetail.practitioner_id).where(CertificateDetail.number == number)
    ).scalar_one()


def check_guards() -> Iterator[Finding]:
    """Try to change what is permanent, in transactions that are rolled back; a finding for what was let through."""
    submitted = Attempt.submitted_at.is_not(None)
    in_submitted = Response.attempt_id.in_(select(Attempt.id).where(submitted))
    guarded: list[tuple[type[Base], ColumnElement[bool] | None]] = [
        (ModuleVersion, None),
        (Attempt, submitted),
        (Response, in_submitted),
        (Completion, None),
        (CompletionDetail, None),
        (Certificate, None),
        (CertificateDetail, None),
        (Withdrawal, None),
        (Reissue, None),
        (TeamDiscussion, None),
        (DiscussionDetail, None),
        (DiscussionClaim, None),
        (AuditEntry, None),
        *((model, None) for model in declared_permanent()),
    ]
    for model, where in guarded:
        for attack in missing_guards(model, where=where):
            yield Finding(None, f"the database does not refuse {attack} on {model.__tablename__}")
