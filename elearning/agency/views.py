"""The training lead's page: the agency's people and what they completed here, and the same as a file."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.agency import operations, queries
from elearning.agency.forms import STATES, people_filter
from elearning.agency.rules import state_of
from elearning.agency.types import PersonRow
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.rules import grouped
from elearning.core import clock
from elearning.core.roles import Role
from elearning.core.spreadsheet import csv_pieces
from elearning.core.throttle import may_export
from elearning.discussions.queries import count_led, list_led
from elearning.web.access import recently_confirmed, requires

bp = Blueprint("agency", __name__)

DISCUSSIONS = 50  # on a page
COLUMNS = (
    "full_name", "job_role", "team", "module", "state", "completed_on", "valid_until", "certificate_number",
)  # fmt: skip


@bp.get("/agency")
@requires(Role.TRAINING_LEAD)
def people() -> ResponseReturnValue:
    """Today's members by name, with each module's state; filtered and paged by the address."""
    agency_id, today, modules = current_user.lead_of, clock.today(), tuple(library())
    form, wanted = people_filter(request.args, modules)
    shown = [module for module in modules if wanted.module_key in ("", module.key)]
    keys = [module.key for module in shown]
    page = queries.find_people(agency_id, keys, wanted, page=request.args.get("page", default=1, type=int), today=today)

    def page_url(number: int) -> str:
        return url_for(
            "agency.people",
            name=wanted.name or None,
            module=wanted.module_key or None,
            state=wanted.state or None,
            page=number,
        )

    return render_template(
        "agency/people.html",
        agency_name=queries.agency_name(agency_id),
        holders=zip(modules, queries.count_holders(agency_id, [module.key for module in modules], today), strict=True),
        people_count=queries.count_people(agency_id),
        discussion_count=count_led(agency_id),
        modules=modules,
        shown=shown,
        form=form,
        wanted=wanted,
        page=page,
        page_url=page_url,
        state_of=state_of,
        state_words=STATES,
        grouped=grouped,
    )


@bp.get("/agency/discussions")
@requires(Role.TRAINING_LEAD)
def discussions() -> ResponseReturnValue:
    """The lines of the team discussions that were led by people of the agency: nobody is named."""
    agency_id = current_user.lead_of
    count = count_led(agency_id)
    last = max(1, -(-count // DISCUSSIONS))
    page = min(max(1, request.args.get("page", default=1, type=int)), last)
    return render_template(
        "agency/discussions.html",
        agency_name=queries.agency_name(agency_id),
        count=count,
        rows=list_led(agency_id, limit=DISCUSSIONS, offset=(page - 1) * DISCUSSIONS),
        titles={module.key: module.title for module in library()},
        page=page,
        last=last,
        page_url=lambda number: url_for("agency.discussions", page=number),
    )


@bp.post("/agency/people.csv")
@requires(Role.TRAINING_LEAD)
@recently_confirmed
def people_csv() -> ResponseReturnValue:
    """All members with the facts of the page, a line for each person and module. Written down in the audit trail, and mailed."""
    if not may_export(current_user.practitioner_id):
        abort(429)
    agency_id, today, modules = current_user.lead_of, clock.today(), tuple(library())
    help_email = current_app.config["SETTINGS"].help_email
    operations.record_people_export(current_user.practitioner_id, agency_id, help_email=help_email)
    rows = queries.each_person(agency_id, [module.key for module in modules], today)
    lines = (line for row in rows for line in _lines(row, modules))
    return Response(
        stream_with_context(csv_pieces(COLUMNS, lines)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="training-{today}.csv"'},
    )


def _lines(row: PersonRow, modules: tuple[TrainingModule, ...]) -> Iterator[tuple[object, ...]]:
    member = row.member
    for module, progress in zip(modules, row.progress, strict=True):
        earned = progress.earned
        yield (
            member.full_name,
            member.job_role,
            member.team,
            module.title,
            STATES[state_of(progress)],
            earned and earned.completed_on,
            earned and earned.expires_on,
            earned and earned.certificate and grouped(earned.certificate),
        )
