"""Who may call a view. Every view declares it; an application with an undeclared view does not start.

A role only opens the door: what a person sees behind it is decided by the lookup (`queries.x_for(viewer, ...)`).
Without the role the answer is 404, the same as for an address that does not exist; a role counts once its holder has given
their second factor in this session, and until then leads to the page that asks for it.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.core.errors import ElearningError
from elearning.core.roles import Role
from elearning.web.kept import forget_kept_form, keep_form

View = TypeVar("View", bound=Callable[..., Any])
_PUBLIC: frozenset[Role] = frozenset()
SESSION_TOKEN = "_user_id"  # where Flask-Login keeps it in the cookie


def public(view: View) -> View:
    """Anyone may call this view."""
    view.access = _PUBLIC  # type: ignore[attr-defined]  # a function's own attribute is where Flask looks it up
    return view


def keepable(view: View) -> View:
    """What a stranger gets from this view may be kept by their browser and asked for again. Stands under `@public`.

    Only for pages that show nothing of anyone's and have no form that is posted.
    """
    view.keepable = True  # type: ignore[attr-defined]  # as above
    return view


def takes(largest: int) -> Callable[[View], View]:
    """A request to this view may have so many bytes, such as a file, where others may not. Stands under `@public` or the like."""

    def declare(view: View) -> View:
        view.largest = largest  # type: ignore[attr-defined]  # as above
        return view

    return declare


def requires(*roles: Role) -> Callable[[View], View]:
    """Only signed-in people with one of the roles. Stands directly under the route."""

    def declare(view: View) -> View:
        view.access = frozenset(roles)  # type: ignore[attr-defined]  # as above
        return view

    return declare


def recently_confirmed(view: View) -> View:
    """Whoever calls this view gave their second factor within the last minutes, or is asked for it first.

    What they had asked for then goes on: a page is opened, a form is sent by the press of a button. For files that name
    people, and whatever else a stolen session must not do. Stands under `@requires`.
    """
    view.recently_confirmed = True  # type: ignore[attr-defined]  # as above
    return view


def safe_next(target: str | None) -> str | None:
    """A path within this service to go to after signing in, or None for anything else."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(character) < 32 for character in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and from there back to the place asked for, if a form was sent to a page that can be opened."""
    adapter = request_ctx.url_adapter
    target: str | None
    if request.method == "GET":
        target = request.full_path.rstrip("?")
    elif is_public():  # the pages of signing in know already where the way leads
        target = safe_next(request.args.get("next"))
    else:
        target = request.path if adapter and adapter.test(method="GET") else None
    return redirect(url_for("accounts.sign_in", next=target))


def _to_second_factor() -> ResponseReturnValue:
    """To the page that asks for it, and from there on. With 307 the browser sends a form there as it is."""
    path = request.full_path.rstrip("?")
    if request.method == "GET":
        return redirect(url_for("accounts.second_factor", next=path))
    return redirect(url_for("accounts.second_factor", then=path), code=307)


def is_public() -> bool:
    """Whether anyone may make this request."""
    return _access() == _PUBLIC


def _access() -> frozenset[Role]:
    access: frozenset[Role] = current_app.view_functions[request.endpoint or ""].access  # type: ignore[union-attr]  # see public()
    return access


def _gate() -> ResponseReturnValue | None:
    if request.url_rule is None:
        return None
    access = _access()
    if access == _PUBLIC:
        return None
    if not current_user.is_authenticated:
        if request.method == "POST" and SESSION_TOKEN in session:
            keep_form()
        return to_sign_in()
    if request.method == "POST":
        forget_kept_form()
    if not access & current_user.roles:
        return _to_second_factor() if access & current_user.granted else abort(404)
    view = current_app.view_functions[request.endpoint or ""]
    if hasattr(view, "recently_confirmed") and not current_user.recently_confirmed:
        return _to_second_factor()
    return None


def guard(app: Flask) -> None:
    """Put the gate before every request. Raises ElearningError if a view declares no access."""
    app.view_functions["static"] = public(app.view_functions["static"])
    undeclared = sorted(name for name, view in app.view_functions.items() if not hasattr(view, "access"))
    if undeclared:
        raise ElearningError(f"These views declare neither @public nor @requires: {', '.join(undeclared)}.")
    app.before_request(_gate)
