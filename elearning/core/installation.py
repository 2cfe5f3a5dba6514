"""Facts that a database keeps about itself."""

from sqlalchemy import select

from elearning.core.db import atomic, db
from elearning.core.models import Installation


def find_fact(name: str) -> str | None:
    """The value of a fact, or None."""
    return db.session.execute(select(Installation.value).where(Installation.name == name)).scalar_one_or_none()


def record_fact(name: str, value: str) -> None:
    """Keep a fact, in place of an earlier value."""
    with atomic() as session:
        session.merge(Installation(name=name, value=value))
