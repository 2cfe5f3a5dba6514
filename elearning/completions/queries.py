"""Reads of the record."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from elearning.assessment.models import Attempt
from elearning.completions.models import Completion, CompletionDetail
from elearning.completions.rules import BEFORE_THE_FIRST, details_digest, link_digest
from elearning.completions.types import Checked, CompletionFacts, Details, Finding, Head, Link
from elearning.core.db import db

PAGE = 1000  # rows of the record read at a time


def list_completions(practitioner_id: int) -> list[CompletionFacts]:
    """Everything someone completed, newest first."""
    return _completions(CompletionDetail.practitioner_id == practitioner_id)


def latest_completion(practitioner_id: int, module_key: str) -> CompletionFacts | None:
    """When someone last completed a module, whichever version; None if never."""
    found = _completions(
        CompletionDetail.practitioner_id == practitioner_id, Completion.module_key == module_key, limit=1
    )
    return found[0] if found else None


def _completions(*conditions: ColumnElement[bool], limit: int | None = None) -> list[CompletionFacts]:
    rows = db.session.execute(
        select(
            Completion.place,
            CompletionDetail.practitioner_id,
            CompletionDetail.agency_id,
            Completion.module_key,
            Completion.module_version,
            Completion.completed_on,
            Completion.expires_on,
            Completion.cpd_minutes,
            CompletionDetail.score,
        )
        .join(CompletionDetail, CompletionDetail.place == Completion.place)
        .where(*conditions)
        .order_by(Completion.place.desc())
        .limit(limit)
    )
    return [CompletionFacts(*row) for row in rows]


def head_of_record() -> Head:
    """The last link of the record. Only inside `serialise("record")` is it still the last when it is used."""
    row = db.session.execute(
        select(Completion.place, Completion.digest).order_by(Completion.place.desc()).limit(1)
    ).one_or_none()
    return Head(row.place, row.digest) if row else Head(0, BEFORE_THE_FIRST)


def count_completions() -> int:
    """How many completions the record holds."""
    return db.session.execute(select(func.count()).select_from(Completion)).scalar_one()


def verify_record() -> Iterator[Checked]:
    """Walk the record from its first link, a page at a time: places, chain, digests, and every detail still kept.

    A row that was changed is named once, at its own place; the rows after it are judged by what they stand on.
    """
    previous = Head(0, BEFORE_THE_FIRST)
    while rows := _links_after(previous.place):
        findings: list[Finding] = []
        for row in map(tuple[Any, ...], rows):
            link = Link(*row[:8])
            previous_digest, digest, salt = row[8:11]
            findings += _link_findings(link, previous, previous_digest, digest)
            if salt is not None:
                findings += _detail_findings(link, salt, Details(*row[11:15]), row[15:])
            previous = Head(link.place, digest)
        yield Checked(len(rows), tuple(findings))


def _links_after(place: int) -> Sequence[Row[*tuple[Any, ...]]]:
    link = [getattr(Completion, field.name) for field in fields(Link)]
    details = [getattr(CompletionDetail, field.name) for field in fields(Details)]
    attempt = [Attempt.practitioner_id, Attempt.score, Attempt.passed, Attempt.module_key, Attempt.module_version]
    return db.session.execute(
        select(*link, Completion.previous_digest, Completion.digest, CompletionDetail.salt, *details, *attempt)
        .select_from(Completion)
        .outerjoin(CompletionDetail, CompletionDetail.place == Completion.place)
        .outerjoin(Attempt, Attempt.id == CompletionDetail.attempt_id)
        .where(Completion.place > place)
        .order_by(Completion.place)
        .limit(PAGE)
    ).all()


def _link_findings(link: Link, previous: Head, previous_digest: str, digest: str) -> Iterator[Finding]:
    if link.place != previous.place + 1:
        gone = str(previous.place + 1)
        if link.place > previous.place + 2:
            gone += f" to {link.place - 1}"
        yield Finding(link.place, f"what stood before it is gone: {gone}")
    elif previous_digest != previous.digest:
        yield Finding(link.place, "it does not follow from the completion before it")
    if digest != link_digest(previous_digest, link):
        yield Finding(link.place, "the completion was changed after it was recorded")


def _detail_findings(link: Link, salt: str, details: Details, attempt: tuple[object, ...]) -> Iterator[Finding]:
    if link.details_digest != details_digest(salt, asdict(details)):
        yield Finding(link.place, "whose completion it is was changed after it was recorded")
    if attempt != (details.practitioner_id, details.score, True, link.module_key, link.module_version):
        yield Finding(link.place, f"attempt {details.attempt_id} is not the pass that it records")
