"""Reads of an agency's people. Each is given the agency of the viewer's role: nothing of another agency can be reached.

What was completed elsewhere does not show, and neither does what someone began before they joined (law 5); only
whether someone meets what is required of them is true wherever they earned it (decisions/0017).
"""

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from elearning.agency.rules import is_in, matches, plain
from elearning.agency.types import Choice, Earned, Filter, PeoplePage, PersonRow, Pick, Picked, Progress
from elearning.assessment.models import Attempt
from elearning.certificates.models import Certificate
from elearning.certificates.queries import issued, read_issued
from elearning.certificates.types import Packed
from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.completions.rules import standing
from elearning.core.db import db
from elearning.people.models import Membership, Practitioner
from elearning.people.types import Member
from elearning.requirements.queries import list_requirements
from elearning.requirements.rules import due_days, duty
from elearning.requirements.types import Ask
from elearning.training.models import SectionProgress

PAGE = 50
BATCH = 500  # people a query of the export
PACKED = 100  # certificates a query of a pack

NOT_WITHDRAWN = ~select(Withdrawal.place).where(Withdrawal.place == Completion.place).exists()


def count_people(agency_id: int) -> int:
    """How many members the agency has today."""
    return db.session.execute(select(func.count()).select_from(_members(agency_id))).scalar_one()


def count_holders(agency_id: int, module_keys: Sequence[str], today: dt.date) -> list[int]:
    """For each module, how many of today's members hold a valid certificate earned here."""
    members = _members(agency_id)
    holders = (
        select(Completion.module_key, CompletionDetail.practitioner_id)
        .join(CompletionDetail, CompletionDetail.place == Completion.place)
        .join(members, members.c.practitioner_id == CompletionDetail.practitioner_id)
        .where(CompletionDetail.agency_id == agency_id, Completion.expires_on >= today, NOT_WITHDRAWN)
        .distinct()
        .subquery()
    )
    counted = select(holders.c.module_key, func.count()).group_by(holders.c.module_key)
    counts: dict[str, int] = dict(db.session.execute(counted).all())
    return [counts.get(key, 0) for key in module_keys]


