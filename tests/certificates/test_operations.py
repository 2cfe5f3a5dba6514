"""Issuing: a certificate is a snapshot, and its guards bite."""

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from elearning.certificates.models import Certificate, CertificateDetail
from elearning.certificates.operations import check_guards, issue_certificate
from elearning.certificates.queries import find_public
from elearning.certificates.rules import parse_number
from elearning.core.audit import record_audit
from elearning.core.db import atomic, db
from elearning.core.errors import Refused
from elearning.people.models import Agency
from elearning.people.operations import join_agency, rename_practitioner
from tests.certificates.conftest import Issue
from tests.conftest import NOON, World
from tests.records import complete
from tests.tampering import drop_guard


def test_a_certificate_keeps_every_word_of_its_day(app: Flask, world: World, issue: Issue) -> None:
    number = issue(world.tomasz.practitioner_id, world.clinic)
    rename_practitioner(world.tomasz.practitioner_id, "Tomasz Kowalski")
    join_agency(world.tomasz.practitioner_id, world.school, "Nurse")
    with atomic() as session:
        session.execute(update(Agency).where(Agency.id == world.clinic).values(name="Another name"))
    certificate = find_public(number)
    assert certificate is not None
    assert (certificate.full_name, certificate.agency_name) == ("Tomasz Zieliński", "Millpond Clinic")
    assert (certificate.module_title, certificate.module_version) == ("Sample module", 1)
    assert (certificate.partnership, certificate.signatory) == ("Test Partnership", "Chair of the partnership")
    assert certificate.issued_at == dt.datetime(2026, 2, 2, 12, tzinfo=dt.UTC)
    assert (certificate.place, certificate.cpd_minutes) == (1, 20)


def test_the_number_is_a_good_one_and_kept_without_hyphens(world: World, issue: Issue) -> None:
    number = issue(world.amina.practitioner_id, world.school)
    assert parse_number(number) == number
    assert db.session.execute(select(Certificate.number)).scalar_one() == number


def test_the_agency_is_that_of_the_completion_not_of_today(world: World, issue: Issue) -> None:
    issue(world.ben.practitioner_id, world.school)
    number = issue(world.amina.practitioner_id, world.clinic)
    certificate = find_public(number)
    assert certificate is not None
    assert certificate.agency_name == "Millpond Clinic"


def test_someone_without_an_agency_gets_a_certificate_without_one(world: World, issue: Issue) -> None:
    certificate = find_public(issue(world.amina.practitioner_id, None))
    assert certificate is not None
    assert certificate.agency_name == ""


def test_no_personal_word_is_in_the_permanent_row(world: World, issue: Issue) -> None:
    issue(world.amina.practitioner_id, world.school)
    row = db.session.execute(select(Certificate)).scalar_one()
    words = " ".join(str(getattr(row, column.name)) for column in Certificate.__table__.columns)
    assert "Amina" not in words
    assert "Harrow" not in words


def test_it_belongs_to_the_transaction_of_the_completion(world: World) -> None:
    with pytest.raises(Refused), atomic():
        passed = complete(world.amina.practitioner_id, None, on=NOON.date(), certificate=False)
        issue_certificate(passed.recorded.place, world.amina.practitioner_id, "Sample module")
        raise Refused("no")
    assert db.session.execute(select(Certificate.number)).all() == []


@pytest.mark.parametrize("model", [Certificate, CertificateDetail])
def test_the_database_refuses_to_change_one(world: World, issue: Issue, model: type) -> None:
    issue(world.amina.practitioner_id, world.school)
    with pytest.raises(IntegrityError, match="is permanent"), atomic() as session:
        session.execute(update(model).values(number="0" * 17))


class TestTheGuards:
    def test_they_all_bite(self, world: World, issue: Issue) -> None:
        issue(world.amina.practitioner_id, world.school)
        with atomic():
            record_audit(None, "tested")
        assert list(check_guards()) == []

    def test_trying_them_changes_nothing(self, world: World, issue: Issue) -> None:
        number = issue(world.amina.practitioner_id, world.school)
        before = find_public(number)
        drop_guard("certificate_detail", "update")
        drop_guard("certificate_detail", "delete") if db.engine.dialect.name == "sqlite" else None
        assert list(check_guards())
        db.session.rollback()
        assert find_public(number) == before

    @pytest.mark.parametrize("event", ["update", "delete"])
    @pytest.mark.parametrize(
        "table", ["module_version", "completion", "completion_detail", "certificate", "certificate_detail"]
    )
    def test_a_missing_one_is_found(self, world: World, issue: Issue, table: str, event: str) -> None:
        issue(world.amina.practitioner_id, world.school)
        drop_guard(table, event)
        found = [str(finding) for finding in check_guards()]
        assert any(line.startswith(f"the database does not refuse {event.upper()}") for line in found)
        assert all(line.endswith(f" on {table}") for line in found)

    @pytest.mark.parametrize("table", ["attempt", "response"])
    def test_a_removable_attempt_or_response_is_found(self, world: World, issue: Issue, table: str) -> None:
        issue(world.amina.practitioner_id, world.school)
        drop_guard(table, "delete")
        found = [str(finding) for finding in check_guards()]
        assert any(line.startswith("the database does not refuse DELETE") for line in found)
        assert all(line.endswith(f" on {table}") for line in found)

    def test_a_table_that_can_be_emptied_is_found(self, world: World, issue: Issue) -> None:
        if db.engine.dialect.name == "sqlite":
            return  # has no TRUNCATE
        for table in ("completion", "completion_detail"):
            drop_guard(table, "truncate")
        found = [str(finding) for finding in check_guards()]
        assert len(found) >= 2
        assert any("TRUNCATE" in line and line.endswith("on completion") for line in found)
