"""Tallies are what the records say: whatever happens, and from wherever it is read."""

import datetime as dt

from elearning.completions.operations import withdraw_completion
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import db
from elearning.core.tallies import differences, list_tallies, rebuild
from elearning.people.operations import join_agency
from tests.conftest import World
from tests.records import at_noon, complete


def wrong() -> list[str]:
    db.session.rollback()
    return [str(each) for name in list_tallies() for each in differences(name)]


def test_first(world: World) -> None:
    assert wrong() == []
    one = complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 3, 2))
    assert wrong() == []
    with clock.at(at_noon(dt.date(2026, 4, 5))):
        withdraw_completion(one.recorded.place, WithdrawalReason.MISTAKE)
    join_agency(world.amina.practitioner_id, world.clinic, "Nurse")
    assert wrong() == []
    rebuild(*list_tallies())
    assert wrong() == []
