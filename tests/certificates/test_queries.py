"""Who may see a certificate, and what verification finds."""

import dataclasses
import datetime as dt

import pytest
from flask import Flask

from elearning.accounts import operations as accounts
from elearning.accounts.queries import find_signed_in
from elearning.accounts.types import SignedIn
from elearning.certificates import queries
from elearning.certificates.queries import (
    certificate_for,
    count_certificates,
    find_public,
    list_certificates,
    verify_certificates,
)
from elearning.certificates.rules import new_number, standing
from elearning.completions.types import Standing
from elearning.core import clock
from elearning.people.operations import join_agency
from tests.certificates.conftest import Issue
from tests.conftest import Persona, World
from tests.records import complete
from tests.records import issue as issue_by_hand
from tests.tampering import tamper


def viewer(persona: Persona) -> SignedIn:
    found = find_signed_in(accounts.start_session(persona.account_id, confirmed=True))
    assert found is not None
    return found


class TestWhoSeesIt:
    def test_its_holder_and_the_lead_of_the_agency_it_was_earned_in(self, world: World, issue: Issue) -> None:
        number = issue(world.amina.practitioner_id, world.school)
        seen_by = {
            name
            for name in ("amina", "ben", "grace", "tomasz", "olu", "officer", "admin")
            if certificate_for(viewer(getattr(world, name)), number) is not None
        }
        assert seen_by == {"amina", "grace"}

    def test_after_a_move_the_old_lead_still_sees_it_and_the_new_one_does_not(self, world: World, issue: Issue) -> None:
        number = issue(world.amina.practitioner_id, world.school)
        join_agency(world.amina.practitioner_id, world.clinic, "Teacher")
        assert certificate_for(viewer(world.grace), number) is not None
        assert certificate_for(viewer(world.olu), number) is None
        assert certificate_for(viewer(world.amina), number) is not None

    def test_what_was_earned_without_an_agency_is_the_holders_alone(self, world: World, issue: Issue) -> None:
        number = issue(world.amina.practitioner_id, None)
        assert certificate_for(viewer(world.amina), number) is not None
        for persona in (world.grace, world.olu, world.officer, world.admin):
            assert certificate_for(viewer(persona), number) is None

    def test_nobody_sees_a_number_that_was_not_issued(self, world: World) -> None:
        assert certificate_for(viewer(world.amina), new_number()) is None
        assert find_public(new_number()) is None


class TestMyList:
    def test_newest_first_with_what_each_is_worth_today(self, world: World, issue: Issue) -> None:
        me = world.amina.practitioner_id
        days = (dt.date(2022, 3, 1), dt.date(2023, 4, 1), dt.date(2026, 2, 2))
        numbers = [issue(me, world.school, on=day) for day in days]
        issue(world.ben.practitioner_id, world.school)
        mine = list_certificates(me)
        assert [c.number for c in mine] == list(reversed(numbers))
        assert [standing(c, clock.today()) for c in mine] == [Standing.VALID, Standing.RENEWAL_DUE, Standing.EXPIRED]
        assert [c.completed_on for c in mine] == list(reversed(days))
        assert len({c.attempt_id for c in mine}) == 3


def findings() -> list[str]:
    return [str(finding) for checked in verify_certificates() for finding in checked.findings]


class TestVerifying:
    @pytest.fixture(autouse=True)
    def four(self, app: Flask, world: World, issue: Issue, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.setattr(queries, "PAGE", 2)
        people = (world.amina, world.ben, world.grace, world.tomasz)
        return [issue(person.practitioner_id, world.school, on=dt.date(2026, 2, 2)) for person in people]

    def test_untouched_certificates_have_no_findings(self) -> None:
        assert [(checked.rows, checked.findings) for checked in verify_certificates()] == [(2, ()), (2, ())]
        assert count_certificates() == 4

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE certificate SET module_title = 'Another module'",
            "UPDATE certificate SET partnership = 'Another partnership'",
            "UPDATE certificate SET signatory = 'Somebody'",
            "UPDATE certificate SET issued_at = '2025-01-01 00:00:00'",
            f"UPDATE certificate SET details_digest = '{'0' * 64}'",
            "UPDATE certificate_detail SET full_name = 'Mallory'",
            "UPDATE certificate_detail SET agency_name = 'Elsewhere'",
            f"UPDATE certificate_detail SET salt = '{'0' * 32}'",
        ],
    )
    def test_a_changed_word_is_found_at_its_place(self, four: list[str], change: str) -> None:
        tamper(f"{change} WHERE number = '{four[2]}'")
        assert findings() == [f"place 3: certificate {four[2]} was changed after it was issued"]

    def test_another_holder_is_found(self, world: World, four: list[str]) -> None:
        tamper(f"UPDATE certificate_detail SET practitioner_id = 7 WHERE number = '{four[1]}'")
        assert findings() == [
            f"place 2: certificate {four[1]} was changed after it was issued",
            f"place 2: certificate {four[1]} is another person's than the completion",
        ]

    def test_another_number_is_found(self, four: list[str]) -> None:
        number = new_number()
        tamper(
            f"UPDATE certificate SET number = '{number}' WHERE place = 4",
            f"UPDATE certificate_detail SET number = '{number}' WHERE number = '{four[3]}'",
        )
        assert findings() == [f"place 4: certificate {number} was changed after it was issued"]

    def test_a_removed_certificate_is_found(self, four: list[str]) -> None:
        tamper(
            f"DELETE FROM certificate_detail WHERE number = '{four[3]}'",
            f"DELETE FROM certificate WHERE number = '{four[3]}'",
        )
        assert findings() == ["place 4: the completion has no certificate"]

    def test_a_completion_without_one_is_found(self, world: World) -> None:
        complete(world.olu.practitioner_id, None, on=dt.date(2026, 2, 3), certificate=False)
        assert findings() == ["place 5: the completion has no certificate"]

    def test_erased_names_break_nothing(self, four: list[str]) -> None:
        tamper(f"DELETE FROM certificate_detail WHERE number = '{four[0]}'")
        assert findings() == []

    def test_two_certificates_of_one_completion_are_both_checked(self, world: World, four: list[str]) -> None:
        """Here the second one is the first of a new page."""
        numbers = sorted([four[1], issue_by_hand(2, world.ben.practitioner_id, supersedes=four[1])])
        assert findings() == []
        assert sum(checked.rows for checked in verify_certificates()) == 5
        tamper(f"UPDATE certificate_detail SET full_name = 'M' WHERE number IN ('{numbers[0]}', '{numbers[1]}')")
        assert [line.split()[3] for line in findings()] == numbers

    def test_a_second_one_that_supersedes_none_is_found(self, world: World, four: list[str]) -> None:
        second = issue_by_hand(2, world.ben.practitioner_id, supersedes=four[1])
        tamper("DROP INDEX uq_certificate_first", "UPDATE certificate SET supersedes = NULL", "DELETE FROM reissue")
        last = max(four[1], second)
        assert findings() == [f"place 2: certificate {last} is a second one of the completion"]


def test_a_certificate_is_frozen(world: World, issue: Issue) -> None:
    certificate = find_public(issue(world.amina.practitioner_id, world.school))
    assert certificate is not None
    with pytest.raises(dataclasses.FrozenInstanceError):
        certificate.full_name = "Mallory"  # type: ignore[misc]
