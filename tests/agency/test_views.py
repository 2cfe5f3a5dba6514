import csv
import datetime as dt
import io
import tracemalloc

import pytest
from flask import Flask
from sqlalchemy import event, select

from elearning.accounts.operations import grant_role, suspend_account
from elearning.catalogue.library import Library
from elearning.certificates.rules import grouped
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.models import AuditEntry, OutboxMail
from elearning.core.roles import Role
from elearning.people.models import Membership, Practitioner
from elearning.people.operations import join_agency
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Group
from tests.agency.conftest import Certify
from tests.conftest import MODULE, NOON, CheckedClient, World
from tests.records import begin, complete, hire

TODAY = dt.date(2026, 3, 2)


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_page_says_who_has_and_who_has_not(grace: CheckedClient, world: World) -> None:
    passed = complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 26))
    begin(world.ben.practitioner_id, on=TODAY)
    page = grace.get("/agency").text
    assert "1 of 4 people" in page
    assert "Completed on 26 February 2026, valid until 26 February 2029" in page
    assert f'href="/certificates/{grouped(passed.certificate or "")}"' in page
    assert "In progress" in page
    assert "Not started" in page


def test_nothing_of_another_agency_shows(grace: CheckedClient, world: World) -> None:
    complete(world.tomasz.practitioner_id, world.clinic, on=TODAY)
    seen = grace.get("/agency").text + grace.post("/agency/people.csv").text
    for stranger in ("Tomasz", "Olu", "Millpond"):
        assert stranger not in seen


def test_only_training_leads_come_in(app: Flask, world: World) -> None:
    for persona in (world.amina, world.officer, world.admin):
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        client.sign_in(persona)
        assert client.get("/agency").status_code == 404
        assert client.post("/agency/people.csv").status_code == 404


def test_the_filter_stays_in_the_address_and_on_the_page(grace: CheckedClient, world: World) -> None:
    for number in range(60):
        hire(world.school, name=f"Łucja {number:02}")
    page = grace.get("/agency?name=lucja&module=sample-module&state=no-valid-certificate").text
    assert "60 people of 64" in page
    assert "Łucja 49" in page
    assert "Łucja 50" not in page
    assert 'value="lucja"' in page
    assert '<option value="no-valid-certificate" selected>' in page
    following = "/agency?name=lucja&amp;module=sample-module&amp;state=no-valid-certificate&amp;page=2"
    assert following in page
    assert "Łucja 59" in grace.get(following.replace("&amp;", "&")).text


@pytest.mark.parametrize("query", ["module=nonsense", "state=nonsense", "module=%00&state='"])
def test_values_that_are_none_of_ours_are_left_out_and_it_is_said(grace: CheckedClient, query: str) -> None:
    answer = grace.get(f"/agency?{query}")
    assert answer.status_code == 200
    assert "that is not in the lists below" in answer.text
    assert "Amina Yusuf" in answer.text


@pytest.mark.parametrize("page", ["0", "-3", "99999999999999999999999", "two", ""])
def test_a_page_that_is_not_there_is_the_nearest(grace: CheckedClient, page: str) -> None:
    answer = grace.get("/agency", query_string={"page": page})
    assert answer.status_code == 200
    assert "Amina Yusuf" in answer.text


def test_names_are_text_not_markup(grace: CheckedClient, world: World) -> None:
    hire(world.school, name="<b>Bold</b>")
    assert "&lt;b&gt;Bold" in grace.get("/agency?name=<b>").text


def test_nobody_found(grace: CheckedClient) -> None:
    assert "Nobody at Harrow Lane School fits what you asked for" in grace.get("/agency?name=zzz").text


def test_a_partnership_without_modules(app: Flask, grace: CheckedClient) -> None:
    app.extensions["library"] = Library({})
    page = grace.get("/agency").text
    assert "There are no training modules yet" in page
    assert "4 people are registered" in page


