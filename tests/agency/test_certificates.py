"""Collecting certificates: which ones, who sees them, and that the pack holds what it says."""

import csv
import datetime as dt
import hashlib
import io
import zipfile
from contextlib import closing
from pathlib import Path

import page
import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from elearning.agency import queries
from elearning.agency.rules import financial_years
from elearning.agency.types import Choice
from elearning.certificates.issuer import certificate_pdf
from elearning.certificates.operations import reissue_certificate, withdraw_certificate
from elearning.certificates.pack import zip_pieces
from elearning.certificates.rules import grouped
from elearning.certificates.signing import SigningKeys, new_key
from elearning.certificates.types import ReissueReason
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import db
from elearning.core.models import AuditEntry
from elearning.people.operations import join_agency, leave_agency, rename_practitioner
from tests.agency.conftest import Certify
from tests.certificates.paper import text_of
from tests.certificates.test_pack import cover
from tests.conftest import MODULE, NOON, CheckedClient, World
from tests.records import hire, publish

JANUARY, FEBRUARY = dt.date(2026, 1, 20), dt.date(2026, 2, 10)
ZIP, PDF = "/agency/certificates.zip", "/agency/certificates.pdf"


def opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive


def listed(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    """The lines of the manifest, without its last."""
    *rows, end = csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"), newline=""))
    assert end["full_name"].startswith("End of the list: ")
    return rows


def picked(agency_id: int, **choice: object) -> list[str]:
    return [pick.number for pick in queries.pick_certificates(agency_id, Choice(**choice)).certificates]  # type: ignore[arg-type]


# The whole pack


def test_each_pdf_is_what_its_line_says(grace: CheckedClient, world: World, certify: Certify) -> None:
    names = [
        "Zoë O’Neill",
        "Łukasz Wójcik",
        "Nguyễn Thị Ánh",
        "A",
        "Wilhelmina " * 10 + "Ng",
        "Olena Щур",
        "D'Arcy / Smith",
    ]
    for name in names:
        certify(hire(world.school, name=name, since=JANUARY, job_role="Nurse"), world.school, on=FEBRUARY)
    certify(world.amina.practitioner_id, world.school, on=FEBRUARY)
    answer = grace.post(ZIP)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="certificates-2026-03-02.zip"'
    assert answer.mimetype == "application/zip"
    archive = opened(answer.data)
    rows = listed(archive)
    assert {row["full_name"] for row in rows} == {*names, "Amina Yusuf"}
    assert [row["file"] for row in rows] == archive.namelist()[:-2]
    index = archive.read("index.html").decode()
    for row in rows:
        content = archive.read(row["file"])
        printed = text_of(content)
        assert f"Awarded to {row['full_name']} Harrow Lane School" in printed
        assert row["certificate_number"] in printed
        assert f">{row['certificate_number']}</a>" in index
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert grace.get(f"/certificates/{row['certificate_number']}.pdf").data == content
    amina = next(row for row in rows if row["full_name"] == "Amina Yusuf")
    assert {**amina, "file": "", "sha256": "", "certificate_number": ""} == {
        "full_name": "Amina Yusuf", "job_role": "Teacher", "module": "Sample module", "module_version": "1",
        "completed_on": "2026-02-10", "valid_until": "2029-02-10", "certificate_number": "", "standing": "valid",
        "file": "", "sha256": "",
    }  # fmt: skip


def test_the_same_choice_on_the_same_day_is_the_same_file(grace: CheckedClient, world: World, certify: Certify) -> None:
    for _ in range(3):
        certify(hire(world.school, since=JANUARY), world.school)
    first = grace.post(ZIP).data
    with clock.at(NOON + dt.timedelta(minutes=9)):
        assert grace.post(ZIP).data == first


def test_what_was_earned_elsewhere_or_by_strangers_is_never_in_it(
    grace: CheckedClient, world: World, certify: Certify
) -> None:
    kept = certify(world.amina.practitioner_id, world.school)
    certify(world.ben.practitioner_id, world.clinic)  # a member today, who earned it elsewhere
    certify(world.ben.practitioner_id, None, on=JANUARY)  # and for nobody
    certify(world.tomasz.practitioner_id, world.clinic)
    assert picked(world.school) == [kept]
    assert len(picked(world.clinic)) == 2
    assert list(queries.each_certificate(world.school, [])) == []
    with pytest.raises(KeyError):
        list(queries.each_certificate(world.school, queries.pick_certificates(world.clinic, Choice()).certificates))
    archive = opened(grace.post(ZIP).data)
    assert [row["full_name"] for row in listed(archive)] == ["Amina Yusuf"]
    seen = grace.get("/agency/certificates").text + "".join(archive.namelist())
    assert "Amina Yusuf" in seen
    for stranger in ("Tomasz", "Ben Price", "Millpond"):
        assert stranger not in seen


def test_whoever_has_left_is_still_in_it(world: World, certify: Certify) -> None:
    number = certify(world.amina.practitioner_id, world.school)
    leave_agency(world.amina.practitioner_id, ended_on=FEBRUARY)
    assert picked(world.school) == [number]


def test_the_job_role_is_that_of_the_day(world: World, certify: Certify) -> None:
    person = hire(world.school, since=JANUARY, job_role="Nurse")
    join_agency(person, world.school, "Teacher", team="Blue", started_on=FEBRUARY)  # two memberships on that day
    join_agency(person, world.school, "Other", started_on=dt.date(2026, 2, 20))
    before = certify(person, world.school, on=JANUARY)
    on_the_day = certify(person, world.school, on=FEBRUARY)
    roles = {pick.number: pick.job_role for pick in queries.pick_certificates(world.school, Choice()).certificates}
    assert roles == {before: "Nurse", on_the_day: "Teacher"}
    assert picked(world.school, job_role="Teacher") == picked(world.school, team="Blue") == [on_the_day]
    assert picked(world.school, job_role="Other") == []


def test_what_was_issued_anew_or_withdrawn_is_left_out_and_counted(
    grace: CheckedClient, world: World, certify: Certify
) -> None:
    old = certify(world.amina.practitioner_id, world.school)
    gone = certify(world.ben.practitioner_id, world.school)
    twice = certify(world.grace.practitioner_id, world.school)
    rename_practitioner(world.amina.practitioner_id, "Amina Khan")
    new = reissue_certificate(old, ReissueReason.NAME, by=None)
    withdraw_certificate(gone, WithdrawalReason.MISTAKE, by=None)
    withdraw_certificate(reissue_certificate(twice, ReissueReason.NAME, by=None), WithdrawalReason.MISTAKE, by=None)
    assert picked(world.school) == [new]
    said = "1 certificate issued anew under another number and 3 certificates withdrawn"
    archive = opened(grace.post(ZIP).data)
    assert [row["full_name"] for row in listed(archive)] == ["Amina Khan"]
    assert said in archive.read("index.html").decode()
    assert said in grace.get("/agency/certificates").text


def test_a_choice_by_day_module_and_name(world: World, certify: Certify) -> None:
    publish("other-module")
    first = certify(world.amina.practitioner_id, world.school, on=JANUARY)
    last = certify(world.amina.practitioner_id, world.school, on=FEBRUARY, module="other-module")
    rename_practitioner(world.amina.practitioner_id, "Amina Żak")
    assert picked(world.school) == [first, last]
    assert picked(world.school, first=JANUARY, last=JANUARY) == [first]
    assert picked(world.school, first=JANUARY + dt.timedelta(days=1)) == [last]
    assert picked(world.school, last=FEBRUARY - dt.timedelta(days=1)) == [first]
    assert picked(world.school, module_key=MODULE) == [first]
    assert picked(world.school, name="yusuf") == picked(world.school, name="zak ami") == [first, last]
    assert picked(world.school, name="price") == []


def test_by_name_then_by_day(world: World, certify: Certify) -> None:
    people = [hire(world.school, name=name, since=JANUARY) for name in ("Zoë", "Éva", "Frank", "Łukasz", "Mark")]
    for person in people:
        certify(person, world.school)
    first = certify(people[1], world.school, on=JANUARY)
    found = queries.pick_certificates(world.school, Choice()).certificates
    names = [each.certificate.full_name for each in queries.each_certificate(world.school, found)]
    assert names == ["Éva", "Éva", "Frank", "Łukasz", "Mark", "Zoë"]
    assert found[0].number == first


@pytest.mark.parametrize(("day", "first"), [(dt.date(2026, 3, 31), 2025), (dt.date(2026, 4, 1), 2026)])
def test_financial_years_begin_in_april(day: dt.date, first: int) -> None:
    years = financial_years(day)
    assert years[0] == (dt.date(first, 4, 1), dt.date(first + 1, 3, 31))
    assert [year.year for year, _ in years] == [first, first - 1, first - 2]


# The page


def test_the_page_says_how_many_and_keeps_the_choice(grace: CheckedClient, world: World, certify: Certify) -> None:
    for number in range(23):
        certify(hire(world.school, name=f"Nurse {number:02}", since=JANUARY, job_role="Nurse"), world.school)
    certify(world.amina.practitioner_id, world.school)
    text = grace.get("/agency/certificates?role=Nurse&first-day=1&first-month=feb&first-year=2026&name=nurse").text
    assert "<h2>23 certificates</h2>" in text
    assert "The first 20 of 23 certificates" in text
    assert "Nurse 19" in text
    assert "Nurse 20" not in text
    assert "Amina Yusuf" not in text
    kept = "first-day=1&amp;first-month=feb&amp;first-year=2026&amp;role=Nurse&amp;name=nurse"
    assert f'action="/agency/certificates.zip?{kept}"' in text
    archive = opened(grace.post(f"{ZIP}?{kept}".replace("&amp;", "&")).data)
    assert len(listed(archive)) == 23
    index = archive.read("index.html").decode()
    for words in ("<dt>Completed from</dt><dd>1 February 2026</dd>", "<dt>Name with</dt><dd>nurse</dd>", "Nurse"):
        assert words in index


def test_an_agency_without_certificates_and_a_choice_that_finds_none(
    grace: CheckedClient, world: World, certify: Certify
) -> None:
    assert "Nobody has earned a certificate at Harrow Lane School yet" in grace.get("/agency/certificates").text
    answer = grace.post(ZIP)
    assert (answer.status_code, answer.location) == (302, "/agency/certificates")
    certify(world.amina.practitioner_id, world.school)
    assert "fits what you asked for" in grace.get("/agency/certificates?name=zzz").text
    assert grace.post(f"{ZIP}?name=zzz").location == "/agency/certificates?name=zzz"


WRONG = {
    "first-day=2&first-month=2&first-year=2026&last-day=1&last-month=2&last-year=2026":
        "The last day must be the first day or after it",
    "first-day=31&first-month=2&first-year=2026": "The first day must be a real date",
    "last-day=31&last-month=2": "The last day must include a year",
    "first-day=%00&first-month='&first-year=20266": "The first day must be a real date",
}  # fmt: skip


def test_days_that_cannot_be_are_said_and_nothing_is_taken_out(grace: CheckedClient) -> None:
    for query, said in WRONG.items():
        text = grace.get(f"/agency/certificates?{query}").text
        assert "There is a problem" in text
        assert said in text
        assert "Download" not in text
        assert grace.post(f"{ZIP}?{query}").status_code == 404


def test_what_is_not_in_the_lists_is_left_out_and_it_is_said(grace: CheckedClient) -> None:
    for query in ("module=nonsense", "role=nonsense", "team=%00'"):
        assert "is not in the lists below" in grace.get(f"/agency/certificates?{query}").text
        assert grace.post(f"{ZIP}?{query}").status_code == 404


# Taking it out


def test_taking_it_out_is_written_down_and_has_a_limit(grace: CheckedClient, world: World, certify: Certify) -> None:
    certify(world.amina.practitioner_id, world.school)
    assert grace.get(ZIP).status_code == 405
    assert [grace.post(ZIP).status_code for _ in range(6)] == [200] * 5 + [429]
    taken = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "certificates exported")).all()
    assert len(taken) == 5
    assert taken[0].practitioner_id == world.grace.practitioner_id
    assert taken[0].subject == f"agency {world.school}: 1"


