"""The practitioner's way: the offer, a module's task list, sections, the quiz, the result, the record."""

from random import Random

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from elearning.assessment.forms import QuestionForm, question_form
from elearning.assessment.operations import SUBMITTED, record_response
from elearning.assessment.queries import find_last_submitted, find_open_sitting, find_sitting, list_attempts
from elearning.assessment.review import answered, reviewed
from elearning.assessment.rules import shown_order
from elearning.assessment.types import Sitting
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.issuer import printed_pdf
from elearning.certificates.queries import find_own, list_certificates
from elearning.certificates.rules import grouped, parse_number, standing
from elearning.certificates.types import IssuedCertificate
from elearning.completions.types import Standing
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.discussions.queries import list_discussions
from elearning.evaluation.forms import confidence_form
from elearning.evaluation.queries import find_pledge, list_pledges
from elearning.evaluation.types import When
from elearning.training.operations import record_before, record_section_read, start_quiz, submit_quiz
from elearning.training.queries import duties_in, progress_in
from elearning.training.rules import missed_sections
from elearning.training.types import CONTENT_NOTE, Before, Quiz
from elearning.web.access import keepable, public, requires
from elearning.web.forms import Confirmation, skipped
from elearning.web.kept import forget_kept_form
from elearning.web.pages import format_day

bp = Blueprint("training", __name__)

LARGEST_ID = 2**31 - 1
NOT_STANDING = (Standing.SUPERSEDED, Standing.WITHDRAWN)


def _module(key: str) -> TrainingModule:
    return library().find(key) or abort(404)


@bp.get("/")
@public
@keepable
def home() -> ResponseReturnValue:
    """The training offer, with my status in each module once I am signed in."""
    modules = list(library())
    standing, duties = {}, {}
    if current_user.is_authenticated:
        mine = progress_in(current_user.practitioner_id, modules)
        standing, duties = {p.module.key: p for p in mine}, duties_in(current_user.practitioner_id, mine)
    return render_template("training/home.html", modules=modules, standing=standing, duties=duties, Quiz=Quiz)


@bp.get("/modules/<key>")
@requires(Role.PRACTITIONER)
def module(key: str) -> ResponseReturnValue:
    """A module's home: what it is about, and the task list."""
    progress = progress_in(current_user.practitioner_id, [_module(key)])[0]
    duty = duties_in(current_user.practitioner_id, [progress])[key]
    return render_template("training/module.html", progress=progress, module=progress.module, duty=duty, Quiz=Quiz)