def test_the_page_and_the_file_say_who_is_due_and_who_is_overdue(grace: CheckedClient, world: World) -> None:
    asks = [
        Ask(world.school, MODULE, Group.JOB_ROLE, "Teacher", dt.date(2026, 2, 28)),
        Ask(None, MODULE, Group.EVERYONE, "", dt.date(2026, 12, 31)),
    ]
    add_requirements(asks, by=None)
    hire(world.school, name="Aa", since=dt.date(2025, 1, 6))
    hire(world.school, name="Ab", since=dt.date(2026, 2, 20))
    complete(world.ben.practitioner_id, world.clinic, on=TODAY)
    page = grace.get("/agency").text
    assert "since 1 March 2026" in page
    assert "by 20 March 2026" in page, "four weeks after joining"
    assert "by 31 December 2026" in page
    assert "Meets the requirement with a certificate from elsewhere" in page
    assert "2 people of 6, overdue" in grace.get("/agency?state=overdue").text
    rows = csv_rows(grace.post("/agency/people.csv").data)
    assert [(row["full_name"], row["requirement"], row["due_by"]) for row in rows[:4]] == [
        ("Aa", "overdue", "2026-02-28"),
        ("Ab", "due", "2026-03-20"),
        ("Amina Yusuf", "overdue", "2026-02-28"),
        ("Ben Price", "met", "2026-12-31"),
    ]


def test_the_file_has_the_facts_of_the_page(grace: CheckedClient, world: World) -> None:
    passed = complete(world.amina.practitioner_id, world.school, on=dt.date(2026, 2, 26))
    begin(world.ben.practitioner_id, on=TODAY)
    answer = grace.post("/agency/people.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="training-2026-03-02.csv"'
    rows = csv_rows(answer.data)
    assert [(row["full_name"], row["state"]) for row in rows] == [
        ("Amina Yusuf", "Valid certificate"),
        ("Ben Price", "In progress"),
        ("Grace Obi", "Not started"),
        ("Officer Lane", "Not started"),
    ]
    assert rows[0] == {
        "full_name": "Amina Yusuf",
        "job_role": "Teacher",
        "team": "",
        "module": "Sample module",
        "state": "Valid certificate",
        "completed_on": "2026-02-26",
        "valid_until": "2029-02-26",
        "certificate_number": grouped(passed.certificate or ""),
        "requirement": "not required",
        "due_by": "",
    }


def test_a_name_is_no_formula(grace: CheckedClient, world: World) -> None:
    hire(world.school, name="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in [row["full_name"] for row in csv_rows(grace.post("/agency/people.csv").data)]


def test_a_stolen_session_cannot_pour(grace: CheckedClient, world: World) -> None:
    assert [grace.post("/agency/people.csv").status_code for _ in range(6)] == [200] * 5 + [429]
    taken = select(AuditEntry.id).where(AuditEntry.action == "people exported")
    assert len(db.session.execute(taken).all()) == 5
    with clock.at(NOON + dt.timedelta(minutes=11)):
        assert grace.sign_in(world.grace).post("/agency/people.csv").status_code == 200


def test_taking_the_file_is_a_post_and_leaves_a_trace(grace: CheckedClient, world: World) -> None:
    assert grace.get("/agency/people.csv").status_code == 405
    grace.post("/agency/people.csv")
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "people exported")).scalar_one()
    assert (entry.practitioner_id, entry.subject) == (world.grace.practitioner_id, f"agency {world.school}: 4")


def test_the_agencys_other_leads_are_told_who_when_and_how_many(grace: CheckedClient, world: World) -> None:
    for persona in (world.amina, world.ben):
        grant_role(persona.account_id, Role.TRAINING_LEAD, agency_id=world.school)
    suspend_account(world.ben.account_id)
    grace.post("/agency/people.csv")
    ((recipient, body),) = mails()
    assert recipient == world.amina.email
    assert (
        "Grace Obi took out a file with the names of 4 people of Harrow Lane School, at 12:00 on 2 March 2026." in body
    )
    assert not [name for name in ("Amina", "Ben", "Officer") if name in body]


