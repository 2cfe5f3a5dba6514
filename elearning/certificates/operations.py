"""Issuing certificates, and trying the guards that keep the record."""

import secrets
from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy import ColumnElement, bindparam, insert, select

from elearning.assessment.models import Attempt, Response
from elearning.catalogue.models import ModuleVersion
from elearning.certificates.issuer import issuer
from elearning.certificates.models import Certificate, CertificateDetail
from elearning.certificates.rules import certificate_digest, new_number
from elearning.certificates.types import Sealed
from elearning.completions.models import Completion, CompletionDetail
from elearning.completions.rules import SALT_BYTES
from elearning.completions.types import Finding
from elearning.core import clock
from elearning.core.db import Base, atomic, fetch, keep
from elearning.core.guards import declared_permanent, missing_guards
from elearning.core.models import AuditEntry
from elearning.discussions.models import DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.people.models import Agency, Practitioner

_NAME = select(Practitioner.full_name).where(Practitioner.id == bindparam("practitioner_id"))
_AGENCY = (
    select(Agency.name)
    .join(CompletionDetail, CompletionDetail.agency_id == Agency.id)
    .where(CompletionDetail.place == bindparam("place"))
)
_CERTIFICATE, _DETAILS = insert(Certificate), insert(CertificateDetail)


def issue_certificate(place: int, practitioner_id: int, module_title: str) -> str:
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
        keep(_CERTIFICATE, {**words, "details_digest": digest})
        keep(_DETAILS, {**names, "number": sealed.number, "salt": salt})
        return sealed.number


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
        (TeamDiscussion, None),
        (DiscussionDetail, None),
        (DiscussionClaim, None),
        (AuditEntry, None),
        *((model, None) for model in declared_permanent()),
    ]
    for model, where in guarded:
        for attack in missing_guards(model, where=where):
            yield Finding(None, f"the database does not refuse {attack} on {model.__tablename__}")
