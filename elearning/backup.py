"""`elearning backup` and `elearning restore`: a copy that holds every record acknowledged before it began.

SQLite is copied with VACUUM INTO, the one way that neither misses what is still in the log nor starts over under load;
PostgreSQL with its own pg_dump and pg_restore. A copy is whole before it gets its name.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click
import pysqlite3.dbapi2
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from elearning import database
from elearning.accounts.operations import end_all_sign_ins
from elearning.app import create_app
from elearning.certificates.queries import verify_certificates
from elearning.completions.queries import digest_at, head_of_record, verify_attempts, verify_modules, verify_record
from elearning.completions.types import Finding, Head
from elearning.core.db import db, sqlite_path
from elearning.core.errors import ElearningError
from elearning.core.outbox import drop_waiting
from elearning.settings import Settings


class CopyFailed(ElearningError):
    """The copy is not what it must be; nothing was put in place."""


def back_up(settings: Settings, app: Flask, target: Path) -> Head:
    """Copy the database into a file that only its owner reads; where the record ended when the copy began.

    Raises ElearningError if the file is there already, or the copy (on SQLite) does not verify.
    """
    if target.exists():
        raise CopyFailed(f"{target} is there already; give another name, or move it away.")
    path = sqlite_path(settings.database_url)
    if path and not path.exists():
        raise CopyFailed(f"There is no database at {path}; check ELEARNING_DATABASE_URL.")
    with _opened(app):
        database.check_schema(db.engine)
        head = head_of_record()
    unfinished = _beside(target)
    unfinished.touch(mode=0o600)
    try:
        if path:
            _vacuum(path, unfinished)
            with _opened(create_app(settings.model_copy(update={"database_url": f"sqlite:///{unfinished}"}))):
                _check(verified(head))
        else:
            _postgresql(settings, "pg_dump", "--format=custom", f"--file={unfinished}")
        _keep(unfinished, target)
    finally:
        _clear(unfinished)
    return head


def restore(settings: Settings, make_app: Callable[[], Flask], source: Path) -> Head:
    """Put a backup in place of no database at all; where its record ends. Everybody has to sign in anew.

    Raises ElearningError if there is a database, or the copy does not verify; then nothing was put in place on SQLite,
    and PostgreSQL's database is to be dropped.
    """
    if not source.is_file():
        raise CopyFailed(f"There is no file {source}; give the one that elearning backup made.")
    path = sqlite_path(settings.database_url)
    if path is None:
        app = make_app()
        with _opened(app):
            is_empty = database.is_empty(app)
        if not is_empty:
            raise CopyFailed("The database is not empty; create a new one, and give its address.")
        _postgresql(settings, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(source))
        return _woken(app)
    if path.exists():
        raise CopyFailed(f"There is a database at {path}; move it away first (with its -wal and -shm files).")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _beside(path)
    unfinished.touch(mode=0o600)
    try:
        shutil.copyfile(source, unfinished)
        try:
            head = _woken(create_app(settings.model_copy(update={"database_url": f"sqlite:///{unfinished}"})))
        except DatabaseError:
            raise CopyFailed(f"{source} is no database of ours; give the file that elearning backup made.") from None
        _keep(unfinished, path)
    finally:
        _clear(unfinished)
    return head


def _woken(app: Flask) -> Head:
    """A restored database before anybody uses it: whole, and with nothing going on that belongs to the past."""
    with _opened(app):
        database.check_schema(db.engine)
        _check(verified())
        end_all_sign_ins()
        drop_waiting()
        return head_of_record()


@contextmanager
def _opened(app: Flask) -> Iterator[None]:
    """An application's database, with no connection left open at the end: the files are about to be moved."""
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def verified(head: Head | None = None) -> Iterator[Finding]:
    """What is wrong with the database at hand; with `head`, also whether its record reaches so far."""
    for walk in (verify_modules, verify_attempts, verify_record, verify_certificates):
        for checked in walk():
            yield from checked.findings
    if head and head.place and digest_at(head.place) != head.digest:
        yield Finding(head.place, "the copy does not hold what was recorded when it began")
    db.session.rollback()


def _check(findings: Iterator[Finding]) -> None:
    if found := list(findings):
        raise CopyFailed("\n".join([*map(str, found), "The copy is not whole, and was not put in place."]))


def _vacuum(path: Path, into: Path) -> None:
    connection = pysqlite3.dbapi2.connect(path, isolation_level=None)
    try:
        connection.execute("VACUUM INTO ?", [str(into)])
    except pysqlite3.dbapi2.Error as error:
        raise CopyFailed(f"The copy could not be written ({error}); make room, or give another place.") from None
    finally:
        connection.close()


def _postgresql(settings: Settings, program: str, *options: str) -> None:
    url = make_url(settings.database_url)
    environ = {**os.environ, "PGPASSWORD": url.password or ""} if url.password else dict(os.environ)
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    try:
        subprocess.run(
            [program, f"--dbname={plain}", *options], env=environ, check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise CopyFailed(f"{program} is not installed here; install PostgreSQL's client programs.") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CopyFailed(f"{program} did not finish: {last}") from None


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".unfinished")


def _keep(unfinished: Path, target: Path) -> None:
    """Give a file its name once all of it, and then the name, is on the disk."""
    for path in (unfinished, target.parent):
        descriptor = os.open(path, os.O_RDONLY)
        if path == target.parent:
            unfinished.rename(target)
        os.fsync(descriptor)
        os.close(descriptor)


def _clear(unfinished: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)


class Installation(Protocol):
    """What these commands need of the context that `elearning` hands to all of them."""

    @property
    def settings(self) -> Settings: ...

    @property
    def app(self) -> Flask: ...


FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@click.pass_obj
def backup_command(context: Installation, file: Path) -> None:
    """Copy the database into FILE while it is in use; the copy of a SQLite database is verified."""
    head = back_up(context.settings, context.app, file)
    click.echo(f"{file} holds the record up to place {head.place}, digest {head.digest}.")
    click.echo("It holds names and answers: keep it encrypted, on another machine.")


@click.command("restore")
@click.argument("file", type=FILE)
@click.pass_obj
def restore_command(context: Installation, file: Path) -> None:
    """Put FILE, made by `elearning backup`, in the place of a missing or empty database, and verify it."""
    head = restore(context.settings, lambda: context.app, file)
    click.echo(f"The record is whole up to place {head.place}, digest {head.digest}. Everybody signs in anew.")
    if sys.stdout.isatty():
        click.echo("Start the service, then run elearning doctor.")
