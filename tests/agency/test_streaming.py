"""A pack through the real server: one that breaks off looks broken, and a reader who leaves holds nothing up."""

import datetime as dt
import http.client
import io
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from elearning.accounts import operations as accounts
from elearning.core import clock
from elearning.settings import ROOT
from tests.agency.conftest import Certify
from tests.conftest import CheckedClient, World
from tests.records import hire

JANUARY = dt.date(2026, 1, 20)
SECRET = "d1b7f40c92e835a6" * 2


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """A gunicorn with one thread, on this test's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = app.config["SETTINGS"]
    environ = os.environ | {
        "ELEARNING_DATABASE_URL": settings.database_url, "ELEARNING_SECRET_KEY": SECRET,
        "ELEARNING_MODULES": str(settings.modules), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-b",
        f"127.0.0.1:{port}",
        "-w",
        "1",
        "--threads",
        "1",
        "-k",
        "gthread",
    ]
    command += ["--logger-class", "elearning.serving.Log", "wsgi:app"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as process:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert b"Zed" not in said


@pytest.fixture
def form(app: Flask, world: World) -> tuple[str, dict[str, str]]:
    """The body and headers with which Grace's browser posts."""
    app.secret_key = SECRET
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    token = client.csrf_token()
    with clock.at(dt.datetime.now(dt.UTC)):  # which the server goes by
        session = {
            "_user_id": accounts.start_session(world.grace.account_id, confirmed=True),
            "_fresh": True,
            "csrf_token": "0" * 40,
        }
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    headers = {"Cookie": f"elearning={signer.dumps(session)}", "Content-Type": "application/x-www-form-urlencoded"}
    return urlencode({"csrf_token": token}), headers


# The PostgreSQL of the tests keeps nothing through a power cut (fsync=off), and the program refuses to serve with it.
@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
def test_a_pack_arrives_whole_or_broken_off_and_a_reader_who_leaves_holds_nothing_up(
    port: int, form: tuple[str, dict[str, str]], world: World, certify: Certify
) -> None:
    for number in range(20):
        certify(hire(world.school, name=f"Ann {number:02}", since=JANUARY), world.school)
    certify(hire(world.school, name="Zed", since=JANUARY), world.school, on=dt.date(1979, 5, 1))  # no zip takes it

    def ask(query: str) -> http.client.HTTPResponse:
        connection.request("POST", f"/agency/certificates.zip{query}", *form)
        return connection.getresponse()

    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        broken = ask("")
        assert broken.status == 200
        with pytest.raises(http.client.IncompleteRead) as cut:
            broken.read()
        assert len(cut.value.partial) > 100_000
        assert not zipfile.is_zipfile(io.BytesIO(cut.value.partial))
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        assert ask("?name=ann").read(100)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        whole = ask("?name=ann").read()
        assert len(zipfile.ZipFile(io.BytesIO(whole)).namelist()) == 22
