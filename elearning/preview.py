"""`elearning preview`: an author sees packs as practitioners will, while writing them.

The real application, on a database in a temporary folder, with an invented reader signed in. When a file of the packs
has changed, the next request is answered by a new application on a fresh database: what was published never changes
(law 3), so nothing is published twice, and nothing outlives the preview.
"""

import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import TYPE_CHECKING, Any

import click
from flask import Blueprint, Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.serving import WSGIRequestHandler, make_server

from elearning import database, serving
from elearning.accounts.operations import open_account
from elearning.accounts.types import SignedIn
from elearning.app import create_app
from elearning.assessment.cli import judge
from elearning.catalogue.library import Library
from elearning.catalogue.loader import Pack, read_packs_with_lines
from elearning.catalogue.paths import first_stand, next_stand
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.errors import ContentError, Refused
from elearning.core.roles import Role
from elearning.people.operations import add_agency, add_practitioner, join_agency
from elearning.people.types import Sector
from elearning.settings import ROOT, Settings
from elearning.stories.operations import begin_walk, record_choice
from elearning.training.operations import record_section_read
from elearning.training.types import CONTENT_NOTE
from elearning.web.access import public

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SEEDS = 50  # draws enough to see a slip while writing; `elearning check` proves it with many more
bp = Blueprint("preview", __name__)


@bp.get("/preview")
@public
def findings() -> ResponseReturnValue:
    """What `elearning check` says of the packs as they are now."""
    packs: list[Pack] = current_app.extensions["preview"]
    lines = [line for pack in packs for line in judge(pack, SEEDS)]
    return render_template("web/preview.html", lines=[line for line in lines if line.accepted is None])


class Preview:
    """A WSGI application that shows the packs of a folder as they are at each request."""

    def __init__(self, settings: Settings, work: Path, only: str | None = None) -> None:
        """`work` is an empty folder for databases; `only` names the one pack to show."""
        self._modules, self._only, self._work = settings.modules, only, work
        self._bare = work / "bare"  # a folder without packs
        self._bare.mkdir()
        self._empty = work / "empty.db"
        self._settings = settings.model_copy(update={"demo": True, "database_url": f"sqlite:///{self._empty}"})
        self._reader = self._invent_reader()
        self._lock, self._stamp = Lock(), ""
        self.shown: Flask  # from the first request on

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        with self._lock:
            if (stamp := _stamp(self._modules)) != self._stamp:
                self.shown, self._stamp = self._read(), stamp
            shown: WSGIApplication = self.shown
        return shown(environ, start_response)

    def _invent_reader(self) -> SignedIn:
        """The database that every other is a copy of: newest schema, nothing published, and somebody to read."""
        app = self._application(self._settings.model_copy(update={"modules": self._bare}), [])
        database.prepare(app)
        with app.app_context():
            name, agency = "Preview Reader", "Invented agency"
            agency_id, practitioner_id = add_agency(agency, Sector.SCHOOL), add_practitioner(name)
            join_agency(practitioner_id, agency_id, "Teacher")
            email = "reader@preview.example"
            account_id = open_account(practitioner_id, email)
        database.close_connections(app)
        roles = frozenset([Role.PRACTITIONER])
        return SignedIn(
            "preview", account_id, practitioner_id, name, email, agency_id, agency, roles, None, clock.now()
        )

    def _read(self) -> Flask:
        """The application for the packs as they are; where they cannot be read, one that says why on every page."""
        try:
            return self._showing(read_packs_with_lines(self._modules, self._only))
        except ContentError as broken:
            return self._telling(broken.problems)
        except OSError as error:
            return self._telling([f"{error.filename}: {error.strerror}; check the file, then reload this page"])

    def _showing(self, packs: list[Pack]) -> Flask:
        copy = self._work / f"{secrets.token_hex(8)}.db"
        shutil.copy(self._empty, copy)
        app = self._application(self._settings.model_copy(update={"database_url": f"sqlite:///{copy}"}), packs)
        database.prepare(app)
        with app.app_context():
            for pack in packs:
                _take_as_read(self._reader.practitioner_id, pack.module, app.extensions["library"])
        return app

    def _telling(self, problems: list[str]) -> Flask:
        app = self._application(self._settings.model_copy(update={"modules": self._bare}), [])

        def tell() -> ResponseReturnValue | None:
            if request.endpoint in ("static", "web.stylesheet"):
                return None
            return render_template("web/preview.html", problems=problems), 503

        app.before_request(tell)
        return app

    def _application(self, settings: Settings, packs: list[Pack]) -> Flask:
        app = create_app(settings, Library.of(pack.module for pack in packs))
        app.config["SESSION_COOKIE_NAME"] = (
            "elearning-preview"  # cookies know no ports: leave the demonstration's alone
        )
        app.extensions["preview"] = packs
        app.jinja_env.globals["preview"] = True
        app.register_blueprint(bp)
        app.login_manager.request_loader(lambda _request: self._reader)  # type: ignore[attr-defined]  # Flask-Login's
        return app


def _take_as_read(practitioner_id: int, module: TrainingModule, library: Library) -> None:
    """Everything before the quiz counts as done, so that an author need not do it again after each change."""
    for slug in (CONTENT_NOTE, *module.section):
        record_section_read(practitioner_id, module.key, slug)
    if module.scenario is None:
        return
    begin_walk(practitioner_id, module, 1, 0)
    stand, step = first_stand(module.scenario, 0), 1
    while stand.scene is not None:
        best = [choice.best for choice in module.scenario.scene[stand.scene].choices].index(True)
        record_choice(practitioner_id, library, module.key, 1, step, best)
        stand, step = next_stand(module.scenario, stand, best), step + 1


def _stamp(folder: Path) -> str:
    """Changes whenever a file of the packs does."""
    seen: dict[str, Any] = {}
    for path in (*folder.glob("*"), *folder.glob("*/*")):
        try:
            seen[str(path)] = path.stat().st_mtime_ns, path.stat().st_size
        except OSError:  # gone while we looked, as when an editor saves
            seen[str(path)] = None
    return str(sorted(seen.items()))


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """An author's terminal is not for addresses."""


@click.command()
@click.argument("key", required=False)
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="ELEARNING_MODULES",
    default=ROOT / "modules",
    help="the folder of modules; ours if you give none",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8010, show_default=True, help="where to listen on 127.0.0.1"
)
def preview(key: str | None, folder: Path, port: int) -> None:
    """Show the packs, or only the one called KEY, as practitioners will see them.

    Save a file and reload the page: it shows the pack as it is now, or what is wrong with it. Nothing is kept.
    """
    if key and not (folder / key).is_dir():
        raise Refused(f"There is no pack {key} in {folder}; begin one with `elearning new {key}`.")
    serving.check_port(port)
    address = f"http://127.0.0.1:{port}"
    environ = {
        **os.environ, "ELEARNING_BASE_URL": address, "ELEARNING_SECRET_KEY": secrets.token_hex(32),
        "ELEARNING_MODULES": str(folder),
    }  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the temporary folder is removed
    with TemporaryDirectory(prefix="elearning-preview-") as work:
        shown = Preview(Settings.from_environ(environ), Path(work), key)
        with make_server("127.0.0.1", port, shown, threaded=True, request_handler=_Quiet) as server:
            click.echo(
                f"Open {address}/{f'modules/{key}' if key else ''} and reload it whenever you have saved a file."
            )
            click.echo("Everything before the quiz counts as read. Nothing is kept. Stop with Ctrl+C.")
            server.serve_forever()
