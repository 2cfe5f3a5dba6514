"""Reads of issued certificates."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from elearning.accounts.types import SignedIn
from elearning.catalogue.library import library
from elearning.certificates.models import Certificate, CertificateDetail, Reissue
from elearning.certificates.rules import certificate_digest
from elearning.certificates.types import IssuedCertificate, ReissueReason, Sealed, Superseded
from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.completions.types import Checked, Finding, WithdrawalReason, Withdrawn
from elearning.core import clock
from elearning.core.db import db
from elearning.people.models import Practitioner

PAGE = 1000  # certificates verified at a time


def certificate_for(viewer: SignedIn, number: str) -> IssuedCertificate | None:
    """A certificate that is the viewer's own, or was earned in the agency whose training lead they are; else None."""
    allowed = [CertificateDetail.practitioner_id == viewer.practitioner_id]
    if viewer.lead_of is not None:
        allowed.append(CompletionDetail.agency_id == viewer.lead_of)
    return _find(Certificate.number == number, or_(*allowed))


def find_own(practitioner_id: int, number: str) -> IssuedCertificate | None:
    """A certificate of this person's own; None for anybody else's, whoever asks."""
    return _find(Certificate.number == number, CertificateDetail.practitioner_id == practitioner_id)


def find_public(number: str) -> IssuedCertificate | None:
    """What a certificate prints, for whoever holds its number; None for a number we never issued."""
    return _find(Certificate.number == number)


def find_listed(numbers: Collection[str]) -> dict[str, IssuedCertificate]:
    """What certificates print, for whoever holds their numbers: in one query, those we issued by their numbers."""
    rows = db.session.execute(issued().where(Certificate.number.in_(numbers)))
    return {row.number: read_issued(row) for row in rows}


def find_name_today(number: str) -> str | None:
    """The name that a certificate's holder has today; None for a number we never issued."""
    return db.session.execute(
        select(Practitioner.full_name)
        .join(CertificateDetail, CertificateDetail.practitioner_id == Practitioner.id)
        .where(CertificateDetail.number == number)
    ).scalar_one_or_none()


def _find(*conditions: ColumnElement[bool]) -> IssuedCertificate | None:
    row = db.session.execute(issued().where(*conditions)).one_or_none()
    return read_issued(row) if row else None


def list_certificates(practitioner_id: int) -> list[IssuedCertificate]:
    """Everything someone was ever issued, newest first."""
    mine = issued().where(CertificateDetail.practitioner_id == practitioner_id)
    rows = db.session.execute(mine.order_by(Certificate.place.desc(), Certificate.issued_at.desc(), Certificate.number))
    return [read_issued(row) for row in rows]


def issued() -> Select[*tuple[Any, ...]]:
    """Issued certificates, to be narrowed and ordered; `read_issued` reads a row."""
    newer, newer_reason = aliased(Certificate), aliased(Reissue)
    return (
        select(
            Certificate.number,
            CertificateDetail.full_name,
            CertificateDetail.agency_name,
            Completion.module_key,
            Completion.module_version,
            Certificate.module_title,
            Completion.completed_on,
            Completion.expires_on,
            Completion.cpd_minutes,
            Completion.place,
            Completion.digest,
            Certificate.issued_at,
            Certificate.partnership,
            Certificate.signatory,
            CompletionDetail.attempt_id,
            newer.number.label("newer_number"),
            newer.issued_at.label("newer_issued_at"),
            newer_reason.reason.label("newer_reason"),
            Withdrawal.withdrawn_at,
            Withdrawal.reason.label("withdrawn_reason"),
        )
        .select_from(Certificate)
        .join(CertificateDetail, CertificateDetail.number == Certificate.number)
        .join(Completion, Completion.place == Certificate.place)
        .join(CompletionDetail, CompletionDetail.place == Certificate.place)
        .outerjoin(newer, newer.supersedes == Certificate.number)
        .outerjoin(newer_reason, newer_reason.number == newer.number)
        .outerjoin(Withdrawal, Withdrawal.place == Certificate.place)
    )


