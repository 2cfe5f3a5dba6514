"""Checking a certificate by its PDF, and many by a list: what a stranger is told, and what nobody is told."""

import csv
import datetime as dt
import io
import re
import tempfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from elearning.certificates.issuer import certificate_pdf
from elearning.certificates.loader import LARGEST_FILE
from elearning.certificates.operations import reissue_certificate, withdraw_certificate
from elearning.certificates.queries import find_public
from elearning.certificates.rules import grouped, new_number
from elearning.certificates.signing import SigningKeys, new_key
from elearning.certificates.types import ReissueReason
from elearning.certificates.views import FILES
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.people.operations import rename_practitioner
from tests.certificates.conftest import Issue
from tests.certificates.test_signing import put
from tests.conftest import NOON, CheckedClient, World


@pytest.fixture(params=["signed", "unsigned"])
def pdf(request: pytest.FixtureRequest, app: Flask, number: str, tmp_path: Path) -> bytes:
    """The file that Amina downloads, from an installation with a signing key and from one without."""
    if request.param == "signed":
        content = new_key("Test Partnership", begins_at=NOON - dt.timedelta(days=60), years=1)
        app.extensions["signing_keys"] = SigningKeys.read(put(tmp_path / "keys", content=content))
    certificate = find_public(number)
    assert certificate
    return certificate_pdf(certificate)


def send(client: CheckedClient, content: bytes, *, to: str = "file", **more: str) -> TestResponse:
    """Send a file as a browser does; werkzeug's own way would put a large one on the disk."""
    head = 'Content-Disposition: form-data; name="file"; filename="file.pdf"\r\nContent-Type: application/pdf'
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in more.items()]
    parts += [f'Content-Disposition: form-data; name="csrf_token"\r\n\r\n{client.csrf_token()}', f"{head}\r\n\r\n"]
    body = "".join(f"--edge\r\n{part}" + "\r\n" * (part != parts[-1]) for part in parts).encode()
    body += content + b"\r\n--edge--\r\n"
    return client.post(f"/verify/{to}", data=body, content_type="multipart/form-data; boundary=edge")


def check(client: CheckedClient, numbers: str, **more: str) -> TestResponse:
    return client.post("/verify/list", data={"numbers": numbers, **more})


def main_of(response: TestResponse) -> str:
    return " ".join(re.sub("<[^>]*>", " ", response.text[response.text.index("<main") :]).split())


