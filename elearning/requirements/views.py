"""Who must hold what by when, and how many staff there are: an agency's pages, the partnership's, and uploaded lists."""

import datetime as dt
from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.people.queries import agency_name, list_agencies, list_teams
from elearning.requirements import loader, operations, queries
from elearning.requirements.forms import UploadForm, headcount_form, requirement_form
from elearning.requirements.rules import same_group
from elearning.requirements.types import Ask, Declared, Group, Known, Line
from elearning.web.access import requires, takes
from elearning.web.pages import counted

bp = Blueprint("requirements", __name__)

PAGE = 100  # requirements on a page
SHOWN = 50  # rows of an uploaded list that are shown before they are recorded


def _titles() -> dict[str, str]:
    return {module.key: module.title for module in library()}


@bp.app_template_filter()
def who(ask: Ask) -> str:
    """Whom a requirement is for, in words."""
    if ask.group is Group.EVERYONE:
        return "Everyone"
    return f"{ask.group.capitalize()}: {ask.group_name}"


@bp.get("/agency/requirements")
@requires(Role.TRAINING_LEAD)
def agency_requirements() -> ResponseReturnValue:
    """What the agency requires of its people, and what the partnership does."""
    agency_id = current_user.lead_of
    return render_template(
        "requirements/agency_requirements.html",
        agency_name=agency_name(agency_id),
        requirements=queries.list_requirements(agency_id),
        titles=_titles(),
    )


@bp.route("/agency/requirements/new", methods=["GET", "POST"])
@requires(Role.TRAINING_LEAD)
def agency_new() -> ResponseReturnValue:
    """A training lead says who must hold what by when."""
    agency_id = current_user.lead_of
    form = requirement_form(_titles(), list_teams(agency_id).get(agency_id, []))
    if form.validate_on_submit():
        try:
            operations.add_requirements([form.ask(agency_id)], by=current_user.practitioner_id)
        except Refused as refusal:
            form.who.errors = [str(refusal)]
        else:
            flash("The requirement is recorded. It counts from today.")
            return redirect(url_for("requirements.agency_requirements"))
    return render_template(
        "requirements/new.html", form=form, has_error=bool(form.problems), agency_name=agency_name(agency_id)
    )


@bp.route("/agency/requirements/<int(max=2147483647):requirement_id>/end", methods=["GET", "POST"])
@requires(Role.TRAINING_LEAD)
def agency_end(requirement_id: int) -> ResponseReturnValue:
    """A training lead ends one of the agency's own requirements, once they have read what that means."""
    return _end(requirement_id, current_user.lead_of, url_for("requirements.agency_requirements"))


@bp.route("/agency/headcount", methods=["GET", "POST"])
@requires(Role.TRAINING_LEAD)
def agency_headcount() -> ResponseReturnValue:
    """How many staff the agency declared, and to declare it anew."""
    agency_id, form = current_user.lead_of, headcount_form()
    if form.validate_on_submit():
        return _declare(form.declared(agency_id), url_for("requirements.agency_headcount"))
    return render_template(
        "requirements/agency_headcount.html",
        form=form,
        has_error=bool(form.problems),
        agency_name=agency_name(agency_id),
        headcounts=queries.list_headcounts(agency_id),
    )


