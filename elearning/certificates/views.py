"""A certificate's own page and PDF, and the public pages where anyone can check one."""

import datetime as dt
import io

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.certificates.forms import VerifyForm
from elearning.certificates.issuer import certificate_pdf
from elearning.certificates.queries import certificate_for, find_public
from elearning.certificates.rules import file_name, grouped, parse_number, short_digest, standing
from elearning.certificates.types import IssuedCertificate
from elearning.completions.rules import renewal_opens_on
from elearning.completions.types import Standing
from elearning.core import clock
from elearning.core.roles import Role
from elearning.core.throttle import count_try
from elearning.web.access import keepable, public, requires

bp = Blueprint("certificates", __name__)

bp.add_app_template_filter(grouped)

MISSES = 60
MISSES_WINDOW = dt.timedelta(minutes=10)


@bp.app_template_filter()
def standing_today(certificate: IssuedCertificate) -> Standing:
    return standing(certificate, clock.today())


def _visible(number: str) -> IssuedCertificate:
    """The certificate, however its number is written, if the signed-in person may see it."""
    parsed = parse_number(number)
    return (parsed and certificate_for(current_user, parsed)) or abort(404)


def _facts(certificate: IssuedCertificate) -> dict[str, object]:
    """What both pages show: the certificate, and what it is worth today."""
    module = library().find(certificate.module_key)
    return {
        "certificate": certificate,
        "standing": standing(certificate, clock.today()),
        "renews_from": renewal_opens_on(certificate.completed_on, certificate.expires_on),
        "newer": module if module and module.version > certificate.module_version else None,
        "number": grouped(certificate.number),
        "digest": short_digest(certificate.digest),
        "today": clock.today(),
    }


@bp.get("/certificates/<number>")
@requires(Role.PRACTITIONER)
def certificate(number: str) -> ResponseReturnValue:
    """What a certificate says, what it is worth today, and how others check it."""
    found = _visible(number)
    return render_template("certificates/certificate.html", **_facts(found))


@bp.get("/certificates/<number>.pdf")
@requires(Role.PRACTITIONER)
def certificate_file(number: str) -> ResponseReturnValue:
    """The certificate to print and to send."""
    found = _visible(number)
    content = io.BytesIO(certificate_pdf(found))
    return send_file(content, mimetype="application/pdf", as_attachment=True, download_name=file_name(found))


@bp.get("/verify")
@public
@keepable
def verify() -> ResponseReturnValue:
    """Ask for the number of a certificate that someone was shown."""
    form = VerifyForm(request.args)
    if "number" in request.args and form.validate():
        return redirect(url_for("certificates.verify_number", number=parse_number(form.number.data or "")))
    return render_template("certificates/verify.html", form=form, has_error=bool(form.problems))


@bp.get("/verify/<number>")
@public
def verify_number(number: str) -> ResponseReturnValue:
    """Whether a certificate is genuine, and what it is worth today. The QR code leads here.

    Only misses are throttled: whoever holds a genuine number gets an answer, whatever others do from their address.
    """
    parsed = parse_number(number)
    found = find_public(parsed) if parsed else None
    if found is None:
        if not count_try("verify", request.remote_addr or "", limit=MISSES, window=MISSES_WINDOW):
            abort(429)
        return render_template("certificates/unknown.html"), 404
    return render_template("certificates/genuine.html", **_facts(found))
