"""Writes of team discussions: appended once, by whoever led it and by each who was there for themselves."""

import datetime as dt
from dataclasses import asdict

from sqlalchemy import insert

from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.db import atomic, serialise
from elearning.core.errors import Refused
from elearning.discussions.models import LEADER, DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.discussions.queries import find_led, find_offer, is_taken
from elearning.discussions.rules import claim_problem, claim_until, log_problem, new_code
from elearning.discussions.types import Log
from elearning.people.queries import agency_on


def record_discussion(practitioner_id: int, module: TrainingModule, log: Log) -> int:
    """Whoever led a discussion records it, and has it in their own record at once; its id.

    The same line again, word for word, is the same discussion. Raises Refused for a line that cannot be.
    """
    if problem := log_problem(log, clock.today()):
        raise Refused(f"{problem}.")
    with atomic() as session:
        serialise(f"discussions led by {practitioner_id}")
        if found := find_led(practitioner_id, module.key, log):
            return found
        code = new_code()
        while is_taken(code):
            code = new_code()
        words = asdict(log)
        detail = {name: words.pop(name) for name in ("change", "owner")}
        discussion = TeamDiscussion(
            code=code,
            module_key=module.key,
            module_version=module.version,
            cpd_minutes=module.team_sheet.minutes,
            recorded_at=clock.now(),
            claim_until=claim_until(clock.today()),
            **words,
        )
        session.add(discussion)
        session.flush()
        session.execute(insert(DiscussionDetail).values(discussion_id=discussion.id, **detail))
        _append_claim(discussion.id, log.held_on, practitioner_id, LEADER)
        return discussion.id


def claim_discussion(practitioner_id: int, code: str) -> int:
    """Someone says that they were there, by the code in its stored form; the discussion's id. Once is enough.

    Raises Refused for a code that is unknown or over, and when as many have claimed as were there.
    """
    with atomic():
        serialise(f"discussion {code}")
        offer = find_offer(practitioner_id, code)
        if problem := claim_problem(offer, clock.today()):
            raise Refused(problem)
        assert offer is not None  # or there would be a problem
        if not offer.is_mine:
            _append_claim(offer.id, offer.held_on, practitioner_id, offer.claims + 1)
        return offer.id


def _append_claim(discussion_id: int, held_on: dt.date, practitioner_id: int, place: int) -> None:
    agency = agency_on(practitioner_id, held_on)
    with atomic() as session:
        session.execute(
            insert(DiscussionClaim).values(
                discussion_id=discussion_id,
                place=place,
                practitioner_id=practitioner_id,
                agency_id=agency.id if agency else None,
                claimed_at=clock.now(),
            )
        )
