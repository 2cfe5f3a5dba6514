"""What becomes of a certificate: issued anew, withdrawn; the old one stays, and says what it is today."""

import datetime as dt

import pytest
from sqlalchemy import select

from elearning.certificates.operations import reissue_certificate, withdraw_certificate
from elearning.certificates.queries import find_public, verify_certificates
from elearning.certificates.rules import standing
from elearning.certificates.types import IssuedCertificate, ReissueReason
from elearning.completions.types import Standing, WithdrawalReason, Withdrawn
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.people.operations import rename_practitioner
from tests.certificates.conftest import Issue
from tests.conftest import NOON, World

TODAY = NOON.date()


def found(number: str) -> IssuedCertificate:
    certificate = find_public(number)
    assert certificate is not None
    return certificate


def test_issued_anew_it_has_the_new_name_and_the_old_one_keeps_its_own(world: World, issue: Issue) -> None:
    old = issue(world.amina.practitioner_id, world.school)
    rename_practitioner(world.amina.practitioner_id, "Amina Khan")
    with clock.at(NOON):
        new = reissue_certificate(old, ReissueReason.NAME, by=world.admin.practitioner_id)
    before, after = found(old), found(new)
    assert (before.full_name, after.full_name) == ("Amina Yusuf", "Amina Khan")
    assert standing(before, TODAY) is Standing.SUPERSEDED
    assert standing(after, TODAY) is Standing.VALID
    assert before.superseded is not None
    assert (before.superseded.by, before.superseded.on, before.superseded.reason) == (new, TODAY, ReissueReason.NAME)
    assert (after.place, after.completed_on, after.expires_on) == (before.place, before.completed_on, before.expires_on)
    assert [finding for checked in verify_certificates() for finding in checked.findings] == []


def test_withdrawn_it_says_so_for_every_certificate_of_the_completion(world: World, issue: Issue) -> None:
    old = issue(world.amina.practitioner_id, world.school)
    new = reissue_certificate(old, ReissueReason.AGENCY, by=None)
    with clock.at(NOON):
        withdraw_certificate(new, WithdrawalReason.NOT_THEIRS, by=world.admin.practitioner_id)
    for number in (old, new):
        assert standing(found(number), TODAY) is Standing.WITHDRAWN
        assert found(number).withdrawn == Withdrawn(TODAY, WithdrawalReason.NOT_THEIRS)


def test_what_has_ended_ends_no_second_time(world: World, issue: Issue) -> None:
    old = issue(world.amina.practitioner_id, world.school)
    new = reissue_certificate(old, ReissueReason.NAME, by=None)
    for ended in (
        lambda: reissue_certificate(old, ReissueReason.NAME, by=None),
        lambda: withdraw_certificate(old, WithdrawalReason.ASKED, by=None),
    ):
        with pytest.raises(Refused, match="issued anew as"):
            ended()
    withdraw_certificate(new, WithdrawalReason.ASKED, by=None)
    for ended in (
        lambda: reissue_certificate(new, ReissueReason.NAME, by=None),
        lambda: withdraw_certificate(new, WithdrawalReason.ASKED, by=None),
    ):
        with pytest.raises(Refused, match="withdrawn already"):
            ended()
    with pytest.raises(Refused, match="not issued"):
        withdraw_certificate("0" * 17, WithdrawalReason.ASKED, by=None)


def test_the_trail_says_who_did_it_and_names_nobody(world: World, issue: Issue) -> None:
    number = issue(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 2))
    withdraw_certificate(number, WithdrawalReason.MISTAKE, by=world.admin.practitioner_id)
    entry = db.session.execute(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    assert (entry.practitioner_id, entry.action) == (world.admin.practitioner_id, "withdrew a certificate")
    assert entry.subject == f"{number}: it was recorded by mistake"
