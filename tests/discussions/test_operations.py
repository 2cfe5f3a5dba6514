"""Recording and claiming, on both engines: once each, as many as were there, and nobody for another."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import func, select

from elearning.catalogue.library import library
from elearning.certificates.operations import check_guards
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.discussions.models import DiscussionClaim, TeamDiscussion
from elearning.discussions.operations import claim_discussion, record_discussion
from elearning.discussions.queries import count_led, find_discussion, list_discussions, list_led
from elearning.discussions.rules import FULL, UNKNOWN
from elearning.discussions.types import Log
from elearning.people.operations import join_agency
from tests.conftest import MODULE, NOON, Persona, World
from tests.discussions.test_rules import log
from tests.records import hire
from tests.tampering import drop_guard
from tests.training.test_races import at_once


def lead(persona: Persona, line: Log | None = None) -> tuple[int, str]:
    """A discussion this person led; its id and code."""
    discussion_id = record_discussion(persona.practitioner_id, library().modules[MODULE], line or log())
    mine = find_discussion(persona.practitioner_id, discussion_id)
    assert mine is not None
    assert mine.code is not None
    db.session.rollback()  # what others do next is seen
    return discussion_id, mine.code


def count(model: type) -> int:
    found = db.session.execute(select(func.count()).select_from(model)).scalar_one()
    db.session.rollback()
    return found


def test_the_leader_has_it_at_once_and_who_was_there_claims_it(app: Flask, world: World) -> None:
    discussion_id, code = lead(world.grace)
    assert list_discussions(world.amina.practitioner_id) == []
    assert claim_discussion(world.amina.practitioner_id, code) == discussion_id
    (mine,) = list_discussions(world.amina.practitioner_id)
    assert (mine.change, mine.owner, mine.present) == ("We ring the school on the day.", "The duty manager", 6)
    assert (mine.module_version, mine.cpd_minutes) == (1, library().modules[MODULE].team_sheet.minutes)
    assert mine.code is None  # who claims hands no codes on


def test_recording_the_same_line_again_is_the_same_discussion(app: Flask, world: World) -> None:
    first, code = lead(world.grace)
    assert lead(world.grace) == (first, code)
    assert lead(world.grace, log(present=7))[0] != first
    assert lead(world.ben)[0] != first
    assert count(TeamDiscussion) == 3


def test_recording_eight_times_at_once_is_one_discussion(app: Flask, world: World) -> None:
    module = library().modules[MODULE]
    results = at_once(app, lambda: record_discussion(world.grace.practitioner_id, module, log()))
    assert len(set(map(str, results))) == 1, results
    assert (count(TeamDiscussion), count(DiscussionClaim)) == (1, 1)


def test_claiming_twice_is_claiming_once(app: Flask, world: World) -> None:
    discussion_id, code = lead(world.grace, log(present=2))
    for persona in (world.amina, world.amina, world.grace):
        assert claim_discussion(persona.practitioner_id, code) == discussion_id
    assert count(DiscussionClaim) == 2


def test_no_more_claim_it_than_were_there(app: Flask, world: World) -> None:
    _, code = lead(world.grace, log(present=2))
    claim_discussion(world.amina.practitioner_id, code)
    with pytest.raises(Refused, match="As many people have claimed"):
        claim_discussion(world.ben.practitioner_id, code)


def test_eight_people_at_once_get_the_places_there_are(app: Flask, world: World) -> None:
    _, code = lead(world.grace, log(present=4))
    people = iter([hire(world.school) for _ in range(8)])
    db.session.rollback()
    results = at_once(app, lambda: claim_discussion(next(people), code))
    refused = [result for result in results if isinstance(result, Exception)]
    assert [str(refusal) for refusal in refused] == [FULL] * 5, results
    assert count(DiscussionClaim) == 4


def test_one_person_in_eight_tabs_takes_one_place(app: Flask, world: World) -> None:
    discussion_id, code = lead(world.grace)
    assert at_once(app, lambda: claim_discussion(world.amina.practitioner_id, code)) == [discussion_id] * 8
    assert count(DiscussionClaim) == 2


def test_an_unknown_code_and_one_that_is_over_say_the_same(app: Flask, world: World) -> None:
    _, code = lead(world.grace)
    said = []
    for sent, after in (("0000000", 0), (code, 29)):
        with clock.at(NOON + dt.timedelta(days=after)), pytest.raises(Refused) as refusal:
            claim_discussion(world.amina.practitioner_id, sent)
        said.append(str(refusal.value))
    assert said == [UNKNOWN, UNKNOWN]
    with clock.at(NOON + dt.timedelta(days=28)):
        claim_discussion(world.amina.practitioner_id, code)


def test_a_line_that_cannot_be_is_refused_and_nothing_is_kept(app: Flask, world: World) -> None:
    with pytest.raises(Refused, match=r"today or in the past\.$"):
        lead(world.grace, log(held_on=dt.date(2026, 3, 3), look_again_on=dt.date(2026, 3, 9)))
    assert count(TeamDiscussion) == 0


def test_everyones_agency_is_the_one_of_that_day(app: Flask, world: World) -> None:
    """Amina moves to the clinic the day after, and claims only then: the day of the discussion counts."""
    _, code = lead(world.grace)
    join_agency(world.amina.practitioner_id, world.clinic, "Nurse", started_on=dt.date(2026, 2, 28))
    join_agency(world.grace.practitioner_id, world.clinic, "Nurse", started_on=dt.date(2026, 2, 28))
    claim_discussion(world.amina.practitioner_id, code)
    claim_discussion(hire(None), code)
    found = db.session.execute(select(DiscussionClaim.agency_id).order_by(DiscussionClaim.place)).scalars()
    assert list(found) == [world.school, world.school, None]
    assert (count_led(world.school), count_led(world.clinic)) == (1, 0)


@pytest.mark.parametrize("table", ["discussion", "discussion_detail", "discussion_claim"])
def test_verification_tries_their_guards(app: Flask, world: World, table: str) -> None:
    lead(world.grace)
    assert list(check_guards()) == []
    drop_guard(table, "delete")
    found = [str(finding) for finding in check_guards()]
    assert any(line.startswith("the database does not refuse DELETE") for line in found)
    assert all(line.endswith(f" on {table}") for line in found)


def test_the_agencys_lines_are_those_its_people_led(app: Flask, world: World) -> None:
    _, code = lead(world.grace)
    lead(world.tomasz, log(change="We knock twice."))
    claim_discussion(world.olu.practitioner_id, code)
    assert [line.change for line in list_led(world.school, limit=9)] == ["We ring the school on the day."]
    assert [line.change for line in list_led(world.clinic, limit=9)] == ["We knock twice."]
    assert list_led(world.school, limit=9, offset=1) == []
