"""What a process beside the test does, in a module of its own that imports little, so that it starts soon."""

import datetime as dt

from flask import Flask

from elearning.core.db import db, engine_options
from elearning.core.throttle import count_try


def count_tries(url: str, tries: int, limit: int) -> int:
    """How many of some tries at one door passed its limit."""
    app = Flask("another process")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    with app.app_context():
        window = dt.timedelta(minutes=10)
        passed = sum(count_try("door", "the council", limit=limit, window=window) for _ in range(tries))
        db.engine.dispose()
    return passed
