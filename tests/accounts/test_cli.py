"""`elearning people`: the first administrator of a real installation, and the end of what has ended."""

import datetime as dt
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from elearning.accounts import operations, queries
from elearning.accounts.cli import people
from elearning.core.db import db
from elearning.core.errors import Refused
from elearning.core.models import AuditEntry
from elearning.core.roles import Role
from elearning.people.queries import agency_on, find_agency
from elearning.people.types import JOB_ROLES
from tests.conftest import World

PERSON = {"--name": "Siân Ŵyn", "--email": "Sian@Example.org", "--agency": "Harrow Lane School"}


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(people, arguments, obj=SimpleNamespace(app=app))


def add(app: Flask, **changes: str) -> Result:
    given = PERSON | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return run(app, "add", *(part for option in given.items() for part in option))


@pytest.mark.parametrize("role", list(Role))
def test_a_person_added_can_sign_in_with_their_role(app: Flask, world: World, role: Role) -> None:
    result = add(app, role=role.value, job_role="Safeguarding lead")
    assert result.exit_code == 0
    assert result.output == (
        f"Added Siân Ŵyn of Harrow Lane School as {role}. "
        "They sign in at http://127.0.0.1:8000/sign-in with sian@example.org.\n"
    )
    account_id = queries.find_account("sian@example.org")
    assert account_id
    signed_in = queries.find_signed_in(operations.start_session(account_id, confirmed=True))
    assert signed_in
    assert signed_in.roles == {Role.PRACTITIONER, role}
    assert signed_in.lead_of == (world.school if role is Role.TRAINING_LEAD else None)
    assert signed_in.agency_id == world.school


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"agency": "No Such School"}, "elearning people add-agency"),
        ({"email": "amina@example.org"}, "has an account already"),
        ({"email": "AMINA@example.org"}, "has an account already"),
        ({"email": "sian"}, "is not an e-mail address"),
        ({"name": "王 Wang"}, "cannot print 王"),
        ({"name": " "}, "Enter"),
    ],
)
def test_what_cannot_be_added_is_refused_in_one_line(
    app: Flask, world: World, changes: dict[str, str], words: str
) -> None:
    error = add(app, **changes).exception
    assert isinstance(error, Refused)  # elearning.cli.main prints it and exits with 1
    assert words in str(error)
    assert "\n" not in str(error)
    assert queries.find_account("sian@example.org") is None


@pytest.mark.parametrize("changes", [{"role": "king"}, {"job_role": "Astronaut"}])
def test_an_unknown_choice_names_the_known_ones(app: Flask, world: World, changes: dict[str, str]) -> None:
    result = add(app, **changes)
    assert result.exit_code == 2
    assert (JOB_ROLES[0] if "job_role" in changes else "training lead") in result.output


def test_an_agency_is_added_once(app: Flask, world: World) -> None:
    result = run(app, "add-agency", "Ysgol Gŵyr", "--sector", "school or college")
    assert result.exit_code == 0
    assert "Added Ysgol Gŵyr" in result.output
    assert find_agency("Ysgol Gŵyr")
    assert isinstance(run(app, "add-agency", "ysgol gŵyr", "--sector", "health").exception, Refused)
    assert run(app, "add-agency", "Other", "--sector", "space").exit_code == 2


def trail() -> list[tuple[str, str]]:
    """The newest entry of the audit trail."""
    newest = select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id.desc()).limit(1)
    db.session.rollback()  # the command has its own session
    return [(action, subject) for action, subject in db.session.execute(newest)]


def test_who_leaves_works_there_no_more_and_leads_nobody(app: Flask, world: World) -> None:
    token = operations.start_session(world.grace.account_id, confirmed=True)
    result = run(app, "leave", "Grace@Example.org", "--on", "2026-03-01")
    assert result.exit_code == 0, result.output
    assert "left their agency on 2026-03-01" in result.output
    grace = queries.find_signed_in(token)
    assert grace
    assert grace.roles == {Role.PRACTITIONER}
    assert grace.agency_id is None
    there, gone = (agency_on(world.grace.practitioner_id, dt.date(2026, 3, day)) for day in (1, 2))
    assert there
    assert gone is None
    assert trail() == [("left agency", f"practitioner {world.grace.practitioner_id}: agency {world.school}")]


def test_who_leaves_without_a_day_leaves_today(app: Flask, world: World) -> None:
    assert "on 2026-03-02" in run(app, "leave", "ben@example.org").output
    assert isinstance(run(app, "leave", "ben@example.org").exception, Refused)


def test_who_is_suspended_is_out(app: Flask, world: World) -> None:
    token = operations.start_session(world.ben.account_id)
    assert run(app, "suspend", "BEN@example.org").exit_code == 0
    assert queries.find_signed_in(token) is None
    assert trail() == [("account suspended", f"account {world.ben.account_id}")]
    assert run(app, "leave", "ben@example.org").exit_code == 0


def test_a_role_revoked_is_gone_and_the_others_stay(app: Flask, world: World) -> None:
    operations.grant_role(world.grace.account_id, Role.OFFICER)
    token = operations.start_session(world.grace.account_id, confirmed=True)
    result = run(app, "revoke", "grace@example.org", "--role", "training lead")
    assert result.output == "grace@example.org is no longer training lead.\n"
    grace = queries.find_signed_in(token)
    assert grace
    assert grace.roles == {Role.PRACTITIONER, Role.OFFICER}
    assert grace.lead_of is None
    olu = queries.find_signed_in(operations.start_session(world.olu.account_id, confirmed=True))
    assert olu
    assert Role.TRAINING_LEAD in olu.roles
    run(app, "revoke", "grace@example.org", "--role", "L&D officer")
    assert trail() == [("role revoked", f"account {world.grace.account_id}: L&D officer")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["leave", "nobody@example.org"], "no account"),
        (["suspend", "not an address"], "no account"),
        (["revoke", "nobody@example.org", "--role", "L&D officer"], "no account"),
        (["revoke", "amina@example.org", "--role", "L&D officer"], "was not granted"),
        (["leave", "amina@example.org", "--on", "2026-03-03"], "to today"),
        (["leave", "amina@example.org", "--on", "2020-01-01"], "their first"),
        (["suspend", "tomasz@example.org"], "already"),
    ],
)
def test_what_cannot_end_is_refused_in_one_line_and_changes_nothing(
    app: Flask, world: World, arguments: list[str], words: str
) -> None:
    operations.suspend_account(world.tomasz.account_id)
    before = trail()
    error = run(app, *arguments).exception
    assert isinstance(error, Refused)
    assert words in str(error)
    assert "\n" not in str(error)
    assert trail() == before


@pytest.mark.parametrize(
    "arguments", [["leave", "a@b.co", "--on", "soon"], ["revoke", "a@b.co", "--role", "practitioner"]]
)
def test_what_is_no_day_or_no_role_to_take_back_is_named(app: Flask, arguments: list[str]) -> None:
    assert run(app, *arguments).exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["--help"], *([name, "--help"] for name in ("add", "add-agency", "leave", "suspend", "revoke"))]
)
def test_help_needs_no_settings(arguments: list[str]) -> None:
    result = CliRunner().invoke(people, arguments)
    assert result.exit_code == 0
    assert "Usage" in result.output
