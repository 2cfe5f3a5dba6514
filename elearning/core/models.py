"""Tables that belong to no capability: the mail outbox, the audit trail, throttles, and the installation's own facts."""

import datetime as dt

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment


class OutboxMail(Base):
    """A mail to send, written in the transaction that causes it; `elearning work` sends it after the commit."""

    __tablename__ = "outbox_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    next_try_at: Mapped[dt.datetime | None] = mapped_column(Moment, index=True)  # None once sent
    tries: Mapped[int] = mapped_column(default=0)


class AuditEntry(Base):
    """Who did what to whose data, when. Appended, never changed."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    practitioner_id: Mapped[int | None]  # who acted; no foreign key, so that the trail outlives the person
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))


class Throttle(Base):
    """How often something was tried in the present window."""

    __tablename__ = "throttle"
    __table_args__ = (CheckConstraint("tries > 0", name="tries"),)

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window_ends_at: Mapped[dt.datetime] = mapped_column(Moment)
    tries: Mapped[int]


class Installation(Base):
    """Facts about this database itself, such as that the demo made it."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
