"""Attempts at a quiz and the responses in them. The database holds the rules of a sitting (see the migrations).

An attempt is drawn once and submitted once; after that neither it nor its responses can change.

The tallies are sums over submitted attempts, kept in the transaction that submits (decisions/0018): `quarter` is the key
of a quarter of a financial year, and a first attempt is the first of the first set.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment


class Attempt(Base):
    """One sitting. `form` is JSON: what was drawn, in which order, with the key it is marked against."""

    __tablename__ = "attempt"
    __table_args__ = (
        ForeignKeyConstraint(["module_key", "module_version"], ["module_version.module_key", "module_version.version"]),
        CheckConstraint("set_number >= 1 AND number >= 1", name="numbers"),
        CheckConstraint("pass_mark BETWEEN 1 AND form_length", name="pass_mark"),
        CheckConstraint("score BETWEEN 0 AND form_length", name="score"),
        CheckConstraint(
            "(submitted_at IS NULL) = (score IS NULL) AND (score IS NULL) = (passed IS NULL)", name="submitted_whole"
        ),
        CheckConstraint("passed = (score >= pass_mark)", name="passed"),
        CheckConstraint("submitted_at >= started_at", name="submitted_at"),
        Index("uq_attempt_number", "practitioner_id", "module_key", "set_number", "number", unique=True),
        Index(
            "uq_attempt_open",
            "practitioner_id",
            "module_key",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        Index(
            "uq_attempt_pass",
            "practitioner_id",
            "module_key",
            "set_number",
            unique=True,
            sqlite_where=text("passed"),
            postgresql_where=text("passed"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    module_key: Mapped[str] = mapped_column(String(60))
    module_version: Mapped[int]
    set_number: Mapped[int]  # 1 the first time, 2 at the first renewal, ...
    number: Mapped[int]  # within the set
    seed: Mapped[int]  # of the draw, so that it can be made again
    form: Mapped[str] = mapped_column(Text)
    form_length: Mapped[int]
    pass_mark: Mapped[int]
    started_at: Mapped[dt.datetime] = mapped_column(Moment)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    score: Mapped[int | None]
    passed: Mapped[bool | None]
    # Where they worked, and as what, on the day they submitted: kept, so that later changes of memberships move no figure.
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    job_role: Mapped[str | None] = mapped_column(String(40))


class Response(Base):
    """What was chosen for one question. `chosen` is JSON: the author's positions, comparable with the item's key."""

    __tablename__ = "response"
    __table_args__ = (CheckConstraint("position >= 1", name="position"),)

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[str] = mapped_column(String(10))
    chosen: Mapped[str] = mapped_column(String(100))
    answered_at: Mapped[dt.datetime] = mapped_column(Moment)
    is_right: Mapped[bool | None]  # marked at submission


class PassingTally(Base):
    """How many passed with which attempt of a set, and in how many minutes (at most 180)."""

    __tablename__ = "passing_tally"
    __table_args__ = (CheckConstraint("attempts >= 1 AND minutes BETWEEN 0 AND 180 AND count >= 0", name="counts"),)

    quarter: Mapped[str] = mapped_column(String(10), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    module_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    minutes: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]


class ItemTally(Base):
    """How many first attempts gave one answer to an item, and the sums of their scores on the rest of the form."""

    __tablename__ = "item_tally"
    __table_args__ = (CheckConstraint("count >= 0 AND rest >= 0 AND rest_squares >= rest", name="sums"),)

    quarter: Mapped[str] = mapped_column(String(10), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    module_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[str] = mapped_column(String(10), primary_key=True)
    chosen: Mapped[str] = mapped_column(String(100), primary_key=True)
    is_right: Mapped[bool] = mapped_column(primary_key=True)
    count: Mapped[int]
    rest: Mapped[int]
    rest_squares: Mapped[int]


class OutcomeTally(Base):
    """How first attempts fared with the questions on an outcome, by agency ("12") and by job role ("role:Nurse").

    Outcome "" counts the people.
    """

    __tablename__ = "outcome_tally"
    __table_args__ = (CheckConstraint('answers >= 0 AND "right" BETWEEN 0 AND answers', name="answers"),)

    quarter: Mapped[str] = mapped_column(String(10), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    who: Mapped[str] = mapped_column(String(50), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10), primary_key=True)
    answers: Mapped[int]
    right: Mapped[int]