def test_all_on_paper(grace: CheckedClient, world: World, certify: Certify) -> None:
    names = ["Éva Nagy", "Łukasz Wójcik", "Zoë O’Neill"]
    for name in names:
        certify(hire(world.school, name=name, since=JANUARY), world.school)
    answer = grace.post(PDF)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="certificates-2026-03-02.pdf"'
    document = pypdfium2.PdfDocument(answer.data)
    assert [f"Awarded to {name} Harrow" in text_of(answer.data) for name in names] == [True] * 3
    assert [mark.get_title() for mark in document.get_toc()] == [f"{name}, Sample module" for name in names]
    assert [mark.get_dest().get_index() for mark in document.get_toc()] == [0, 1, 2]
    assert document.get_metadata_dict()["Title"] == "Certificates earned at Harrow Lane School, 2 March 2026"
    assert page.is_pdf_compliant_bytes(answer.data, profile="ua1")
    assert grace.post(PDF).data == answer.data
    assert grace.post(f"{PDF}?part=2").location == grace.post(f"{PDF}?part=-1").location == "/agency/certificates"
    taken = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "certificates exported")).all()
    assert [entry.subject for entry in taken] == [f"agency {world.school}: 3"] * 2


def test_no_transaction_is_open_while_it_travels(world: World, certify: Certify) -> None:
    for _ in range(3):
        certify(hire(world.school, since=JANUARY), world.school)
    found = queries.pick_certificates(world.school, Choice()).certificates
    pieces = zip_pieces(cover(3), queries.each_certificate(world.school, found), certificate_pdf)
    assert not any(db.session().in_transaction() for _piece in pieces)


