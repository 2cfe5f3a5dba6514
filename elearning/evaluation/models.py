"""What learners say of themselves. A round is one set of attempts: practitioner, module and set number.

Everything is said once. The answers to the questions of a follow-up are permanent (see the migrations); ratings and
free text are not, because what someone wrote may one day have to be taken out.

The two tallies count what all rounds say, by module and by the quarter in which the time to say it ended (see `rules`).
They are kept in the transaction that keeps what is counted.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment, one_of
from elearning.evaluation.types import About, Change, Kept, Pair, When

PERMANENT = {"info": {"permanent": True}}  # so that verifying the record tries the guards


def _of_a_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["module_key", "module_version"], ["module_version.module_key", "module_version.version"]
    )


class ConfidenceAnswer(Base):
    """The page of one time was answered, or skipped: then it has no ratings."""

    __tablename__ = "confidence_answer"
    __table_args__ = (
        _of_a_version(),
        CheckConstraint("set_number >= 1", name="set_number"),
        one_of("moment", When, "moment"),
    )

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    set_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moment: Mapped[str] = mapped_column(String(10), primary_key=True)
    module_version: Mapped[int]
    answered_at: Mapped[dt.datetime] = mapped_column(Moment)


class ConfidenceRating(Base):
    """One statement of a page, from 0 (not at all) to 10 (completely)."""

    __tablename__ = "confidence_rating"
    __table_args__ = (
        ForeignKeyConstraint(
            ["practitioner_id", "module_key", "set_number", "moment"],
            [
                "confidence_answer.practitioner_id",
                "confidence_answer.module_key",
                "confidence_answer.set_number",
                "confidence_answer.moment",
            ],
            name="fk_confidence_rating_answer",  # what the convention gives is too long for PostgreSQL
        ),
        CheckConstraint("rating BETWEEN 0 AND 10", name="rating"),
    )

    practitioner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    set_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moment: Mapped[str] = mapped_column(String(10), primary_key=True)
    statement: Mapped[str] = mapped_column(String(60), primary_key=True)
    rating: Mapped[int]


class PledgeRow(Base):
    """A pledge, or that somebody would make none: then it has no words and no date."""

    __tablename__ = "pledge"
    __table_args__ = (
        _of_a_version(),
        CheckConstraint("set_number >= 1", name="set_number"),
        CheckConstraint(
            "(situation IS NULL) = (action IS NULL) AND (action IS NULL) = (by_on IS NULL)"
            " AND (by_on IS NULL) = (tell IS NULL)",
            name="whole",
        ),
    )

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    set_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    module_version: Mapped[int]
    situation: Mapped[str | None] = mapped_column(String(300))
    action: Mapped[str | None] = mapped_column(String(300))
    by_on: Mapped[dt.date | None]
    tell: Mapped[str | None] = mapped_column(String(300))
    made_at: Mapped[dt.datetime] = mapped_column(Moment)


class FollowUpRow(Base):
    """A follow-up that was begun. `form` is JSON, as an attempt's: what was drawn, in which order, with the key."""

    __tablename__ = "follow_up"
    __table_args__ = (
        _of_a_version(),
        CheckConstraint("set_number >= 1", name="set_number"),
        CheckConstraint("number BETWEEN 1 AND 3", name="number"),
        CheckConstraint("form_length >= 1", name="form_length"),
        Index("uq_follow_up_number", "practitioner_id", "module_key", "set_number", "number", unique=True),
        PERMANENT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"))
    module_key: Mapped[str] = mapped_column(String(60))
    module_version: Mapped[int]
    set_number: Mapped[int]
    number: Mapped[int]
    form: Mapped[str] = mapped_column(Text)
    form_length: Mapped[int]
    begun_at: Mapped[dt.datetime] = mapped_column(Moment)


class FollowUpResponse(Base):
    """What was chosen for a question of a follow-up, and whether it was right. It counts for nothing."""

    __tablename__ = "follow_up_response"
    __table_args__ = (CheckConstraint("position >= 1", name="position"), PERMANENT)

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[str] = mapped_column(String(10))
    chosen: Mapped[str] = mapped_column(String(100))
    is_right: Mapped[bool]
    answered_at: Mapped[dt.datetime] = mapped_column(Moment)


class FollowUpWords(Base):
    """How a pledge went and what got in the way; or what someone does differently. Each may be left empty."""

    __tablename__ = "follow_up_words"
    __table_args__ = (
        one_of("about", About, "about"),
        one_of("kept", Kept, "kept"),
        CheckConstraint("kept IS NULL OR about = 'pledge'", name="kept_a_pledge"),
    )

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    about: Mapped[str] = mapped_column(String(10), primary_key=True)
    kept: Mapped[str | None] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(String(300))
    answered_at: Mapped[dt.datetime] = mapped_column(Moment)


class FollowUpChange(Base):
    """One thing that has changed in someone's work because of the module, told in its last follow-up."""

    __tablename__ = "follow_up_change"
    __table_args__ = (one_of("change", Change, "change"),)

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True)
    change: Mapped[str] = mapped_column(String(40), primary_key=True)


class QuoteConsent(Base):
    """That the partnership may quote, without a name, what someone wrote of their practice in a follow-up."""

    __tablename__ = "quote_consent"
    __table_args__ = (Index("ix_quote_consent_module_key", "module_key", "quarter", "follow_up_id"),)

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_up.id"), primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60))
    quarter: Mapped[str] = mapped_column(String(10))  # as in the tallies


class ConfidenceTally(Base):
    """The sums (`types.Sums`) of a statement's ratings at the two times of a pair."""

    __tablename__ = "confidence_tally"
    __table_args__ = (one_of("pair", Pair, "pair"), CheckConstraint("rose + same + fell = count", name="count"))

    quarter: Mapped[str] = mapped_column(String(10), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    pair: Mapped[str] = mapped_column(String(20), primary_key=True)
    statement: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int]
    sum_from: Mapped[int]
    sum_to: Mapped[int]
    sum_squares: Mapped[int]
    rose: Mapped[int]
    same: Mapped[int]
    fell: Mapped[int]


class RoundTally(Base):
    """How many rounds said something: `what` is one of `rules.COUNTED`."""

    __tablename__ = "round_tally"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    quarter: Mapped[str] = mapped_column(String(10), primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    what: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]
