"""Real databases for every test: a fresh SQLite file or PostgreSQL database, migrated, with a few personas in it.

A test that takes `app` (or anything built on it) runs once on each engine.
"""

import contextlib
import dataclasses
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from elearning import database
from elearning.accounts import operations as accounts
from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.core import clock
from elearning.core.db import db
from elearning.core.roles import Role
from elearning.people import operations as people
from elearning.people.types import Sector
from elearning.settings import Settings
from tests.packs import write_pack
from tests.pages import check_page
from tests.postgres import Server

# Temporary files live in memory where there is some: the databases of tests write often, and need not last.
if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 4 * 2**30:
    tempfile.tempdir = "/dev/shm"


class _Compiled(BytecodeCache):
    """Templates compiled once for all applications of a run; anew for each test, they took a third of its time."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": _Compiled()}

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
MODULE = "sample-module"


@dataclasses.dataclass(frozen=True)
class Persona:
    account_id: int
    practitioner_id: int
    full_name: str
    email: str


@dataclasses.dataclass(frozen=True)
class World:
    """The personas. Amina and Ben work at the school with Grace as its lead; Tomasz at the clinic, led by Olu."""

    school: int
    clinic: int
    amina: Persona
    ben: Persona
    grace: Persona
    tomasz: Persona
    olu: Persona
    officer: Persona
    admin: Persona


def settings_for(url: str, modules: Path) -> Settings:
    return Settings(database_url=url, secret_key="k" * 32, modules=modules, partnership="Test Partnership")


@pytest.fixture(scope="session")
def modules_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("modules")
    write_pack(folder / MODULE)
    return folder


@pytest.fixture(scope="session")
def sample_library(modules_folder: Path) -> Library:
    return Library.read(modules_folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with Server.start() as server:
        yield server


# By engine, the address of the migrated database with the personas; by address, its personas. Kept for the whole run:
# pytest lets go of a parametrised fixture, session or not, whenever it goes from one parameter to the other.
_TEMPLATES: dict[str, str] = {}
_WORLDS: dict[str, World] = {}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def template(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sample_library: Library,
    modules_folder: Path,
) -> str:
    """The address of a migrated database with the personas, to copy for each test."""
    if request.param in _TEMPLATES:
        return _TEMPLATES[request.param]
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('template')}/template.db"
    else:
        url = request.getfixturevalue("postgres").create_database("template")
    app = create_app(settings_for(url, modules_folder), sample_library)
    with clock.at(NOON - dt.timedelta(days=30)):
        database.prepare(app)
        with app.app_context():
            _WORLDS[url] = make_world()
            db.session.remove()
            db.engine.dispose()
    _TEMPLATES[request.param] = url
    return url


def make_world() -> World:
    school = people.add_agency("Harrow Lane School", Sector.SCHOOL)
    clinic = people.add_agency("Millpond Clinic", Sector.HEALTH)

    def person(name: str, agency: int, job_role: str, *roles: Role) -> Persona:
        practitioner_id = people.add_practitioner(name)
        email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
        account_id = accounts.open_account(practitioner_id, email)
        people.join_agency(practitioner_id, agency, job_role)
        for role in roles:
            accounts.grant_role(account_id, role, agency_id=agency if role is Role.TRAINING_LEAD else None)
        return Persona(account_id, practitioner_id, name, email)

    return World(
        school,
        clinic,
        amina=person("Amina Yusuf", school, "Teacher"),
        ben=person("Ben Price", school, "Teaching assistant"),
        grace=person("Grace Obi", school, "Safeguarding lead", Role.TRAINING_LEAD),
        tomasz=person("Tomasz Zieliński", clinic, "Nurse"),
        olu=person("Olu Adeyemi", clinic, "Safeguarding lead", Role.TRAINING_LEAD),
        officer=person("Officer Lane", school, "Other", Role.OFFICER),
        admin=person("Admin Hale", clinic, "Other", Role.ADMINISTRATOR),
    )


@contextlib.contextmanager
def copied(template: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a copy of the template, gone afterwards."""
    if template.startswith("sqlite"):
        copy = folder / "test.db"
        shutil.copy(template.removeprefix("sqlite:///"), copy)
        yield f"sqlite:///{copy}"
    else:
        server: Server = request.getfixturevalue("postgres")
        with server.copy_of("template") as url:
            yield url


@contextlib.contextmanager
def running(app: Flask) -> Iterator[Flask]:
    """The application at noon on 2 March 2026, inside an application context, asked by checking clients."""
    app.test_client_class = CheckedClient
    with clock.at(NOON), app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def database_url(template: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A copy of the template, this test's own."""
    with copied(template, tmp_path, request) as url:
        yield url


@pytest.fixture
def app(database_url: str, sample_library: Library, modules_folder: Path) -> Iterator[Flask]:
    """The application on this test's database (see `running`)."""
    with running(create_app(settings_for(database_url, modules_folder), sample_library)) as app:
        yield app


@pytest.fixture
def world(app: Flask, template: str) -> World:
    return _WORLDS[template]


class CheckedClient(FlaskClient):
    """A browser without a screen. Every HTML answer is checked for what every page must have."""

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        """Ask for a page. A form is posted with the token of its page, unless `csrf` is False."""
        if csrf and kwargs.get("method") == "POST" and isinstance(kwargs.get("data") or {}, dict):
            kwargs["data"] = {"csrf_token": self.csrf_token(), **(kwargs.get("data") or {})}
        # Its own application context, as in production: nobody stays signed in and no session stays open.
        with self.application.app_context():
            # Read to its end and closed, as every server does: what is streamed holds its context open until then.
            response = super().open(*args, **{"buffered": True, **kwargs})
            if response.mimetype == "text/html" and response.request.method != "HEAD":
                check_page(response.text, response.request.path, self.application)
        db.session.rollback()  # what the test reads next is what the request left
        return response

    def csrf_token(self) -> str:
        """A good token for this browser's forms."""
        with self.session_transaction() as session:
            secret = session.setdefault("csrf_token", "0" * 40)
        return str(URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token").dumps(secret))

    def sign_in(self, persona: Persona, *, confirmed: bool = True) -> "CheckedClient":
        """Sign in without the code pages, with both factors or one: the session row and cookie are the real ones."""
        token = accounts.start_session(persona.account_id, confirmed=confirmed)
        with self.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return self
