import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from elearning.core.db import db
from elearning.requirements.models import Headcount, Requirement
from elearning.requirements.operations import add_requirements
from elearning.requirements.queries import list_headcounts, list_requirements
from elearning.requirements.types import Ask, Group
from tests.conftest import MODULE, CheckedClient, Persona, World
from tests.records import complete, hire

SOON = {"due_on-day": "31", "due_on-month": "March", "due_on-year": "2027"}
COUNTED = {"counted_on-day": "1", "counted_on-month": "2", "counted_on-year": "2026"}
HEADCOUNTS, REQUIREMENTS = "/reports/headcounts/upload", "/reports/requirements/upload"
HEADER = "agency,job role,staff,counted on\n"

SignIn = Callable[[Persona], CheckedClient]


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    def sign_in(persona: Persona) -> CheckedClient:
        client = app.test_client()
        assert isinstance(client, CheckedClient)
        return client.sign_in(persona)

    return sign_in


@pytest.fixture
def officer(sign_in: SignIn, world: World) -> CheckedClient:
    return sign_in(world.officer)


@pytest.fixture
def grace(sign_in: SignIn, world: World) -> CheckedClient:
    return sign_in(world.grace)


def upload(client: CheckedClient, address: str, content: str | bytes) -> TestResponse:
    """Send a file as a browser does; werkzeug's own way would put a large one into a temporary file and leave it open."""
    return _send(client, address, 'file"; filename="list.csv', content)


def _send(client: CheckedClient, address: str, name: str, content: str | bytes, **more: str) -> TestResponse:
    parts = {name: content, "csrf_token": client.csrf_token(), **more}
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value.encode() if isinstance(value, str) else value)
        + b"\r\n"
        for name, value in parts.items()
    )
    return client.post(address, data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x")


def written(page: str) -> str:
    """What the page to check a list would have recorded."""
    text = page.partition('name="text" value="')[2].partition('"')[0]
    return text.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


def count(model: type[Headcount] | type[Requirement]) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_lead_adds_a_requirement_and_ends_it(grace: CheckedClient, world: World) -> None:
    hire(world.school)
    answer = grace.post("/agency/requirements/new", data={"module": MODULE, "who": "everyone", **SOON})
    assert answer.location == "/agency/requirements"
    page = grace.get("/agency/requirements").text
    assert "The requirement is recorded" in page
    assert "1 requirement in force" in page
    assert "31 March 2027" in page
    (requirement,) = list_requirements()
    assert "You are about to end" in grace.get(f"/agency/requirements/{requirement.id}/end").text
    assert list_requirements() == [requirement], "looking ends nothing"
    for _ in range(2):
        assert grace.post(f"/agency/requirements/{requirement.id}/end").location == "/agency/requirements"
    assert "Nothing is required of people" in grace.get("/agency/requirements").text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, ["Choose a training module", "Choose who must hold", "Enter the day it is due"]),
        ({"module": "none", "who": "team:Nobody", **SOON}, ["Choose a training module", "Choose who must hold"]),
        ({"module": MODULE, "who": "everyone", **SOON, "due_on-year": "2207"}, ["within the next five years"]),
    ],
)
def test_what_cannot_be_required_is_said_and_what_was_typed_is_kept(
    grace: CheckedClient, sent: dict[str, str], says: list[str]
) -> None:
    page = grace.post("/agency/requirements/new", data=sent).text
    assert [words for words in says if words not in page] == []
    assert "There is a problem" in page
    assert f'value="{sent.get("due_on-year", "")}"' in page
    assert count(Requirement) == 0


def test_the_same_requirement_by_another_day_is_refused_at_its_field(grace: CheckedClient, world: World) -> None:
    sent = {"module": MODULE, "who": "everyone", **SOON}
    for _ in range(2):
        assert grace.post("/agency/requirements/new", data=sent).status_code == 302
    page = grace.post("/agency/requirements/new", data={**sent, "due_on-day": "30"}).text
    assert "End that requirement first" in page
    assert count(Requirement) == 1


def test_the_partnerships_is_for_all_and_not_a_leads_to_end(
    officer: CheckedClient, grace: CheckedClient, world: World
) -> None:
    sent = {"module": MODULE, "who": "job role:Nurse", "agency": "partnership", **SOON}
    assert officer.post("/reports/requirements/new", data=sent).location == "/reports/requirements"
    officer.post("/reports/requirements/new", data=sent | {"agency": str(world.clinic)})
    ours, theirs = list_requirements()
    page = grace.get("/agency/requirements").text
    assert "Job role: Nurse" in page
    assert "The partnership" in page
    for each in (ours, theirs):
        assert grace.get(f"/agency/requirements/{each.id}/end").status_code == 404
        assert grace.post(f"/agency/requirements/{each.id}/end").status_code == 404
    officer.post(f"/reports/requirements/{theirs.id}/end")
    assert list_requirements() == [ours]


