"""After a module: how sure one feels, a pledge, and the three follow-ups.

How sure one feels before the module is asked in `training`, which knows what was read.
"""

import datetime as dt

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.assessment.forms import question_form
from elearning.assessment.review import answered
from elearning.catalogue.library import library
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.evaluation.forms import KeptForm, KeptLaterForm, PledgeForm, PracticeForm, confidence_form
from elearning.evaluation.operations import (
    begin_follow_up,
    record_afterwards,
    record_answer,
    record_pledge,
    record_words,
)
from elearning.evaluation.queries import find_afterwards, find_follow_up, find_pledge, find_told, ratings_of
from elearning.evaluation.rules import (
    FOLLOW_UPS,
    changes,
    clean_words,
    follow_up_step,
    is_open,
    look_back_ends,
    open_look_back,
    window,
)
from elearning.evaluation.types import About, Afterwards, Change, FollowUp, Kept, Plan, Step, When
from elearning.web.access import requires
from elearning.web.forms import Confirmation, skipped

bp = Blueprint("evaluation", __name__, url_prefix="/modules/<key>")


def _here(key: str) -> tuple[TrainingModule, Afterwards]:
    """The module as it is now, and where the practitioner stands after completing it; who has not goes to its home."""
    module = library().find(key) or abort(404)
    here = find_afterwards(current_user.practitioner_id, key)
    return module, here or abort(redirect(url_for("training.module", key=key)))


def _look_back(key: str, here: Afterwards) -> ResponseReturnValue:
    """On to the step of looking back that is open, or to the record when there is none."""
    step = open_look_back(here.round, here.completed_on, clock.today())
    if step is None:
        return redirect(url_for("training.record"))
    if step is About.PLEDGE:
        return redirect(url_for("evaluation.pledge", key=key))
    return redirect(url_for("evaluation.confidence", key=key, moment=step))


def _next_step(here: Afterwards, plan: Plan) -> Step | None:
    """What comes next in a follow-up that was begun, while it is open."""
    if plan.number not in here.round.begun or not is_open(plan, here.completed_on, clock.today()):
        return None
    return follow_up_step(plan, here.round)


