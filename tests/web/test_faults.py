"""A database that is locked, full or not to be written while people use it: a clear page, and nothing lost."""

import encodings.idna  # noqa: F401 (a child that gave its rights up cannot load it any more)
import json
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from elearning import database
from elearning.accounts.operations import start_session
from elearning.app import create_app
from elearning.assessment.queries import find_open_sitting
from elearning.catalogue.library import Library
from elearning.core.db import SQLITE_PRAGMAS, WRITES, db, make_engine
from elearning.core.errors import DatabaseNotReady
from tests import journey
from tests.conftest import _WORLDS, MODULE, CheckedClient, World, settings_for

QUESTION = f"/modules/{MODULE}/quiz/1"
NOBODY = 65534
only_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)


@pytest.fixture
def client(app: Flask, world: World) -> CheckedClient:
    """Amina's browser, in the middle of a quiz."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    client.sign_in(world.amina)
    journey.read_everything(client)
    journey.start(client)
    return client


def answer_of(world: World) -> dict[str, object]:
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    assert sitting
    db.session.rollback()
    return {**journey.shown_answer(world.amina, 1, right=True), "attempt": str(sitting.id)}


def kept(world: World) -> int:
    sitting = find_open_sitting(world.amina.practitioner_id, MODULE)
    db.session.rollback()
    return len(sitting.chosen) if sitting else -1


def is_busy_page(answer: TestResponse) -> bool:
    return (
        answer.status_code == 503
        and "The service is busy" in answer.text
        and "are kept" in answer.text
        and answer.headers["X-Request-Id"] in answer.text
    )


def test_a_locked_database_gives_its_page_and_the_same_answer_sent_again_is_kept(
    client: CheckedClient, app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", "50")
    monkeypatch.setenv("PGOPTIONS", "-c lock_timeout=50ms")
    answer = answer_of(world)
    db.session.remove()
    db.engine.dispose()  # what connects from now on does not wait long
    other = make_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with other.connect().execution_options(**{WRITES: True}) as busy:
        if other.dialect.name == "postgresql":
            busy.execute(text("LOCK TABLE response IN EXCLUSIVE MODE"))
        else:
            busy.begin()
        assert is_busy_page(client.post(QUESTION, data=answer))
        assert client.get(QUESTION).status_code == 200  # reading goes on
        assert kept(world) == 0
    other.dispose()
    assert client.post(QUESTION, data=answer).status_code == 302
    assert kept(world) == 1


def in_a_child(action: Callable[[], Any]) -> Any:
    """What an action gives in a process of its own, which keeps none of our connections."""
    db.session.remove()
    db.engine.dispose()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = {"result": action()}
        except BaseException as error:  # told to the parent
            told = {"error": repr(error)}
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = json.loads(pipe.read())
    os.waitpid(child, 0)
    assert "error" not in told, told
    return told["result"]


@only_sqlite
def test_a_full_disk_gives_its_page_and_goes_on_once_there_is_room(client: CheckedClient, world: World) -> None:
    """The kernel refuses this process to let any file grow, which is what a full disk does."""
    first = answer_of(world)

    def while_full() -> list[bool]:
        client.get(QUESTION)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))
        told = [is_busy_page(client.post(QUESTION, data=first)) for _ in range(3)]
        told += [client.get(QUESTION).status_code == 200, kept(world) == 0]
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        return [*told, client.post(QUESTION, data=first).status_code == 302, kept(world) == 1]

    assert in_a_child(while_full) == [True] * 7
    assert kept(world) == 1
    assert db.session.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that every user of the machine may look into."""
    folder = Path(tempfile.mkdtemp(prefix="elearning-shelf-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@only_sqlite
@pytest.mark.parametrize("folder_mode", [0o755, 0o777], ids=["folder too", "file only"])
def test_a_database_of_another_user_is_read_or_refused_and_never_half_written(
    template: str, shelf: Path, sample_library: Library, modules_folder: Path, folder_mode: int
) -> None:
    file = shelf / "db" / "theirs.db"
    file.parent.mkdir()
    shutil.copy(template.removeprefix("sqlite:///"), file)
    app = create_app(settings_for(f"sqlite:///{file}", modules_folder), sample_library)
    with app.app_context():
        token = start_session(_WORLDS[template].amina.account_id)
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
        pages = [client.get(path).status_code for path in ("/", "/record", "/account", "/sign-in")]
        sent = {"csrf_token": journey.token(client.get("/account")), "full_name": "New Name"}
        assert pages == [200, 200, 200, 302]
        client.get("/record/attempts/1")  # loads the page that says an error
        assert client.post("/account", data={"full_name": "New Name"}).status_code == 400
        db.session.remove()
        db.engine.dispose()
        file.chmod(0o444)
        file.parent.chmod(folder_mode)

        def as_nobody() -> list[Any]:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            try:
                database.check_ready(app)
                said = "ready"
            except DatabaseNotReady as refusal:
                said = str(refusal)
            answer = client.post("/account", data=sent)
            return [said, answer.status_code, client.get("/account").status_code in (200, 503), is_busy_page(answer)]

        said, *told = in_a_child(as_nobody)
    assert "readonly database" in said
    assert "\n" not in said
    assert told == [503, True, True]


@only_sqlite
def test_a_fault_within_a_fault_still_has_its_page(client: CheckedClient, app: Flask) -> None:
    """The form has no token, and the database cannot say whose it is."""
    db.session.remove()
    db.engine.dispose()
    Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")).write_bytes(b"")
    assert is_busy_page(client.post(QUESTION, csrf=False))
