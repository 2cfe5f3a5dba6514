"""Team discussions, what the team wrote, and who was there. All three are permanent (decisions/0009)."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment

LEADER = 1  # the place among the claims of whoever led the discussion


class TeamDiscussion(Base):
    """That a team discussed a module on a day. Nothing personal, and no words of anybody's."""

    __tablename__ = "discussion"
    __table_args__ = (
        ForeignKeyConstraint(["module_key", "module_version"], ["module_version.module_key", "module_version.version"]),
        CheckConstraint("length(code) = 7", name="code"),
        CheckConstraint("present BETWEEN 2 AND 60", name="present"),
        CheckConstraint("look_again_on > held_on", name="look_again_on"),
        CheckConstraint("cpd_minutes > 0", name="cpd_minutes"),
        CheckConstraint("claim_until >= held_on", name="claim_until"),
        Index("ix_discussion_recorded_at", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(7), unique=True)  # without its space
    module_key: Mapped[str] = mapped_column(String(60))
    module_version: Mapped[int]
    held_on: Mapped[dt.date]
    present: Mapped[int]
    look_again_on: Mapped[dt.date]
    cpd_minutes: Mapped[int]  # the team sheet's, in that version
    recorded_at: Mapped[dt.datetime] = mapped_column(Moment)
    claim_until: Mapped[dt.date]


class DiscussionDetail(Base):
    """What the team wrote. Nothing hangs on this row, so that it could be erased alone."""

    __tablename__ = "discussion_detail"
    __table_args__ = (
        CheckConstraint("trim(change) <> ''", name="change"),
        CheckConstraint("trim(owner) <> ''", name="owner"),
    )

    discussion_id: Mapped[int] = mapped_column(ForeignKey("discussion.id"), primary_key=True, autoincrement=False)
    change: Mapped[str] = mapped_column(String(300))
    owner: Mapped[str] = mapped_column(String(100))


class DiscussionClaim(Base):
    """Someone's own record of having been there. A trigger keeps the places within how many were present."""

    __tablename__ = "discussion_claim"
    __table_args__ = (
        CheckConstraint("place >= 1", name="place"),
        UniqueConstraint("discussion_id", "practitioner_id"),
        Index("ix_discussion_claim_practitioner_id", "practitioner_id"),
        Index("ix_discussion_claim_agency_id", "agency_id", "place"),
    )

    discussion_id: Mapped[int] = mapped_column(ForeignKey("discussion.id"), primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))  # where they worked on the day it was held
    claimed_at: Mapped[dt.datetime] = mapped_column(Moment)
