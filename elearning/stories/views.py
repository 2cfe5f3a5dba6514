"""A module's story, one scene a page: see, choose, read what followed, and go on to the ending."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.catalogue.types import Scenario, TrainingModule
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.stories.forms import choice_form
from elearning.stories.operations import begin_walk, record_choice
from elearning.stories.queries import find_walk
from elearning.stories.rules import moment, readings, stands
from elearning.stories.types import Walk
from elearning.web.access import requires
from elearning.web.forms import Confirmation

bp = Blueprint("stories", __name__, url_prefix="/modules/<key>/story")


def _story(key: str) -> tuple[TrainingModule, Scenario]:
    """The module as it is now, and its story."""
    module = library().find(key) or abort(404)
    return module, module.scenario or abort(404)


def _walk(key: str) -> tuple[Scenario, Walk] | None:
    """The practitioner's latest walk, with the story as it was when the walk began."""
    _story(key)
    walk = find_walk(current_user.practitioner_id, key)
    if walk is None:
        return None
    return library().version(key, walk.module_version).scenario or abort(404), walk


def _here(key: str, walk: Walk) -> str:
    """Where the walk goes on."""
    if walk.ending is not None:
        return url_for("stories.ending", key=key)
    return url_for("stories.scene", key=key, step=walk.step)


@bp.route("", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def story(key: str) -> ResponseReturnValue:
    """What the story is about, with a role to take where there are some. Start (POST) begins a walk."""
    module, scenario = _story(key)
    walk = find_walk(current_user.practitioner_id, key)
    number = walk.number + 1 if walk and walk.ending is not None else 1
    roles = [role.name for role in scenario.roles]
    form = choice_form("Whose part do you take?", roles, number, "Select whose part you take") if roles else None
    if (form or Confirmation()).validate_on_submit():
        posted = request.form.get("walk", type=int) or 0
        begin_walk(current_user.practitioner_id, module, posted, form.chosen if form else 0)
        now = find_walk(current_user.practitioner_id, key)
        return redirect(_here(key, now) if now else url_for("stories.story", key=key))
    return render_template(
        "stories/story.html",
        module=module,
        scenario=scenario,
        walk=walk,
        going_on=_here(key, walk) if walk else None,
        number=number,
        form=form,
        has_error=bool(form and form.problems),
    )


@bp.route("/<int:step>", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def scene(key: str, step: int) -> ResponseReturnValue:
    """One scene. Continue keeps the choice before anything of what follows is shown."""
    found = _walk(key)
    if found is None:
        return redirect(url_for("stories.story", key=key))
    scenario, walk = found
    if not 1 <= step <= walk.step:
        return redirect(_here(key, walk))
    here = moment(scenario, walk, step)
    texts = [choice.text for choice in here.scene.choices]
    form = choice_form(here.scene.question, texts, walk.number, "Select what you do")
    if form.validate_on_submit():
        posted = request.form.get("walk", type=int) or 0
        try:
            record_choice(current_user.practitioner_id, library(), key, posted, step, form.chosen)
        except Refused as refusal:
            flash(str(refusal))
            if posted != walk.number:
                return redirect(_here(key, walk))
        return redirect(url_for("stories.followed", key=key, step=step))
    return render_template(
        "stories/scene.html",
        module=library().find(key),
        scenario=scenario,
        moment=here,
        step=step,
        form=form,
        has_error=bool(form.problems),
    )


@bp.get("/<int:step>/followed")
@requires(Role.PRACTITIONER)
def followed(key: str, step: int) -> ResponseReturnValue:
    """What followed from a choice, and why."""
    found = _walk(key)
    if found is None:
        return redirect(url_for("stories.story", key=key))
    scenario, walk = found
    if not 1 <= step <= len(walk.choices):
        return redirect(_here(key, walk))
    here = moment(scenario, walk, step)
    cited = dict.fromkeys([*here.scene.evidence, *(here.choice.evidence if here.choice else ())])
    version = library().version(key, walk.module_version)
    return render_template(
        "stories/followed.html",
        module=version,
        scenario=scenario,
        moment=here,
        step=step,
        points=[version.point[id_] for id_ in cited],
    )


@bp.get("/ending")
@requires(Role.PRACTITIONER)
def ending(key: str) -> ResponseReturnValue:
    """How the story ended: every piece laid down, what others could see of them, and questions to think over."""
    found = _walk(key)
    if found is None:
        return redirect(url_for("stories.story", key=key))
    scenario, walk = found
    if walk.ending is None:
        return redirect(_here(key, walk))
    points = stands(scenario, walk)
    return render_template(
        "stories/ending.html",
        module=library().find(key),
        scenario=scenario,
        walk=walk,
        ending=scenario.ending[walk.ending],
        readings=readings(scenario, points[0], points[-1]),
        shared=points[-1].shared,
    )