class TestByItsFile:
    def test_the_file_that_we_issued_is_genuine(self, client: CheckedClient, pdf: bytes) -> None:
        answer = send(client, pdf)
        assert "<h1>This certificate is genuine and valid</h1>" in answer.text
        assert "exactly as we issued it. We have not kept it." in answer.text
        assert "Amina Yusuf" in answer.text

    @pytest.mark.parametrize("tamper", ["a word", "a byte", "more at the end", "less at the end"])
    def test_a_changed_one_is_told_with_the_true_words(self, client: CheckedClient, pdf: bytes, tamper: str) -> None:
        changed = {
            "a word": pdf.replace(b"Amina Yusuf", b"Mally Wrong"),
            "a byte": pdf[:2000] + bytes([pdf[2000] ^ 1]) + pdf[2001:],
            "more at the end": pdf + b"%",
            "less at the end": pdf[:-200],
        }[tamper]
        assert changed != pdf
        answer = send(client, changed)
        assert answer.status_code == 200
        assert "<h1>This file is not as we issued it</h1>" in answer.text
        assert "Amina Yusuf" in answer.text
        assert "Mally Wrong" not in answer.text

    def test_someone_elses_number_under_another_certificate_is_found_out(
        self, client: CheckedClient, world: World, issue: Issue, pdf: bytes, number: str
    ) -> None:
        theirs = issue(world.ben.practitioner_id, world.school)
        answer = send(client, pdf.replace(grouped(number).encode(), grouped(theirs).encode()))
        assert "This file is not as we issued it" in answer.text
        assert "Ben Price" in answer.text

    def test_it_says_what_became_of_it_and_never_the_new_number_or_name(
        self, client: CheckedClient, world: World, pdf: bytes, number: str
    ) -> None:
        new = reissue_certificate(number, ReissueReason.NAME, by=None, full_name="Jo Hidden")
        for answer in (send(client, pdf), send(client, pdf + b"%"), client.get(f"/verify/{number}")):
            assert "because the name was corrected. Ask its holder for the new one." in answer.text
            assert "Jo Hidden" not in answer.text
            assert new not in answer.text.replace("-", "")
        assert "This certificate is genuine, but was issued anew" in send(client, pdf).text
        withdraw_certificate(new, WithdrawalReason.NOT_THEIRS, by=None)
        assert "<h1>This certificate was withdrawn</h1>" in send(client, pdf).text
        assert "because the quiz was taken by someone else. It no longer counts." in send(client, pdf).text

    @pytest.mark.parametrize("pdf", ["signed"], indirect=True)
    def test_a_signed_one_stays_genuine_when_today_it_would_be_made_another_way(
        self, app: Flask, client: CheckedClient, pdf: bytes, number: str
    ) -> None:
        app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"colour": "#3a2a5f"})
        found = find_public(number)
        assert found
        assert certificate_pdf(found) != pdf
        assert "This certificate is genuine and valid" in send(client, pdf).text
        assert "This file is not as we issued it" in send(client, pdf + b"%").text

    def test_a_name_that_changes_later_leaves_the_file_genuine(
        self, client: CheckedClient, world: World, pdf: bytes
    ) -> None:
        rename_practitioner(world.amina.practitioner_id, "Amina Khan")
        with clock.at(NOON + dt.timedelta(days=2000)):
            assert "This certificate is genuine, but has expired" in send(client, pdf).text

    def test_an_unknown_one_reveals_nothing(self, client: CheckedClient, pdf: bytes, number: str) -> None:
        answers = [
            send(client, pdf.replace(grouped(number).encode(), grouped(new_number()).encode())) for _ in range(2)
        ]
        assert "We have not issued a certificate with this number" in answers[0].text
        assert main_of(answers[0]) == main_of(answers[1])
        assert "Amina" not in answers[0].text

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "That file is not a PDF"),
            (b"\x89PNG\r\n", "That file is not a PDF"),
            (b"%PDF-1.7 trailer << /Encrypt 5 0 R >>", "That PDF is locked"),
            (b"%PDF-1.7 of another program", "We found no certificate number in this file"),
        ],
    )
    def test_what_is_no_certificate_is_told_what_to_do(self, client: CheckedClient, content: bytes, words: str) -> None:
        answer = send(client, content)
        assert answer.status_code == 200
        assert words in answer.text
        assert "nter the number" in answer.text

    def test_no_file_and_two_numbers_are_mistakes(self, client: CheckedClient, pdf: bytes) -> None:
        assert client.post("/verify/file").text.count("Choose the PDF of the certificate") == 2
        answer = send(client, pdf + f"Certificate {grouped(new_number())}".encode())
        assert answer.text.count("bears more than one certificate number") == 2

    def test_a_large_one_is_refused_before_it_is_read(self, client: CheckedClient) -> None:
        answer = send(client, b"%PDF-" + bytes(LARGEST_FILE))
        assert answer.status_code == 413
        assert "Send a smaller form or file." in answer.text
        assert client.post("/verify", data={"number": "x" * 70_000}).status_code in (405, 413)

    def test_nothing_is_written_to_the_disk_or_the_database(
        self, client: CheckedClient, pdf: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_file(*_about: object, **_more: object) -> None:
            raise AssertionError("a file was made")

        for maker in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
            monkeypatch.setattr(tempfile, maker, no_file)
        monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", no_file)
        written: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            written.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert "not as we issued it" in send(client, pdf + bytes(3 * 2**20)).text
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert [statement.split()[:3] for statement in written if not statement.startswith("SELECT")] == [
            ["INSERT", "INTO", "throttle"]
        ]

    def test_so_many_in_ten_minutes(self, client: CheckedClient, pdf: bytes) -> None:
        for _ in range(FILES):
            assert send(client, b"%PDF-1.7").status_code == 200
        assert send(client, pdf).status_code == 429
        with clock.at(NOON + dt.timedelta(minutes=11)):
            assert send(client, pdf).status_code == 200

    def test_a_form_that_outlived_its_cookie_can_be_sent_again(self, client: CheckedClient) -> None:
        answer = client.post("/verify/file", csrf=False)
        assert answer.status_code == 400
        assert "reload the page and try again" in answer.text


class TestByAList:
    @pytest.fixture
    def others(self, world: World, issue: Issue) -> dict[str, str]:
        """One of each standing, by it; all of them Ben's."""
        ben = world.ben.practitioner_id
        found = {
            "expired": issue(ben, world.school, on=dt.date(2020, 2, 2)),
            "renewal due": issue(ben, world.school, on=dt.date(2023, 4, 2)),
            "superseded": issue(ben, world.school, on=dt.date(2026, 2, 3)),
            "withdrawn": issue(ben, world.school, on=dt.date(2026, 2, 4)),
        }
        reissue_certificate(found["superseded"], ReissueReason.NAME, by=None, full_name="Ben Hidden")
        withdraw_certificate(found["withdrawn"], WithdrawalReason.ASKED, by=None)
        return found

    def rows(self, answer: TestResponse) -> list[list[str]]:
        assert answer.mimetype == "text/csv"
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))

    def test_each_is_told_what_it_is_worth_with_its_line(
        self, client: CheckedClient, number: str, others: dict[str, str]
    ) -> None:
        unknown = new_number()
        slip = ("8" if unknown[0] == "7" else "7") + unknown[1:]
        typed = "\n".join([grouped(number), *others.values(), "", unknown, f"{slip}, =1+1"])
        answer = check(client, typed)
        said = ["valid", *others, "not issued by us", "slip in the number", "not a certificate number"]
        assert "<h1>8 numbers checked</h1>" in answer.text
        for word in said:
            assert f"1 {word}" in main_of(answer)
        header, *rows = self.rows(check(client, typed, **{"as": "csv"}))
        assert header == [
            "line",
            "as_written",
            "number",
            "standing",
            "module",
            "version",
            "completed_on",
            "valid_until",
        ]
        assert [row[3] for row in rows] == said
        assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "7", "8", "8"]
        assert rows[0] == [
            "1",
            grouped(number),
            grouped(number),
            "valid",
            "Sample module",
            "1",
            "2026-02-02",
            "2029-02-02",
        ]
        assert rows[-1] == ["8", "'=1+1", "", "not a certificate number", "", "", "", ""]

    def test_nobody_is_named(self, client: CheckedClient, number: str, others: dict[str, str]) -> None:
        for more in ({}, {"as": "csv"}):
            answer = check(client, "\n".join([number, *others.values()]), **more).data.decode()
            for word in ("Amina", "Ben", "Hidden", "Harrow Lane", "Teacher", "asked for it", "corrected"):
                assert word not in answer

    def test_the_file_of_what_the_page_shows_is_the_same(self, client: CheckedClient, number: str) -> None:
        manifest = f"name,number\r\nNobody,{number}\r\n,\r\nAnyone,\t{grouped(new_number())}\r\n".encode("utf-8-sig")
        page = send(client, manifest, to="list")
        assert "<h1>2 numbers checked</h1>" in page.text
        kept = re.search(r'name="numbers" value="([^"]*)"', page.text)
        assert kept
        rows = self.rows(check(client, kept[1], **{"as": "csv"}))
        assert [(row[0], row[3]) for row in rows[1:]] == [("2", "valid"), ("4", "not issued by us")]
        assert "Nobody" not in page.text

    @pytest.mark.parametrize("count", [2, 500])
    def test_it_takes_as_many_statements_for_500_as_for_two(
        self, client: CheckedClient, number: str, count: int
    ) -> None:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            answer = check(client, "\n".join([number, *(new_number() for _ in range(count - 1))]))
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert f"<h1>{count} numbers checked</h1>" in answer.text
        assert len(statements) == 2  # the certificates, and the misses

    def test_what_cannot_be_checked_is_told_and_kept(self, client: CheckedClient, number: str) -> None:
        many = "\n".join([number] * 501)
        for answer, words in (
            (check(client, " \n "), "Paste the numbers, or choose a file"),
            (check(client, many), "There are more than 500 numbers. Check up to 500 at a time"),
            (send(client, f"number\n{many}".encode(), to="list"), "There are more than 500 numbers"),
            (send(client, b"number\n,\n", to="list"), "There are no numbers in that file"),
            (send(client, b"name\nBen\n", to="list"), "The file has no column called number"),
            (send(client, b"number\n1\n", to="list", numbers=number), "Paste numbers or choose a file, not both"),
        ):
            assert answer.status_code == 200
            assert answer.text.count(words) == 2  # in the summary and at the field
        assert check(client, many).text.count(number) == 501

    def test_any_one_list_is_answered_but_guessing_is_slowed_down(self, client: CheckedClient, number: str) -> None:
        guesses = "\n".join(new_number() for _ in range(500))
        assert check(client, guesses).status_code == 200
        assert check(client, new_number()).status_code == 429
        assert check(client, number).status_code == 200
        assert client.get(f"/verify/{new_number()}").status_code == 404
