"""`elearning backup` and `elearning restore`: nothing acknowledged is missing, and nothing half is ever in place."""

import os
import resource
import shutil
import signal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from elearning.accounts.operations import start_session
from elearning.accounts.queries import find_signed_in
from elearning.app import create_app
from elearning.backup import CopyFailed, back_up, restore
from elearning.catalogue.library import Library
from elearning.completions.queries import head_of_record
from elearning.core.db import atomic, db
from elearning.core.outbox import is_mail_due, queue_mail
from elearning.settings import Settings
from tests.conftest import World, running, settings_for
from tests.journey import pass_module
from tests.postgres import Server, find_binaries
from tests.tampering import tamper

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("template", ["postgresql"], indirect=True)


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.config["SETTINGS"]
    return found


@pytest.fixture
def at_work(app: Flask, world: World) -> None:
    """A completion on record, somebody signed in, a mail waiting."""
    pass_module(app.test_client().sign_in(world.amina), world.amina)  # type: ignore[attr-defined]  # see conftest
    with atomic():
        queue_mail("amina@example.org", "A code", "1234")


def elsewhere(settings: Settings, path: Path) -> Settings:
    return settings.model_copy(update={"database_url": f"sqlite:///{path}"})


@on_sqlite
def test_what_is_backed_up_while_in_use_is_restored_whole(
    settings: Settings, app: Flask, at_work: None, world: World, sample_library: Library, tmp_path: Path
) -> None:
    token = start_session(world.amina.account_id)
    head = back_up(settings, app, tmp_path / "copy")
    assert head == head_of_record()
    assert (head.place, (tmp_path / "copy").stat().st_mode & 0o777) == (1, 0o600)

    other = elsewhere(settings, tmp_path / "new" / "place.db")
    assert restore(other, lambda: pytest.fail("SQLite is opened by its file"), tmp_path / "copy") == head
    with running(create_app(other, sample_library)):
        assert db.session.execute(text("SELECT count(*) FROM certificate")).scalar_one() == 1
        assert find_signed_in(token) is None
        assert not is_mail_due()
    assert sorted(path.name for path in (tmp_path / "new").iterdir() if "-" not in path.name) == ["place.db"]
    assert not list(tmp_path.rglob("*unfinished*"))


@on_postgresql
def test_postgresql_is_backed_up_and_restored(
    settings: Settings, app: Flask, at_work: None, sample_library: Library, postgres: Server, tmp_path: Path,
    modules_folder: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    binaries = find_binaries()
    assert binaries is not None
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    if not shutil.which("pg_dump") or not shutil.which("pg_restore"):
        pytest.skip("PostgreSQL: no pg_dump and pg_restore on this machine")
    head = back_up(settings, app, tmp_path / "copy")
    assert head.place == 1
    with postgres.copy_of("template0") as url:
        other = settings_for(url, modules_folder)
        assert restore(other, lambda: create_app(other, sample_library), tmp_path / "copy") == head
        with running(create_app(other, sample_library)):
            assert db.session.execute(text("SELECT count(*) FROM certificate")).scalar_one() == 1
        with pytest.raises(CopyFailed, match="The database is not empty"):
            restore(other, lambda: create_app(other, sample_library), tmp_path / "copy")


@on_sqlite
def test_a_copy_that_is_not_whole_is_never_put_in_place(
    settings: Settings, app: Flask, at_work: None, tmp_path: Path
) -> None:
    back_up(settings, app, tmp_path / "good")
    tamper("UPDATE completion SET cpd_minutes = 90 WHERE place = 1")
    with pytest.raises(CopyFailed, match="place 1: the completion was changed after it was recorded"):
        back_up(settings, app, tmp_path / "bad")
    shutil.copy(settings.database_url.removeprefix("sqlite:///"), tmp_path / "bad")
    with pytest.raises(CopyFailed, match="not whole, and was not put in place"):
        restore(elsewhere(settings, tmp_path / "new.db"), lambda: app, tmp_path / "bad")
    assert sorted(path.name for path in tmp_path.glob("*") if path.is_file() and "-" not in path.name) == [
        "bad", "good", "test.db"
    ]  # fmt: skip


@on_sqlite
def test_a_file_that_is_no_database_is_not_put_in_place(settings: Settings, app: Flask, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("Not a database, though it is long enough to be taken for one. " * 100)
    with pytest.raises(CopyFailed, match="is no database of ours"):
        restore(elsewhere(settings, tmp_path / "new.db"), lambda: app, tmp_path / "note")
    assert not (tmp_path / "new.db").exists()


@on_sqlite
def test_nothing_is_written_over(settings: Settings, app: Flask, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("older")
    with pytest.raises(CopyFailed, match="is there already"):
        back_up(settings, app, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "older"
    with pytest.raises(CopyFailed, match="There is a database at"):
        restore(settings, lambda: app, tmp_path / "copy")
    with pytest.raises(CopyFailed, match="There is no file"):
        restore(settings, lambda: app, tmp_path / "nothing")


@on_sqlite
def test_a_full_disk_leaves_nothing_behind(settings: Settings, app: Flask, at_work: None, tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limit[1]))
    try:
        with pytest.raises(CopyFailed, match="could not be written"):
            back_up(settings, app, tmp_path / "copy")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert not list(tmp_path.glob("copy*"))
