"""`elearning people`: the first administrator of a real installation."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from elearning.accounts import operations, queries
from elearning.accounts.cli import people
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.people.queries import find_agency
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
    signed_in = queries.find_signed_in(operations.start_session(account_id))
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


@pytest.mark.parametrize("arguments", [["--help"], ["add", "--help"], ["add-agency", "--help"]])
def test_help_needs_no_settings(arguments: list[str]) -> None:
    result = CliRunner().invoke(people, arguments)
    assert result.exit_code == 0
    assert "Usage" in result.output