@bp.get("/reports/requirements")
@requires(Role.OFFICER)
def requirements() -> ResponseReturnValue:
    """Every requirement: the partnership's own, then each agency's."""
    names = {agency.id: agency.name for agency in list_agencies()}
    every = sorted(queries.list_requirements(), key=lambda each: (each.agency_id or 0, each.id))
    order = {id_: place for place, id_ in enumerate(names)}
    every.sort(key=lambda each: -1 if each.agency_id is None else order[each.agency_id])
    last = max(1, -(-len(every) // PAGE))
    page = min(max(1, request.args.get("page", default=1, type=int)), last)
    return render_template(
        "requirements/requirements.html",
        requirements=every[(page - 1) * PAGE : page * PAGE],
        count=len(every),
        names=names,
        titles=_titles(),
        page=page,
        last=last,
        page_url=lambda number: url_for("requirements.requirements", page=number),
    )


@bp.route("/reports/requirements/new", methods=["GET", "POST"])
@requires(Role.OFFICER)
def new() -> ResponseReturnValue:
    """An officer says who must hold what by when, in the partnership or an agency."""
    form = requirement_form(_titles(), [], list_agencies())
    if form.validate_on_submit():
        try:
            operations.add_requirements([form.ask()], by=current_user.practitioner_id)
        except Refused as refusal:
            form.who.errors = [str(refusal)]
        else:
            flash("The requirement is recorded. It counts from today.")
            return redirect(url_for("requirements.requirements"))
    return render_template("requirements/new.html", form=form, has_error=bool(form.problems), agency_name="")


@bp.route("/reports/requirements/<int(max=2147483647):requirement_id>/end", methods=["GET", "POST"])
@requires(Role.OFFICER)
def end(requirement_id: int) -> ResponseReturnValue:
    """An officer ends a requirement, once they have read what that means."""
    return _end(requirement_id, None, url_for("requirements.requirements"))


def _end(requirement_id: int, agency_id: int | None, back: str) -> ResponseReturnValue:
    found = queries.find_requirement(requirement_id, agency_id) or abort(404)
    if request.method == "POST":
        operations.end_requirement(requirement_id, agency_id=agency_id, by=current_user.practitioner_id)
        flash("The requirement has ended. Nobody is due or overdue because of it any more.")
        return redirect(back)
    if found.ended_on:
        return redirect(back)
    whose = agency_name(found.agency_id) if found.agency_id else "The whole partnership"
    return render_template("requirements/end.html", requirement=found, whose=whose, titles=_titles(), back=back)


@bp.get("/reports/headcounts")
@requires(Role.OFFICER)
def headcounts() -> ResponseReturnValue:
    """Every agency with the staff it declared; and which have not."""
    declared: dict[int, list[Declared]] = {}
    for each in queries.list_headcounts():
        declared.setdefault(each.agency_id, []).append(each)
    agencies = list_agencies()
    missing = [agency.id for agency in agencies if not any(not each.job_role for each in declared.get(agency.id, []))]
    return render_template("requirements/headcounts.html", agencies=agencies, declared=declared, missing=missing)


@bp.route("/reports/headcounts/new", methods=["GET", "POST"])
@requires(Role.OFFICER)
def declare() -> ResponseReturnValue:
    """An officer records what an agency declared."""
    form = headcount_form(list_agencies())
    if form.validate_on_submit():
        return _declare(form.declared(), url_for("requirements.headcounts"))
    if request.method == "GET":
        form.agency.data = request.args.get("agency", "")
    return render_template("requirements/declare.html", form=form, has_error=bool(form.problems))


def _declare(declared: Declared, back: str) -> ResponseReturnValue:
    operations.declare_headcounts([declared], by=current_user.practitioner_id)
    flash("The headcount is recorded.")
    if fewer := _fewer_than_trained([declared]):
        flash(f"{fewer[0]}.")
    return redirect(back)


@bp.route("/agency/headcount/upload", methods=["GET", "POST"])
@requires(Role.TRAINING_LEAD)
@takes(loader.LARGEST_FILE)
def agency_upload_headcounts() -> ResponseReturnValue:
    """A training lead uploads the headcounts of their agency."""
    return _upload_headcounts(current_user.lead_of, url_for("requirements.agency_headcount"))


@bp.route("/reports/headcounts/upload", methods=["GET", "POST"])
@requires(Role.OFFICER)
@takes(loader.LARGEST_FILE)
def upload_headcounts() -> ResponseReturnValue:
    """An officer uploads what agencies declared."""
    return _upload_headcounts(None, url_for("requirements.headcounts"))


@bp.route("/agency/requirements/upload", methods=["GET", "POST"])
@requires(Role.TRAINING_LEAD)
@takes(loader.LARGEST_FILE)
def agency_upload_requirements() -> ResponseReturnValue:
    """A training lead uploads what their agency requires."""
    return _upload_requirements(current_user.lead_of, url_for("requirements.agency_requirements"))


@bp.route("/reports/requirements/upload", methods=["GET", "POST"])
@requires(Role.OFFICER)
@takes(loader.LARGEST_FILE)
def upload_requirements() -> ResponseReturnValue:
    """An officer uploads what the partnership and its agencies require."""
    return _upload_requirements(None, url_for("requirements.requirements"))


def _upload_headcounts(agency_id: int | None, back: str) -> ResponseReturnValue:
    """Show what a list would record or what is wrong with it, then record all of it: of one agency, or (None) of any."""
    form, columns, own = UploadForm(), loader.HEADCOUNT_COLUMNS, agency_name(agency_id) if agency_id else ""
    if not form.validate_on_submit():
        return _checked(form, columns, own, back)
    known = _known(agency_id, own)
    lines = _read(form, columns, own, lambda rows, today: loader.check_headcounts(rows, known, today))
    records = [line.record for line in lines if isinstance(line.record, Declared)]
    if form.is_sound(lines) and request.form.get("step") == "record":
        count = operations.declare_headcounts(records, by=current_user.practitioner_id)
        return _recorded("headcount", count, len(records), back)
    fewer = _fewer_than_trained(records) if form.is_sound(lines) else {}
    rows = [(known.agencies[each.agency_id], each.job_role, each.staff, each.counted_on) for each in records]
    notes = [(lines[place].number, words) for place, words in fewer.items()]
    return _checked(form, columns, own, back, lines, rows, notes)


def _upload_requirements(agency_id: int | None, back: str) -> ResponseReturnValue:
    """The same for requirements."""
    form, columns, own = UploadForm(), loader.REQUIREMENT_COLUMNS, agency_name(agency_id) if agency_id else ""
    if not form.validate_on_submit():
        return _checked(form, columns, own, back)
    known = _known(agency_id, own)
    in_force = {same_group(each): each for each in queries.list_requirements(agency_id)}
    lines = _read(form, columns, own, lambda rows, today: loader.check_requirements(rows, known, in_force, today))
    records = [line.record for line in lines if isinstance(line.record, Ask)]
    if form.is_sound(lines) and request.form.get("step") == "record":
        try:
            count = operations.add_requirements(records, by=current_user.practitioner_id)
        except Refused as refusal:  # somebody else was quicker
            flash(str(refusal))
            return redirect(request.path)
        return _recorded("requirement", count, len(records), back)
    there = [
        (line.number, "This is in force already and stays as it is")
        for line in lines
        if isinstance(line.record, Ask) and same_group(line.record) in in_force
    ]
    rows = [
        (
            known.agencies[each.agency_id] if each.agency_id else loader.WHOLE_PARTNERSHIP.capitalize(),
            known.modules.get(each.module_key, each.module_key),
            each.group,
            each.group_name,
            each.due_on,
        )
        for each in records
    ]
    return _checked(form, columns, own, back, lines, rows, there)


def _known(agency_id: int | None, own: str) -> Known:
    """What a list may name: in a training lead's, nothing of another agency."""
    agencies = {agency_id: own} if agency_id else {agency.id: agency.name for agency in list_agencies()}
    return Known(agencies, list_teams(agency_id), _titles(), own)


def _read(
    form: UploadForm,
    columns: Sequence[str],
    own: str,
    check: Callable[[list[loader.Row], dt.date], list[Line]],
) -> list[Line]:
    """The lines of what was sent; none if it is no such list, which the form then says."""
    try:
        return check(loader.read_rows(form.content, columns, own), clock.today())
    except Refused as refusal:
        form.file.errors = [str(refusal)]
        return []


def _checked(
    form: UploadForm,
    columns: Sequence[str],
    own: str,
    back: str,
    lines: Sequence[Line] = (),
    rows: Sequence[Sequence[object]] = (),
    notes: Sequence[tuple[int, str]] = (),
) -> ResponseReturnValue:
    """The page to upload a list; or, once one was read, what is wrong with it, or what would be recorded."""
    kind = "headcount" if columns is loader.HEADCOUNT_COLUMNS else "requirement"
    wrong = [line for line in lines if line.problems]
    if wrong:
        form.file.errors = [
            f"{counted(len(wrong), 'row')} of the list cannot be recorded. Mend the file, and upload it again"
        ]
    return render_template(
        "requirements/check.html" if form.is_sound(lines) else "requirements/upload.html",
        form=form,
        has_error=bool(form.problems),
        kind=kind,
        columns=columns,
        own=own,
        back=back,
        wrong=wrong,
        has_stopped=len(wrong) == loader.MOST_PROBLEMS,
        rows=rows[:SHOWN],
        count=len(rows),
        notes=notes[:SHOWN],
        more_notes=len(notes) - SHOWN,
        text=loader.write_rows(columns, rows),
        most=loader.MOST_ROWS,
    )


def _recorded(noun: str, count: int, of: int, back: str) -> ResponseReturnValue:
    """Say how many were recorded, and how many stood there: whoever pressed twice is not told that there are none."""
    there = f" {counted(of - count, 'was', 'were')} there already." if count < of else ""
    flash(f"{counted(count, noun)} recorded.{there}")
    return redirect(back)


def _fewer_than_trained(records: Sequence[Declared]) -> dict[int, str]:
    """What to say of declared numbers that are smaller than what people already hold, by their place in the list.

    They are recorded all the same: the agency says so. Of several days only the last one counts.
    """
    trained = queries.count_trained({each.agency_id for each in records}, clock.today())
    last: dict[tuple[int, str], int] = {}
    for place, each in enumerate(records):
        before = last.setdefault((each.agency_id, each.job_role), place)
        if records[before].counted_on < each.counted_on:
            last[each.agency_id, each.job_role] = place
    return {
        place: f"{counted(count, 'person', 'people')} there already {'holds' if count == 1 else 'hold'} a valid certificate, "
        f"more than the {records[place].staff:,} staff declared. It is recorded all the same, "
        "but no coverage can be given until one of them is put right"
        for key, place in sorted(last.items(), key=lambda item: item[1])
        if (count := trained.get(key, 0)) > records[place].staff
    }
