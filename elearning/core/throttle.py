"""Throttles that hold across worker processes, because they live in the database."""

import datetime as dt
import hashlib

from sqlalchemy import case, delete
from sqlalchemy.dialects import postgresql, sqlite

from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.models import Throttle


def count_try(kind: str, subject: str, *, limit: int, window: dt.timedelta) -> bool:
    """Count one try and say whether it is within `limit` tries in a fixed `window`.

    `subject` (an address, an e-mail) is hashed before it is kept. One statement, so no race can pass the limit.
    """
    now = clock.now()
    key = f"{kind}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    over = Throttle.window_ends_at <= now
    statement = insert(Throttle).values(key=key, tries=1, window_ends_at=now + window)
    statement = statement.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "tries": case((over, 1), else_=Throttle.tries + 1),
            "window_ends_at": case((over, now + window), else_=Throttle.window_ends_at),
        },
    )
    with atomic() as session:
        tries = session.execute(statement.returning(Throttle.tries)).scalar_one()
    return tries <= limit


def forget_old_throttles() -> None:
    """Remove windows that have ended."""
    with atomic() as session:
        session.execute(delete(Throttle).where(Throttle.window_ends_at <= clock.now()))