def test_a_lead_declares_the_staff_of_their_agency_and_no_other(grace: CheckedClient, world: World) -> None:
    sent = {"job_role": "all", "staff": "1,046", "agency": str(world.clinic), **COUNTED}
    assert grace.post("/agency/headcount", data=sent).location == "/agency/headcount"
    (held,) = list_headcounts()
    assert (held.agency_id, held.job_role, held.staff) == (world.school, "", 1046)
    assert "1,046" in grace.get("/agency/headcount").text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose all staff in scope, or a job role"),
        ({"staff": "some"}, "must be a whole number, like 46"),
        ({"staff": "-4"}, "Staff must be 1 or more"),
        ({"staff": "40", "counted_on-year": "2027"}, "must be today or in the past"),
    ],
)
def test_a_headcount_that_cannot_be(grace: CheckedClient, sent: dict[str, str], says: str) -> None:
    assert says in grace.post("/agency/headcount", data=COUNTED | sent).text
    assert count(Headcount) == 0


def test_the_officer_sees_who_has_not_declared(officer: CheckedClient, world: World) -> None:
    assert "2 of 2 agencies have not declared" in officer.get("/reports/headcounts").text
    nurses = {"agency": str(world.clinic), "job_role": "Nurse", "staff": "4", **COUNTED}
    officer.post("/reports/headcounts/new", data=nurses)
    officer.post("/reports/headcounts/new", data=nurses | {"agency": str(world.school), "job_role": "all"})
    page = officer.get("/reports/headcounts").text
    assert "1 of 2 agencies have not declared" in page, "a job role is not all staff"
    assert page.count("Not declared") == 1
    assert (
        f'<option value="{world.clinic}" selected>'
        in officer.get(f"/reports/headcounts/new?agency={world.clinic}").text
    )


def test_fewer_staff_than_are_trained_is_recorded_and_said(officer: CheckedClient, world: World) -> None:
    for person in (world.amina, world.ben):
        complete(person.practitioner_id, world.school, on=dt.date(2026, 2, 20))
    says = "2 people there already hold a valid certificate, more than the 1 staff declared"
    page = upload(officer, HEADCOUNTS, HEADER + "Harrow Lane School,,1,2026-02-01").text
    assert f"Line 2: {says}" in page
    sent = {"agency": str(world.school), "job_role": "all", "staff": "1", **COUNTED}
    assert says in officer.post("/reports/headcounts/new", data=sent, follow_redirects=True).text
    assert [each.staff for each in list_headcounts()] == [1]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_list_is_shown_first_and_recorded_whole(officer: CheckedClient, world: World, encoding: str) -> None:
    content = HEADER + 'Harrow Lane School,,"1,200",46112\nMillpond clinic,Nurse,4,31/12/2025\n'.replace(
        "46112", "46054"
    )
    page = upload(officer, HEADCOUNTS, content.encode(encoding)).text
    assert "2 headcounts can be recorded" in page
    assert "1 February 2026" in page
    assert count(Headcount) == 0
    for recorded in ("2 headcounts recorded", "0 headcounts recorded. 2 were there already."):
        answer = officer.post(HEADCOUNTS, data={"text": written(page), "step": "record"}, follow_redirects=True)
        assert recorded in answer.text
    assert [(each.agency_id, each.job_role, each.staff) for each in list_headcounts()] == [
        (world.school, "", 1200),
        (world.clinic, "Nurse", 4),
    ]


def test_a_list_with_one_wrong_row_is_not_recorded_at_all(officer: CheckedClient) -> None:
    content = HEADER + "Harrow Lane School,,40,2026-02-01\nMilpond Clinic,,40,2026-02-01\n"
    for answer in (
        upload(officer, HEADCOUNTS, content),
        officer.post(HEADCOUNTS, data={"text": content, "step": "record"}),
    ):
        assert "1 row of the list cannot be recorded" in answer.text
        assert "Did you mean “Millpond Clinic”?" in answer.text
        assert 'name="step"' not in answer.text
    assert count(Headcount) == 0


def test_requirements_come_as_a_list_too(officer: CheckedClient, world: World) -> None:
    add_requirements([Ask(world.school, MODULE, Group.EVERYONE, "", dt.date(2027, 3, 31))], by=None)
    content = (
        "agency;module;group;name;due on\n"
        f"whole partnership;{MODULE};job role;Nurse;30/09/2026\n"
        "Harrow Lane School;Sample module;everyone;;31/03/2027\n"
    )
    page = upload(officer, REQUIREMENTS, content).text
    assert "2 requirements can be recorded" in page
    assert "Line 3: This is in force already and stays as it is" in page
    answer = officer.post(REQUIREMENTS, data={"text": written(page), "step": "record"}, follow_redirects=True)
    assert "1 requirement recorded. 1 was there already." in answer.text
    assert [each.agency_id for each in list_requirements()] == [world.school, None]


