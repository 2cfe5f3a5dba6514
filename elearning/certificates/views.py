"""A certificate's own page and PDF, the public pages where anyone can check some, and the administrator's."""

import datetime as dt
import io
from collections import Counter

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from elearning.catalogue.library import library
from elearning.certificates.forms import FileForm, ListForm, ReissueForm, VerifyForm, WithdrawForm
from elearning.certificates.issuer import certificate_pdf, is_as_issued
from elearning.certificates.loader import LARGEST_FILE, MOST_LISTED
from elearning.certificates.operations import look_at_certificate, reissue_certificate, withdraw_certificate
from elearning.certificates.queries import certificate_for, find_listed, find_name_today, find_public
from elearning.certificates.rules import file_name, grouped, listed_standing, parse_number, short_digest, standing
from elearning.certificates.signing import SigningUnavailable
from elearning.certificates.types import IssuedCertificate, Listed
from elearning.completions.rules import renewal_opens_on
from elearning.completions.types import Standing
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.core.roles import Role
from elearning.core.spreadsheet import csv_pieces
from elearning.core.throttle import count_try
from elearning.web.access import keepable, public, requires, takes

bp = Blueprint("certificates", __name__)

bp.add_app_template_filter(grouped)

WINDOW = dt.timedelta(minutes=10)  # as the page of status 429 says
MISSES, FILES = 60, 60  # from a network address in a window: numbers we never issued; files to compare
COLUMNS = (
    "line", "as_written", "number", "standing", "module", "version", "completed_on", "valid_until",
)  # fmt: skip


@bp.app_errorhandler(SigningUnavailable)
def cannot_sign(_error: SigningUnavailable) -> ResponseReturnValue:
    """The record stands while its PDF cannot be made."""
    return render_template("certificates/cannot_sign.html"), 503


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
        return redirect(url_for("certificates.verify_number", number=form.stored))
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
        _throttle("verify", MISSES)
        return render_template("certificates/unknown.html"), 404
    return render_template("certificates/genuine.html", **_facts(found))


@bp.route("/verify/file", methods=["GET", "POST"])
@public
@takes(LARGEST_FILE)
def verify_file() -> ResponseReturnValue:
    """Whether a PDF is one that we issued: it is compared with what the record makes of its number, and forgotten."""
    form = FileForm()
    if not form.validate_on_submit():
        return render_template("certificates/file.html", form=form, has_error=bool(form.problems))
    _throttle("verify file", FILES)
    found = find_public(form.numbers[0]) if form.numbers else None
    if found is None:
        return render_template("certificates/unknown_file.html", has_number=bool(form.numbers))
    page = "genuine" if is_as_issued(found, form.file.data) else "changed_file"
    return render_template(f"certificates/{page}.html", **_facts(found), is_file=True)


@bp.route("/verify/list", methods=["GET", "POST"])
@public
@takes(LARGEST_FILE)
def verify_list() -> ResponseReturnValue:
    """What each certificate of a list is worth today, as a page or as CSV. Nobody is named.

    Misses are counted apart from those of single numbers: as many as a list may have, so that any one list is answered.
    """
    form = ListForm()
    if not form.validate_on_submit():
        return render_template("certificates/list.html", form=form, has_error=bool(form.problems), most=MOST_LISTED)
    asked = {entry.number for entry in form.listed if entry.number}
    found = find_listed(asked)
    if misses := len(asked - found.keys()):
        _throttle("verify list", MOST_LISTED, times=misses)
    today = clock.today()
    rows = [(entry, found.get(entry.number or "")) for entry in form.listed]
    words = [listed_standing(entry, certificate, today) for entry, certificate in rows]
    if request.form.get("as") == "csv":
        return Response(
            csv_pieces(COLUMNS, (_line(*row, said) for row, said in zip(rows, words, strict=True))),
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="certificates-{today}.csv"'},
        )
    return render_template(
        "certificates/listed.html",
        rows=[(*row, said) for row, said in zip(rows, words, strict=True)],
        totals=Counter(words).most_common(),
        text=form.text,
    )


def _line(entry: Listed, certificate: IssuedCertificate | None, said: str) -> tuple[object, ...]:
    number = grouped(entry.number) if entry.number else ""
    if certificate is None:
        return entry.line, entry.written, number, said, "", "", "", ""
    dates = (certificate.completed_on, certificate.expires_on)
    return (entry.line, entry.written, number, said, certificate.module_title, certificate.module_version, *dates)


def _throttle(kind: str, limit: int, *, times: int = 1) -> None:
    """Count what was asked from this network address, and answer 429 to what is too much."""
    if not count_try(kind, request.remote_addr or "", limit=limit, window=WINDOW, times=times):
        abort(429)


@bp.get("/admin")
@requires(Role.ADMINISTRATOR)
def admin() -> ResponseReturnValue:
    """What an administrator can do here."""
    return render_template("certificates/admin.html")


@bp.route("/admin/certificates", methods=["GET", "POST"])
@requires(Role.ADMINISTRATOR)
def admin_certificates() -> ResponseReturnValue:
    """An administrator looks at the certificate of a number: sent with POST, since each look is recorded."""
    form = VerifyForm()
    if form.validate_on_submit():
        found = look_at_certificate(form.stored, by=current_user.practitioner_id)
        if found:
            name_today = find_name_today(found.number)
            return render_template("certificates/admin_certificate.html", **_facts(found), name_today=name_today)
        form.number.errors = ["We have not issued a certificate with this number"]
    return render_template("certificates/admin_find.html", form=form, has_error=bool(form.problems))


@bp.post("/admin/certificates/reissue")
@requires(Role.ADMINISTRATOR)
def reissue() -> ResponseReturnValue:
    """Say the name and the reason, check them, and issue a certificate anew."""
    found = _looked_at()
    form, step = ReissueForm(full_name=find_name_today(found.number)), request.form.get("step")
    form.printed = found.full_name
    if step is None or not form.validate():
        return render_template("certificates/reissue.html", form=form, has_error=bool(form.problems), certificate=found)
    if step != "do":
        return render_template("certificates/reissue_check.html", form=form, certificate=found)
    by, name = current_user.practitioner_id, form.full_name.data
    try:
        new = reissue_certificate(found.number, form.why, by=by, full_name=name)
    except Refused as refusal:
        flash(str(refusal))
    else:
        flash(f"Certificate {grouped(found.number)} is issued anew as {grouped(new)}. Its holder is told by e-mail.")
    return redirect(url_for("certificates.admin_certificates"))


@bp.post("/admin/certificates/withdraw")
@requires(Role.ADMINISTRATOR)
def withdraw() -> ResponseReturnValue:
    """Say the reason, check it, and withdraw a certificate."""
    found = _looked_at()
    form, step = WithdrawForm(), request.form.get("step")
    if step is None or not form.validate():
        return render_template(
            "certificates/withdraw.html", form=form, has_error=bool(form.problems), certificate=found
        )
    if step != "do":
        return render_template("certificates/withdraw_check.html", form=form, certificate=found)
    try:
        withdraw_certificate(found.number, form.why, by=current_user.practitioner_id)
    except Refused as refusal:
        flash(str(refusal))
    else:
        flash(f"Certificate {grouped(found.number)} is withdrawn. Its holder is told by e-mail.")
    return redirect(url_for("certificates.admin_certificates"))


def _looked_at() -> IssuedCertificate:
    """The certificate whose number was sent; that it is shown is recorded."""
    number = parse_number(request.form.get("number", ""))
    return (number and look_at_certificate(number, by=current_user.practitioner_id)) or abort(404)
