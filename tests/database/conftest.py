"""Databases without an application: what migrations and plain SQL do, on each engine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from elearning import database
from elearning.core.db import WRITES, make_engine
from tests.database.rows import fill

NewEngine = Callable[[], Engine]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewEngine]:
    """Makes an empty database at every call and gives its engine."""
    with ExitStack() as stack:

        def make() -> Engine:
            if request.param == "sqlite":
                folder: Path = tmp_path_factory.mktemp("database")
                engine = make_engine(f"sqlite:///{folder / 'test.db'}")
            else:
                engine = make_engine(stack.enter_context(request.getfixturevalue("postgres").copy_of("template0")))
            stack.callback(engine.dispose)
            return engine

        yield make


@pytest.fixture(scope="module")
def filled(new_engine: NewEngine) -> Engine:
    """A migrated database with the rows of rows.py, for tests that undo what they do."""
    engine = new_engine()
    database.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        fill(connection)
    return engine


@pytest.fixture
def connection(filled: Engine) -> Iterator[Connection]:
    """A writing transaction on the filled database, rolled back at the end."""
    with filled.connect().execution_options(**{WRITES: True}) as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