@bp.route("/modules/<key>/content-note", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def content_note(key: str) -> ResponseReturnValue:
    """What the module speaks of, with two ways on."""
    module = _module(key)
    form = Confirmation()
    if form.validate_on_submit():
        record_section_read(current_user.practitioner_id, key, CONTENT_NOTE)
        return _before_or_first_section(module)
    return render_template("training/content_note.html", module=module)


def _before_or_first_section(module: TrainingModule) -> ResponseReturnValue:
    """On to the question how sure one feels, while it is open, or to reading."""
    if progress_in(current_user.practitioner_id, [module])[0].before is Before.OPEN:
        return redirect(url_for("training.confidence_before", key=module.key))
    return redirect(url_for("training.section", key=module.key, slug=module.sections[0].slug))


@bp.route("/modules/<key>/confidence/before", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def confidence_before(key: str) -> ResponseReturnValue:
    """How sure one feels before reading: voluntary, and never in the way of it."""
    module = _module(key)
    form = confidence_form(module.confidence_statements)
    if skipped() or form.validate_on_submit():
        try:
            record_before(current_user.practitioner_id, module, {} if skipped() else form.ratings)
        except Refused as refusal:
            flash(str(refusal))
        return redirect(url_for("training.section", key=key, slug=module.sections[0].slug))
    if progress_in(current_user.practitioner_id, [module])[0].before is not Before.OPEN:
        return redirect(url_for("training.section", key=key, slug=module.sections[0].slug))
    return render_template(
        "evaluation/confidence.html", module=module, when=When.BEFORE, form=form, has_error=bool(form.problems)
    )


@bp.route("/modules/<key>/sections/<slug>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def section(key: str, slug: str) -> ResponseReturnValue:
    """A page to read, with its practice questions. Continue (POST) keeps that it was read."""
    module = _module(key)
    here = module.section.get(slug) or abort(404)
    if Confirmation().validate_on_submit():
        record_section_read(current_user.practitioner_id, key, slug)
        return redirect(_after(module, slug))
    asked = request.args.get("practice")
    practice = []
    for item in module.practice_of(slug):
        order = shown_order(item, Random(item.id))
        form = question_form(item, order, formdata=MultiDict(request.args if asked == item.id else {}))
        is_answered = asked == item.id and form.validate()
        practice.append((item, form, answered(item, order, form.chosen()) if is_answered else None))
    number = module.sections.index(here) + 1
    return render_template(
        "training/section.html",
        module=module,
        section=here,
        number=number,
        practice=practice,
        asked=asked,
        has_error=any(form.problems for _item, form, _answered in practice),
    )


def _after(module: TrainingModule, slug: str) -> str:
    """The section after this one, or the task list after the last."""
    slugs = [section.slug for section in module.sections]
    following = slugs[slugs.index(slug) + 1 :]
    if following:
        return url_for("training.section", key=module.key, slug=following[0])
    return url_for("training.module", key=module.key)


@bp.get("/modules/<key>/sources")
@requires(Role.PRACTITIONER)
def sources(key: str) -> ResponseReturnValue:
    """What the module rests on, what could not be read, and when each source was last checked."""
    return render_template("training/sources.html", module=_module(key))


@bp.route("/modules/<key>/quiz", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def quiz(key: str) -> ResponseReturnValue:
    """Before the quiz: how it works, and what has to come first. Start (POST) draws the questions."""
    module = _module(key)
    if Confirmation().validate_on_submit():
        try:
            start_quiz(current_user.practitioner_id, module)
        except Refused:
            return redirect(url_for("training.quiz", key=key))  # the page says what has to come first
        return redirect(_next_question(key))
    progress = progress_in(current_user.practitioner_id, [module])[0]
    return render_template("training/quiz.html", module=module, progress=progress, Quiz=Quiz)


def _next_question(key: str) -> str:
    """The first question without an answer, or the check page."""
    sitting = find_open_sitting(current_user.practitioner_id, key)
    if sitting and sitting.unanswered:
        return url_for("training.question", key=key, position=sitting.unanswered[0])
    return url_for("training.check", key=key)


@bp.route("/modules/<key>/quiz/<int:position>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def question(key: str, position: int) -> ResponseReturnValue:
    """One question of the open attempt. Continue keeps the answer before anything is shown."""
    _module(key)
    sitting = find_open_sitting(current_user.practitioner_id, key)
    if sitting is None:
        return _no_open_attempt(key)
    if not 1 <= position <= len(sitting.form):
        abort(404)
    form = _form_of(sitting, position)
    if form.attempt.data != str(sitting.id):  # also of a form that was kept while signed out
        forget_kept_form()
        flash("That question was part of an earlier attempt, so nothing was changed. This is your present attempt.")
        return redirect(_next_question(key))
    if form.validate_on_submit():
        drawn = sitting.form[position - 1]
        try:
            record_response(current_user.practitioner_id, sitting.id, position, drawn.item_id, form.chosen())
        except Refused as refusal:
            flash(str(refusal))
            return redirect(url_for("training.result", key=key))
        if request.args.get("from") == "check" or position == len(sitting.form):
            return redirect(url_for("training.check", key=key))
        return redirect(url_for("training.question", key=key, position=position + 1))
    return render_template(
        "training/question.html",
        module=_module(key),
        sitting=sitting,
        position=position,
        form=form,
        question=form.question,
        has_error=bool(form.problems),
    )


def _form_of(sitting: Sitting, position: int) -> QuestionForm:
    drawn = sitting.form[position - 1]
    item = library().version(sitting.module_key, sitting.module_version).item[drawn.item_id]
    return question_form(item, drawn.order, sitting.chosen.get(position), attempt_id=sitting.id)


def _no_open_attempt(key: str) -> ResponseReturnValue:
    """The quiz was submitted, perhaps in another tab, or never started."""
    if request.method == "POST":
        flash(SUBMITTED)
    last = find_last_submitted(current_user.practitioner_id, key)
    return redirect(url_for("training.result" if last else "training.quiz", key=key))


@bp.route("/modules/<key>/quiz/check", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def check(key: str) -> ResponseReturnValue:
    """Every answer with a Change link, and the button that submits them."""
    _module(key)
    if Confirmation().validate_on_submit():
        attempt_id = request.form.get("attempt", type=int)
        if attempt_id is None or attempt_id > LARGEST_ID:
            abort(400)
        try:
            submit_quiz(current_user.practitioner_id, attempt_id, library())
        except Refused as refusal:
            flash(str(refusal))
            return redirect(url_for("training.check", key=key))
        return redirect(url_for("training.result", key=key))
    sitting = find_open_sitting(current_user.practitioner_id, key)
    if sitting is None:
        return _no_open_attempt(key)
    module = library().version(key, sitting.module_version)
    return render_template("training/check.html", module=module, sitting=sitting, rows=reviewed(module, sitting))


@bp.get("/modules/<key>/quiz/result")
@requires(Role.PRACTITIONER)
def result(key: str) -> ResponseReturnValue:
    """The result of the attempt submitted last, and what happens next."""
    module = _module(key)
    sitting = find_last_submitted(current_user.practitioner_id, key)
    if sitting is None:
        return redirect(url_for("training.quiz", key=key))
    progress = progress_in(current_user.practitioner_id, [module])[0]
    certificates = [c for c in list_certificates(current_user.practitioner_id) if c.attempt_id == sitting.id]
    sat = library().version(key, sitting.module_version)  # the module as it was, if it has changed since
    return render_template(
        "training/result.html",
        module=module,
        sitting=sitting,
        progress=progress,
        certificate=certificates[0] if certificates else None,
        missed=missed_sections(module, sitting.wrong),
        rows=reviewed(sat, sitting),
        Quiz=Quiz,
    )


@bp.get("/record")
@requires(Role.PRACTITIONER)
def record() -> ResponseReturnValue:
    """Everything a practitioner has: certificates with their standing, what is due, and every attempt."""
    practitioner_id = current_user.practitioner_id
    attempts = list_attempts(practitioner_id)
    standing = progress_in(practitioner_id, list(library()), attempts)
    return render_template(
        "training/record.html",
        certificates=list_certificates(practitioner_id),
        attempts=attempts[::-1],
        discussions=list_discussions(practitioner_id),
        pledges=list_pledges(practitioner_id),
        standing=standing,
        duties=duties_in(practitioner_id, standing),
        titles={module.key: module.title for module in library()},
        today=clock.today(),
        Quiz=Quiz,
    )


@bp.get("/record/certificates")
@requires(Role.PRACTITIONER)
def certificates() -> ResponseReturnValue:
    """Every certificate I was ever issued, with what it is worth today and what I can do with it."""
    mine = list_certificates(current_user.practitioner_id)
    return render_template("training/certificates.html", certificates=mine, not_standing=NOT_STANDING)


@bp.get("/record/certificates.pdf")
@requires(Role.PRACTITIONER)
def certificates_file() -> ResponseReturnValue:
    """All my certificates that stand, to print."""
    today = clock.today()
    mine = [c for c in list_certificates(current_user.practitioner_id) if standing(c, today) not in NOT_STANDING]
    if not mine:
        abort(404)
    content = printed_pdf(mine, f"Certificates of {current_user.full_name}, {format_day(today)}")
    headers = {"Content-Disposition": f'attachment; filename="my-certificates-{today}.pdf"'}
    return Response(content, mimetype="application/pdf", headers=headers)


@bp.get("/record/certificates/<number>/cpd")
@requires(Role.PRACTITIONER)
def cpd(number: str) -> ResponseReturnValue:
    """One of my certificates as words for the CPD record of a regulator or employer."""
    found = _own_standing(number)
    text = _cpd_text(found)
    return render_template("training/cpd.html", certificate=found, number=grouped(found.number), text=text)


@bp.get("/record/certificates/<number>/cpd.txt")
@requires(Role.PRACTITIONER)
def cpd_file(number: str) -> ResponseReturnValue:
    """The same words as a file."""
    found = _own_standing(number)
    headers = {"Content-Disposition": f'attachment; filename="cpd-{found.module_key}-{found.completed_on}.txt"'}
    return Response(_cpd_text(found), mimetype="text/plain", headers=headers)


def _own_standing(number: str) -> IssuedCertificate:
    """My own certificate, as long as it stands: nobody else reads my pledge, not even who may see the certificate."""
    parsed = parse_number(number)
    found = find_own(current_user.practitioner_id, parsed) if parsed else None
    if found is None or standing(found, clock.today()) in NOT_STANDING:
        abort(404)
    return found


def _cpd_text(certificate: IssuedCertificate) -> str:
    sitting = find_sitting(current_user.practitioner_id, certificate.attempt_id)
    assert sitting is not None  # a certificate is of an attempt of the same person
    pledge = find_pledge(current_user.practitioner_id, certificate.module_key, sitting.set_number)
    return render_template("training/cpd.txt", certificate=certificate, pledge=pledge)


@bp.get("/record/attempts/<int(max=2147483647):attempt_id>")
@requires(Role.PRACTITIONER)
def attempt(attempt_id: int) -> ResponseReturnValue:
    """One of my submitted attempts as it was: the key only if it was passed (law 4)."""
    sitting = find_sitting(current_user.practitioner_id, attempt_id)
    if sitting is None or sitting.submitted_at is None:
        abort(404)
    module = library().version(sitting.module_key, sitting.module_version)
    return render_template("training/attempt.html", module=module, sitting=sitting, rows=reviewed(module, sitting))
