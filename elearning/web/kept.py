"""A form that was sent after its session had ended: kept in the browser's cookie until the same person is back.

Only a form whose every value is a number is kept: a place on a page, an attempt. It says nothing to whoever reads the
cookie on a shared computer. The cookie is signed, and what it keeps counts for half an hour (decisions/0011).
"""

from flask import request, session
from werkzeug.datastructures import MultiDict

from elearning.core import clock

LASTS = 30 * 60  # seconds
LARGEST = 1000  # characters; a cookie has room for four thousand
_KEY = "kept"


def keep_form() -> None:
    """Keep the form of this request, if it is made of numbers, in place of an earlier one."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    is_small = sum(len(name) + len(value) for name, value in fields) <= LARGEST
    if fields and is_small and all(value.isascii() and value.isdecimal() for _name, value in fields):
        session[_KEY] = {"path": request.path, "at": int(clock.now().timestamp()), "fields": fields}


def find_kept_form() -> MultiDict[str, str] | None:
    """The form that was kept for the page that is asked for, or None."""
    kept = session.get(_KEY)
    if not kept or kept["path"] != request.path or clock.now().timestamp() - kept["at"] > LASTS:
        return None
    return MultiDict(tuple(field) for field in kept["fields"])


def has_kept_form() -> bool:
    """Whether something waits for someone to sign in again."""
    return _KEY in session


def carry_over() -> dict[str, object]:
    """What a new session of the same person takes along from the one that ended."""
    return {_KEY: session[_KEY]} if _KEY in session else {}


def forget_kept_form() -> None:
    """It was sent again, or is of no use any more."""
    if _KEY in session:  # or the cookie would be set anew for nothing
        del session[_KEY]