def read_issued(row: Row[*tuple[Any, ...]]) -> IssuedCertificate:
    """The certificate that a row of `issued()` holds."""
    words = dict(row._mapping)
    newer = (words.pop("newer_number"), words.pop("newer_issued_at"), words.pop("newer_reason"))
    withdrawn = (words.pop("withdrawn_at"), words.pop("withdrawn_reason"))
    module = library().version(row.module_key, row.module_version)
    return IssuedCertificate(
        **words,
        outcomes=tuple(outcome.text for outcome in module.outcomes),
        superseded=Superseded(newer[0], clock.day_of(newer[1]), ReissueReason(newer[2])) if newer[0] else None,
        withdrawn=Withdrawn(clock.day_of(withdrawn[0]), WithdrawalReason(withdrawn[1])) if withdrawn[0] else None,
    )


def count_certificates() -> int:
    """How many certificates were issued."""
    return db.session.execute(select(func.count()).select_from(Certificate)).scalar_one()


def count_ended() -> tuple[int, int]:
    """How many certificates were issued anew, and how many completions were withdrawn."""
    anew, withdrawn = (select(func.count()).select_from(table).scalar_subquery() for table in (Reissue, Withdrawal))
    row = db.session.execute(select(anew, withdrawn)).one()
    return row[0], row[1]


def verify_certificates() -> Iterator[Checked]:
    """Walk the record's certificates, a page at a time: each completion has one that stands, all are as issued."""
    place, number, standing_at = 0, "", 0
    while rows := _certificates_after(place, number):
        findings: list[Finding] = []
        for row in rows:
            findings += _findings(row)
            if row.number is not None and not row.is_superseded:
                if row.place == standing_at:
                    findings.append(Finding(row.place, f"certificate {row.number} is a second one of the completion"))
                standing_at = row.place
        place, number = rows[-1].place, rows[-1].number or ""
        yield Checked(sum(row.number is not None for row in rows), tuple(findings))


def _certificates_after(place: int, number: str) -> Sequence[Row[*tuple[Any, ...]]]:
    key = func.coalesce(Certificate.number, "")
    newer = aliased(Certificate)
    return db.session.execute(
        select(
            Completion.place,
            Certificate.number,
            Certificate.issued_at,
            Certificate.module_title,
            Certificate.partnership,
            Certificate.signatory,
            Certificate.details_digest,
            CertificateDetail.salt,
            CertificateDetail.practitioner_id,
            CertificateDetail.full_name,
            CertificateDetail.agency_name,
            CompletionDetail.practitioner_id.label("completed_by"),
            newer.number.is_not(None).label("is_superseded"),
            Certificate.supersedes.is_not(None).label("supersedes"),
            Reissue.number.is_not(None).label("has_reason"),
        )
        .select_from(Completion)
        .outerjoin(CompletionDetail, CompletionDetail.place == Completion.place)
        .outerjoin(Certificate, Certificate.place == Completion.place)
        .outerjoin(CertificateDetail, CertificateDetail.number == Certificate.number)
        .outerjoin(Reissue, Reissue.number == Certificate.number)
        .outerjoin(newer, (newer.supersedes == Certificate.number) & (newer.place == Certificate.place))
        .where(or_(Completion.place > place, (Completion.place == place) & (key > number)))
        .order_by(Completion.place, key)
        .limit(PAGE)
    ).all()


def _findings(row: Row[*tuple[Any, ...]]) -> Iterator[Finding]:
    if row.number is None:
        yield Finding(row.place, "the completion has no certificate")
    elif row.salt is not None:
        sealed = Sealed(
            number=row.number,
            place=row.place,
            issued_at=row.issued_at,
            module_title=row.module_title,
            partnership=row.partnership,
            signatory=row.signatory,
            practitioner_id=row.practitioner_id,
            full_name=row.full_name,
            agency_name=row.agency_name,
        )
        if row.details_digest != certificate_digest(row.salt, sealed):
            yield Finding(row.place, f"certificate {row.number} was changed after it was issued")
        if row.supersedes and not row.has_reason:
            yield Finding(row.place, f"certificate {row.number} was issued anew without a reason")
        if row.has_reason and not row.supersedes:
            yield Finding(
                row.place, f"certificate {row.number} has a reason to be issued anew, but stands for no other"
            )
        if row.completed_by is not None and row.practitioner_id != row.completed_by:
            yield Finding(row.place, f"certificate {row.number} is another person's than the completion")