def find_people(agency_id: int, module_keys: Sequence[str], wanted: Filter, *, page: int, today: dt.date) -> PeoplePage:
    """A page of today's members, by name, whom the filter finds; a page beyond the last is the last.

    With a state, who is in it for at least one of the modules.
    """
    members, asks = _list_members(agency_id), list_requirements(agency_id)
    if wanted.name:
        members = [member for member in members if matches(member.full_name, wanted.name)]
    rows: list[PersonRow] | None = None
    if wanted.state:
        # A state is decided in one place, `rules`, and so for everyone before the page is cut.
        rows = [
            row
            for row in _rows(agency_id, module_keys, members, asks, today)
            if any(is_in(progress, wanted.state) for progress in row.progress)
        ]
    found = len(members) if rows is None else len(rows)
    last = max(1, -(-found // PAGE))
    number = min(max(1, page), last)
    cut = slice((number - 1) * PAGE, number * PAGE)
    if rows is None:
        rows = _rows(agency_id, module_keys, members[cut], asks, today, [m.practitioner_id for m in members[cut]])
    else:
        rows = rows[cut]
    return PeoplePage(tuple(rows), found, number, last)


def each_person(agency_id: int, module_keys: Sequence[str], today: dt.date) -> Iterator[PersonRow]:
    """All of today's members, for the export. Of what is recorded, only one batch is held at a time.

    No transaction stays open while the rows travel, so that a slow download does not hold the database up.
    """
    members, asks = _list_members(agency_id), list_requirements(agency_id)
    for start in range(0, len(members), BATCH):
        batch = members[start : start + BATCH]
        rows = _rows(agency_id, module_keys, batch, asks, today, [member.practitioner_id for member in batch])
        db.session.rollback()
        yield from rows


def list_groups(agency_id: int) -> tuple[list[str], list[str]]:
    """Every job role and every team that people of the agency have or had, each in order."""
    rows = db.session.execute(
        select(Membership.job_role, Membership.team).where(Membership.agency_id == agency_id).distinct()
    ).all()
    return sorted({row.job_role for row in rows}), sorted({row.team for row in rows if row.team}, key=plain)


def pick_certificates(agency_id: int, choice: Choice) -> Picked:
    """What was earned in the agency and fits the choice, by name: who has left since is in it, by the name on paper or today's.

    A certificate that was issued anew or withdrawn does not stand, and is only counted.
    """
    every = issued()
    of = every.selected_columns
    # Someone who changes their job role on a day has two memberships that day: the later one holds.
    at_work = (
        select(Membership.id)
        .where(
            Membership.practitioner_id == CompletionDetail.practitioner_id,
            Membership.agency_id == agency_id,
            Membership.started_on <= Completion.completed_on,
            or_(Membership.ended_on.is_(None), Membership.ended_on >= Completion.completed_on),
        )
        .order_by(Membership.started_on.desc(), Membership.id.desc())
        .limit(1)
        .correlate(CompletionDetail, Completion)
        .scalar_subquery()
    )
    narrowed = [CompletionDetail.agency_id == agency_id]
    if choice.first:
        narrowed.append(Completion.completed_on >= choice.first)
    if choice.last:
        narrowed.append(Completion.completed_on <= choice.last)
    if choice.module_key:
        narrowed.append(Completion.module_key == choice.module_key)
    if choice.job_role:
        narrowed.append(Membership.job_role == choice.job_role)
    if choice.team:
        narrowed.append(Membership.team == choice.team)
    rows = db.session.execute(
        every.with_only_columns(
            of.number,
            of.full_name,
            of.module_title,
            of.completed_on,
            of.newer_number,
            of.withdrawn_at,
            Membership.job_role,
            Practitioner.full_name.label("name_today"),
        )
        .join(Practitioner, Practitioner.id == CompletionDetail.practitioner_id)
        .outerjoin(Membership, Membership.id == at_work)
        .where(*narrowed)
    ).all()
    found = [
        row
        for row in rows
        if not choice.name or matches(row.full_name, choice.name) or matches(row.name_today, choice.name)
    ]
    standing = [row for row in found if row.newer_number is None and row.withdrawn_at is None]
    standing.sort(key=lambda row: (plain(row.full_name), row.completed_on, row.module_title, row.number))
    withdrawn = sum(row.withdrawn_at is not None for row in found)
    return Picked(
        tuple(Pick(row.number, row.job_role or "") for row in standing),
        superseded=len(found) - len(standing) - withdrawn,
        withdrawn=withdrawn,
    )


def each_certificate(agency_id: int, picked: Sequence[Pick]) -> Iterator[Packed]:
    """The certificates that were picked, in their order, a batch at a time as `each_person`.

    Raises KeyError for one that has gone since it was picked.
    """
    for start in range(0, len(picked), PACKED):
        batch = picked[start : start + PACKED]
        rows = db.session.execute(
            issued().where(
                Certificate.number.in_([pick.number for pick in batch]), CompletionDetail.agency_id == agency_id
            )
        )
        found = {row.number: read_issued(row) for row in rows}
        db.session.rollback()
        yield from (Packed(found[pick.number], pick.job_role) for pick in batch)


def _list_members(agency_id: int) -> list[Member]:
    """Today's members in the order of their names without accents, which is the same on every database."""
    rows = db.session.execute(
        select(Practitioner.id, Practitioner.full_name, Membership.job_role, Membership.team, Membership.started_on)
        .join(Membership, Membership.practitioner_id == Practitioner.id)
        .where(Membership.agency_id == agency_id, Membership.ended_on.is_(None))
    )
    members = [Member(*row) for row in rows]
    return sorted(members, key=lambda member: (plain(member.full_name), member.practitioner_id))


def _members(agency_id: int) -> Subquery:
    return (
        select(Membership.practitioner_id, Membership.started_on)
        .where(Membership.agency_id == agency_id, Membership.ended_on.is_(None))
        .subquery("member")
    )


def _rows(
    agency_id: int,
    module_keys: Sequence[str],
    members: Sequence[Member],
    asks: Sequence[Ask],
    today: dt.date,
    ids: Sequence[int] | None = None,
) -> list[PersonRow]:
    """The members with their progress, in two statements; `ids` narrows what is read to them."""
    earned, held_until = _earned(agency_id, module_keys, today, ids)
    begun = _begun(agency_id, module_keys, ids)

    def row(member: Member) -> PersonRow:
        person = member.practitioner_id
        days = due_days(asks, agency_id=agency_id, job_role=member.job_role, team=member.team, since=member.started_on)
        return PersonRow(
            member,
            tuple(
                Progress(
                    earned.get((person, key)),
                    (person, key) in begun,
                    duty(days.get(key), held_until.get((person, key)), today),
                )
                for key in module_keys
            ),
        )

    return [row(member) for member in members]


def _earned(
    agency_id: int, module_keys: Sequence[str], today: dt.date, ids: Sequence[int] | None
) -> tuple[dict[tuple[int, str], Earned], dict[tuple[int, str], dt.date]]:
    """What each person completed here that counts, by module; of several, the one that is valid longest. And the last
    day of what they hold by module, wherever they earned it.
    """
    members = _members(agency_id)
    newer = aliased(Certificate)
    rows = db.session.execute(
        select(
            CompletionDetail.practitioner_id,
            Completion.module_key,
            Completion.completed_on,
            Completion.expires_on,
            Certificate.number,
            CompletionDetail.agency_id,
        )
        .join(Completion, Completion.place == CompletionDetail.place)
        .join(members, members.c.practitioner_id == CompletionDetail.practitioner_id)
        .outerjoin(
            Certificate,
            and_(
                Certificate.place == Completion.place,
                ~select(newer.number).where(newer.supersedes == Certificate.number).exists(),
            ),
        )
        .where(
            Completion.module_key.in_(module_keys),
            NOT_WITHDRAWN,
            *_among(CompletionDetail.practitioner_id, ids),
        )
        .order_by(Completion.expires_on, Completion.place)
    ).all()
    earned = {
        (person, key): Earned(
            completed_on, expires_on, standing(completed_on, expires_on, today, is_withdrawn=False), number
        )
        for person, key, completed_on, expires_on, number, where in rows
        if where == agency_id
    }
    return earned, {(row.practitioner_id, row.module_key): row.expires_on for row in rows}


def _begun(agency_id: int, module_keys: Sequence[str], ids: Sequence[int] | None) -> set[tuple[int, str]]:
    """Who opened an attempt or finished a section of which module since they joined.

    A moment is compared with a day here: with its midnight in UTC, on both databases.
    """
    members = _members(agency_id)
    attempts = (
        select(Attempt.practitioner_id, Attempt.module_key)
        .join(members, members.c.practitioner_id == Attempt.practitioner_id)
        .where(Attempt.module_key.in_(module_keys), Attempt.started_at >= members.c.started_on)
        .where(*_among(Attempt.practitioner_id, ids))
    )
    sections = (
        select(SectionProgress.practitioner_id, SectionProgress.module_key)
        .join(members, members.c.practitioner_id == SectionProgress.practitioner_id)
        .where(SectionProgress.module_key.in_(module_keys), SectionProgress.last_read_at >= members.c.started_on)
        .where(*_among(SectionProgress.practitioner_id, ids))
    )
    return {(person, key) for person, key in db.session.execute(union(attempts, sections))}


def _among(column: InstrumentedAttribute[int], ids: Sequence[int] | None) -> list[ColumnElement[bool]]:
    return [] if ids is None else [column.in_(ids)]