def test_while_nothing_can_be_signed_a_page_says_so(
    app: Flask, grace: CheckedClient, world: World, certify: Certify, tmp_path: Path
) -> None:
    certify(world.amina.practitioner_id, world.school)
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "old.pem"
    key.write_bytes(new_key("Old", begins_at=NOON - dt.timedelta(days=900), years=1))
    key.chmod(0o600)
    app.extensions["signing_keys"] = SigningKeys.read(key.parent)
    answer = grace.post(f"{ZIP}?role=Teacher")
    assert answer.status_code == 503
    assert "the signing key has run out" in answer.text
    assert 'href="/agency/certificates?role=Teacher"' in answer.text
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "certificates exported")).all() == []
    assert grace.post(PDF).status_code == 200  # which nobody signs


def test_one_that_cannot_be_made_breaks_it_off(grace: CheckedClient, world: World, certify: Certify) -> None:
    """A zip cannot hold a date before 1980: what went before has no directory and no list."""
    certify(world.amina.practitioner_id, world.school)
    certify(hire(world.school, name="Zed", since=JANUARY), world.school, on=dt.date(1979, 5, 1))
    written = io.BytesIO()
    with closing(grace.post(ZIP, buffered=False)) as answer, pytest.raises(ValueError, match="1980"):
        written.writelines(answer.iter_encoded())
    assert len(written.getvalue()) > 10_000
    assert not zipfile.is_zipfile(written)
    assert b"manifest.csv" not in written.getvalue()


def test_only_a_training_lead_comes_in(app: Flask, world: World, certify: Certify) -> None:
    certify(world.amina.practitioner_id, world.school)
    for persona in (world.amina, world.officer, world.admin):
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        client.sign_in(persona)
        assert client.get("/agency/certificates").status_code == client.post(ZIP).status_code == 404
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    assert grouped(picked(world.school)[0]) not in client.sign_in(world.olu).get("/agency/certificates").text
