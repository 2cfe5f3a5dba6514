"""The certificate's own page and PDF, and the public pages where a stranger checks it."""

import datetime as dt
from pathlib import Path
from urllib.parse import unquote

import pypdfium2
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from elearning.certificates.operations import issue_certificate
from elearning.certificates.rules import grouped, new_number
from elearning.certificates.signing import SigningKeys, examine, new_key
from elearning.certificates.views import MISSES
from elearning.core import clock
from tests.certificates.conftest import Issue
from tests.certificates.paper import text_of
from tests.certificates.test_signing import put
from tests.conftest import NOON, CheckedClient, World
from tests.records import at_noon, complete


def main_of(response: TestResponse) -> str:
    """The page between its head and foot, which hold tokens and names of their own."""
    return response.text[response.text.index("<main") : response.text.index("</main>")]


def slip(number: str) -> str:
    return ("8" if number[0] == "7" else "7") + number[1:]


class TestMyCertificate:
    def test_it_says_what_it_is_and_what_it_is_worth(self, client: CheckedClient, world: World, number: str) -> None:
        text = client.sign_in(world.amina).get(f"/certificates/{number}").text
        for words in (
            "Certificate: Sample module",
            "Amina Yusuf",
            "Harrow Lane School",
            "Sample module, version 1",
            "2 February 2026",
            "Valid until 2 February 2029. It can be renewed from 4 November 2028.",
            "20 minutes",
            grouped(number),
            "Place 1, digest ",
            "Chair of the partnership, Test Partnership",
        ):
            assert words in text
        assert f"/certificates/{grouped(number)}.pdf" in text
        assert f"/verify/{number}" in text

    @pytest.mark.parametrize(
        ("day", "words"),
        [("2028-11-04", "and it can be renewed now"), ("2029-02-03", "It was valid until 2 February 2029")],
    )
    def test_its_worth_changes_with_the_day(
        self, client: CheckedClient, world: World, number: str, day: str, words: str
    ) -> None:
        with clock.at(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC)):
            assert words in client.sign_in(world.amina).get(f"/certificates/{number}").text

    @pytest.mark.parametrize("ending", ["", ".pdf"])
    def test_the_number_works_however_it_is_written(
        self, client: CheckedClient, world: World, number: str, ending: str
    ) -> None:
        client.sign_in(world.amina)
        for written in (number, grouped(number), number.lower(), grouped(number).lower()):
            assert client.get(f"/certificates/{written}{ending}").status_code == 200

    @pytest.mark.parametrize("ending", ["", ".pdf"])
    def test_only_its_holder_and_their_lead_get_it(
        self, client: CheckedClient, world: World, number: str, ending: str
    ) -> None:
        for persona, status in (
            (world.amina, 200),
            (world.grace, 200),
            (world.ben, 404),
            (world.tomasz, 404),
            (world.olu, 404),
            (world.officer, 404),
            (world.admin, 404),
        ):
            assert client.sign_in(persona).get(f"/certificates/{number}{ending}").status_code == status

    @pytest.mark.parametrize("ending", ["", ".pdf"])
    def test_a_stranger_is_asked_to_sign_in(self, client: CheckedClient, number: str, ending: str) -> None:
        response = client.get(f"/certificates/{number}{ending}")
        assert response.status_code == 302
        assert response.location.startswith("/sign-in")

    @pytest.mark.parametrize("ending", ["", ".pdf"])
    def test_what_is_not_mine_looks_like_what_is_not_there(
        self, client: CheckedClient, world: World, number: str, ending: str
    ) -> None:
        client.sign_in(world.tomasz)
        answers = [client.get(f"/certificates/{asked}{ending}") for asked in (number, new_number(), "x", slip(number))]
        assert {answer.status_code for answer in answers} == {404}
        assert len({main_of(answer) for answer in answers}) == 1


