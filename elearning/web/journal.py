"""The journal: one JSON line a request, and one for whatever else is logged, on standard error.

No line can tell of a person. A request is named by its endpoint, never by its path or query, which hold certificate
numbers and what was searched for. An error is named by its type and its places in the code, never by its message, which
may quote what somebody typed. Of other programs' lines only the fixed words and the numbers are kept.
"""

import json
import logging
import secrets
import sys
import time
import traceback
from typing import Any, TextIO

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import Engine, event

from elearning.core import clock

OURS = "elearning"
METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}
log = logging.getLogger(__name__)


class Line(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": clock.now().isoformat(timespec="milliseconds"), "level": record.levelname.lower()}
        if has_request_context():
            line["id"] = reference()
        line |= getattr(record, "fields", None) or {"from": record.name, "message": _message(record)}
        error = record.exc_info[1] if record.exc_info else None
        if error:
            line["where"] = [f"{at.filename}:{at.lineno} {at.name}" for at in traceback.extract_tb(error.__traceback__)]
            line["error"] = _types(error)
        return json.dumps(line)


def _types(error: BaseException | None) -> list[str]:
    """The type of an error, and of what led to it."""
    types = []
    while error:
        types.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return types


def _message(record: logging.LogRecord) -> str:
    if not _is_ours(record) and isinstance(record.args, tuple):
        record.args = tuple(given if isinstance(given, int) else "..." for given in record.args)
    return record.getMessage()


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] == OURS


def _is_wanted(record: logging.LogRecord) -> bool:
    """What we log ourselves, and warnings of others: what else they say quotes statements, rows and addresses."""
    return _is_ours(record) or record.levelno >= logging.WARNING


def written_to(stream: TextIO) -> logging.Handler:
    """What writes the journal to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Line())
    handler.addFilter(_is_wanted)
    return handler


def write_journal(*, requests: bool) -> None:
    """From now on this process logs to standard error, in lines of JSON; a line for every request if `requests`."""
    logging.basicConfig(handlers=[written_to(sys.stderr)], level=logging.INFO, force=True)
    log.setLevel(logging.INFO if requests else logging.WARNING)


@event.listens_for(Engine, "before_cursor_execute")
def _count_statement(*_execution: object) -> None:
    if has_request_context():
        g.statements = g.get("statements", 0) + 1


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    """Name the request in the answer, and write its line. What is sent piece by piece is timed to its first piece."""
    response.headers["X-Request-Id"] = reference()
    fields = {
        "method": request.method if request.method in METHODS else "other",
        "endpoint": request.endpoint or "none",
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.begun) * 1000, 1),
        "statements": g.get("statements", 0),
    }
    log.info("request", extra={"fields": fields})
    return response


def _log_exception(raised: Any) -> None:
    """In place of Flask's own, which writes the path and the message."""
    log.error("request failed", exc_info=raised, extra={"fields": {"endpoint": request.endpoint or "none"}})


def reference() -> str:
    """What a person may quote so that the request is found in the journal."""
    return str(g.setdefault("reference", secrets.token_hex(6)))


def keep_journal(app: Flask) -> None:
    """Hang the journal on the application, around everything else in a request."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request_funcs.setdefault(None, []).insert(0, _end)  # the first of these is called last
    app.log_exception = _log_exception  # type: ignore[method-assign, assignment]  # Flask's own place for it
