"""What Amina says of herself reaches nobody (law 5): every page and file of everybody else is the same as before."""

import logging
import re

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.db import db
from elearning.core.models import AuditEntry
from elearning.evaluation.operations import (
    begin_follow_up,
    record_afterwards,
    record_answer,
    record_confidence,
    record_pledge,
    record_words,
)
from elearning.evaluation.queries import find_follow_up
from elearning.evaluation.types import About, Kept, Pledge, When
from tests.conftest import MODULE, NOON, CheckedClient, World
from tests.evaluation.conftest import passed
from tests.structure.test_access import ASKED, LINES

CANARIES = ["Zebrafinch", "Kittiwake", "Ptarmigan", "Wryneck", "Dotterel"]
READERS = ["ben", "grace", "olu", "officer", "admin"]
PARTS = {
    "<key>": MODULE,
    "<slug>": "the-idea",
    "<int:position>": "1",
    "<int:step>": "1",
    "<int:attempt_id>": "1",
    "<path:filename>": "style.css",
    "<any:moment>": "now",
    "<any:about>": "pledge",
    "<int:number>": "3",
    "<number>": "0000000000000000" + "0",
}


def addresses() -> list[tuple[str, str]]:
    """Every page, and every file that is asked for with a form."""
    found = []
    for line in LINES:
        if line.method == "GET" or line.route.endswith(".csv"):
            address = line.route
            for part, value in PARTS.items():
                address = address.replace(part, value)
            found.append((line.method, address + ASKED.get(line.route, "")))
    return found


@pytest.fixture
def others(app: Flask, world: World) -> dict[str, CheckedClient]:
    """The browsers of everybody else, signed in for good: a page may hold what belongs to the session."""
    clients = {}
    for name in READERS:
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        clients[name] = client.sign_in(getattr(world, name))
    return clients


def everything_read(clients: dict[str, CheckedClient]) -> dict[tuple[str, str, str], str]:
    read = {}
    for name, client in clients.items():
        for method, address in addresses():
            answer = client.open(address, method=method)
            text = re.sub(r'(name="csrf_token"[^>]*value)="[^"]*"', r"\1", answer.get_data().decode("utf-8", "replace"))
            read[name, method, address] = text
    return read


def say_everything(world: World) -> None:
    """Amina answers all there is, from before the module to eight weeks on, with a canary in every free text."""
    amina, module = world.amina.practitioner_id, library().modules[MODULE]
    sure = {name: 9 for name, _ in module.confidence_statements}
    record_confidence(amina, module, 1, When.BEFORE, sure)
    with clock.at(NOON.replace(year=2025, month=12, day=24)):
        for when in (When.NOW, When.BACK):
            record_afterwards(amina, module, when, sure)
        record_pledge(amina, module, Pledge(CANARIES[0], CANARIES[1], NOON.date(), CANARIES[2]))
    begin_follow_up(amina, module, 3)
    follow_up = find_follow_up(amina, MODULE, 1, 3)
    assert follow_up is not None
    for position, drawn in enumerate(follow_up.form, start=1):
        record_answer(amina, follow_up, position, drawn.key)
    record_words(amina, MODULE, 3, About.PLEDGE, kept=Kept.NOT_YET, words=CANARIES[3])
    record_afterwards(amina, module, When.LATER, sure)
    record_words(amina, MODULE, 3, About.PRACTICE, words=CANARIES[4])


def test_what_one_says_of_oneself_is_read_by_nobody_else(
    others: dict[str, CheckedClient], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    passed(world.amina, world, 68)
    ben = passed(world.ben, world, 68)  # all but the pledge: whatever leaked from her would show in where he stands
    with clock.at(NOON.replace(year=2025, month=12, day=24)):
        for when in (When.NOW, When.BACK):
            record_afterwards(ben, library().modules[MODULE], when, {})
    before = everything_read(others)
    say_everything(world)

    after = everything_read(others)

    assert [key for key in after if after[key] != before[key]] == []
    audit = " ".join(f"{row.action} {row.subject}" for row in db.session.scalars(select(AuditEntry)))
    db.session.rollback()
    for canary in CANARIES:
        assert canary not in caplog.text + audit + "".join(after.values())


def test_the_writer_reads_it(app: Flask, world: World) -> None:
    """Else the test above would pass on a service that keeps nothing."""
    passed(world.amina, world, 68)
    say_everything(world)
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    client.sign_in(world.amina)
    record = client.get("/record").text
    assert all(canary in record for canary in CANARIES[:3])
    assert CANARIES[4] in client.get(f"/modules/{MODULE}/follow-ups/3").text
