"""Issued certificates: every word one prints, kept as it was on the day."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.certificates.types import ReissueReason
from elearning.core.db import Base, Moment, one_of


class Certificate(Base):
    """Permanent, with nothing personal in it. A corrected one is a new row that names the old in `supersedes`."""

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("length(number) = 17", name="number"),
        CheckConstraint("length(details_digest) = 64", name="details_digest"),
        Index("ix_certificate_place", "place"),
        Index(  # with `supersedes` unique, a completion has one certificate that nothing supersedes
            "uq_certificate_first",
            "place",
            unique=True,
            sqlite_where=text("supersedes IS NULL"),
            postgresql_where=text("supersedes IS NULL"),
        ),
    )

    number: Mapped[str] = mapped_column(String(17), primary_key=True)  # without its hyphens
    place: Mapped[int] = mapped_column(ForeignKey("completion.place"))
    supersedes: Mapped[str | None] = mapped_column(ForeignKey("certificate.number"), unique=True)
    issued_at: Mapped[dt.datetime] = mapped_column(Moment)
    module_title: Mapped[str] = mapped_column(String(120))
    partnership: Mapped[str] = mapped_column(String(120))
    signatory: Mapped[str] = mapped_column(String(120))
    details_digest: Mapped[str] = mapped_column(String(64))


class CertificateDetail(Base):
    """The names it prints, tied to the certificate by a salted digest."""

    __tablename__ = "certificate_detail"
    __table_args__ = (Index("ix_certificate_detail_practitioner_id", "practitioner_id"),)

    number: Mapped[str] = mapped_column(ForeignKey("certificate.number"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    full_name: Mapped[str] = mapped_column(String(120))
    agency_name: Mapped[str] = mapped_column(String(90))  # empty when they worked for none that day


class Reissue(Base):
    """Why a certificate that supersedes another was issued."""

    __tablename__ = "reissue"
    __table_args__ = (one_of("reason", ReissueReason, name="reason"),)

    number: Mapped[str] = mapped_column(ForeignKey("certificate.number"), primary_key=True)  # of the new one
    reason: Mapped[str] = mapped_column(String(40))
