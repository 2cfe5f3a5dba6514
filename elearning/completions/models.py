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


class CompletionTally(Base):
    """Completions, distinct people and CPD minutes of a financial year or quarter, kept as they happen (decisions/0018).

    `who` is "" for everyone, "12" for the agency of that id, "-" for no agency, or a kind of agency such as "police".
    Module "" and version 0 mean any. Job role "" means any, "-" that none is known. Per version for everyone only.
    """

    __tablename__ = "completion_tally"
    __table_args__ = (
        CheckConstraint("people BETWEEN 0 AND completions AND minutes >= completions", name="counts"),
        Index("ix_completion_tally_who", "who", "job_role", "module_key", "period"),
    )

    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    who: Mapped[str] = mapped_column(String(30), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    module_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_role: Mapped[str] = mapped_column(String(40), primary_key=True)
    completions: Mapped[int]
    people: Mapped[int]
    minutes: Mapped[int]


class CompletionDay(Base):
    """How many completions of a module a day had, those withdrawn later with them (decisions/0018)."""

    __tablename__ = "completion_day"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    completed_on: Mapped[dt.date] = mapped_column(primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]


class ModuleStanding(Base):
    """Where one person stands with one module they have begun, and where they work now, side by side to be counted.

    `completed_on` and `expires_on` are of the completion that is valid longest and was not withdrawn. A trigger on
    `membership` keeps agency, job role, team and `member_since` those of the membership that has not ended.
    """

    __tablename__ = "standing"
    __table_args__ = (
        CheckConstraint("first_completed_on >= begun_on AND completed_on >= first_completed_on", name="dates"),
        CheckConstraint(
            "(first_completed_on IS NULL) = (completed_on IS NULL) AND (completed_on IS NULL) = (expires_on IS NULL)",
            name="completed_whole",
        ),
        CheckConstraint("(agency_id IS NULL) = (member_since IS NULL)", name="member_whole"),
        Index(
            "ix_standing_member", "module_key", "agency_id", "job_role", "team", "expires_on", "member_since",
            "practitioner_id",
        ),
        Index("ix_standing_expires_on", "module_key", "agency_id", "expires_on", "member_since", "job_role"),
        Index("ix_standing_begun_on", "module_key", "begun_on", "first_completed_on", "agency_id", "job_role"),
    )  # fmt: skip

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    begun_on: Mapped[dt.date]  # the first section, attempt or completion
    first_completed_on: Mapped[dt.date | None]  # of what was not withdrawn
    completed_on: Mapped[dt.date | None]
    expires_on: Mapped[dt.date | None]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    job_role: Mapped[str] = mapped_column(String(40), default="")
    team: Mapped[str] = mapped_column(String(60), default="")
    member_since: Mapped[dt.date | None]
