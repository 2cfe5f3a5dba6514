"""How far a practitioner has read."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment


class SectionProgress(Base):
    """A section someone has finished with Continue, and when they last did."""

    __tablename__ = "section_progress"
    __table_args__ = (CheckConstraint("last_read_at >= first_read_at", name="moments"),)

    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), primary_key=True, autoincrement=False)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    first_read_at: Mapped[dt.datetime] = mapped_column(Moment)
    last_read_at: Mapped[dt.datetime] = mapped_column(Moment)