class TestThePdf:
    def test_it_is_a_download_of_the_snapshot(self, client: CheckedClient, world: World, number: str) -> None:
        response = client.sign_in(world.amina).get(f"/certificates/{number}.pdf")
        assert response.mimetype == "application/pdf"
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        assert f"Certificate Sample module {grouped(number)}.pdf" in response.headers["Content-Disposition"]
        assert "Awarded to Amina Yusuf Harrow Lane School" in text_of(response.data)
        assert f"Certificate number {grouped(number)}" in text_of(response.data)

    def test_it_is_the_same_for_the_lead_and_on_another_day(
        self, client: CheckedClient, world: World, number: str
    ) -> None:
        mine = client.sign_in(world.amina).get(f"/certificates/{number}.pdf").data
        with clock.at(NOON + dt.timedelta(days=400)):
            assert client.sign_in(world.grace).get(f"/certificates/{grouped(number)}.pdf").data == mine

    def test_a_title_that_no_file_can_have_is_made_one(self, client: CheckedClient, world: World, app: Flask) -> None:
        passed = complete(world.amina.practitioner_id, None, on=dt.date(2026, 2, 2), certificate=False)
        number = issue_certificate(
            passed.recorded.place, world.amina.practitioner_id, 'Never "assume": fact/fiction – ŵ?'
        )
        response = client.sign_in(world.amina).get(f"/certificates/{number}.pdf")
        disposition = unquote(response.headers["Content-Disposition"])
        assert f"Certificate Never assume fact fiction – ŵ {grouped(number)}.pdf" in disposition
        assert len(pypdfium2.PdfDocument(response.data)) == 1


class TestTheSignature:
    @pytest.fixture
    def keys(self, app: Flask, tmp_path: Path) -> SigningKeys:
        content = new_key("Test Partnership", begins_at=NOON - dt.timedelta(days=60), years=1)
        keys = app.extensions["signing_keys"] = SigningKeys.read(put(tmp_path / "keys", content=content))
        return keys

    def test_with_a_key_the_download_is_signed_as_on_the_day_of_issue(
        self, client: CheckedClient, world: World, number: str, keys: SigningKeys
    ) -> None:
        content = client.sign_in(world.amina).get(f"/certificates/{number}.pdf").data
        found = examine(content, keys)
        assert found.is_genuine
        assert found.signed_at == at_noon(dt.date(2026, 2, 2))
        assert client.get(f"/certificates/{number}.pdf").data == content

    def test_when_the_key_has_run_out_the_pass_counts_and_the_pdf_follows(
        self, client: CheckedClient, world: World, issue: Issue, keys: SigningKeys
    ) -> None:
        number = issue(world.amina.practitioner_id, world.school, on=dt.date(2028, 2, 2))
        with clock.at(at_noon(dt.date(2028, 2, 2))):
            response = client.sign_in(world.amina).get(f"/certificates/{number}.pdf")
            assert response.status_code == 503
            assert "The certificate stands in the record" in response.text
            assert client.get(f"/certificates/{number}").status_code == 200
            assert client.get(f"/verify/{number}").status_code == 200


class TestAskingForANumber:
    def test_the_page_asks_for_it(self, client: CheckedClient) -> None:
        response = client.get("/verify")
        assert response.status_code == 200
        assert "Certificate number" in response.text
        assert "There is a problem" not in response.text

    def test_a_good_number_leads_to_its_page(self, client: CheckedClient, number: str) -> None:
        for written in (number, grouped(number), f" {grouped(number).lower()} "):
            response = client.get("/verify", query_string={"number": written})
            assert (response.status_code, response.location) == (302, f"/verify/{number}")

    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("", "Enter the certificate number"),
            ("   ", "Enter the certificate number"),
            ("7ACX-XMY3", "A certificate number has 17 letters and digits"),
            ("7ACXXMY3PWBX9GQ8U", "A certificate number has 17 letters and digits"),
            ("7ACX-XMY3-PWBX-9GQ8-W", "There is a slip in that number"),
            ("<script>", "A certificate number has 17 letters and digits"),
        ],
    )
    def test_a_bad_number_is_told_what_is_wrong(self, client: CheckedClient, typed: str, message: str) -> None:
        response = client.get("/verify", query_string={"number": typed})
        assert response.status_code == 200
        assert "<title>Error: Check a certificate" in response.text
        assert response.text.count(message) == 2  # in the summary and at the field
        assert "<script>" not in response.text

    def test_an_unknown_number_is_answered_on_its_own_page(self, client: CheckedClient) -> None:
        response = client.get("/verify", query_string={"number": new_number()}, follow_redirects=True)
        assert response.status_code == 404
        assert "We have not issued a certificate with this number" in response.text


