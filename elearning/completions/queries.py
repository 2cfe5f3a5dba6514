"""Reads of the record."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.exc import DBAPIError

from elearning.assessment.models import Attempt, Response
from elearning.assessment.rules import is_right, read_form
from elearning.assessment.types import Form
from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.rules import content_digest
from elearning.catalogue.types import TrainingModule
from elearning.completions.models import Completion, CompletionDetail, CompletionTally, ModuleStanding, Withdrawal
from elearning.completions.rules import BEFORE_THE_FIRST, details_digest, link_digest
from elearning.completions.types import Checked, CompletionFacts, Counting, Details, Finding, Head, Link
from elearning.core import clock
from elearning.core.db import day_in_london, db, fetch
from elearning.core.tallies import differences, list_tallies, recounts
from elearning.figures.queries import periods_from
from elearning.people.models import Agency, Membership, Practitioner

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
_MINE = select(CompletionDetail.practitioner_id).where(CompletionDetail.place == bindparam("place")).scalar_subquery()
_COUNTING = (
    select(
        Completion.place,
        CompletionDetail.practitioner_id,
        Completion.module_key,
        Completion.module_version,
        Completion.completed_on,
        Completion.expires_on,
        Completion.cpd_minutes,
        CompletionDetail.agency_id,
        Agency.sector,
        Attempt.job_role,
        Withdrawal.withdrawn_at,
    )
    .join(CompletionDetail, CompletionDetail.place == Completion.place)
    .join(Attempt, Attempt.id == CompletionDetail.attempt_id)
    .outerjoin(Agency, Agency.id == CompletionDetail.agency_id)
    .outerjoin(Withdrawal, Withdrawal.place == Completion.place)
    .where(CompletionDetail.practitioner_id == _MINE)
    .order_by(Completion.place)
)
_HEAD = select(Completion.place, Completion.digest).order_by(Completion.place.desc()).limit(1)


def list_completions(practitioner_id: int) -> list[CompletionFacts]:
    """Everything someone completed, newest first, what was withdrawn with it."""
    return [CompletionFacts(**row._mapping) for row in fetch(_COMPLETIONS, practitioner_id=practitioner_id)]


def counting_with(place: int) -> list[Counting]:
    """All completions of whoever's is at a place, as far as they are counted; none if that is no longer known."""
    counted = []
    for row in fetch(_COUNTING, place=place):
        values: dict[str, Any] = dict(row._mapping)
        at = values.pop("withdrawn_at")
        counted.append(Counting(**values, withdrawn_on=clock.day_of(at) if at else None))
    return counted


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


def verify_tallies() -> Iterator[Checked]:
    """Count every tally anew, one at a time: it is what the records say. `elearning db recount` mends what is not."""
    for name in list_tallies():
        try:
            found = tuple(Finding(None, str(each)) for each in differences(name))
        except DBAPIError as error:  # such as the content of a module that can no longer be read
            db.session.rollback()
            found = (Finding(None, f"{name} cannot be counted anew ({type(error.orig).__name__})"),)
        yield Checked(1, found)


# The ways in which completions are divided: by the columns of `fact` that stand for who, module, version and job role.
_DIVIDED: list[tuple[str | None, ...]] = [
    *product((None, "agency", "sector"), (None, "module_key"), (None,), (None, "job_role")),
    (None, "module_key", "module_version", None),
]


@recounts(CompletionTally)
def recount_completions() -> Select[Any]:
    """`completion_tally` from the record alone.

    People are counted as completions less those by somebody who has an earlier one in the same row (`again`): that is
    known of each completion by looking at its own person's others, and can be added up like the rest.
    """
    today = clock.today()
    ends = select(
        func.coalesce(func.min(Completion.completed_on), today), func.coalesce(func.max(Completion.completed_on), today)
    )
    first, last = db.session.execute(ends).one()
    period = periods_from(first, last)
    fact = (
        select(
            Completion.place,
            period.c.key.label("period"),
            CompletionDetail.practitioner_id,
            func.coalesce(cast(CompletionDetail.agency_id, String), "-").label("agency"),
            Agency.sector,
            Completion.module_key,
            Completion.module_version,
            func.coalesce(Attempt.job_role, "-").label("job_role"),
            Completion.cpd_minutes.label("minutes"),
        )
        .select_from(Completion)
        .join(CompletionDetail, CompletionDetail.place == Completion.place)
        .join(Attempt, Attempt.id == CompletionDetail.attempt_id)
        .outerjoin(Agency, Agency.id == CompletionDetail.agency_id)
        .outerjoin(Withdrawal, Withdrawal.place == Completion.place)
        .join(period, Completion.completed_on.between(period.c.first, period.c.last))
        .where(Withdrawal.place.is_(None) | (Withdrawal.withdrawn_at >= period.c.closes_at))
        .cte("fact")
        .prefix_with("MATERIALIZED")
    )
    earlier = fact.alias("earlier")
    names = ("period", "agency", "sector", "module_key", "module_version", "job_role")
    by = [fact.c[name] for name in names]
    same = [
        case((and_(true(), *(earlier.c[name] == fact.c[name] for name in way if name)), 1), else_=0) for way in _DIVIDED
    ]
    repeated = (
        select(*by, *(func.max(flag).label(f"again_{n}") for n, flag in enumerate(same)))
        .join(
            earlier,
            and_(
                earlier.c.practitioner_id == fact.c.practitioner_id,
                earlier.c.period == fact.c.period,
                earlier.c.place < fact.c.place,
            ),
        )
        .group_by(fact.c.place, *by)
        .subquery()
    )
    agains = [repeated.c[f"again_{n}"] for n in range(len(_DIVIDED))]
    cells = union_all(
        select(
            *by,
            func.count().label("completions"),
            func.sum(fact.c.minutes).label("minutes"),
            *(literal(0).label(again.name) for again in agains),
        ).group_by(*by),
        select(*(repeated.c[name] for name in names), literal(0), literal(0), *agains),
    ).cte("cell").prefix_with("MATERIALIZED")  # fmt: skip
    return select(union_all(*(_divided(cells, n, way) for n, way in enumerate(_DIVIDED))).subquery())


