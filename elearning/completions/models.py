"""The record: one row a completion, each sealing the one before it, and beside it what could one day be erased."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from elearning.completions.types import WithdrawalReason
from elearning.core.db import Base, Moment, one_of


class Completion(Base):
    """A module's requirement met on a date: a link of the chain, permanent, with nothing personal in it."""

    __tablename__ = "completion"
    __table_args__ = (
        ForeignKeyConstraint(["module_key", "module_version"], ["module_version.module_key", "module_version.version"]),
        CheckConstraint("place >= 1", name="place"),
        CheckConstraint("expires_on > completed_on", name="expires_on"),
        CheckConstraint("cpd_minutes > 0", name="cpd_minutes"),
        CheckConstraint(
            "length(details_digest) = 64 AND length(previous_digest) = 64 AND length(digest) = 64", name="digests"
        ),
        Index("ix_completion_completed_on", "completed_on", "module_key"),
    )

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1, 2, 3, ... without a gap
    module_key: Mapped[str] = mapped_column(String(60))
    module_version: Mapped[int]
    completed_at: Mapped[dt.datetime] = mapped_column(Moment)
    completed_on: Mapped[dt.date]
    expires_on: Mapped[dt.date]
    cpd_minutes: Mapped[int]
    details_digest: Mapped[str] = mapped_column(String(64))
    previous_digest: Mapped[str] = mapped_column(String(64), unique=True)  # unique: the chain cannot fork
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class CompletionDetail(Base):
    """Whose completion it is. Tied to the record by a salted digest, so that erasing this row breaks nothing."""

    __tablename__ = "completion_detail"
    __table_args__ = (
        CheckConstraint("score >= 0", name="score"),
        Index("ix_completion_detail_practitioner_id", "practitioner_id"),
        Index("ix_completion_detail_agency_id", "agency_id"),
    )

    place: Mapped[int] = mapped_column(ForeignKey("completion.place"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))  # where they worked on that day
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), unique=True)
    score: Mapped[int]


class Withdrawal(Base):
    """That a completion does not count any more, and its certificates with it. The completion itself stays."""

    __tablename__ = "withdrawal"
    __table_args__ = (one_of("reason", WithdrawalReason, name="reason"),)

    place: Mapped[int] = mapped_column(ForeignKey("completion.place"), primary_key=True, autoincrement=False)
    withdrawn_at: Mapped[dt.datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(40))
