"""Every module version ever published, whole, so that an old attempt can be shown as it was."""

import datetime as dt

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment


class ModuleVersion(Base):
    """Never changed once published; changed content is a new version."""

    __tablename__ = "module_version"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("length(content_digest) = 64", name="content_digest"),
    )

    module_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    content_digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[dt.datetime] = mapped_column(Moment)
