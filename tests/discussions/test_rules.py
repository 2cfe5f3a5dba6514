"""What a line may say, when a discussion can be claimed, and codes that survive being read out."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elearning.core.crockford import ALPHABET
from elearning.discussions.rules import (
    FULL,
    UNKNOWN,
    claim_problem,
    claim_until,
    clean_text,
    grouped,
    log_problem,
    new_code,
    read_code,
)
from elearning.discussions.types import Log, Offer

TODAY = dt.date(2026, 3, 2)


def log(**changes: object) -> Log:
    words: dict[str, object] = {
        "held_on": dt.date(2026, 2, 27),
        "present": 6,
        "change": "We ring the school on the day.",
        "owner": "The duty manager",
        "look_again_on": dt.date(2026, 4, 10),
    }
    return Log(**(words | changes))  # type: ignore[arg-type]


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"held_on": TODAY},
        {"held_on": TODAY - days(60), "look_again_on": TODAY - days(18)},
        {"present": 2},
        {"present": 60},
        {"look_again_on": dt.date(2026, 2, 28)},
        {"change": "x" * 300, "owner": "y" * 100},
    ],
)
def test_a_line_that_can_be(changes: dict[str, object]) -> None:
    assert log_problem(log(**changes), TODAY) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"held_on": TODAY + days(1)}, "today or in the past"),
        ({"held_on": TODAY - days(61)}, "within the last 60 days"),
        ({"present": 1}, "between 2 and 60, counting you"),
        ({"present": 61}, "between 2 and 60"),
        ({"change": ""}, "Enter the one change"),
        ({"change": "x" * 301}, "must be 300 characters or fewer; it has 301"),
        ({"owner": ""}, "Enter who sees to it"),
        ({"owner": "y" * 101}, "must be 100 characters or fewer"),
        ({"look_again_on": dt.date(2026, 2, 27)}, "after the day you met"),
        ({"look_again_on": dt.date(2026, 4, 11)}, "within six weeks"),
    ],
)
def test_a_line_that_cannot_be(changes: dict[str, object], says: str) -> None:
    assert says in (log_problem(log(**changes), TODAY) or "")


def test_text_is_kept_on_one_line_without_what_cannot_be_seen() -> None:
    assert clean_text("  We ring\r\nthe  school \x00\u200b today ") == "We ring the school today"


def offer(**changes: object) -> Offer:
    facts: dict[str, object] = {
        "id": 1, "module_key": "m", "module_version": 1, "held_on": TODAY, "cpd_minutes": 30, "present": 3,
        "claim_until": TODAY, "claims": 2, "is_mine": False,
    }  # fmt: skip
    return Offer(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (offer(), None),
        (None, UNKNOWN),
        (offer(claim_until=TODAY - days(1)), UNKNOWN),
        (offer(claim_until=TODAY - days(1), claims=3), UNKNOWN),
        (offer(claims=3), FULL),
        (offer(claims=3, claim_until=TODAY - days(9), is_mine=True), None),
    ],
)
def test_when_a_discussion_can_be_claimed(found: Offer | None, problem: str | None) -> None:
    assert claim_problem(found, TODAY) == problem


def test_a_code_works_for_four_weeks() -> None:
    assert claim_until(TODAY) == dt.date(2026, 3, 30)


@given(st.builds(new_code))
def test_a_code_is_read_however_it_was_heard(code: str) -> None:
    assert len(code) == 7
    assert set(code) <= set(ALPHABET)
    heard = grouped(code).lower().replace("0", "o").replace("1", "l")
    assert read_code(f" {heard[:3]} -{heard[3:]} ") == code
    assert read_code(heard.replace("l", "I")) == code


@pytest.mark.parametrize("text", ["", "K7M 4QX", "K7M 4QX22", "K7M 4QU2", "K7M 4Q☃2", "8F3K-Q2ZT-91MB-X7RD-4"])
def test_what_cannot_be_a_code(text: str) -> None:
    assert read_code(text) is None
