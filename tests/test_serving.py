"""Servers as they are really started: what they write, what they refuse in one line, and what must outlive what."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from elearning import database
from elearning.app import create_app
from elearning.catalogue.library import Library
from elearning.core.db import WRITES, atomic, make_engine
from elearning.core.installation import record_fact
from elearning.core.outbox import queue_mail
from elearning.settings import ROOT
from tests.conftest import settings_for

BESIDE = Path(sys.executable).parent
SECRET = "d1b7f40c92e835a6" * 2


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, sample_library: Library, modules_folder: Path) -> Path:
    """A SQLite database that is fit to serve."""
    file = tmp_path_factory.mktemp("served") / "fit.db"
    app = create_app(settings_for(f"sqlite:///{file}", modules_folder), sample_library)
    database.prepare(app)
    database.close_connections(app)
    return file


@dataclass
class Place:
    """A copy of it, and the environment of a server that serves it."""

    file: Path
    environ: dict[str, str]

    def start(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(BESIDE / command[0]), *command[1:]],
            cwd=ROOT,
            env=self.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def refusal(self, *command: str, **variables: str) -> str:
        """The one line with which a command ends."""
        process = self.start(*command, **variables)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()  # one that is not refused would go on serving
        assert process.returncode != 0
        assert out == ""
        told = [line for line in err.strip().splitlines() if not line.startswith('{"at"')]
        assert "Traceback" not in err
        assert len(told) == 1, err
        return told[0]


@pytest.fixture
def place(prepared: Path, modules_folder: Path, tmp_path: Path) -> Place:
    file = tmp_path / "live.db"
    file.write_bytes(prepared.read_bytes())
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ELEARNING_", "GUNICORN_"))}
    environ |= {
        "ELEARNING_DATABASE_URL": f"sqlite:///{file}",
        "ELEARNING_SECRET_KEY": SECRET,
        "ELEARNING_MODULES": str(modules_folder),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    return Place(file, environ)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Running:
    port: int
    process: "subprocess.Popen[str]"
    out: str = ""
    err: str = ""

    def ask(self) -> Mapping[str, str]:
        """The headers of its answer, once it gives one."""
        for _ in range(150):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
                    return dict(answer.headers)
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"no answer: {self.process.communicate(timeout=5)}")

    def children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in tasks.read_text().split()]


UNIT = dict(
    line.split("=", 1)
    for line in (ROOT / "elearning" / "deployment" / "elearning.service").read_text().splitlines()
    if "=" in line
)


@contextlib.contextmanager
def served(place: Place, server: str, **variables: str) -> Iterator[Running]:
    """A server on a free port; afterwards stopped, with what it wrote."""
    port = _free_port()
    command = {
        "gunicorn": ["gunicorn", "--bind", f"127.0.0.1:{port}", *UNIT["ExecStart"].split()[1:]],
        "elearning": ["elearning", "serve", "--port", str(port), "--workers", "1"],
    }[server]
    running = Running(port, place.start(*command, **variables))
    try:
        running.ask()
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        running.out, running.err = running.process.communicate(timeout=20)


@pytest.mark.parametrize("server", ["gunicorn", "elearning"])
def test_a_server_writes_its_journal_and_nothing_else(place: Place, server: str) -> None:
    with served(place, server) as running:
        named = running.ask()["X-Request-Id"]
        with socket.create_connection(("127.0.0.1", running.port)) as rude:
            rude.sendall(b"GET /verify/canary\r\n\r\n")
            rude.recv(1000)
    told = [json.loads(line) for line in running.err.splitlines()]
    (line,) = [line for line in told if line.get("id") == named]
    assert {"endpoint": "web.healthz", "status": 200}.items() <= line.items()
    assert [line["message"] for line in told if "message" in line] == ["Invalid request"]
    assert "canary" not in running.out + running.err
    assert "healthz" not in running.out


def test_the_journal_can_be_left_at_errors(place: Place) -> None:
    with served(place, "elearning", ELEARNING_LOG="errors") as running:
        running.ask()
    assert running.err == ""


def test_a_worker_that_ends_takes_nobody_along(place: Place, sample_library: Library, modules_folder: Path) -> None:
    """Least of all the process that sends mail, or no code would arrive any more."""
    with served(place, "elearning") as running:
        mailer, worker = sorted(running.children())
        os.kill(worker, signal.SIGTERM)
        for _ in range(100):
            if worker not in running.children() and len(running.children()) == 2:
                break
            time.sleep(0.1)
        assert mailer in running.children()
        running.ask()
        app = create_app(settings_for(f"sqlite:///{place.file}", modules_folder), sample_library)
        with app.app_context(), atomic():
            queue_mail("someone@example.org", "Are you there", "Still")
        database.close_connections(app)
        time.sleep(2)
    assert "Are you there" in running.out
    assert not Path(f"/proc/{mailer}").exists()


def test_a_port_in_use(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (["serve"], ["demo"]):
            said = place.refusal("elearning", *command, "--port", port)
            assert said == f"Port {port} is in use; stop what runs there or give another with --port."


HTTPS = {"ELEARNING_BASE_URL": "https://learning.partnership.example", "ELEARNING_MAIL": "smtp://mail.example"}


def test_settings_that_let_strangers_in_stop_every_server(place: Place) -> None:
    """What they are, tests/test_settings.py knows."""
    weak = HTTPS | {"ELEARNING_SECRET_KEY": "k" * 32}
    for command in (["elearning", "serve", "--port"], ["gunicorn", "wsgi:app", "--check-config", "--bind"]):
        said = place.refusal(*command, str(_free_port()), **weak)
        assert said.startswith("ELEARNING_SECRET_KEY can be guessed")


def test_the_way_mail_leaves_is_known_before_the_first_code(place: Place) -> None:
    said = place.refusal("elearning", "serve", "--port", str(_free_port()), ELEARNING_MAIL="pigeon://loft")
    assert said.startswith("ELEARNING_MAIL: give console: or smtp://")


def test_invented_people_are_not_served_as_real_ones(
    place: Place, sample_library: Library, modules_folder: Path
) -> None:
    app = create_app(settings_for(f"sqlite:///{place.file}", modules_folder), sample_library)
    with app.app_context():
        record_fact(database.MADE_BY_DEMO, "today")
    database.close_connections(app)
    said = place.refusal("elearning", "serve", "--port", str(_free_port()), **HTTPS)
    assert said == "This database holds the demonstration's invented people; give the real one's address."


def test_no_database_and_one_that_is_locked(place: Place) -> None:
    """A lock that is let go is waited for."""
    missing = f"sqlite:///{place.file.with_name('none.db')}"
    assert "There is no database at" in place.refusal("elearning", "serve", ELEARNING_DATABASE_URL=missing)
    assert not place.file.with_name("none.db").exists()
    engine = make_engine(f"sqlite:///{place.file}")
    busy = engine.connect().execution_options(**{WRITES: True})
    busy.begin()
    let_go = threading.Timer(3, busy.close)
    let_go.start()
    with served(place, "elearning") as running:
        assert running.ask()
    let_go.join()
    engine.dispose()
