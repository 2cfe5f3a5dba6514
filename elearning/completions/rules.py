"""How long a completion lasts, and the arithmetic that chains the record together.

The digests here are for ever: a record written today must verify with the code of any later year, so a change needs a
new version in the prefix beside the old one. `tests/completions/test_rules.py` holds golden values.
"""

import calendar
import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from elearning.completions.types import Counting, Link, Standing
from elearning.figures.rules import closes_on, quarter_of, year_of

RENEWAL_WINDOW = dt.timedelta(days=90)
BEFORE_THE_FIRST = "0" * 64  # what the first link names as the one before it
SALT_BYTES = 16
FIGURES = ("completions", "people", "minutes")

# A row of `completion_tally` (period, who, module, version, job role), and which of its figures.
CompletionKey = tuple[str, str, str, int, str, str]

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


def completion_sums(counted: Iterable[Counting]) -> Counter[CompletionKey]:
    """What ONE person's completions come to in `completion_tally`: by key and figure, so that sums can be subtracted.

    A completion counts in a period unless it was withdrawn before the period closed. A person counts once in each row.
    """
    sums: Counter[CompletionKey] = Counter()
    for completion in counted:
        for period in (year_of(completion.completed_on), quarter_of(completion.completed_on)):
            if completion.withdrawn_on is None or completion.withdrawn_on >= closes_on(period.last):
                for key in _rows(completion):
                    sums[period.key, *key, "completions"] += 1
                    sums[period.key, *key, "people"] = 1
                    sums[period.key, *key, "minutes"] += completion.cpd_minutes
    return sums


def _rows(completion: Counting) -> Iterator[tuple[str, str, int, str]]:
    """The rows that a completion stands in: who, module, version, job role."""
    whose = [str(completion.agency_id), str(completion.sector)] if completion.agency_id else ["-"]
    for who in ("", *whose):
        for module_key in ("", completion.module_key):
            for job_role in ("", completion.job_role or "-"):
                yield who, module_key, 0, job_role
    yield "", completion.module_key, completion.module_version, ""


def difference(before: Counter[CompletionKey], after: Counter[CompletionKey]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """What to add to the rows of `completion_tally` to come from one to the other."""
    changed = {key[:-1] for key in before | after if before[key] != after[key]}
    return {row: tuple(after[*row, figure] - before[*row, figure] for figure in FIGURES) for row in changed}


def longest(counted: Iterable[Counting]) -> Counting | None:
    """Of the completions of one module that were not withdrawn, the one that is valid longest."""
    return max(
        (completion for completion in counted if completion.withdrawn_on is None),
        key=lambda completion: (completion.expires_on, completion.completed_on),
        default=None,
    )


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
