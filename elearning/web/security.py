"""Headers, origins, sizes, compression: what every response and request has to keep to."""

import gzip
import io
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request, session

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
COMPRESSED_TYPES = {"text/html", "text/css", "text/csv", "application/json", "image/svg+xml"}
A_YEAR = 365 * 24 * 3600


class InMemory(Request):
    """A request whose files stay in memory, which its limits keep small: nothing that is sent touches the disk."""

    def _get_file_stream(self, *_about: object, **_more: object) -> io.BytesIO:  # werkzeug's own would use a file
        return io.BytesIO()


def _set_limit() -> None:
    """Before anything reads the form, since reading it is what the limit stops (`@takes`)."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, "largest", None)
    if largest:
        request.max_content_length = request.max_form_memory_size = largest


def _check_origin() -> None:
    """Refuse a form that another site made the browser send. Every browser of the last years names the origin."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin")
    if origin is None:
        return
    try:
        sender = urlsplit(origin)
    except ValueError:
        abort(403)
    # Over HTTPS a page of the same name without it is somebody in between.
    if sender.netloc != request.host or (current_app.config["SETTINGS"].secure and sender.scheme != "https"):
        abort(403)


def _add_headers(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if request.endpoint in ("static", "web.stylesheet") and "v" in request.args and response.status_code in (200, 304):
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    elif _is_for_everyone(response):
        response.headers["Cache-Control"] = "no-cache"  # kept, and asked for again each time
        response.vary.add("Cookie")
        response.add_etag()
        response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "no-store"
    return response


def _is_for_everyone(response: Response) -> bool:
    """Whether this is a page without anything personal, as any stranger gets it."""
    view = current_app.view_functions.get(request.endpoint or "")
    return hasattr(view, "keepable") and response.status_code == 200 and request.method == "GET" and not session


def _compress(response: Response) -> Response:
    if response.mimetype not in COMPRESSED_TYPES or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) > 500:
        response.set_data(gzip.compress(body, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def secure(app: Flask, *, https: bool) -> None:
    """Hang the checks and headers on the application. Runs before everything else in a request."""
    app.request_class = InMemory
    app.before_request_funcs.setdefault(None, [])[:0] = [_check_origin, _set_limit]
    app.after_request(_add_headers)
    app.after_request(_compress)
    if https:

        @app.after_request
        def _strict_transport(response: Response) -> Response:
            response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
            return response
