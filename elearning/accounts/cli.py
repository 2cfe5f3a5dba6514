"""`elearning people`: the first people of an installation, one at a time."""

from typing import Protocol

import click
from flask import Flask

from elearning.accounts import operations
from elearning.core.roles import Role
from elearning.people.operations import add_agency
from elearning.people.types import JOB_ROLES, Sector


class Installation(Protocol):
    """What the commands need of the context that `elearning` hands them."""

    @property
    def app(self) -> Flask: ...


@click.group()
def people() -> None:
    """Add agencies and the people who work in them."""


@people.command("add")
@click.option("--name", required=True, help="full name, as it should appear on certificates")
@click.option("--email", required=True, help="work e-mail address; sign-in codes go there")
@click.option("--agency", required=True, help="the agency they work in, which must exist")
@click.option("--job-role", type=click.Choice(JOB_ROLES), default="Other", show_default=True)
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.PRACTITIONER.value, show_default=True
)
@click.pass_obj
def add(installation: Installation, name: str, email: str, agency: str, job_role: str, role: str) -> None:
    """Add a person who can sign in, such as the first administrator."""
    with installation.app.app_context():
        email = operations.add_person(name, email, agency=agency, job_role=job_role, role=Role(role))
    address = installation.app.config["SETTINGS"].base_url
    click.echo(f"Added {name} of {agency} as {role}. They sign in at {address}/sign-in with {email}.")


@people.command("add-agency")
@click.argument("name")
@click.option("--sector", required=True, type=click.Choice([sector.value for sector in Sector]))
@click.pass_obj
def add_one_agency(installation: Installation, name: str, sector: str) -> None:
    """Add an agency by its full name."""
    with installation.app.app_context():
        add_agency(name, Sector(sector))
    click.echo(f"Added {name} ({sector}). Add its people with `elearning people add`.")
