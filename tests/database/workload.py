"""Eight processes at once, each of which reads a number, adds one and writes it back, many times over.

`python -m tests.database.workload ADDRESS WAY TIMES` prints what became of it, as JSON. The ways: `ours` is the
product's `atomic()`; `serialised` takes a name with `serialise()` as well; `python` is the sqlite3 module as it comes;
`deferred` is an ordinary BEGIN in the product's own settings.
"""

import contextlib
import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

import pysqlite3.dbapi2
from flask import Flask
from sqlalchemy import make_url, select, text, update
from sqlalchemy.exc import OperationalError

from elearning.core.db import SQLITE_PRAGMAS, atomic, db, engine_options, serialise
from elearning.core.models import Installation

PROCESSES = 8
COUNTER = "counter"
THINKING = 0.001  # seconds between reading and writing, so that the processes do meet
everyone: Barrier

READ = f"SELECT value FROM installation WHERE name = '{COUNTER}'"
WRITE = f"UPDATE installation SET value = ? WHERE name = '{COUNTER}'"


def through_atomic(url: str, *, serialised: bool) -> Callable[[], None]:
    app = Flask("workload")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    app.app_context().push()
    counter = Installation.name == COUNTER

    def add_one() -> None:
        db.session.execute(text("SELECT 1"))  # as loading the signed-in person does before an operation begins
        with atomic() as session:
            if serialised:
                serialise(COUNTER)
            value = session.scalars(select(Installation.value).where(counter)).one()
            time.sleep(THINKING)
            session.execute(update(Installation).where(counter).values(value=str(int(value) + 1)))

    return add_one


def through_sqlite(url: str, *, deferred: bool) -> Callable[[], None]:
    connection = pysqlite3.dbapi2.connect(make_url(url).database, timeout=5)
    for pragma, value in SQLITE_PRAGMAS.items():
        if pragma != "busy_timeout":
            connection.execute(f"PRAGMA {pragma}={value}")
    if deferred:
        connection.isolation_level = None

    def add_one() -> None:
        try:
            if deferred:
                connection.execute("BEGIN")
            value = int(connection.execute(READ).fetchone()[0])
            time.sleep(THINKING)
            connection.execute(WRITE, (str(value + 1),))
            connection.commit()
        except pysqlite3.dbapi2.OperationalError:
            connection.rollback()
            raise

    return add_one


def work(url: str, way: str, times: int) -> tuple[int, int]:
    """One process's share: how often it was told done, and how often that the database is locked."""
    if way in ("ours", "serialised"):
        add_one = through_atomic(url, serialised=way == "serialised")
    else:
        add_one = through_sqlite(url, deferred=way == "deferred")
    done = 0
    everyone.wait(60)
    for _ in range(times):
        with contextlib.suppress(OperationalError, pysqlite3.dbapi2.OperationalError):
            add_one()
            done += 1
    return done, times - done


def _meet(barrier: Barrier) -> None:
    global everyone  # noqa: PLW0603 (how a pool hands a barrier to its processes)
    everyone = barrier


def main(url: str, way: str, times: int) -> dict[str, int]:
    forked = multiprocessing.get_context("fork")
    with forked.Pool(PROCESSES, _meet, [forked.Barrier(PROCESSES)]) as pool:
        shares = pool.starmap(work, [(url, way, times)] * PROCESSES, chunksize=1)
    done, locked = (sum(column) for column in zip(*shares, strict=True))
    return {"done": done, "locked": locked}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
