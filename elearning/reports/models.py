"""What stood when a quarter ended, counted once for good."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base


class ClosingTally(Base):
    """Who worked where on the last day of a quarter that is closed (`module_key` empty), and which of them had completed a
    module (decisions/0018). `settled`: long enough there to be late.

    A trigger on `membership` takes away the days that a membership is dated back to; they are counted anew.
    """

    __tablename__ = "closing_tally"
    __table_args__ = (CheckConstraint("0 <= due AND due <= valid AND valid <= people", name="counts"),)

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True, autoincrement=False)
    job_role: Mapped[str] = mapped_column(String(40), primary_key=True)
    team: Mapped[str] = mapped_column(String(60), primary_key=True)
    settled: Mapped[bool] = mapped_column(primary_key=True)
    people: Mapped[int]
    valid: Mapped[int]  # of them, those whose certificate is
    due: Mapped[int]  # of these, those whose last day is at most 90 days away
