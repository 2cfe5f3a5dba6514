"""How long a completion lasts, and the arithmetic that chains the record together.

The digests here are for ever: a record written today must verify with the code of any later year, so a change needs a
new version in the prefix beside the old one. `tests/completions/test_rules.py` holds golden values.
"""

import calendar
import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from elearning.completions.types import Link, Standing

RENEWAL_WINDOW = dt.timedelta(days=90)
BEFORE_THE_FIRST = "0" * 64  # what the first link names as the one before it
SALT_BYTES = 16

Plain = str | int | None  # what a digest is made of: JSON without floats, so that there is one way to write it


def expires_on(completed_on: dt.date, months: int) -> dt.date:
    """The last valid day: the same day that many calendar months on, or the month's last if it has no such day."""
    year, month = divmod(completed_on.year * 12 + completed_on.month - 1 + months, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(completed_on.day, last_day))


def renewal_opens_on(completed_on: dt.date, expires_on: dt.date) -> dt.date:
    """The first day of the renewal window: 90 days before expiry, but never the day of completion itself."""
    return max(expires_on - RENEWAL_WINDOW, completed_on + dt.timedelta(days=1))


def standing(completed_on: dt.date, expires_on: dt.date, today: dt.date, *, is_withdrawn: bool) -> Standing:
    """What a completion is worth today. It is valid up to and on the day `expires_on`."""
    if is_withdrawn:
        return Standing.WITHDRAWN
    if today > expires_on:
        return Standing.EXPIRED
    if today >= renewal_opens_on(completed_on, expires_on):
        return Standing.RENEWAL_DUE
    return Standing.VALID


def canonical(body: Mapping[str, Plain]) -> bytes:
    """The one way to write a body down: JSON in ASCII, keys in order, no white space."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def details_digest(salt: str, details: Mapping[str, Plain]) -> str:
    """The commitment to details that may one day be erased; `salt` is 128 random bits in hexadecimal."""
    return hashlib.sha256(b"elearning/details/v1\0" + bytes.fromhex(salt) + canonical(details)).hexdigest()


def link_digest(previous: str, link: Link) -> str:
    """The digest of a link: over the digest before it and everything the link says."""
    body: dict[str, Plain] = {
        "place": link.place,
        "module_key": link.module_key,
        "module_version": link.module_version,
        "completed_at": moment(link.completed_at),
        "completed_on": link.completed_on.isoformat(),
        "expires_on": link.expires_on.isoformat(),
        "cpd_minutes": link.cpd_minutes,
        "details_digest": link.details_digest,
    }
    return hashlib.sha256(b"elearning/record/v1\0" + bytes.fromhex(previous) + canonical(body)).hexdigest()


def moment(at: dt.datetime) -> str:
    """An aware moment in UTC, always with six decimals, as 2026-03-02T12:00:00.000000+00:00."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
