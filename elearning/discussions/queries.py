"""Reads of team discussions. Whoever was there sees what the team wrote; nobody sees who else was."""

from typing import Any

from sqlalchemy import Select, case, func, null, select

from elearning.core.db import db
from elearning.discussions.models import LEADER, DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.discussions.types import Discussion, Log, Mine, Offer

_DISCUSSION = (
    TeamDiscussion.id,
    TeamDiscussion.module_key,
    TeamDiscussion.module_version,
    TeamDiscussion.held_on,
    TeamDiscussion.present,
    DiscussionDetail.change,
    DiscussionDetail.owner,
    TeamDiscussion.look_again_on,
    TeamDiscussion.cpd_minutes,
)
_NEWEST_FIRST = (TeamDiscussion.held_on.desc(), TeamDiscussion.id.desc())


def _claimed(*more: Any) -> Select[Any]:
    """Discussions with what the team wrote and one of their claims, for a condition to pick which."""
    return (
        select(*_DISCUSSION, *more)
        .join(DiscussionDetail, DiscussionDetail.discussion_id == TeamDiscussion.id)
        .join(DiscussionClaim, DiscussionClaim.discussion_id == TeamDiscussion.id)
    )


def _mine(practitioner_id: int) -> Select[Any]:
    code = case((DiscussionClaim.place == LEADER, TeamDiscussion.code), else_=null()).label("code")
    return _claimed(code, TeamDiscussion.claim_until).where(DiscussionClaim.practitioner_id == practitioner_id)


def find_discussion(practitioner_id: int, discussion_id: int) -> Mine | None:
    """A discussion that this person led or claimed; None for any other."""
    row = db.session.execute(_mine(practitioner_id).where(TeamDiscussion.id == discussion_id)).one_or_none()
    return Mine(**row._mapping) if row else None


def list_discussions(practitioner_id: int) -> list[Mine]:
    """Every discussion that this person led or claimed, newest first."""
    rows = db.session.execute(_mine(practitioner_id).order_by(*_NEWEST_FIRST))
    return [Mine(**row._mapping) for row in rows]


def find_led(practitioner_id: int, module_key: str, log: Log) -> int | None:
    """The discussion of a module that this person has recorded with exactly this line."""
    return db.session.execute(
        select(TeamDiscussion.id)
        .join(DiscussionDetail, DiscussionDetail.discussion_id == TeamDiscussion.id)
        .join(DiscussionClaim, DiscussionClaim.discussion_id == TeamDiscussion.id)
        .where(
            DiscussionClaim.practitioner_id == practitioner_id,
            DiscussionClaim.place == LEADER,
            TeamDiscussion.module_key == module_key,
            TeamDiscussion.held_on == log.held_on,
            TeamDiscussion.present == log.present,
            TeamDiscussion.look_again_on == log.look_again_on,
            DiscussionDetail.change == log.change,
            DiscussionDetail.owner == log.owner,
        )
        .limit(1)
    ).scalar_one_or_none()


def find_offer(practitioner_id: int, code: str) -> Offer | None:
    """What the code of a discussion, in its stored form, tells this person; None for a code that never was."""
    mine = func.count().filter(DiscussionClaim.practitioner_id == practitioner_id)
    row = db.session.execute(
        select(
            TeamDiscussion.id,
            TeamDiscussion.module_key,
            TeamDiscussion.module_version,
            TeamDiscussion.held_on,
            TeamDiscussion.cpd_minutes,
            TeamDiscussion.present,
            TeamDiscussion.claim_until,
            func.max(DiscussionClaim.place).label("claims"),
            mine.label("is_mine"),
        )
        .join(DiscussionClaim, DiscussionClaim.discussion_id == TeamDiscussion.id)
        .where(TeamDiscussion.code == code)
        .group_by(TeamDiscussion.id)
    ).one_or_none()
    return Offer(**{**row._mapping, "is_mine": bool(row.is_mine)}) if row else None


def is_taken(code: str) -> bool:
    """Whether a discussion has this code."""
    return db.session.execute(select(TeamDiscussion.id).where(TeamDiscussion.code == code)).first() is not None


def count_led(agency_id: int) -> int:
    """How many discussions were led by people who worked for the agency on that day."""
    return db.session.execute(
        select(func.count())
        .select_from(DiscussionClaim)
        .where(DiscussionClaim.agency_id == agency_id, DiscussionClaim.place == LEADER)
    ).scalar_one()


def list_led(agency_id: int, *, limit: int, offset: int = 0) -> list[Discussion]:
    """The lines of those discussions, newest first. Nobody is named: neither who led nor who was there (law 5)."""
    rows = db.session.execute(
        _claimed()
        .where(DiscussionClaim.agency_id == agency_id, DiscussionClaim.place == LEADER)
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
        .offset(offset)
    )
    return [Discussion(**row._mapping) for row in rows]