def test_of_a_pack_of_certificates_they_are_told_too(grace: CheckedClient, world: World, certify: Certify) -> None:
    certify(world.amina.practitioner_id, world.school)
    grant_role(world.amina.account_id, Role.TRAINING_LEAD, agency_id=world.school)
    for file in ("zip", "pdf"):
        grace.post(f"/agency/certificates.{file}")
    assert [recipient for recipient, _ in mails()] == [world.amina.email] * 2
    assert all("Grace Obi took out a file with 1 certificate of Harrow Lane School" in body for _, body in mails())


def test_where_there_is_no_other_lead_the_partnership_is_told(app: Flask, grace: CheckedClient, world: World) -> None:
    grant_role(world.tomasz.account_id, Role.TRAINING_LEAD, agency_id=world.clinic)
    grant_role(world.ben.account_id, Role.TRAINING_LEAD, agency_id=world.school)
    join_agency(world.ben.practitioner_id, world.clinic, "Nurse")  # a lead no more, and works here no more
    grace.post("/agency/people.csv")
    assert [recipient for recipient, _body in mails()] == [app.config["SETTINGS"].help_email]
    assert "3 people" in mails()[0][1]


def test_what_could_not_be_written_down_is_not_taken_out(grace: CheckedClient, app: Flask) -> None:
    """The mail, the trail and the leave to go on are one transaction."""

    def refuse(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "INTO outbox_mail" in statement:
            raise OSError

    event.listen(db.engine, "before_cursor_execute", refuse)
    answer = grace.post("/agency/people.csv")
    event.remove(db.engine, "before_cursor_execute", refuse)
    assert answer.status_code == 500
    assert "Amina" not in answer.text
    assert not db.session.execute(select(AuditEntry).where(AuditEntry.action == "people exported")).all()


def mails() -> list[tuple[str, str]]:
    rows = db.session.execute(select(OutboxMail.recipient, OutboxMail.body).order_by(OutboxMail.id))
    return [(recipient, body) for recipient, body in rows]


def hire_many(agency_id: int, number: int) -> None:
    with atomic() as session:
        now = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
        persons = [Practitioner(full_name=f"Person {n:05}", created_at=now) for n in range(number)]
        session.add_all(persons)
        session.flush()
        session.add_all(
            Membership(practitioner_id=p.id, agency_id=agency_id, job_role="Nurse", started_on=now.date())
            for p in persons
        )


def test_a_long_file_is_made_a_batch_at_a_time(grace: CheckedClient, world: World) -> None:
    """What is held at once grows by the list of members alone, and no transaction stays open between batches."""
    hire_many(world.school, 4_000)
    db.session.expunge_all()
    begun: list[object] = []

    def hear(connection: object) -> None:
        begun.append(connection)

    event.listen(db.engine, "begin", hear)
    tracemalloc.start()
    answer = grace.post("/agency/people.csv", buffered=False)
    size = sum(len(piece) for piece in answer.response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    event.remove(db.engine, "begin", hear)
    assert size > 4_000 * 50
    assert peak < 8_000_000
    assert len(begun) >= 4_000 // 500


def test_the_statements_of_a_page_are_few_and_do_not_grow(grace: CheckedClient, world: World) -> None:
    heard: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        heard.append(statement)

    def statements() -> int:
        heard.clear()
        event.listen(db.engine, "after_cursor_execute", hear)
        assert grace.get("/agency").status_code == 200
        event.remove(db.engine, "after_cursor_execute", hear)
        return sum(not statement.startswith(("PRAGMA", "BEGIN")) for statement in heard)

    grace.get("/agency")
    few = statements()
    for _ in range(60):
        complete(hire(world.school), world.school, on=TODAY)
    assert statements() == few <= 9
