"""What the law has us say of ourselves: the privacy notice and the accessibility statement, from the code's own figures."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from elearning.accounts.rules import CODE_LASTS, LONGEST_SESSION, session_limits
from elearning.web.access import public

bp = Blueprint("about", __name__)


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept of whom, who sees it and for how long."""
    return render_template(
        "about/privacy.html",
        code_minutes=CODE_LASTS.seconds // 60,
        session_hours=LONGEST_SESSION.seconds // 3600,
        idle_minutes=session_limits(practitioner_only=True)[0].seconds // 60,
        cookie=current_app.config["SESSION_COOKIE_NAME"],
    )


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """How far everyone can use this service, how that was tested, and whom to tell."""
    return render_template("about/accessibility.html")
