"""Where pages are met that the demonstration has not: outside it, without training modules, and in an author's preview."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.core.db import db
from elearning.preview import Preview
from elearning.settings import Settings
from tests.packs import write_pack

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DEMO, REAL, NO_MODULES, PREVIEW, BROKEN = "demo", "real", "no modules", "preview", "broken pack"


@dataclass(frozen=True)
class Site:
    """An address that is served, and the application whose pages they are."""

    url: str
    app: Callable[[], Flask]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The output of tests is not for addresses."""


@contextmanager
def _served(application: "WSGIApplication") -> Iterator[str]:
    with make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Quiet) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()


class Sites:
    """Each is served from when it is first asked for until the end."""

    def __init__(self, demo: Flask, work: Path) -> None:
        self._settings: Settings = demo.config["SETTINGS"]
        self._work, self._stack = work, ExitStack()
        self._known = {DEMO: Site(self._settings.base_url, lambda: demo)}

    def find(self, name: str) -> Site:
        if name not in self._known:
            self._known[name] = self._make(name)
        return self._known[name]

    def close(self) -> None:
        self._stack.close()
        for name in {REAL, NO_MODULES} & set(self._known):
            app = self._known[name].app()
            with app.app_context():
                db.engine.dispose()

    def _make(self, name: str) -> Site:
        if name in (PREVIEW, BROKEN):
            return self._preview(name)
        library = Library({}) if name == NO_MODULES else None
        app = create_app(self._settings.model_copy(update={"demo": name != REAL}), library)
        return Site(self._stack.enter_context(_served(app)), lambda: app)

    def _preview(self, name: str) -> Site:
        folder, work = self._work / name / "modules", self._work / name / "work"
        work.mkdir(parents=True)
        write_pack(folder / "sample-module")
        if name == BROKEN:
            (folder / "sample-module" / "quiz.yaml").write_text("items: [\n")
        preview = Preview(self._settings.model_copy(update={"modules": folder}), work)
        return Site(self._stack.enter_context(_served(preview)), lambda: preview.shown)
