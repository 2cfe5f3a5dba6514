"""Agencies, people, and who works where."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.people import operations, queries
from elearning.people.types import Sector
from tests.conftest import NOON, World
from tests.records import at_noon, name_of

TODAY = NOON.date()


@pytest.mark.parametrize("name", ["Harrow Lane School", "HARROW lane school", "  Harrow  Lane School "])
def test_an_agency_is_added_once_whatever_its_capitals(app: Flask, world: World, name: str) -> None:
    with pytest.raises(Refused, match="already"):
        operations.add_agency(name, Sector.SCHOOL)


def test_an_agency_is_found_whatever_its_capitals_and_accents(app: Flask) -> None:
    operations.add_agency("Ysgol Gŵyr", Sector.SCHOOL)
    for name in ("Ysgol Gŵyr", "YSGOL GŴYR", "ysgol gw\u0302yr"):
        found = queries.find_agency(name)
        assert found
        assert found.name == "Ysgol Gŵyr"
    assert queries.find_agency("Ysgol Gwyr") is None


def test_a_name_no_certificate_could_print_is_refused_where_it_is_entered(app: Flask, world: World) -> None:
    with pytest.raises(Refused, match="cannot print"):
        operations.add_practitioner("王 Wang")
    with pytest.raises(Refused, match="cannot print"):
        operations.rename_practitioner(world.amina.practitioner_id, "王 Wang")
    with pytest.raises(Refused, match="cannot print"):
        operations.add_agency("王 School", Sector.SCHOOL)
    assert name_of(world.amina.practitioner_id) == "Amina Yusuf"


def test_a_name_is_kept_composed_and_its_change_is_audited_without_the_name(app: Flask, world: World) -> None:
    operations.rename_practitioner(world.amina.practitioner_id, "  Amina   Yu\u0301suf ")
    assert name_of(world.amina.practitioner_id) == "Amina Yúsuf"
    assert name_of(world.ben.practitioner_id) == "Ben Price"
    entry = db.session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    assert (entry.practitioner_id, entry.action) == (world.amina.practitioner_id, "changed own name")
    assert "Amina" not in entry.subject


def test_someone_works_in_one_agency_at_a_time_and_history_keeps_the_others(app: Flask, world: World) -> None:
    amina = world.amina.practitioner_id
    operations.join_agency(amina, world.clinic, "Nurse")
    before, now = queries.agency_on(amina, TODAY - dt.timedelta(days=1)), queries.agency_on(amina, TODAY)
    assert before
    assert before.id == world.school
    assert now
    assert now.id == world.clinic


def test_who_left_works_nowhere_from_the_next_day(app: Flask, world: World) -> None:
    ben = world.ben.practitioner_id
    operations.leave_agency(ben, ended_on=TODAY)
    assert queries.agency_on(ben, TODAY)
    assert queries.agency_on(ben, TODAY + dt.timedelta(days=1)) is None


def test_agencies_come_in_the_partnerships_order(app: Flask) -> None:
    operations.add_agency("Zeta Council", Sector.LOCAL_AUTHORITY)
    assert [agency.name for agency in queries.list_agencies()] == [
        "Zeta Council",
        "Millpond Clinic",
        "Harrow Lane School",
    ]


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (dt.date(2026, 4, 1), dt.date(2025, 4, 1)),  # 2025-26 is over, but not closed before the 2nd
        (dt.date(2026, 4, 2), dt.date(2026, 4, 1)),
        (dt.date(2027, 3, 31), dt.date(2026, 4, 1)),
    ],
)
def test_who_works_where_in_a_year_that_is_closed_stays(world: World, today: dt.date, first: dt.date) -> None:
    before, says = first - dt.timedelta(days=1), f"give 1 April {first.year} or a later day"
    with clock.at(at_noon(today)):
        with pytest.raises(Refused, match=says):
            operations.leave_agency(world.ben.practitioner_id, ended_on=before)
        with pytest.raises(Refused, match=says):
            operations.join_agency(world.ben.practitioner_id, world.clinic, "Nurse", started_on=before)
        operations.join_agency(world.ben.practitioner_id, world.clinic, "Nurse", started_on=max(first, NOON.date()))


def test_nobody_starts_or_leaves_on_a_day_still_to_come(world: World) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    says = f"{tomorrow:%-d %B %Y} is still to come; enter it on that day"
    with pytest.raises(Refused, match=says):
        operations.join_agency(world.ben.practitioner_id, world.clinic, "Nurse", started_on=tomorrow)
    with pytest.raises(Refused, match=says):
        operations.leave_agency(world.ben.practitioner_id, ended_on=tomorrow)
    here = queries.agency_on(world.ben.practitioner_id, tomorrow)
    assert here is not None
    assert here.id == world.school
