"""What an administrator does with a certificate: every look recorded, the holder told, the record whole."""

import datetime as dt
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from elearning.accounts.operations import suspend_account
from elearning.certificates.cli import certificates, verify
from elearning.certificates.queries import find_public, verify_certificates
from elearning.certificates.rules import grouped, new_number
from elearning.core import clock
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry, OutboxMail
from elearning.people.queries import full_name_of
from tests import journey
from tests.conftest import MODULE, NOON, CheckedClient, World
from tests.tampering import tamper

PAGES = "/admin/certificates"


@pytest.fixture
def admin(client: CheckedClient, world: World) -> CheckedClient:
    return client.sign_in(world.admin)


def trail() -> list[tuple[int | None, str, str]]:
    """What administrators did, oldest first."""
    db.session.rollback()
    entries = select(AuditEntry.practitioner_id, AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
    return [(who, what, to) for who, what, to in db.session.execute(entries) if not to.startswith("account")]


def mails() -> list[tuple[str, str, str]]:
    """To whom, subject and body."""
    rows = db.session.execute(select(OutboxMail.recipient, OutboxMail.subject, OutboxMail.body))
    return [(to, subject, body) for to, subject, body in rows]


class TestLooking:
    def test_an_administrator_sees_whose_it_is_and_each_look_is_recorded(
        self, admin: CheckedClient, world: World, number: str
    ) -> None:
        for written in (number, grouped(number).lower()):
            answer = admin.post(PAGES, data={"number": written})
            assert f"<h1>Certificate {grouped(number)}</h1>" in answer.text
            assert "Amina Yusuf" in answer.text
        assert trail() == [(world.admin.practitioner_id, "looked at a certificate", number)] * 2

    def test_a_form_that_shows_the_name_is_a_look_too(self, admin: CheckedClient, world: World, number: str) -> None:
        for page in ("reissue", "withdraw"):
            assert "Amina Yusuf" in admin.post(f"{PAGES}/{page}", data={"number": number}).text
        assert trail() == [(world.admin.practitioner_id, "looked at a certificate", number)] * 2

    def test_a_number_that_is_not_ours_is_told_and_nothing_recorded(self, admin: CheckedClient, number: str) -> None:
        for typed, words in (
            ("", "Enter the certificate number"),
            ("x", "17 letters and digits"),
            (new_number(), "We have not issued a certificate with this number"),
        ):
            answer = admin.post(PAGES, data={"number": typed})
            assert answer.text.count(words) >= 2
        for page in ("reissue", "withdraw"):
            assert admin.post(f"{PAGES}/{page}", data={"number": new_number()}).status_code == 404
        assert trail() == []

    def test_only_administrators_are_led_there(self, client: CheckedClient, world: World) -> None:
        assert "Administration" in client.sign_in(world.admin).get("/record").text
        assert "Administration" not in client.sign_in(world.officer).get("/record").text


class TestReissue:
    def test_with_a_corrected_name_step_by_step(
        self, admin: CheckedClient, world: World, number: str, client: CheckedClient
    ) -> None:
        form = {"number": number, "full_name": " Amina  Yūsuf ", "reason": "NAME"}
        asked = admin.post(f"{PAGES}/reissue", data={"number": number})
        assert 'value="Amina Yusuf"' in asked.text
        assert "checked" not in asked.text
        checked = admin.post(f"{PAGES}/reissue", data={**form, "step": "check"})
        assert "<h1>You are about to issue a certificate anew</h1>" in checked.text
        assert "Amina  Yūsuf" in checked.text
        assert find_public(number).superseded is None  # type: ignore[union-attr]
        done = admin.post(f"{PAGES}/reissue", data={**form, "step": "do"}, follow_redirects=True)
        old = find_public(number)
        assert old is not None
        assert old.superseded is not None
        new = find_public(old.superseded.by)
        assert new is not None
        assert f"is issued anew as {grouped(new.number)}" in done.text
        assert (old.full_name, new.full_name) == ("Amina Yusuf", "Amina Yūsuf")
        assert full_name_of(world.amina.practitioner_id) == "Amina Yūsuf"
        assert [entry[1:] for entry in trail() if entry[1] != "looked at a certificate"] == [
            ("corrected a name", f"practitioner {world.amina.practitioner_id}"),
            ("reissued a certificate", f"{number} as {new.number}: the name was corrected"),
        ]
        assert {entry[0] for entry in trail()} == {world.admin.practitioner_id}
        ((to, subject, body),) = mails()
        assert (to, subject) == (world.amina.email, "Your certificate was issued anew")
        assert "because the name was corrected" in body
        assert grouped(new.number) in body
        assert "/record" in body
        assert not [finding for checked in verify_certificates() for finding in checked.findings]

        # The same form sent again, from another tab, changes nothing more.
        again = admin.post(
            f"{PAGES}/reissue", data={**form, "full_name": "Amina Y", "step": "do"}, follow_redirects=True
        )
        assert "was issued anew as" in again.text
        assert len(mails()) == 1
        assert full_name_of(world.amina.practitioner_id) == "Amina Yūsuf"
        record = client.sign_in(world.amina).get("/record/certificates").text
        assert grouped(number) in record
        assert grouped(new.number) in record

    @pytest.mark.parametrize(
        ("name", "reason", "words"),
        [
            ("", "AGENCY", "Enter the name"),
            ("王", "AGENCY", "Our certificates cannot print 王. Enter the name in letters they can print"),
            ("x" * 121, "AGENCY", "The name must be 120 characters or fewer"),
            ("Amina Yusuf", "NAME", "This is the name the certificate prints now"),
            ("Amina Khan", "", "Select the reason"),
            ("Amina Khan", "ASKED", "Select the reason"),
        ],
    )
    @pytest.mark.parametrize("step", ["check", "do"])
    def test_what_cannot_be_printed_or_said_is_refused(
        self, admin: CheckedClient, number: str, name: str, reason: str, words: str, step: str
    ) -> None:
        form = {"number": number, "full_name": name, "step": step} | ({"reason": reason} if reason else {})
        answer = admin.post(f"{PAGES}/reissue", data=form)
        assert answer.text.count(words) == 2
        assert find_public(number).superseded is None  # type: ignore[union-attr]
        assert mails() == []


class TestWithdrawal:
    def test_step_by_step(self, admin: CheckedClient, world: World, number: str) -> None:
        asked = admin.post(f"{PAGES}/withdraw", data={"number": number})
        assert "<h1>Why is it withdrawn?</h1>" in asked.text
        assert "checked" not in asked.text
        missing = admin.post(f"{PAGES}/withdraw", data={"number": number, "step": "check"})
        assert missing.text.count("Select the reason") == 2
        form = {"number": number, "reason": "NOT_THEIRS"}
        checked = admin.post(f"{PAGES}/withdraw", data={**form, "step": "check"})
        assert "<h1>You are about to withdraw a certificate</h1>" in checked.text
        assert find_public(number).withdrawn is None  # type: ignore[union-attr]
        for _ in range(2):
            done = admin.post(f"{PAGES}/withdraw", data={**form, "step": "do"}, follow_redirects=True)
        assert "This certificate was withdrawn already." in done.text
        ((to, subject, body),) = mails()
        assert (to, subject) == (world.amina.email, "Your certificate was withdrawn")
        assert "because the quiz was taken by someone else" in body
        shown = admin.post(PAGES, data={"number": number}).text
        assert "It was withdrawn on 2 March 2026, because the quiz was taken by someone else." in shown
        assert "Withdraw it" not in shown

    def test_who_cannot_sign_in_gets_no_mail(self, admin: CheckedClient, world: World, number: str) -> None:
        suspend_account(world.amina.account_id)
        admin.post(f"{PAGES}/withdraw", data={"number": number, "reason": "ASKED", "step": "do"})
        assert find_public(number).withdrawn  # type: ignore[union-attr]
        assert mails() == []

    def test_the_module_is_taken_again_and_only_the_new_pass_counts(
        self, app: Flask, client: CheckedClient, world: World
    ) -> None:
        """Through the pages: passed, withdrawn, gone from the figures, passed again, and both certificates say so."""

        def visitor() -> CheckedClient:
            return app.test_client()  # type: ignore[return-value]

        def counts() -> tuple[bool, bool]:
            """Whether the agency's page and the reports count one."""
            agency = visitor().sign_in(world.grace).get("/agency").text
            reports = visitor().sign_in(world.officer).get("/reports?period=2025-26").text
            return "1 of 4 people" in agency, '<th scope="row">Completions</th><td class="number">1</td>' in reports

        amina = visitor().sign_in(world.amina)
        journey.pass_module(amina, world.amina)
        number = amina.get("/record/certificates").text.split('href="/certificates/')[1][:21]
        assert counts() == (True, True)
        admin = client.sign_in(world.admin)
        admin.post(f"{PAGES}/withdraw", data={"number": number, "reason": "NOT_THEIRS", "step": "do"})
        assert "Withdrawn" in amina.get("/record/certificates").text
        assert counts() == (False, False)
        with clock.at(NOON + dt.timedelta(days=1)):
            amina = visitor().sign_in(world.amina)
            assert "Start the quiz" in amina.get(f"/modules/{MODULE}/quiz").text
            journey.start(amina)
            journey.answer_all(amina, world.amina)
            journey.submit(amina, world.amina)
            assert "You have passed" in amina.get(f"/modules/{MODULE}/quiz/result").text
            assert counts() == (True, True)
        assert "This certificate was withdrawn" in visitor().get(f"/verify/{number}").text


class TestRenewal:
    def test_it_opens_early_and_the_old_certificate_stays_checkable(
        self, app: Flask, client: CheckedClient, world: World
    ) -> None:
        amina = client.sign_in(world.amina)
        journey.pass_module(amina, world.amina)
        old = amina.get("/record/certificates").text.split('href="/certificates/')[1][:21]
        with clock.at(dt.datetime(2028, 12, 3, 12, tzinfo=dt.UTC)):  # two days into the ninety before 2 March 2029
            amina = client.sign_in(world.amina)
            assert "its holder is due to renew it" in client.get(f"/verify/{old}").text
            journey.start(amina)
            journey.answer_all(amina, world.amina)
            journey.submit(amina, world.amina)
            record = amina.get("/record/certificates").text
            assert "Renewed since" in record
            assert record.count("Download the PDF") == 2
            assert "This certificate is genuine and valid" in client.get(f"/verify/{old}").text
        with clock.at(dt.datetime(2029, 3, 3, 12, tzinfo=dt.UTC)):
            assert "This certificate is genuine, but has expired" in client.get(f"/verify/{old}").text


class TestTheCommands:
    def run(self, app: Flask, *words: str) -> str:
        result = CliRunner().invoke(certificates, words, obj=SimpleNamespace(app=app))
        if isinstance(result.exception, Refused):
            return str(result.exception)
        assert result.exit_code == 0, result.output
        return result.output

    def test_they_do_what_the_pages_do(self, app: Flask, world: World, number: str) -> None:
        said = self.run(app, "reissue", grouped(number), "--reason", "name", "--name", "Amina Khan")
        old = find_public(number)
        assert old is not None
        assert old.superseded is not None
        new = old.superseded.by
        assert (
            said
            == f"Certificate {grouped(number)} was issued anew as {grouped(new)}, because the name was corrected.\n"
        )
        assert find_public(new).full_name == "Amina Khan"  # type: ignore[union-attr]
        assert "give that number" in self.run(app, "withdraw", number, "--reason", "asked")
        assert "was withdrawn, because its holder asked for it" in self.run(app, "withdraw", new, "--reason", "asked")
        assert "is no certificate number" in self.run(app, "withdraw", "nothing", "--reason", "mistake")
        assert [entry[:2] for entry in trail()] == [
            (None, "corrected a name"), (None, "reissued a certificate"), (None, "withdrew a certificate"),
        ]  # fmt: skip

    def test_verify_counts_them_and_finds_a_reason_of_nothing(self, app: Flask, number: str) -> None:
        self.run(app, "reissue", number, "--reason", "agency")
        told = CliRunner().invoke(verify, obj=SimpleNamespace(app=app))
        assert told.exit_code == 0
        assert "1 certificate was issued anew, 0 completions were withdrawn." in told.output
        tamper(f"INSERT INTO reissue (number, reason) VALUES ('{number}', 'the name was corrected')")
        told = CliRunner().invoke(verify, obj=SimpleNamespace(app=app))
        assert f"certificate {number} has a reason to be issued anew, but stands for no other" in told.output
