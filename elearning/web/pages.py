"""What every page shares: template helpers, error pages, and the health check."""

import datetime as dt
import hashlib
import logging
import re
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, g, jsonify, make_response, render_template, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from elearning.core import clock
from elearning.core.db import database_answers, db
from elearning.web.access import is_public, public, to_sign_in
from elearning.web.journal import reference
from elearning.web.kept import find_kept_form, has_kept_form

log = logging.getLogger(__name__)
bp = Blueprint("web", __name__)

# What a person is told: the heading, and one sentence that says what to do.
ERRORS = {
    400: ("We could not read that", "Go back, reload the page and try again. Nothing was changed."),
    403: ("That request came from another site", "Open this service in its own window and try again there."),
    404: ("Page not found", "Check the address, or start from the training offer. You may also need to sign in."),
    405: (
        "This address is not a page of its own",
        "Go back to the page you came from and use its button, or start from the training offer.",
    ),
    413: ("That was too much at once", "Send a smaller form or file. Nothing was changed."),
    429: ("Too many tries", "Wait ten minutes, then try again."),
    500: (
        "Something went wrong on our side",
        "Try again in a moment. Answers you had already continued from are kept.",
    ),
    503: (
        "The service is busy",
        "Wait a minute, then reload the page. Answers you had already continued from are kept.",
    ),
}


def format_day(day: dt.date | dt.datetime) -> str:
    """26 February 2026; a moment is shown as its London date."""
    if isinstance(day, dt.datetime):
        day = clock.day_of(day)
    return f"{day.day} {day:%B %Y}"


def format_time(moment: dt.datetime) -> str:
    """2:05pm on 26 February 2026, London time."""
    local = moment.astimezone(clock.LONDON)
    hour = local.hour % 12 or 12
    return f"{hour}:{local:%M}{'am' if local.hour < 12 else 'pm'} on {format_day(local)}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """1 question, 2 questions."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def visible(text: object) -> str:
    """What someone typed, without the control characters that HTML has no place for."""
    return "".join(c for c in str(text) if c.isprintable() or c in " \n")


def lower_first(text: str) -> str:
    """A heading in the middle of a sentence."""
    return text[:1].lower() + text[1:]


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


@cache
def _version(folder: str | None, filename: str) -> str:
    return _fingerprint(Path(folder or "", filename).read_bytes())


def static_url(filename: str) -> str:
    """The address of a static file, which changes with its content and so can be kept for a year."""
    address = f"{request.script_root}{current_app.static_url_path}/{filename}"
    return f"{address}?v={_version(current_app.static_folder, filename)}"


@cache
def _stylesheet(folder: str | None, colour: str) -> tuple[str, str]:
    """The style sheet in a colour, and its fingerprint."""
    text = Path(folder or "", "style.css").read_text(encoding="utf-8")
    text = text.replace("--brand: #1f4e4a", f"--brand: {colour}")
    text = re.sub(r'url\("(fonts/[^"]+)"\)', lambda found: f'url("{found[1]}?v={_version(folder, found[1])}")', text)
    return text, _fingerprint(text.encode())


def _our_stylesheet() -> tuple[str, str]:
    return _stylesheet(current_app.static_folder, current_app.config["SETTINGS"].colour)


def stylesheet_url() -> str:
    """The address of the style sheet, which changes with its content and the partnership's colour."""
    return url_for("web.stylesheet", v=_our_stylesheet()[1])


@bp.get("/static/style.css")
@public
def stylesheet() -> ResponseReturnValue:
    """The one style sheet, in the partnership's colour."""
    return Response(_our_stylesheet()[0], mimetype="text/css")


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    ok = database_answers()
    return jsonify(status="ok" if ok else "database does not answer"), 200 if ok else 503


def _error_page(status: int) -> ResponseReturnValue:
    heading, advice = ERRORS.get(status) or ERRORS[400 if status < 500 else 500]
    if request_ctx.url_adapter is None:  # asked for under a name that is not ours: no address can be made
        return Response(f"{heading}. {advice}", status, mimetype="text/plain")
    quoted = reference() if status >= 500 else None
    try:
        _ = current_user.is_authenticated
    except SQLAlchemyError:  # the page is still due when the database cannot say for whom
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # Flask-Login's
    return render_template("web/error.html", heading=heading, advice=advice, status=status, reference=quoted), status


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    response = make_response(_error_page(error.code))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or []))
    return response


def _database_busy(error: DBAPIError) -> ResponseReturnValue:
    log.error("database: %s", type(error.orig).__name__)
    db.session.rollback()
    return _error_page(503)


def _unexpected(error: InternalServerError) -> ResponseReturnValue:
    db.session.rollback()
    return _error_page(500)


def _csrf_error(_error: CSRFError) -> ResponseReturnValue:
    try:
        is_signed_in = current_user.is_authenticated
    except DBAPIError as error:  # raised within a handler, it would be nobody's to handle
        return _database_busy(error)
    is_for_anyone = is_public() and request.blueprint != "accounts"  # such a form outlived only its cookie
    return _error_page(400) if is_signed_in or is_for_anyone else to_sign_in()


def dress(app: Flask) -> None:
    """Give templates their helpers and every error its page."""
    app.jinja_env.filters["day"] = format_day
    app.jinja_env.filters["time"] = format_time
    app.jinja_env.filters["counted"] = counted
    app.jinja_env.filters["visible"] = visible
    app.jinja_env.filters["lower_first"] = lower_first
    app.jinja_env.globals["today"] = clock.today
    app.jinja_env.globals["static_url"] = static_url
    app.jinja_env.globals["stylesheet_url"] = stylesheet_url
    app.jinja_env.globals["has_kept_form"] = has_kept_form
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("macros.html").module
    app.register_blueprint(bp)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    for away in (OperationalError, InterfaceError, InternalError):  # gone, locked, full, or not to be written now
        app.register_error_handler(away, _database_busy)
    app.register_error_handler(InternalServerError, _unexpected)

    @app.context_processor
    def _page() -> dict[str, object]:
        return {"here": request.path, "is_kept": request.method == "GET" and find_kept_form() is not None}