@bp.route("/confidence/<any(now, back, later):moment>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def confidence(key: str, moment: str) -> ResponseReturnValue:
    """How sure one feels now; how sure one was before, thinking back; how sure one feels eight weeks on."""
    module, here = _here(key)
    when = When(moment)
    if when is When.LATER:
        step = _next_step(here, FOLLOW_UPS[3])
    else:
        step = open_look_back(here.round, here.completed_on, clock.today())
    form = confidence_form(module.confidence_statements)
    if skipped() or form.validate_on_submit():
        ratings = {} if skipped() else form.ratings
        try:
            record_afterwards(current_user.practitioner_id, module, when, ratings)
        except Refused as refusal:
            flash(str(refusal))
        _module, here = _here(key)
    elif step is when:
        return render_template(
            "evaluation/confidence.html", module=module, when=when, form=form, has_error=bool(form.problems)
        )
    if when is When.LATER:
        return redirect(url_for("evaluation.follow_up", key=key, number=3))
    return _look_back(key, here)


@bp.route("/pledge", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def pledge(key: str) -> ResponseReturnValue:
    """When …, I will …, by …, and I will tell …: once, and for its writer only."""
    module, here = _here(key)
    form = PledgeForm()
    form.first = clock.today() + dt.timedelta(days=1)
    if skipped() or form.validate_on_submit():
        made = None if skipped() else form.pledge
        try:
            if not record_pledge(current_user.practitioner_id, module, made):
                flash("You had come to the end of this before, and your first answer stays.")
            elif made:
                flash("Your pledge is kept. We show it to you again in four weeks.")
            return redirect(url_for("training.record"))
        except Refused as refusal:
            flash(str(refusal))  # on this page, with what was typed
    elif request.method == "GET" and open_look_back(here.round, here.completed_on, clock.today()) is not About.PLEDGE:
        return _look_back(key, here)
    return render_template(
        "evaluation/pledge.html",
        module=module,
        form=form,
        ends_on=look_back_ends(here.completed_on),
        has_error=bool(form.problems),
    )


def _follow_up(key: str, number: int) -> tuple[TrainingModule, Afterwards, Plan, FollowUp | None]:
    """One of the follow-ups of my latest completion, as it was drawn if it was begun."""
    module, here = _here(key)
    plan = FOLLOW_UPS.get(number) or abort(404)
    return module, here, plan, find_follow_up(current_user.practitioner_id, key, here.set_number, number)


@bp.route("/follow-ups/<int:number>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def follow_up(key: str, number: int) -> ResponseReturnValue:
    """Before a follow-up, what it is; while it goes on, on to its next page; at its end, thanks."""
    module, here, plan, begun = _follow_up(key, number)
    if Confirmation().validate_on_submit():
        try:
            begin_follow_up(current_user.practitioner_id, module, number)
        except Refused as refusal:
            flash(str(refusal))
        return redirect(url_for("evaluation.follow_up", key=key, number=number))
    match _next_step(here, plan):
        case int(position):
            return redirect(url_for("evaluation.follow_up_question", key=key, number=number, position=position))
        case When():
            return redirect(url_for("evaluation.confidence", key=key, moment=When.LATER))
        case About() as about:
            return redirect(url_for("evaluation.follow_up_words", key=key, number=number, about=about))
    first, last = window(plan, here.completed_on)
    if begun is None or follow_up_step(plan, here.round) is not None:
        return render_template(
            "evaluation/follow_up.html", module=module, plan=plan, begun=begun, first=first, last=last
        )
    return render_template("evaluation/thanks.html", module=module, plan=plan, **_thanks(key, here, begun))


def _thanks(key: str, here: Afterwards, done: FollowUp) -> dict[str, object]:
    """What the last page of a follow-up shows: after the third, how sure one felt all along, and a line for the team."""
    following = FOLLOW_UPS.get(done.number + 1)
    if following is not None:
        return {"following": following, "following_on": window(following, here.completed_on)[0], "round": here.round}
    ratings = ratings_of(current_user.practitioner_id, key, here.set_number)
    told = find_told(done.id, current_user.practitioner_id, About.PRACTICE)
    return {
        "statements": library().version(key, done.module_version).confidence_statements,
        "times": [(name, ratings[when]) for when, name in SHOWN_TIMES],
        "changes": [(since, changes(ratings[when], ratings[When.LATER])) for when, since in SINCE],
        "completed_on": here.completed_on,
        "practice": told.words if told else "",
    }


# Thinking back is left out: it is never shown alone, and beside the real thing it would only puzzle.
SHOWN_TIMES = ((When.BEFORE, "Before"), (When.NOW, "After"), (When.LATER, "Eight weeks on"))
SINCE = ((When.BEFORE, "before the module"), (When.NOW, "straight after the quiz"))


@bp.route("/follow-ups/<int:number>/<int:position>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def follow_up_question(key: str, number: int, position: int) -> ResponseReturnValue:
    """One question. Continue keeps the answer, and then the reasons are shown."""
    module, here, plan, begun = _follow_up(key, number)
    if begun is None:
        return redirect(url_for("evaluation.follow_up", key=key, number=number))
    if not 1 <= position <= len(begun.form):
        abort(404)
    drawn, chosen = begun.form[position - 1], begun.chosen.get(position)
    item = library().version(key, begun.module_version).item[drawn.item_id]
    form = question_form(item, drawn.order, attempt_id=begun.id)
    is_this = request.method == "GET" or form.attempt.data == str(begun.id)
    if not is_this:
        flash("That question was part of another follow-up, so nothing was changed.")
    elif form.validate_on_submit():
        try:
            record_answer(current_user.practitioner_id, begun, position, form.chosen())
        except Refused as refusal:
            flash(str(refusal))
        return redirect(url_for("evaluation.follow_up_question", key=key, number=number, position=position))
    if not is_this or (chosen is None and _next_step(here, plan) != position):
        return redirect(url_for("evaluation.follow_up", key=key, number=number))
    return render_template(
        "evaluation/follow_up_question.html",
        module=module,
        plan=plan,
        follow_up=begun,
        position=position,
        form=form,
        question=item,
        section=module.section.get(item.section),
        answered=answered(item, drawn.order, chosen) if chosen is not None else None,
        has_error=chosen is None and bool(form.problems),
    )


@bp.route("/follow-ups/<int:number>/<any(pledge, practice):about>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def follow_up_words(key: str, number: int, about: str) -> ResponseReturnValue:
    """How the pledge went and what got in the way; what one did differently. All of it may be left out."""
    module, here, plan, _begun = _follow_up(key, number)
    asked = About(about)
    if asked not in plan.asks:
        abort(404)
    pledge = find_pledge(current_user.practitioner_id, key, here.set_number) if asked is About.PLEDGE else None
    if asked is About.PLEDGE and pledge is None:
        return redirect(url_for("evaluation.follow_up", key=key, number=number))
    if asked is About.PRACTICE:
        form: PracticeForm | KeptForm = PracticeForm()
    else:
        form = KeptLaterForm() if number == 3 else KeptForm()
    if skipped() or form.validate_on_submit():
        said = {} if skipped() else form.data
        kept = Kept(said["kept"]) if said.get("kept") else None
        words = clean_words(said.get("words") or "")
        try:
            record_words(
                current_user.practitioner_id,
                key,
                number,
                asked,
                kept=kept,
                words=words,
                changes=[Change(change) for change in said.get("changes") or ()],
                may_quote=bool(said.get("may_quote")),
            )
            return redirect(url_for("evaluation.follow_up", key=key, number=number))
        except Refused as refusal:
            flash(str(refusal))  # on this page, with what was typed
    elif request.method == "GET" and _next_step(here, plan) is not asked:
        return redirect(url_for("evaluation.follow_up", key=key, number=number))
    return render_template(
        "evaluation/follow_up_words.html",
        module=module,
        plan=plan,
        form=form,
        pledge=pledge,
        has_error=bool(form.problems),
    )
