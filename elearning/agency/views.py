"""The training lead's pages: the agency's people, what they completed here, their certificates; each also as a file."""

from collections.abc import Iterator
from itertools import chain

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.agency import operations, queries
from elearning.agency.forms import STATES, CertificatesFilter, certificates_filter, cover_of, people_filter
from elearning.agency.rules import financial_years, meets_elsewhere, state_of
from elearning.agency.types import PersonRow, Picked
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.issuer import certificate_pdf, printed_pdf
from elearning.certificates.pack import left_out, zip_pieces
from elearning.certificates.rules import grouped
from elearning.core import clock
from elearning.core.errors import ElearningError
from elearning.core.roles import Role
from elearning.core.spreadsheet import csv_pieces
from elearning.core.throttle import may_export
from elearning.discussions.queries import count_led, list_led
from elearning.people.queries import agency_name
from elearning.web.access import recently_confirmed, requires
from elearning.web.pages import format_day

bp = Blueprint("agency", __name__)

DISCUSSIONS = 50  # on a page
A_PART = 500  # certificates in one PDF
FIRST_ONES = 20  # certificates shown before they are taken out
COLUMNS = (
    "full_name", "job_role", "team", "module", "state", "completed_on", "valid_until", "certificate_number",
    "requirement", "due_by",
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
        agency_name=agency_name(agency_id),
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
        meets_elsewhere=meets_elsewhere,
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
        agency_name=agency_name(agency_id),
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
            progress.duty.need,
            progress.duty.due_on,
        )


def _filter() -> CertificatesFilter:
    return certificates_filter(request.args, tuple(library()), *queries.list_groups(current_user.lead_of))


@bp.get("/agency/certificates")
@requires(Role.TRAINING_LEAD)
def certificates() -> ResponseReturnValue:
    """Choose certificates that were earned here, see how many and which they are, and take them out."""
    agency_id = current_user.lead_of
    form = _filter()
    picked = queries.pick_certificates(agency_id, form.choice) if form.validate() else None
    return render_template(
        "agency/certificates.html",
        agency_name=agency_name(agency_id),
        form=form,
        has_error=bool(form.problems),
        years=financial_years(clock.today()),
        picked=picked,
        shown=list(queries.each_certificate(agency_id, picked.certificates[:FIRST_ONES])) if picked else [],
        left_out=left_out(picked.superseded, picked.withdrawn) if picked else "",
        a_part=A_PART,
    )


@bp.post("/agency/certificates.zip")
@requires(Role.TRAINING_LEAD)
@recently_confirmed
def certificates_zip() -> ResponseReturnValue:
    """Every certificate of the choice with a list of them, as they are made. Written down, and told to other leads."""
    form, picked = _picked()
    if not picked.certificates:
        return redirect(url_for("agency.certificates", **form.address))
    if not may_export(current_user.practitioner_id):
        abort(429)
    agency_id, today = current_user.lead_of, clock.today()
    titles = {module.key: module.title for module in library()}
    settings = current_app.config["SETTINGS"]
    cover = cover_of(agency_name(agency_id), form.choice, picked, titles, today, settings)
    pieces = zip_pieces(cover, queries.each_certificate(agency_id, picked.certificates), certificate_pdf)
    try:
        first = next(pieces)  # while a page can still say that it cannot be made
    except ElearningError as problem:
        return render_template("agency/not_made.html", problem=problem, address=form.address), 503
    operations.record_certificates_export(
        current_user.practitioner_id, agency_id, cover.count, help_email=settings.help_email
    )
    return Response(
        stream_with_context(chain([first], pieces)),
        mimetype="application/zip",
        headers={"Content-Disposition": f'attachment; filename="certificates-{today}.zip"'},
    )


@bp.post("/agency/certificates.pdf")
@requires(Role.TRAINING_LEAD)
@recently_confirmed
def certificates_pdf() -> ResponseReturnValue:
    """The certificates of the choice to print, up to 500 in a part. Written down, and told to other leads."""
    form, picked = _picked()
    part = request.args.get("part", default=1, type=int)
    printed = picked.certificates[(part - 1) * A_PART : part * A_PART] if part > 0 else ()
    if not printed:
        return redirect(url_for("agency.certificates", **form.address))
    if not may_export(current_user.practitioner_id):
        abort(429)
    agency_id, today = current_user.lead_of, clock.today()
    packed = queries.each_certificate(agency_id, printed)
    title = f"Certificates earned at {agency_name(agency_id)}, {format_day(today)}"
    content = printed_pdf((each.certificate for each in packed), title)
    help_email = current_app.config["SETTINGS"].help_email
    operations.record_certificates_export(current_user.practitioner_id, agency_id, len(printed), help_email=help_email)
    name = f"certificates-{today}" + (f"-part-{part}" if len(picked.certificates) > A_PART else "")
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _picked() -> tuple[CertificatesFilter, Picked]:
    """What the address asks to take out; 404 for what the page would not have offered."""
    form = _filter()
    if not form.validate() or form.unknown:
        abort(404)
    return form, queries.pick_certificates(current_user.lead_of, form.choice)