def _divided(cells: CTE, number: int, way: tuple[str | None, ...]) -> Select[Any]:
    """The rows of one way to divide; what it does not divide by is "" or 0."""
    whole: list[ColumnElement[Any]] = [literal(""), literal(""), literal(0), literal("")]
    shown = [cells.c[name] if name else all_ for name, all_ in zip(way, whole, strict=True)]
    given = [cells.c.period, *(cells.c[name] for name in way if name)]
    labels = ["period", "who", "module_key", "module_version", "job_role"]
    completions = func.sum(cells.c.completions)
    return (
        select(
            *(column.label(label) for label, column in zip(labels, [cells.c.period, *shown], strict=True)),
            completions.label("completions"),
            (completions - func.sum(cells.c[f"again_{number}"])).label("people"),
            func.sum(cells.c.minutes).label("minutes"),
        )
        .where(*(column.is_not(None) for column in given))
        .group_by(*given)
    )


@recounts(ModuleStanding)
def recount_standings() -> Select[Any]:
    """`standing` from what was read, taken and completed, and the memberships that have not ended."""
    read = db.metadata.tables["section_progress"]  # of a capability above, so known by its table alone
    none = cast(null(), Date)
    valid = (
        select(
            CompletionDetail.practitioner_id,
            Completion.module_key,
            Completion.completed_on,
            Completion.expires_on,
            func.row_number()
            .over(
                partition_by=(CompletionDetail.practitioner_id, Completion.module_key),
                order_by=(Completion.expires_on.desc(), Completion.completed_on.desc()),
            )
            .label("rank"),
            func.min(Completion.completed_on)
            .over(partition_by=(CompletionDetail.practitioner_id, Completion.module_key))
            .label("first"),
        )
        .join(CompletionDetail, CompletionDetail.place == Completion.place)
        .where(~select(Withdrawal.place).where(Withdrawal.place == Completion.place).exists())
        .subquery()
    )
    begun = union_all(
        select(
            read.c.practitioner_id, read.c.module_key, day_in_london(func.min(read.c.first_read_at)).label("begun_on"),
            none.label("first"), none.label("completed_on"), none.label("expires_on"),
        ).group_by(read.c.practitioner_id, read.c.module_key),
        select(
            Attempt.practitioner_id, Attempt.module_key, day_in_london(func.min(Attempt.started_at)), none, none, none
        ).group_by(Attempt.practitioner_id, Attempt.module_key),
        select(CompletionDetail.practitioner_id, Completion.module_key, Completion.completed_on, none, none, none)
        .join(CompletionDetail, CompletionDetail.place == Completion.place),
        select(
            valid.c.practitioner_id, valid.c.module_key, valid.c.first, valid.c.first, valid.c.completed_on,
            valid.c.expires_on,
        ).where(valid.c.rank == 1),
    ).subquery()  # fmt: skip
    stands = (
        select(
            begun.c.practitioner_id,
            begun.c.module_key,
            *(func.max(begun.c[name]).label(name) for name in ("first", "completed_on", "expires_on")),
            func.min(begun.c.begun_on).label("begun_on"),
        )
        .group_by(begun.c.practitioner_id, begun.c.module_key)
        .subquery()
    )
    return (
        select(
            stands.c.practitioner_id,
            stands.c.module_key,
            stands.c.begun_on,
            stands.c.first.label("first_completed_on"),
            stands.c.completed_on,
            stands.c.expires_on,
            Membership.agency_id,
            func.coalesce(Membership.job_role, "").label("job_role"),
            func.coalesce(Membership.team, "").label("team"),
            Membership.started_on.label("member_since"),
        )
        .select_from(stands)
        .join(Practitioner, Practitioner.id == stands.c.practitioner_id)
        .outerjoin(Membership, (Membership.practitioner_id == stands.c.practitioner_id) & Membership.ended_on.is_(None))
    )