class TestAStrangerChecksOne:
    @pytest.mark.parametrize(
        ("day", "heading", "words"),
        [
            ("2026-03-02", "This certificate is genuine and valid", "On 2 March 2026 it is valid."),
            ("2028-11-04", "This certificate is genuine and valid", "its holder is due to renew it"),
            ("2029-02-02", "This certificate is genuine and valid", "On 2 February 2029 it is valid."),
            ("2029-02-03", "This certificate is genuine, but has expired", "On 3 February 2029 it no longer is."),
        ],
    )
    def test_it_says_what_it_is_today(
        self, client: CheckedClient, number: str, day: str, heading: str, words: str
    ) -> None:
        with clock.at(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC)):
            response = client.get(f"/verify/{number}")
        assert response.status_code == 200
        assert f"<h1>{heading}</h1>" in response.text
        assert words in response.text

    def test_it_shows_what_the_certificate_prints_and_nothing_else(
        self, client: CheckedClient, world: World, number: str
    ) -> None:
        text = client.get(f"/verify/{number}").text
        for words in ("Amina Yusuf", "Harrow Lane School", "Sample module", grouped(number), "Place 1, digest"):
            assert words in text
        for private in (world.amina.email, "Teacher", "score", "Grace Obi"):
            assert private not in text

    def test_it_is_the_same_whoever_looks(self, client: CheckedClient, world: World, number: str) -> None:
        strangers = client.get(f"/verify/{number}")
        signed_in = client.sign_in(world.tomasz).get(f"/verify/{number}")
        assert "Amina Yusuf" in main_of(strangers)
        assert main_of(strangers) == main_of(signed_in)

    def test_every_way_to_write_the_number_works(self, client: CheckedClient, number: str) -> None:
        for written in (number, grouped(number), number.lower(), grouped(number).lower()):
            assert client.get(f"/verify/{written}").status_code == 200

    def test_search_engines_are_kept_out(self, client: CheckedClient, number: str) -> None:
        assert '<meta name="robots" content="noindex">' in client.get(f"/verify/{number}").text

    def test_whatever_is_not_one_of_ours_gets_the_same_answer(self, client: CheckedClient, number: str) -> None:
        answers = [client.get(f"/verify/{asked}") for asked in (new_number(), slip(number), "x", "7ACX", "%3Cb%3E")]
        assert {answer.status_code for answer in answers} == {404}
        assert len({main_of(answer) for answer in answers}) == 1

    def test_guessing_is_slowed_down_but_a_holder_still_gets_an_answer(
        self, client: CheckedClient, number: str
    ) -> None:
        for _ in range(MISSES):
            assert client.get(f"/verify/{new_number()}").status_code == 404
        assert client.get(f"/verify/{new_number()}").status_code == 429
        assert client.get(f"/verify/{number}").status_code == 200
        assert client.get(f"/verify/{new_number()}", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
        with clock.at(NOON + dt.timedelta(minutes=11)):
            assert client.get(f"/verify/{new_number()}").status_code == 404


def test_a_newer_version_of_the_module_is_said_beside_it(client: CheckedClient, app: Flask, number: str) -> None:
    module = app.extensions["library"].find("sample-module")
    newer = module.model_copy(update={"version": 2, "changes": "New law of May."})
    app.extensions["library"].modules["sample-module"] = newer
    try:
        text = client.get(f"/verify/{number}").text
    finally:
        app.extensions["library"].modules["sample-module"] = module
    assert "version 2 is now taught. New law of May." in text
    assert "This certificate is genuine and valid" in text
