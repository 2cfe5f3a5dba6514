"""`elearning people`: who comes, who leaves, and who may do what, one person at a time."""

import datetime as dt
from typing import Protocol

import click
from flask import Flask

from elearning.accounts import operations
from elearning.core import clock
from elearning.core.roles import Role
from elearning.people.operations import add_agency
from elearning.people.types import JOB_ROLES, Sector


class Installation(Protocol):
    """What the commands need of the context that `elearning` hands them."""

    @property
    def app(self) -> Flask: ...


@click.group()
def people() -> None:
    """Add agencies and the people who work in them; end what has ended."""


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


@people.command()
@click.argument("email")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="their last day, such as 2026-02-28; otherwise today")
@click.pass_obj
def leave(installation: Installation, email: str, on: dt.datetime | None) -> None:
    """End someone's time in their agency, and with it their role as its training lead; they can still sign in."""
    day = on.date() if on else clock.today()
    with installation.app.app_context():
        operations.end_membership(email, day)
    click.echo(f"{email} left their agency on {day}. Their own record stays theirs.")


@people.command()
@click.argument("email")
@click.pass_obj
def suspend(installation: Installation, email: str) -> None:
    """Let someone sign in no more; who is signed in is out at once."""
    with installation.app.app_context():
        operations.suspend_person(email)
    click.echo(f"{email} cannot sign in any more.")


@people.command()
@click.argument("email")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role if role is not Role.PRACTITIONER])
)
@click.pass_obj
def revoke(installation: Installation, email: str, role: str) -> None:
    """Take back a role; who is signed in has lost it at the next page."""
    with installation.app.app_context():
        operations.revoke_role(email, Role(role))
    click.echo(f"{email} is no longer {role}.")


@people.command("reset-second-factor")
@click.argument("email", required=False)
@click.option("--everyone", is_flag=True, help="everyone's, as after ELEARNING_SECRET_KEY was changed")
@click.pass_obj
def reset_second_factor(installation: Installation, email: str | None, everyone: bool) -> None:
    """Let someone who lost their authenticator app set it up again; make sure first that it is them."""
    if bool(email) == everyone:
        raise click.UsageError("Give an e-mail address, or --everyone.")
    with installation.app.app_context():
        if email:
            operations.reset_factor(email)
            click.echo(f"{email} sets up an authenticator app when they next sign in.")
        else:
            count = operations.reset_all_factors()
            click.echo(f"Authenticator apps to be set up again: {count}.")
