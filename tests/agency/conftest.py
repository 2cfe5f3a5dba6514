"""Certificates as a training lead collects them."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from elearning.certificates.operations import issue_certificate
from elearning.core import clock
from tests.conftest import CheckedClient, World
from tests.records import at_noon, complete

Certify = Callable[..., str]


@pytest.fixture
def certify(app: Flask) -> Certify:
    """Complete a module on a day and be issued its certificate, in the name of that day; the number."""

    def certify(
        practitioner_id: int, agency_id: int | None, *, on: dt.date = dt.date(2026, 2, 10), **how: object
    ) -> str:
        passed = complete(practitioner_id, agency_id, on=on, certificate=False, **how)  # type: ignore[arg-type]
        with clock.at(at_noon(on)):
            return issue_certificate(passed.recorded.place, practitioner_id, str(how.get("module", "Sample module")))

    return certify


@pytest.fixture
def grace(app: Flask, world: World) -> CheckedClient:
    """The training lead of the school."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.grace)