def test_a_list_that_was_overtaken_is_said_and_nothing_of_it_is_recorded(officer: CheckedClient, world: World) -> None:
    rows = f"Harrow Lane School,{MODULE},everyone,,2027-03-31\nMillpond Clinic,{MODULE},everyone,,2027-03-31\n"
    page = upload(officer, REQUIREMENTS, "agency,module,group,name,due on\n" + rows).text
    add_requirements([Ask(world.clinic, MODULE, Group.EVERYONE, "", dt.date(2026, 12, 1))], by=None)
    answer = officer.post(REQUIREMENTS, data={"text": written(page), "step": "record"})
    assert "This group must hold this module by 1 December 2026 already" in answer.text
    assert count(Requirement) == 1


OWN: dict[str, tuple[str, str, type[Headcount] | type[Requirement]]] = {
    "/agency/headcount/upload": ("job role,staff,counted on\n{},40,2026-02-01", "/agency/headcount", Headcount),
    "/agency/requirements/upload": (
        f"module,group,name,due on\n{MODULE},job role,{{}},2027-03-31", "/agency/requirements", Requirement
    ),
}  # fmt: skip
of_a_lead = pytest.mark.parametrize("address", OWN)


@of_a_lead
def test_a_lead_uploads_for_their_own_agency_which_the_list_need_not_name(
    grace: CheckedClient, world: World, address: str
) -> None:
    list_, back, model = OWN[address]
    page = upload(grace, address, list_.format("Nurse")).text
    assert "of Harrow Lane School can be recorded" in page
    assert "Harrow Lane School" in written(page)
    assert count(model) == 0
    for _ in range(2):
        answer = grace.post(address, data={"text": written(page), "step": "record"})
        assert answer.location == back
    assert db.session.scalars(select(model.agency_id)).all() == [world.school]


@of_a_lead
@pytest.mark.parametrize("agency", ["Millpond Clinic", "whole partnership", "", "Harrow Lane Schol", "Nowhere"])
def test_a_lead_cannot_upload_for_anyone_else(grace: CheckedClient, world: World, address: str, agency: str) -> None:
    """Nor learn who there is: a sentence is the same for any other name. The carried list is no other way in."""
    list_, _, model = OWN[address]
    header, row = list_.format("Nurse").split("\n")
    both = f"agency,{header}\nHarrow Lane School,{row}\n{agency},{row}"
    for answer in (upload(grace, address, both), grace.post(address, data={"text": both, "step": "record"})):
        assert "1 row of the list cannot be recorded" in answer.text
        assert "This row must name Harrow Lane School, the only agency that you can upload for" in answer.text
        assert "Did you mean" not in answer.text
        assert 'name="step"' not in answer.text
    assert count(model) == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "The file is empty"), (b"PK\x03\x04", "Excel workbook"), (HEADER.encode() + b"x,,1,2026-01-01\n" * 200_000, "more than")],
    ids=["empty", "a workbook", "200,000 rows"],
)  # fmt: skip
@pytest.mark.parametrize("address", [HEADCOUNTS, *OWN])
def test_what_is_no_list_is_refused_at_the_field(
    officer: CheckedClient, grace: CheckedClient, address: str, content: bytes, says: str
) -> None:
    page = upload(officer if address == HEADCOUNTS else grace, address, content).text
    assert says in page
    assert "There is a problem" in page


def test_no_file_and_a_file_beyond_all_measure(officer: CheckedClient) -> None:
    assert "Choose the file to upload" in officer.post(HEADCOUNTS, data={}).text
    assert upload(officer, HEADCOUNTS, b"x" * (10 * 2**20 + 1)).status_code == 413


def test_a_list_of_the_most_rows_is_recorded(officer: CheckedClient, world: World) -> None:
    """A form of more than the half megabyte that Flask takes unless told otherwise."""
    rows = [
        f"{'Harrow Lane School':<120},{role},40,{dt.date(2026, 2, 28) - dt.timedelta(days=day)}"
        for day in range(1250)
        for role in ("", "Nurse", "Midwife", "Other")
    ]
    answer = _send(officer, HEADCOUNTS, "text", HEADER + "\n".join(rows), step="record")
    assert answer.location == "/reports/headcounts"
    assert count(Headcount) == 5000
    assert len(list_headcounts()) == 4


@pytest.mark.parametrize("formula", ["=1+1", "@x", "<script>alert(1)</script>"])
def test_a_formula_or_markup_is_text_and_no_agency(officer: CheckedClient, formula: str) -> None:
    page = upload(officer, HEADCOUNTS, HEADER + f"{formula},,40,2026-02-01").text
    assert "There is no agency called" in page
    assert "<script" not in page
