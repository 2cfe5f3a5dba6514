"""The demonstration never touches what it did not make."""

import os
import subprocess
import sys
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
import pytest

from elearning.settings import ROOT

ELEARNING = str(Path(sys.executable).parent / "elearning")


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("ELEARNING_")}
    environ |= {"ELEARNING_DATABASE_URL": f"sqlite:///{folder / 'live.db'}", "ELEARNING_SECRET_KEY": "k" * 32}
    return subprocess.run(
        [ELEARNING, *arguments],
        cwd=ROOT,
        env=environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("fresh", [[], ["--fresh"], ["--scale", "100"]], ids=["again", "fresh", "scale"])
def test_a_real_database_is_refused_and_stays_as_it_was(tmp_path: Path, fresh: list[str]) -> None:
    assert run(tmp_path, "db", "upgrade").returncode == 0
    backup = tmp_path / "live.db.backup-monday"
    backup.write_bytes(b"kept")
    before = (tmp_path / "live.db").read_bytes()
    refused = run(tmp_path, "demo", "--no-serve", *fresh)
    assert refused.returncode == 1
    assert "was not made by the demonstration" in refused.stderr
    assert (tmp_path / "live.db").read_bytes() == before
    assert backup.read_bytes() == b"kept"


def test_a_demonstration_at_scale_is_made_once(tmp_path: Path) -> None:
    assert run(tmp_path, "demo", "--no-serve", "--scale", "100").returncode == 0
    before = (tmp_path / "live.db").read_bytes()
    again = run(tmp_path, "demo", "--no-serve", "--scale", "100")
    assert again.returncode == 1
    assert "fills an empty database" in again.stderr
    assert (tmp_path / "live.db").read_bytes() == before


@pytest.mark.parametrize("command", [["demo", "--no-serve"], ["demo", "--no-serve", "--fresh"], ["db", "upgrade"]])
def test_another_programs_database_is_refused(tmp_path: Path, command: list[str]) -> None:
    with sqlite3.connect(tmp_path / "live.db") as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    refused = run(tmp_path, *command)
    assert refused.returncode == 1
    assert "tables of another program (accounts)" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["db", "status"], "There is no database at"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
        (["check", "/"], "there is no content pack in this folder"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_no_traceback(tmp_path: Path, arguments: list[str], says: str) -> None:
    if arguments[-1] == "/":
        arguments = [*arguments[:-1], str(tmp_path)]
    refused = run(tmp_path, *arguments)
    assert refused.returncode in (1, 2)
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "live.db").exists()


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "live.db").write_text("this is a shopping list, and it is long enough to be read as a page\n" * 200)
    for arguments in (["db", "status"], ["db", "upgrade"], ["verify"], ["demo", "--no-serve"]):
        refused = run(tmp_path, *arguments)
        assert refused.returncode == 1, arguments
        assert "Traceback" not in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
