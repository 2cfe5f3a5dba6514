"""Agencies, practitioners, and who worked where and when."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment, one_of
from elearning.people.types import Sector


class Agency(Base):
    __tablename__ = "agency"
    __table_args__ = (one_of("sector", Sector, name="sector"), CheckConstraint("trim(name) <> ''", name="name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(90), unique=True)
    sector: Mapped[str] = mapped_column(String(30))


class Practitioner(Base):
    """A person. The name is today's; a certificate keeps the name it was issued with."""

    __tablename__ = "practitioner"
    __table_args__ = (CheckConstraint("trim(full_name) <> ''", name="full_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[dt.datetime] = mapped_column(Moment)


class Membership(Base):
    """Someone's time in an agency; `ended_on` is empty while it lasts, and a person has one such at most."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("trim(job_role) <> ''", name="job_role"),
        CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name="dates"),
        Index(
            "uq_membership_current",
            "practitioner_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_membership_agency_id", "agency_id", "ended_on"),
        Index("ix_membership_registered", "agency_id", "job_role", "team", "started_on", "ended_on"),
        Index("ix_membership_practitioner_id", "practitioner_id", "started_on"),
        Index(
            "ix_membership_started_on",
            "started_on",
            "agency_id",
            "job_role",
            "team",
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    job_role: Mapped[str] = mapped_column(String(40))
    team: Mapped[str] = mapped_column(String(60), default="")
    started_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]


class MemberTally(Base):
    """How many people work in a place now: memberships that have not ended (decisions/0018)."""

    __tablename__ = "member_tally"
    __table_args__ = (CheckConstraint("people >= 0", name="people"),)

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True, autoincrement=False)
    job_role: Mapped[str] = mapped_column(String(40), primary_key=True)
    team: Mapped[str] = mapped_column(String(60), primary_key=True)
    people: Mapped[int]
