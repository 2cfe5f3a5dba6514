"""The team sheet, recording a discussion, claiming one by its code, and reading one's own again."""

import datetime as dt
import io

from flask import Blueprint, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import help_now, library
from elearning.catalogue.queries import published_at
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.core.throttle import count_try
from elearning.discussions.forms import CodeForm, LogForm
from elearning.discussions.operations import claim_discussion, record_discussion
from elearning.discussions.pdf import render
from elearning.discussions.queries import find_discussion, find_offer
from elearning.discussions.rules import claim_problem, grouped
from elearning.web.access import requires

bp = Blueprint("discussions", __name__)

# Every code that is sent counts, right or wrong: else a lucky guess would be told apart from the rest.
CODES = 20
CODES_WINDOW = dt.timedelta(minutes=10)


def _module(key: str) -> TrainingModule:
    return library().find(key) or abort(404)


@bp.get("/modules/<key>/team-sheet")
@requires(Role.PRACTITIONER)
def team_sheet(key: str) -> ResponseReturnValue:
    """What a team does with the module at its next meeting, to read and to print."""
    module = _module(key)
    cited = dict.fromkeys(id_ for step in module.team_sheet.steps for id_ in step.evidence)
    return render_template("discussions/team_sheet.html", module=module, points=[module.point[id_] for id_ in cited])


@bp.get("/modules/<key>/team-sheet.pdf")
@requires(Role.PRACTITIONER)
def team_sheet_pdf(key: str) -> ResponseReturnValue:
    """The same on one side of A4, with room to write."""
    module, settings = _module(key), current_app.config["SETTINGS"]
    content = render(
        module,
        help_now(),
        partnership=settings.partnership,
        colour=settings.colour,
        base_url=settings.base_url,
        made_at=published_at(module.key, module.version),
    )
    name = f"Team sheet {key}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


@bp.route("/modules/<key>/discussions/new", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def new(key: str) -> ResponseReturnValue:
    """Whoever led a discussion writes its line, checks it, and records it: it cannot be changed afterwards."""
    module, form, step = _module(key), LogForm(), request.form.get("step")
    if not form.validate_on_submit() or step == "change":
        return render_template("discussions/new.html", module=module, form=form, has_error=bool(form.problems))
    if step != "record":
        return render_template("discussions/check.html", module=module, form=form, log=form.log)
    discussion_id = record_discussion(current_user.practitioner_id, module, form.log)
    return redirect(url_for("discussions.discussion", discussion_id=discussion_id))


@bp.get("/record/discussions/<int(max=2147483647):discussion_id>")
@requires(Role.PRACTITIONER)
def discussion(discussion_id: int) -> ResponseReturnValue:
    """A discussion that I led or claimed; for whoever led it, the code for the others."""
    found = find_discussion(current_user.practitioner_id, discussion_id) or abort(404)
    return render_template(
        "discussions/discussion.html",
        discussion=found,
        module=library().version(found.module_key, found.module_version),
        code=grouped(found.code) if found.code else None,
        is_open=clock.today() <= found.claim_until,
    )


@bp.route("/record/discussions/claim", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def claim() -> ResponseReturnValue:
    """Enter a code (GET), see what it is for, and say "I was there" (POST) to have it in one's own record."""
    practitioner_id, form = current_user.practitioner_id, CodeForm(request.values)
    if "code" in request.values and form.validate():
        if not count_try("discussion code", str(practitioner_id), limit=CODES, window=CODES_WINDOW):
            abort(429)
        offer = find_offer(practitioner_id, form.stored)
        problem = claim_problem(offer, clock.today())
        if offer and offer.is_mine:
            return redirect(url_for("discussions.discussion", discussion_id=offer.id))
        if request.method == "POST" and not problem:
            try:
                claimed = claim_discussion(practitioner_id, form.stored)
            except Refused as refusal:  # someone else was quicker
                problem = str(refusal)
            else:
                return redirect(url_for("discussions.discussion", discussion_id=claimed))
        if offer and not problem:
            module = library().version(offer.module_key, offer.module_version)
            return render_template("discussions/offer.html", offer=offer, module=module, code=form.stored)
        form.code.errors = [str(problem)]
    return render_template("discussions/claim.html", form=form, has_error=bool(form.problems))
