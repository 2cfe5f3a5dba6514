"""Keeping reports: the same one is given out again, a new edition says what changed, and a changed one is never shown."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.database import newest_revision
from elearning.editions.queries import (
    EditionChanged,
    count_editions,
    find_before,
    find_edition,
    find_latest_id,
    list_editions,
    verify_editions,
)
from elearning.figures.pack import packed
from elearning.figures.rules import quarters_of
from tests.conftest import MODULE, NOON, World
from tests.editions.reports import CHANGED, NAMES_LATER, REPORT, YEAR, keep, keep_two
from tests.tampering import tamper


def test_what_is_kept_comes_back_as_it_was(app: Flask, world: World) -> None:
    found = find_edition(keep(by=world.officer.practitioner_id))

    assert found is not None
    assert found.report == REPORT
    facts = found.facts
    assert (facts.kind, facts.period_key, facts.number, facts.changed) == ("annual", "2024-25", 1, "")
    assert (facts.cut_off, facts.made_at) == (REPORT.cut_off, NOON)
    assert facts.made_by == world.officer.practitioner_id
    assert facts.modules == {MODULE: (1,)}
    assert facts.parameters == {"figures": "as published"}
    assert facts.program.endswith(f", database {newest_revision()}")
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "report kept"))
    assert (entry.practitioner_id, entry.subject) == (world.officer.practitioner_id, "annual 2024-25 edition 1")


def test_the_same_report_again_is_the_one_that_was_kept(app: Flask) -> None:
    """Though people moved, left or were renamed since, and the report would be another today."""
    first = keep()
    assert keep(CHANGED, names=NAMES_LATER) == first
    assert count_editions() == 1
    kept = find_edition(find_latest_id("annual", YEAR.key) or 0)
    assert kept is not None
    assert packed(kept.report) == packed(REPORT)


def test_a_new_edition_says_what_changed(app: Flask) -> None:
    first, second = keep(), keep_two()
    newest = find_edition(find_latest_id("annual", YEAR.key) or 0)

    assert newest is not None
    assert newest.id == second
    assert newest.facts.changed.startswith("4 figures changed, 1 row was added, 1 name changed")
    before = find_before(newest)
    assert before is not None
    assert before.id == first
    assert find_before(before) is None
    third = find_edition(keep(CHANGED, names=NAMES_LATER, after=second))
    assert third is not None
    assert third.facts.changed == "Nothing changed but the time of counting."


def test_asking_twice_for_a_new_edition_makes_one(app: Flask) -> None:
    """Two presses of one button, or two officers at once: both ask for what comes after the edition that they saw."""
    first = keep()
    assert keep(CHANGED, after=first) == keep(after=first) != first
    assert count_editions() == 2


def test_kinds_and_periods_are_numbered_apart_and_listed_newest_first(app: Flask) -> None:
    keep_two()
    quarter = quarters_of(YEAR)[1]
    keep(replace(REPORT, kind="quarterly", period=quarter))
    later = quarters_of(YEAR)[2]
    keep(replace(REPORT, kind="quarterly", period=later))
    found = [(line.kind, line.period_key, line.number) for line in list_editions()]
    assert found == [
        ("annual", "2024-25", 2), ("annual", "2024-25", 1), ("quarterly", later.key, 1), ("quarterly", quarter.key, 1),
    ]  # fmt: skip
    assert find_latest_id("quarterly", "2030-31-q1") is None


def test_two_who_ask_at_once_get_the_same_edition(app: Flask) -> None:
    def press(_: int) -> int:
        with app.app_context(), clock.at(NOON):
            try:
                return keep()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    assert count_editions() == 1


def test_what_cannot_be_kept_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="no kind of report"):
        keep(replace(REPORT, kind="weekly"))
    with pytest.raises(Refused, match="counted in the future"):
        keep(replace(REPORT, cut_off=NOON.replace(year=2027)))
    assert count_editions() == 0


SPOILT = {
    "a figure": "UPDATE edition SET content = replace(content, '15', '95') WHERE number = 1",
    "the whole text": "UPDATE edition SET content = 'nothing' WHERE number = 1",
    "what was counted": "UPDATE edition SET modules = '{\"sample-module\":[2]}' WHERE number = 1",
    "what is no longer readable": "UPDATE edition SET names = '[' WHERE number = 1",
    "its year": "UPDATE edition SET period_key = '2023-24' WHERE number = 1",
    "when": "UPDATE edition SET made_at = '2026-03-03 12:00:00.000000+00:00' WHERE number = 1",
    "the seal": f"UPDATE edition SET digest = '{'0' * 64}' WHERE number = 1",
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_report_that_was_changed_is_never_given_out(app: Flask, what: str) -> None:
    first, second = keep(), keep_two()
    assert [*verify_editions()] == [(), ()]
    tamper(SPOILT[what])

    with pytest.raises(EditionChanged, match="Edition 1 of the annual report .* is not as it was kept"):
        find_edition(first)
    assert find_edition(second) is not None
    assert any("edition 1 of the annual report" in wrong for found in verify_editions() for wrong in found)


def test_an_edition_that_was_removed_is_missed(app: Flask) -> None:
    keep_two()
    tamper("DELETE FROM edition WHERE number = 1")
    assert [*verify_editions()] == [("an edition before number 2 of the annual report 2024-25 was removed",)]


def test_no_edition_follows_one_that_was_changed(app: Flask) -> None:
    first = keep()
    tamper(SPOILT["a figure"])
    with pytest.raises(EditionChanged):
        keep(CHANGED, after=first)
    assert count_editions() == 1
