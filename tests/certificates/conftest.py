"""Certificates as a pass brings them about."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from elearning.certificates.operations import issue_certificate
from elearning.core import clock
from tests.conftest import CheckedClient, World
from tests.records import at_noon, complete

Issue = Callable[..., str]


@pytest.fixture
def issue(app: Flask) -> Issue:
    """Pass the sample module on a day and issue its certificate; the number."""

    def issue(practitioner_id: int, agency_id: int | None, *, on: dt.date = dt.date(2026, 2, 2), **how: object) -> str:
        passed = complete(practitioner_id, agency_id, on=on, certificate=False, **how)  # type: ignore[arg-type]
        with clock.at(at_noon(on)):
            return issue_certificate(passed.recorded.place, practitioner_id, "Sample module")

    return issue


@pytest.fixture
def client(app: Flask) -> CheckedClient:
    return app.test_client()  # type: ignore[return-value]  # conftest sets the class


@pytest.fixture
def number(world: World, issue: Issue) -> str:
    """Amina's certificate of 2 February 2026, valid until 2 February 2029."""
    return issue(world.amina.practitioner_id, world.school)
