"""What is written in bulk is what the operations would have written: verification finds nothing, and life goes on."""

import itertools

import pytest
from flask import Flask
from sqlalchemy import func, select

from elearning.catalogue.library import Library
from elearning.certificates.operations import check_guards
from elearning.certificates.queries import verify_certificates
from elearning.completions.queries import count_completions, verify_attempts, verify_record
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.demo.scale import Crowd, Person, Stay, write_scale
from elearning.discussions.models import DiscussionClaim
from elearning.evaluation.models import ConfidenceRating, FollowUpResponse, PledgeRow
from elearning.people.operations import add_practitioner
from elearning.requirements.models import Headcount, Requirement
from elearning.training.operations import record_section_read, start_quiz
from elearning.training.queries import progress_in
from elearning.training.types import Quiz
from tests.conftest import World


def test_a_past_written_in_bulk_is_one_that_verification_believes(
    app: Flask, world: World, sample_library: Library
) -> None:
    done = []
    write_scale(sample_library, clock.now(), 300, lambda reached, total: done.append(reached / total))
    assert done[-1] == 1
    assert count_completions() == 300
    checked = list(itertools.chain(verify_record(), verify_attempts(), verify_certificates()))
    assert [finding for each in checked for finding in each.findings] == []
    assert list(check_guards()) == []
    for model in (ConfidenceRating, PledgeRow, FollowUpResponse, DiscussionClaim, Requirement, Headcount):
        assert db.session.execute(select(func.count()).select_from(model)).scalar_one() > 0, model

    # PostgreSQL counts on from the ids that were given.
    newcomer, (module,) = add_practitioner("New Comer"), sample_library
    record_section_read(newcomer, module.key, *(section.slug for section in module.sections))
    assert progress_in(newcomer, [module])[0].quiz is Quiz.READ_FIRST  # the content note and the story are left
    with pytest.raises(Refused):
        start_quiz(newcomer, module)


def test_who_moves_within_an_agency_is_one_of_its_members_once(app: Flask, sample_library: Library) -> None:
    now = clock.now()
    today = clock.day_of(now)
    crowd = Crowd(sample_library, now, 300)
    stays = (Stay(7, "nurse", "", today, today), Stay(7, "manager", "", today, None))
    crowd._add(Person(1, "Ada Moved", 0.9, stays))
    assert len(crowd.members[7]) == 1
