"""The walks of practitioners through stories, step by step."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment


class StoryStep(Base):
    """One choice, appended when it is made. Step 0 begins a walk: its choice is the role."""

    __tablename__ = "story_step"
    __table_args__ = (
        ForeignKeyConstraint(["module_key", "module_version"], ["module_version.module_key", "module_version.version"]),
        CheckConstraint("walk >= 1 AND number >= 0", name="numbers"),
        CheckConstraint("choice >= 0", name="choice"),
        CheckConstraint("ending IS NULL OR number >= 1", name="ending"),
    )

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    module_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    walk: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    choice: Mapped[int]  # the author's position, from 0
    ending: Mapped[str | None] = mapped_column(String(60))  # the ending that this choice led to
    taken_at: Mapped[dt.datetime] = mapped_column(Moment)
