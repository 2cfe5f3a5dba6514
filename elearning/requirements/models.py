"""Requirements, which are only ever ended, and declared headcounts, which are permanent (decisions/0017)."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment, one_of
from elearning.requirements.types import Group

OF_AN_AGENCY = text("ended_on IS NULL AND agency_id IS NOT NULL")
OF_THE_PARTNERSHIP = text("ended_on IS NULL AND agency_id IS NULL")


class Requirement(Base):
    """Who must hold a module by when. Triggers refuse every change but that it ends, once."""

    __tablename__ = "requirement"
    __table_args__ = (
        one_of("group_kind", Group, name="group_kind"),
        CheckConstraint("(group_kind = 'everyone') = (group_name = '')", name="group_name"),
        CheckConstraint("group_kind <> 'team' OR agency_id IS NOT NULL", name="team_of_an_agency"),
        # One at a time for the same group and module. Two indexes, since NULL equals nothing.
        Index("uq_requirement_of_an_agency", "agency_id", "module_key", "group_kind", "group_name",
              unique=True, sqlite_where=OF_AN_AGENCY, postgresql_where=OF_AN_AGENCY),
        Index("uq_requirement_of_the_partnership", "module_key", "group_kind", "group_name",
              unique=True, sqlite_where=OF_THE_PARTNERSHIP, postgresql_where=OF_THE_PARTNERSHIP),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))  # None: the whole partnership
    module_key: Mapped[str] = mapped_column(String(60))
    group_kind: Mapped[str] = mapped_column(String(10))
    group_name: Mapped[str] = mapped_column(String(60))
    due_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime] = mapped_column(Moment)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))  # None: at the command line
    ended_on: Mapped[dt.date | None]


class Headcount(Base):
    """How many staff in scope an agency declared. The latest day that was counted on holds, then the latest row."""

    __tablename__ = "headcount"
    __table_args__ = (
        CheckConstraint("staff >= 1", name="staff"),
        Index("ix_headcount_agency_id", "agency_id", "job_role", "counted_on"),
        {"info": {"permanent": True}},  # so that verifying the record tries the guards
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    job_role: Mapped[str] = mapped_column(String(40))  # empty: all staff in scope
    staff: Mapped[int]
    counted_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime] = mapped_column(Moment)
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("practitioner.id"))
