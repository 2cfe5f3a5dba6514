"""Amina's browser, and a past in which she passed."""

import datetime as dt

import pytest
from flask import Flask

from tests.conftest import NOON, CheckedClient, Persona, World
from tests.records import complete


@pytest.fixture
def client(app: Flask, world: World) -> CheckedClient:
    """Amina's browser."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client.sign_in(world.amina)


def passed(persona: Persona, world: World, days: int) -> int:
    """They completed the sample module so many days ago; their id."""
    complete(persona.practitioner_id, world.school, on=NOON.date() - dt.timedelta(days=days))
    return persona.practitioner_id
