"""Reads of the record."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from elearning.assessment.models import Attempt, Response
from elearning.assessment.rules import is_right, read_form
from elearning.assessment.types import Form
from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.rules import content_digest
from elearning.catalogue.types import TrainingModule
from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.completions.rules import BEFORE_THE_FIRST, details_digest, link_digest
from elearning.completions.types import (
    Checked,
    CompletionFacts,
    Details,
    Finding,
    Head,
    Kept,
    Link,
)
from elearning.core.db import db, fetch

PAGE = 1000  # rows of the record, or attempts, read at a time
VERSIONS_HELD = 8  # module versions held while attempts are marked anew

_COMPLETIONS = (
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
        Withdrawal.place.is_not(None).label("is_withdrawn"),
    )
    .join(CompletionDetail, CompletionDetail.place == Completion.place)
    .outerjoin(Withdrawal, Withdrawal.place == Completion.place)
    .where(CompletionDetail.practitioner_id == bindparam("practitioner_id"))
    .order_by(Completion.place.desc())
)
_LINK = [getattr(Completion, field.name) for field in fields(Link)]
_HEAD = select(Completion.place, Completion.digest).order_by(Completion.place.desc()).limit(1)


def list_completions(practitioner_id: int) -> list[CompletionFacts]:
    """Everything someone completed, newest first, what was withdrawn with it."""
    return [CompletionFacts(**row._mapping) for row in fetch(_COMPLETIONS, practitioner_id=practitioner_id)]


def head_of_record() -> Head:
    """The last link of the record. Only inside `serialise("record")` is it still the last when it is used."""
    row = fetch(_HEAD).one_or_none()
    return Head(row.place, row.digest) if row else Head(0, BEFORE_THE_FIRST)


def digest_at(place: int) -> str | None:
    """The digest of the link at a place; None if there is none."""
    return db.session.execute(select(Completion.digest).where(Completion.place == place)).scalar_one_or_none()


def count_completions() -> int:
    """How many completions the record holds."""
    return db.session.execute(select(func.count()).select_from(Completion)).scalar_one()


def walk_record() -> Iterator[Kept]:
    """Every link of the record, from the first to the last, without whose it is.

    It is read a page at a time, and no page waits for the next in an open transaction: while one is open, SQLite's
    write-ahead log only grows.
    """
    statement = (
        select(*_LINK, Completion.digest, Withdrawal.withdrawn_at, Withdrawal.reason)
        .outerjoin(Withdrawal, Withdrawal.place == Completion.place)
        .where(Completion.place > bindparam("place"))
        .order_by(Completion.place)
        .limit(PAGE)
    )
    place = 0
    while rows := fetch(statement, place=place).all():
        db.session.rollback()
        yield from map(Kept._make, rows)
        place = rows[-1].place


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
    details = [getattr(CompletionDetail, field.name) for field in fields(Details)]
    attempt = [Attempt.practitioner_id, Attempt.score, Attempt.passed, Attempt.module_key, Attempt.module_version]
    return db.session.execute(
        select(*_LINK, Completion.previous_digest, Completion.digest, CompletionDetail.salt, *details, *attempt)
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


def count_module_versions() -> int:
    """How many module versions were published."""
    return db.session.execute(select(func.count()).select_from(ModuleVersion)).scalar_one()


def verify_modules() -> Iterator[Checked]:
    """Each published module version, one at a time: its content still has the digest it was published with.

    The digest leaves out the HTML (see `content_digest`), so nothing is said of that.
    """
    rows = db.session.execute(
        select(ModuleVersion.module_key, ModuleVersion.version, ModuleVersion.content, ModuleVersion.content_digest)
        .order_by(ModuleVersion.module_key, ModuleVersion.version)
        .execution_options(yield_per=1)
    )
    for key, version, content, digest in rows:
        module = _parsed(content)
        if module is None or (module.key, module.version, content_digest(module)) != (key, version, digest):
            yield Checked(1, (Finding(None, f"{key} version {version} was changed after it was published"),))
        else:
            yield Checked(1, ())


def _parsed(content: str) -> TrainingModule | None:
    try:
        return TrainingModule.model_validate_json(content)
    except ValueError:
        return None


def count_submitted() -> int:
    """How many attempts were submitted."""
    return db.session.execute(
        select(func.count()).select_from(Attempt).where(Attempt.submitted_at.is_not(None))
    ).scalar_one()


def verify_attempts() -> Iterator[Checked]:
    """Mark every submitted attempt anew, a page at a time, against its module version; each pass has its completion.

    Who erases whose a completion is has to erase the attempt with it, which names the same person.
    """

    @lru_cache(VERSIONS_HELD)
    def published(key: str, version: int) -> TrainingModule | None:
        this = (ModuleVersion.module_key == key, ModuleVersion.version == version)
        return _parsed(db.session.execute(select(ModuleVersion.content).where(*this)).scalar_one_or_none() or "")

    last = 0
    while rows := _submitted_after(last):
        answers = _answers(rows[0].id, rows[-1].id)
        findings: list[Finding] = []
        for row in rows:
            module = published(row.module_key, row.module_version)
            findings += (
                Finding(None, f"attempt {row.id} {what}") for what in _attempt_faults(row, answers[row.id], module)
            )
        last = rows[-1].id
        yield Checked(len(rows), tuple(findings))


def _submitted_after(attempt_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.session.execute(
        select(
            Attempt.id,
            Attempt.module_key,
            Attempt.module_version,
            Attempt.form,
            Attempt.form_length,
            Attempt.pass_mark,
            Attempt.score,
            Attempt.passed,
            CompletionDetail.place,
        )
        .outerjoin(CompletionDetail, CompletionDetail.attempt_id == Attempt.id)
        .where(Attempt.id > attempt_id, Attempt.submitted_at.is_not(None))
        .order_by(Attempt.id)
        .limit(PAGE)
    ).all()


def _answers(first: int, last: int) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """The responses of the attempts from one to another, in the order of their questions."""
    answers: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in db.session.execute(
        select(Response.attempt_id, Response.position, Response.item_id, Response.chosen, Response.is_right)
        .where(Response.attempt_id.between(first, last))
        .order_by(Response.attempt_id, Response.position)
    ):
        answers[row.attempt_id].append(row)
    return answers


def _attempt_faults(
    row: Row[*tuple[Any, ...]],
    answered: Sequence[Row[*tuple[Any, ...]]],
    module: TrainingModule | None,
) -> Iterator[str]:
    try:
        form = read_form(row.form)
        marks = [is_right(item, json.loads(answer.chosen)) for item, answer in zip(form, answered, strict=True)]
    except (ValueError, TypeError):
        yield "has a quiz or answers that were changed after it was submitted"
    else:
        if module is None or row.pass_mark != module.blueprint.pass_mark or not _is_of(module, form, row.form_length):
            yield f"has not the questions, right answers or pass mark of {row.module_key} version {row.module_version}"
        kept = [(answer.position, answer.item_id, answer.is_right) for answer in answered]
        marked = [(n, item.item_id, mark) for n, (item, mark) in enumerate(zip(form, marks, strict=True), start=1)]
        right = sum(marks)
        if kept != marked or (row.score, row.passed) != (right, right >= row.pass_mark):
            yield "has answers that do not give the result it records"
    if row.passed and row.place is None:
        yield "was passed, but no completion records it"


def _is_of(module: TrainingModule, form: Form, length: int) -> bool:
    """Whether a form holds as many questions as the module asks, each once, each with the module's own key."""
    drawn = {item.item_id: item.key for item in form}
    asked = {id_: module.item[id_].key for id_ in drawn if id_ in module.item}
    return drawn == asked and len(drawn) == len(form) == length == module.form_length
