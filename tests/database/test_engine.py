"""What the product relies on from its engines: settings, read-only reads, whole transactions, and nothing lost."""

import json
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from elearning import database
from elearning.core.db import WRITES, atomic, check_engine, db, make_engine
from elearning.core.errors import DatabaseNotReady
from elearning.core.models import Installation
from elearning.settings import ROOT
from elearning.web.access import public
from tests.conftest import World
from tests.database.conftest import NewEngine
from tests.database.workload import COUNTER, PROCESSES


def names() -> list[str]:
    """What is there for everyone, read in a transaction of its own."""
    db.session.rollback()
    return list(db.session.scalars(select(Installation.name).order_by(Installation.name)))


def within_a_request(app: Flask, **statements: str) -> dict[str, Any]:
    """The first value of each statement, asked from inside a request."""

    @public
    def probe() -> ResponseReturnValue:
        return jsonify({name: db.session.execute(text(sql)).scalar_one() for name, sql in statements.items()})

    app.add_url_rule("/probe", view_func=probe)
    answer: dict[str, Any] = app.test_client().get("/probe").get_json()
    return answer


def test_a_request_works_under_the_settings_that_keep_what_is_acknowledged(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pragmas = [
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "busy_timeout",
            "recursive_triggers",
            "trusted_schema",
        ]
        found = within_a_request(app, **{pragma: f"PRAGMA {pragma}" for pragma in pragmas})
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,  # FULL
            "foreign_keys": 1,
            "busy_timeout": 10000,
            "recursive_triggers": 1,
            "trusted_schema": 0,
        }
    else:
        found = within_a_request(app, read_only="SHOW transaction_read_only", commit="SHOW synchronous_commit")
        assert found == {"read_only": "on", "commit": "on"}


def test_the_sqlite_library_has_no_wal_reset_race() -> None:
    import pysqlite3.dbapi2

    assert pysqlite3.dbapi2.sqlite_version_info >= (3, 51, 3)


def test_an_engine_that_may_lose_commits_is_refused(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        check_engine()
    else:  # the tests' own server runs without fsync
        with pytest.raises(DatabaseNotReady, match="fsync=off"):
            check_engine()


def test_a_write_outside_atomic_is_refused(app: Flask) -> None:
    with pytest.raises(DBAPIError, match="readonly|read-only"):
        db.session.execute(insert(Installation).values(name="a", value="1"))
    assert names() == []


def test_a_read_after_a_write_cannot_write_either(app: Flask) -> None:
    with atomic() as session:
        session.add(Installation(name="a", value="1"))
    with pytest.raises(DBAPIError, match="readonly|read-only"):
        db.session.execute(update(Installation).values(value="2"))
    assert names() == ["a"]


def test_an_inner_atomic_joins_the_outer_one(app: Flask) -> None:
    with pytest.raises(RuntimeError), atomic() as outer:
        with atomic() as inner:
            assert inner is outer
            inner.add(Installation(name="inner", value="1"))
        outer.flush()
        raise RuntimeError
    assert names() == []

    with atomic() as outer:
        with atomic() as inner:
            inner.add(Installation(name="inner", value="1"))
        outer.add(Installation(name="outer", value="1"))
    assert names() == ["inner", "outer"]


def test_an_error_undoes_everything_and_the_next_one_works(app: Flask) -> None:
    with pytest.raises(IntegrityError), atomic() as session:
        session.add(Installation(name="a", value="1"))
        session.flush()
        session.execute(insert(Installation).values(name="a", value="2"))
    assert names() == []

    with atomic() as session:
        session.add(Installation(name="b", value="1"))
    assert names() == ["b"]


def test_a_failed_commit_undoes_everything(app: Flask, world: World) -> None:
    with pytest.raises(IntegrityError), atomic() as session:
        session.add(Installation(name="a", value="1"))
        session.add(Installation(name="a" * 60, value=None))  # only found out when it is written, at the end
    assert names() == []


def test_a_decision_is_made_on_what_is_true_inside_the_lock(app: Flask) -> None:
    """A page has read, someone else writes, then the page's operation begins: it sees the newer row."""
    with atomic() as session:
        session.add(Installation(name="a", value="old"))
    assert db.session.scalar(select(Installation.value)) == "old"  # a read transaction is open now

    other = make_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    with other.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(update(Installation).values(value="new"))
    other.dispose()

    with atomic() as session:
        assert session.scalar(select(Installation.value)) == "new"


def run_at_once(url: str, way: str, times: int) -> tuple[int, int, int]:
    """Eight processes on one counter: how many said done, how many were locked out, and the counter at the end."""
    engine = make_engine(url)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        connection.execute(text("DELETE FROM installation"))
        connection.execute(insert(Installation).values(name=COUNTER, value="0"))
    engine.dispose()
    command = [sys.executable, "-m", "tests.database.workload", url, way, str(times)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    outcome = json.loads(ran.stdout)
    with engine.connect() as connection:
        counter = int(connection.scalar(select(Installation.value)) or 0)
    engine.dispose()
    return outcome["done"], outcome["locked"], counter


def test_eight_processes_lose_nothing_where_the_defaults_would(new_engine: NewEngine) -> None:
    engine = new_engine()
    database.upgrade(engine)
    url = engine.url.render_as_string(hide_password=False)
    ours, times = ("ours", 100) if engine.dialect.name == "sqlite" else ("serialised", 40)

    done, locked, counter = run_at_once(url, ours, times)
    assert (done, locked, counter) == (PROCESSES * times, 0, PROCESSES * times)

    # The same work done as it is usually done goes wrong, so this test could have failed.
    for careless in ["python", "deferred"] if engine.dialect.name == "sqlite" else ["ours"]:
        done, locked, counter = run_at_once(url, careless, times)
        assert counter < done or locked, f"{careless}: {done=} {locked=} {counter=}"
