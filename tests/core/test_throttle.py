"""Throttles: exactly the limit passes, whoever counts."""

import datetime as dt
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.models import Throttle
from elearning.core.throttle import count_try, forget_old_throttles
from tests.conftest import NOON
from tests.core.another_process import count_tries

TEN_MINUTES = dt.timedelta(minutes=10)


def test_the_limit_passes_and_no_more_until_the_window_ends(app: Flask) -> None:
    def tries(number: int) -> list[bool]:
        return [count_try("door", "amina", limit=3, window=TEN_MINUTES) for _ in range(number)]

    assert tries(5) == [True, True, True, False, False]
    with clock.at(NOON + TEN_MINUTES - dt.timedelta(seconds=1)):
        assert tries(1) == [False]
    with clock.at(NOON + TEN_MINUTES):
        assert tries(4) == [True, True, True, False]


def test_kinds_and_subjects_are_counted_apart(app: Flask) -> None:
    def first(kind: str, subject: str) -> bool:
        return count_try(kind, subject, limit=1, window=TEN_MINUTES)

    assert first("door", "amina")
    assert first("window", "amina")
    assert first("door", "ben")
    assert not first("door", "amina")


def test_a_subject_is_not_kept_in_clear(app: Flask) -> None:
    count_try("door", "amina@example.org", limit=1, window=TEN_MINUTES)
    assert "amina" not in db.session.execute(select(Throttle.key)).scalar_one()


def test_windows_that_ended_are_forgotten_and_the_others_kept(app: Flask) -> None:
    count_try("door", "early", limit=1, window=TEN_MINUTES)
    count_try("door", "late", limit=1, window=3 * TEN_MINUTES)
    with clock.at(NOON + 2 * TEN_MINUTES):
        forget_old_throttles()
        assert count_try("door", "early", limit=1, window=TEN_MINUTES)
        assert not count_try("door", "late", limit=1, window=TEN_MINUTES)


def test_exactly_the_limit_passes_across_processes(app: Flask, database_url: str) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        passed = list(pool.map(count_tries, [database_url] * 4, [20] * 4, [33] * 4))
    assert sum(passed) == 33
