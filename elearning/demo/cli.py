"""`elearning demo`: a populated demonstration with one command."""

import datetime as dt
import gc
import os
import secrets
import time
from pathlib import Path
from typing import Any

import click

from elearning import database, serving
from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.certificates.signing import new_key
from elearning.core import clock
from elearning.core.db import db, sqlite_path
from elearning.core.errors import ElearningError
from elearning.core.installation import record_fact
from elearning.demo.cast import NAMED
from elearning.demo.history import write_history
from elearning.demo.scale import opened, write_scale
from elearning.settings import ROOT, Settings

FOLDER = ROOT / ".data"


def demo_settings(environ: dict[str, str], port: int) -> Settings:
    """The demonstration's settings: what the environment gives, and a working value for the rest."""
    FOLDER.mkdir(exist_ok=True)
    secret = FOLDER / "demo-secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
    key = FOLDER / "demo-keys" / "demonstration.pem"
    if not key.exists():
        key.parent.mkdir(mode=0o700, exist_ok=True)
        key.touch(mode=0o600)
        begins_at = clock.now() - dt.timedelta(days=5 * 365)  # before everything that is invented
        key.write_bytes(new_key("Demonstration (not a partnership's signature)", begins_at=begins_at, years=15))
    defaults = {
        "ELEARNING_DATABASE_URL": f"sqlite:///{FOLDER / 'demo.db'}",
        "ELEARNING_SECRET_KEY": secret.read_text(),
        "ELEARNING_BASE_URL": f"http://127.0.0.1:{port}",
        "ELEARNING_PARTNERSHIP": "Birmingham Safeguarding Children Partnership",
        "ELEARNING_LOG": "errors",
        "ELEARNING_SIGNING_KEYS": str(key.parent),
        "ELEARNING_SIGNATORY": "Independent Chair (demonstration)",
    }
    return Settings.from_environ({**defaults, **environ, "ELEARNING_DEMO": "true"})


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="where to listen on 127.0.0.1"
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="worker processes")
@click.option("--fresh", is_flag=True, help="throw an earlier demonstration (SQLite) away and make a new one")
@click.option(
    "--scale",
    type=click.IntRange(100, 5_000_000),
    is_flag=False,
    flag_value=1_000_000,
    metavar="[COMPLETIONS]",
    help="five years of a large partnership instead, in an empty database  [a million completions if not given]",
)
@click.option("--no-serve", is_flag=True, help="make the demonstration, but do not serve it")
def demo(port: int, workers: int, fresh: bool, scale: int | None, no_serve: bool) -> None:
    """Make a demonstration with invented agencies, people and a year of completions, and serve it.

    Run again, it starts with what is there. It refuses a database that it has not made.
    """
    settings = demo_settings(dict(os.environ), port)
    if not no_serve:
        serving.check_port(port)
    path = sqlite_path(settings.database_url)
    library = Library.read(settings.modules)
    if fresh:
        _throw_away(settings, path)
    is_new = path is not None and not path.exists()
    if path and is_new:
        _make_in_one_piece(settings, path, library, scale)
    app = create_app(settings, library)
    if database.is_empty(app):
        _make(app, scale)
    elif scale and not is_new:
        database.check_demo(app)
        raise ElearningError(
            "--scale fills an empty database, and this one is not; give another with ELEARNING_DATABASE_URL, "
            "or throw an earlier demonstration away with --fresh."
        )
    database.check_demo(app)
    database.prepare(app)
    database.check_ready(app)
    if no_serve:
        click.echo("The demonstration is ready. `elearning demo` serves it.")
        return
    serving.serve(app, port=port, workers=workers, when_ready=lambda: _welcome(settings))


def _throw_away(settings: Settings, path: Path | None) -> None:
    """Remove an earlier demonstration, and nothing that the demonstration did not make."""
    if path is None:
        raise ElearningError("--fresh is for SQLite; drop and create the PostgreSQL database yourself.")
    if not path.exists():
        return
    app = create_app(settings)
    database.check_demo(app)
    with app.app_context():
        db.engine.dispose()
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _make_in_one_piece(settings: Settings, path: Path, library: Library, scale: int | None) -> None:
    """A SQLite demonstration is made beside its place and moved there, so that half of one is never met."""
    unfinished = path.with_name(path.name + ".unfinished")
    for name in (unfinished.name, unfinished.name + "-wal", unfinished.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)
    app = create_app(settings.model_copy(update={"database_url": f"sqlite:///{unfinished}"}), library)
    _make(app, scale)
    with app.app_context():
        db.engine.dispose()
    unfinished.rename(path)


def _make(app: Any, scale: int | None) -> None:
    begun = time.monotonic()
    now = clock.now()
    click.echo("Making the database ...")
    with clock.at(opened(now) if scale else now.replace(year=now.year - 4)):
        database.prepare(app)
    done = f"five years with about {scale:,} completions" if scale else "a year of completions"
    click.echo(f"Inventing agencies, people and {done} ...")
    with app.app_context(), click.progressbar(length=1000, label="  ") as bar:
        reached = 0

        def report(done: int, total: int) -> None:
            nonlocal reached
            bar.update(done * 1000 // total - reached)
            reached = done * 1000 // total

        gc.disable()  # what is made here goes without it, and looking for the rest takes a tenth of the time
        try:
            if scale:
                write_scale(app.extensions["library"], now, scale, report)
            else:
                write_history(app.extensions["library"], now, report)
        finally:
            gc.enable()
        record_fact(database.MADE_BY_DEMO, now.isoformat())
        db.session.remove()
    click.echo(f"Made in {time.monotonic() - begun:.0f} seconds.")


def _welcome(settings: Settings) -> None:
    click.echo(f"\nOpen {settings.base_url} and press “Sign in”. The sign-in page has a button for each of:")
    for name, agency, job_role in NAMED.values():
        click.echo(f"  {name} – {job_role}, {agency}")
    click.echo("Stop with Ctrl+C.")
