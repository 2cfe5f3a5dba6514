"""A small partnership with two years behind it, worked out by hand in the tests beside this.

The clinic has ten nurses who pass together, one of whom is withdrawn in time and one soon expires; at the school a
teacher renews. Someone works nowhere. The police have done nothing. Today is 15 June 2026.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from elearning.app import create_app
from elearning.catalogue.library import Library, library
from elearning.completions.operations import withdraw_completion
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.discussions.operations import record_discussion
from elearning.people import operations as people
from elearning.people.types import Sector
from elearning.requirements.operations import add_requirements, declare_headcounts
from elearning.requirements.types import Ask, Declared, Group
from tests.conftest import _WORLDS, MODULE, CheckedClient, World, copied, running, settings_for
from tests.discussions.test_rules import log
from tests.records import at_noon, begin, complete, hire, issue, publish

OTHER = "other-module"
SUMMER = dt.datetime(2026, 6, 15, 13, 5, tzinfo=dt.UTC)  # 2025-26 is over, 2026-27 is running
TITLES = {MODULE: "Sample module", OTHER: "Another module"}


@dataclass(frozen=True)
class Partnership:
    app: Flask
    world: World

    def officer(self) -> CheckedClient:
        client = self.app.test_client()
        assert isinstance(client, CheckedClient)
        return client.sign_in(self.world.officer)


@pytest.fixture(scope="module")
def partnership(
    template: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_library: Library,
    modules_folder: Path,
) -> Iterator[Partnership]:
    """Made once for the tests of a file, which read it and take files out."""
    with (
        copied(template, tmp_path_factory.mktemp("partnership"), request) as url,
        running(create_app(settings_for(url, modules_folder), sample_library)) as app,
    ):
        tell(_WORLDS[template])
        with clock.at(SUMMER):
            yield Partnership(app, _WORLDS[template])


def tell(world: World) -> None:
    """The story, in the order in which it happened."""
    school, clinic = world.school, world.clinic
    people.add_agency("Northside Police", Sector.POLICE)
    publish(OTHER)
    renews, moves = (hire(school, since=dt.date(2024, 5, 1)) for _ in range(2))
    first, _ = (complete(person, school, on=dt.date(2024, 6, 3)) for person in (renews, moves))
    nurses = [hire(clinic, since=dt.date(2025, 4, 7), job_role="Nurse") for _ in range(10)]
    nowhere = hire(None, since=dt.date(2025, 5, 1))
    with clock.at(at_noon(dt.date(2025, 5, 1))):
        add_requirements(
            [
                Ask(None, MODULE, Group.EVERYONE, "", dt.date(2025, 12, 31)),
                Ask(clinic, OTHER, Group.JOB_ROLE, "Nurse", dt.date(2026, 3, 1)),
            ],
            by=None,
        )
    with clock.at(at_noon(dt.date(2025, 6, 1))):
        assert first.certificate
        issue(first.recorded.place, renews, supersedes=first.certificate)
    slow = hire(school, since=dt.date(2025, 6, 2))
    people.join_agency(moves, clinic, "Nurse", started_on=dt.date(2025, 9, 30))
    *passed, withdrawn = nurses
    for nurse in passed:
        complete(nurse, clinic, on=dt.date(2025, 11, 3), months=6 if nurse == passed[-1] else 36)
    gone = complete(withdrawn, clinic, on=dt.date(2025, 11, 3))
    with clock.at(at_noon(dt.date(2025, 12, 1))):
        begin(slow, on=dt.date(2025, 12, 1))
        withdraw_completion(gone.recorded.place, WithdrawalReason.MISTAKE)
    complete(nurses[0], clinic, on=dt.date(2026, 1, 12), module=OTHER)
    complete(renews, school, on=dt.date(2026, 2, 2))
    complete(nowhere, None, on=dt.date(2026, 2, 2))
    with clock.at(at_noon(dt.date(2026, 3, 2))):
        record_discussion(world.amina.practitioner_id, library().modules[MODULE], log())
        declare_headcounts(
            [Declared(school, "", 20, dt.date(2026, 3, 1)), Declared(clinic, "", 5, dt.date(2026, 2, 1))], by=None
        )
    hire(clinic, since=dt.date(2026, 3, 20), job_role="Midwife")
