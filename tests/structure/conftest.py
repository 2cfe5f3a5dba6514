"""One application that the tables of this folder ask page by page, and who asks."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.core.db import atomic, db
from elearning.database import metadata
from elearning.discussions.operations import record_discussion
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Group
from tests import journey
from tests.conftest import _WORLDS, MODULE, CheckedClient, Persona, World, copied, running, settings_for
from tests.discussions.test_rules import log
from tests.editions.reports import keep_two
from tests.records import complete

ASKERS = ["nobody", "amina", "ben", "grace", "olu", "officer", "admin"]
PASSING = ("throttle", "audit_entry", "sign_in_session", "sign_in_code")  # what looking may write


def visitor(app: Flask) -> CheckedClient:
    """Someone nobody knows yet."""
    return cast(CheckedClient, app.test_client())


@dataclass(frozen=True)
class Site:
    """One application for the whole table, with Amina's and Tomasz's certificates in it."""

    app: Flask
    world: World
    addresses: Mapping[str, str]  # what stands for <number>, <key> and the like

    def address(self, route: str) -> str:
        for part, value in self.addresses.items():
            route = route.replace(part, value)
        assert "<" not in route, f"{route}: say what stands for it"
        return route

    def client(self, asker: str, *, confirmed: bool = True) -> CheckedClient:
        """A browser on which the asker is signed in, with both factors or (`confirmed` False) with one.

        It may take out files however many were taken out before.
        """
        with atomic() as session:
            session.execute(delete(metadata.tables["throttle"]))
        client = visitor(self.app)
        return client if asker == "nobody" else client.sign_in(getattr(self.world, asker), confirmed=confirmed)

    def ask(self, asker: str, method: str, address: str, data: Mapping[str, str] | None = None) -> TestResponse:
        client = self.client(asker)
        sent = dict(data or {})
        if asker != "nobody":
            persona: Persona = getattr(self.world, asker)
            known = {**self.addresses, "their own": persona.full_name}
            sent = {name: known.get(value, value) for name, value in sent.items()}
        return client.open(address, method=method, data=sent if method == "POST" else None)

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table but those that looking may write to."""
        db.session.rollback()
        tables = [table for name, table in metadata.tables.items() if name not in PASSING]
        return {table.name: sorted(map(str, db.session.execute(select(table)))) for table in tables}


@pytest.fixture(scope="module")
def site(
    template: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_library: Library,
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("access")
    world = _WORLDS[template]
    modules_folder: Path = request.getfixturevalue("modules_folder")
    with (
        copied(template, folder, request) as url,
        running(create_app(settings_for(url, modules_folder), sample_library)) as app,
    ):
        complete(world.tomasz.practitioner_id, world.clinic, on=dt.date(2025, 1, 15))  # for a year that is over
        journey.pass_module(visitor(app).sign_in(world.amina), world.amina)
        number, attempt_id = amina_has(world.amina)
        sample = sample_library.modules[MODULE]
        discussion_id = record_discussion(world.amina.practitioner_id, sample, log())
        theirs = record_discussion(world.tomasz.practitioner_id, sample, log(present=60))
        discussion = metadata.tables["discussion"]
        code = db.session.scalars(select(discussion.c.code).where(discussion.c.id == theirs)).one()
        addresses = {
            "<int:requirement_id>": str(add_requirement(world.school)),
            "<number>": number,
            "<code>": code,
            "<int:discussion_id>": str(discussion_id),
            "<int:edition_id>": str(keep_two()),
            "<key>": MODULE,
            "<slug>": sample.sections[0].slug,
            "<int:position>": "1",
            "<int:step>": "1",
            "<any:moment>": "now",
            "<any:about>": "pledge",
            "<any:kind>": "csv",
            "<table>": "R2",
            "<int:number>": "1",
            "<int:attempt_id>": str(attempt_id),
            "<path:filename>": "style.css",
        }
        yield Site(app, world, addresses)


def add_requirement(agency_id: int) -> int:
    """Another requirement of the agency's, in force; its id."""
    requirement = metadata.tables["requirement"]
    team = f"Team {db.session.scalar(select(func.count()).select_from(requirement))}"
    add_requirements([Ask(agency_id, MODULE, Group.TEAM, team, dt.date(2026, 2, 1))], by=None)
    newest = db.session.scalars(select(func.max(requirement.c.id))).one()
    db.session.rollback()
    return int(newest)


def amina_has(amina: Persona) -> tuple[str, int]:
    certificate, completion = metadata.tables["certificate_detail"], metadata.tables["completion_detail"]
    number = db.session.scalars(
        select(certificate.c.number).where(certificate.c.practitioner_id == amina.practitioner_id)
    ).one()
    attempt_id = db.session.scalars(
        select(completion.c.attempt_id).where(completion.c.practitioner_id == amina.practitioner_id)
    ).one()
    db.session.rollback()
    return number, attempt_id


def routes(app: Flask) -> set[tuple[str, str]]:
    def methods(rule: Rule) -> set[str]:
        return (rule.methods or set()) - {"HEAD", "OPTIONS"}

    def plain(rule: Rule) -> str:
        return re.sub(r"\([^)]*\)", "", rule.rule)  # without what limits a number

    return {(method, plain(rule)) for rule in app.url_map.iter_rules() for method in methods(rule)}
