"""`elearning preview`: the packs as practitioners will see them, fresh after every save, and nothing kept."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client, TestResponse

from elearning.core.errors import Refused
from elearning.preview import Preview, preview
from elearning.settings import ROOT, Settings
from tests.packs import write_pack
from tests.pages import check_page

KEY = "sample-module"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pack(tmp_path / "modules" / KEY)
    return tmp_path / "modules"


@pytest.fixture
def author(folder: Path, tmp_path: Path) -> Client:
    return begin(folder, tmp_path / "work")


def begin(folder: Path, work: Path, only: str | None = None) -> Client:
    work.mkdir()
    settings = Settings(secret_key="k" * 32, modules=folder, database_url=f"sqlite:///{work}/never-made.db")
    return Client(Preview(settings, work, only))


def see(author: Client, path: str, status: int = 200) -> str:
    response = author.get(path, follow_redirects=True)
    assert response.status_code == status, response.text
    assert isinstance(author.application, Preview)
    check_page(response.text, response.request.path, author.application.shown)
    return response.text


def send(author: Client, path: str, **data: str) -> TestResponse:
    """Post the form of a page, with its token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', see(author, path))
    hidden = dict(re.findall(r'type="hidden"[^>]* name="(\w+)"[^>]* value="([^"]*)"', see(author, path)))
    assert token
    return author.post(path, data={**hidden, "csrf_token": token[1], **data}, follow_redirects=True)


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / KEY / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_page_of_a_module_is_open_without_signing_in(author: Client) -> None:
    see(author, "/")
    assert isinstance(author.application, Preview)
    rules = author.application.shown.url_map.iter_rules()
    pages = [rule.rule for rule in rules if rule.arguments == {"key"} and "GET" in (rule.methods or ())]
    assert len(pages) > 5
    for page in pages:  # whatever the service has for a module, whoever adds it
        response = author.get(page.replace("<key>", KEY), follow_redirects=True)
        assert response.status_code == 200, page
        assert "/sign-in" not in response.request.path, page
        assert response.mimetype != "text/html" or "Preview for authors" in response.text, page
    assert "The first thing is so." in see(author, f"/modules/{KEY}/sections/the-idea")
    assert "Wren is dry" in see(author, f"/modules/{KEY}/story/ending")
    assert "Question 1 of 4" in send(author, f"/modules/{KEY}/quiz").text
    assert "At the door" in send(author, f"/modules/{KEY}/story").text


def test_a_saved_file_shows_on_the_next_request_and_attempts_begin_afresh(author: Client, folder: Path) -> None:
    send(author, f"/modules/{KEY}/quiz")
    change(folder, "02-the-idea.md", "The first thing is so.", "The first thing is otherwise.")
    assert "The first thing is otherwise." in see(author, f"/modules/{KEY}/sections/the-idea")
    assert "Start the quiz" in see(
        author, f"/modules/{KEY}/quiz/1"
    )  # the version is the same, and nothing is published twice


def test_a_broken_pack_is_told_with_its_lines_and_mended(author: Client, folder: Path) -> None:
    see(author, "/")
    change(folder, "quiz.yaml", "    level: recall\n", "    level: recal\n")
    for path in ("/", f"/modules/{KEY}/quiz", "/preview"):
        told = see(author, path, 503)
        assert "The pack cannot be read yet" in told
        assert "modules/sample-module/quiz.yaml:31: item SM-01: level must be &#39;recall&#39;" in told
    assert author.get("/static/style.css").status_code == 200
    change(folder, "quiz.yaml", "    level: recal\n", "    level: recall\n")
    assert "Take the quiz" in see(author, f"/modules/{KEY}")


def test_contacts_that_cannot_be_read_are_told_too(author: Client, folder: Path) -> None:
    (folder / "help.toml").write_text("checked_on = soon")
    assert "modules/help.toml: this is not TOML" in see(author, "/", 503)


def test_what_the_check_says_has_a_page(author: Client) -> None:
    assert "L15 error: the bank has 12 items; 24 are the least" in see(author, "/preview")


def test_one_pack_can_be_shown_while_another_is_broken(folder: Path, tmp_path: Path) -> None:
    (folder / "half-written").mkdir()
    assert "half-written/module.toml: the file is missing" in see(begin(folder, tmp_path / "all"), "/", 503)
    assert "Sample module" in see(begin(folder, tmp_path / "one", KEY), "/")
    assert "modules/no-such: there is no such pack" in see(begin(folder, tmp_path / "none", "no-such"), "/", 503)


def test_a_pack_that_is_not_there_is_refused_at_once(folder: Path) -> None:
    outcome = CliRunner().invoke(preview, ["no-such", "--from", str(folder)])
    assert isinstance(outcome.exception, Refused)
    assert "begin one with `elearning new no-such`" in str(outcome.exception)


def test_the_command_serves_and_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    """Nor does it open the author's own database."""
    own = tmp_path / "own.db"
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ELEARNING_")}
    environ |= {"ELEARNING_DATABASE_URL": f"sqlite:///{own}", "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    command = [
        str(Path(sys.executable).parent / "elearning"),
        "preview",
        KEY,
        "--from",
        str(folder),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert server.stdout.readline() == (
                f"Open http://127.0.0.1:{port}/modules/{KEY} and reload it whenever you have saved a file.\n"
            )
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/modules/{KEY}", timeout=20) as answer:
                assert "Preview for authors" in answer.read().decode()
            assert len(list(temporary.iterdir())) == 1
        finally:
            server.send_signal(signal.SIGTERM)
            begun = time.monotonic()
            server.wait(20)
    assert time.monotonic() - begun < 10
    assert list(temporary.iterdir()) == []
    assert not own.exists()
