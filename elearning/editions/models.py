"""Reports as they were printed. Permanent (decisions/0020)."""

import datetime as dt

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment, one_of

KINDS = ("annual", "quarterly")


class KeptEdition(Base):
    """One edition of a report. `digest` seals every other column but `id`."""

    __tablename__ = "edition"
    __table_args__ = (
        UniqueConstraint("kind", "period_key", "number"),
        one_of("kind", KINDS, "kind"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("cut_off <= made_at", name="cut_off"),
        CheckConstraint("length(digest) = 64", name="digest"),
        {"info": {"permanent": True}},  # so that verifying the record tries the guards
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    period_key: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    cut_off: Mapped[dt.datetime] = mapped_column(Moment)
    made_at: Mapped[dt.datetime] = mapped_column(Moment)
    made_by: Mapped[int | None]  # no foreign key, so that a report outlives who made it
    partnership: Mapped[str] = mapped_column(String(120))
    colour: Mapped[str] = mapped_column(String(7))
    program: Mapped[str] = mapped_column(String(60))
    modules: Mapped[str] = mapped_column(Text)  # JSON, as are the next two
    parameters: Mapped[str] = mapped_column(Text)
    names: Mapped[str] = mapped_column(Text)
    changed: Mapped[str] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)  # figures.pack
    digest: Mapped[str] = mapped_column(String(64))
