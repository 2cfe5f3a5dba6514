"""Throttles that hold across worker processes, because they live in the database."""

import datetime as dt
import hashlib

from sqlalchemy import bindparam, delete, text

from elearning.core import clock
from elearning.core.db import Moment, atomic
from elearning.core.models import Throttle

EXPORTS = 5
EXPORTS_WINDOW = dt.timedelta(minutes=10)  # as the page of status 429 says

# As text: both engines read it.
_COUNT = text("""
    INSERT INTO throttle (key, tries, window_ends_at) VALUES (:key, :times, :window_ends_at)
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN throttle.window_ends_at <= :now THEN excluded.tries ELSE throttle.tries + excluded.tries END,
        window_ends_at =
            CASE WHEN throttle.window_ends_at <= :now THEN excluded.window_ends_at ELSE throttle.window_ends_at END
    RETURNING tries
""").bindparams(bindparam("now", type_=Moment), bindparam("window_ends_at", type_=Moment))


def count_try(kind: str, subject: str, *, limit: int, window: dt.timedelta, times: int = 1) -> bool:
    """Count a try, or several at once, and say whether it is within `limit` tries in a fixed `window`.

    `subject` (an address, an e-mail) is hashed before it is kept. One statement, so no race can pass the limit.
    """
    now = clock.now()
    key = f"{kind}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"
    asked = {"key": key, "times": times, "now": now, "window_ends_at": now + window}
    with atomic() as session:
        tries: int = session.execute(_COUNT, asked).scalar_one()
    return tries <= limit


def may_export(practitioner_id: int) -> bool:
    """Count a file that someone takes out, and say whether it is one of five in ten minutes: a stolen session drips."""
    return count_try("export", str(practitioner_id), limit=EXPORTS, window=EXPORTS_WINDOW)


def forget_old_throttles() -> None:
    """Remove windows that have ended."""
    with atomic() as session:
        session.execute(delete(Throttle).where(Throttle.window_ends_at <= clock.now()))
