"""Signing in with a code from an e-mail, the second factor, signing out, and one's own details."""

import datetime as dt
import secrets

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user

from elearning.accounts import operations, queries
from elearning.accounts.forms import CodeForm, DetailsForm, EmailForm, FactorForm
from elearning.accounts.rules import (
    LONGEST_SESSION,
    SEEN_EVERY,
    code_problem,
    factor_problem,
    key_address,
    offered_key,
)
from elearning.accounts.types import FactorProblem, SignedIn
from elearning.core import clock
from elearning.core.qr import qr_runs
from elearning.core.roles import Role
from elearning.people.operations import rename_practitioner
from elearning.web.access import SESSION_TOKEN, public, requires, safe_next
from elearning.web.kept import carry_over

bp = Blueprint("accounts", __name__)
HOME = "/"


def init_sign_in(app: Flask) -> None:
    """Who a request comes from: the session whose token the signed cookie holds."""
    app.config["PERMANENT_SESSION_LIFETIME"] = LONGEST_SESSION
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False  # no session lasts longer than that, so no cookie need
    manager = LoginManager(app)
    manager.session_protection = None  # it would tie people to one network; ours are rows that end
    manager.user_loader(_load)


def _load(token: str) -> SignedIn | None:
    signed_in = queries.find_signed_in(token, second_factor=not current_app.config["SETTINGS"].demo)
    if signed_in and clock.now() - signed_in.seen_at >= SEEN_EVERY:
        operations.note_seen(token)
    return signed_in


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or HOME)
    form = EmailForm(email=session.get("email"))
    if form.validate_on_submit():
        settings = current_app.config["SETTINGS"]
        session.setdefault("browser", secrets.token_urlsafe(32))
        asked = operations.request_code(
            form.address,
            session["browser"],
            address=request.remote_addr or "",
            secret=settings.secret_key,
            service=settings.partnership,
        )
        if asked.wait is None:
            session["email"] = form.address
        elif asked.has_code and session.get("email") == form.address:
            flash("Too many codes were asked for, so we sent no new one. If you have one, the newest still works.")
        else:
            minutes = asked.wait // dt.timedelta(minutes=1)
            return _too_many(f"Too many codes were asked for. Wait {minutes} minutes, then ask again.")
        return redirect(url_for("accounts.sign_in_code", next=target))
    demo_people = queries.list_demo_people() if current_app.config["SETTINGS"].demo else []
    return render_template(
        "accounts/sign_in.html",
        form=form,
        has_error=bool(form.problems),
        next=target,
        demo_people=demo_people,
        timed_out=SESSION_TOKEN in session and queries.was_away(session[SESSION_TOKEN]),
    )


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def sign_in_code() -> ResponseReturnValue:
    target = safe_next(request.args.get("next"))
    if "email" not in session:  # no code was asked for on this browser
        return redirect(url_for("accounts.sign_in", next=target))
    form = CodeForm()
    if form.validate_on_submit():
        check = operations.check_code(
            session["browser"],
            form.digits,
            address=request.remote_addr or "",
            secret=current_app.config["SETTINGS"].secret_key,
            replacing=session.get(SESSION_TOKEN),
        )
        if check is None:
            return _too_many("Too many codes were entered from your network. Wait 10 minutes, then try again.")
        if check.token:
            signed_in = _load(check.token)
            if signed_in and not signed_in.granted <= signed_in.roles:
                target = url_for("accounts.second_factor", next=target)
            return _enter(check.token, target)
        form.code.errors = [code_problem(check)]
    return render_template(
        "accounts/sign_in_code.html", form=form, has_error=bool(form.problems), next=target, email=session["email"]
    )


@bp.post("/sign-in/demo")
@public
def sign_in_demo() -> ResponseReturnValue:
    if not current_app.config["SETTINGS"].demo:
        abort(404)
    account_id = request.form.get("account_id", type=int)
    if account_id not in [person.account_id for person in queries.list_demo_people()]:
        abort(404)
    token = operations.start_session(account_id, replacing=session.get(SESSION_TOKEN))
    return _enter(token, safe_next(request.args.get("next")))


def _enter(token: str, target: str | None) -> ResponseReturnValue:
    """A new session in a cleared cookie, so that nothing planted or left there before counts.

    Only what the same person had sent too late goes along.
    """
    kept = carry_over()
    if kept and not queries.is_same_account(session.get(SESSION_TOKEN, ""), token):
        kept = {}
    session.clear()
    session.update(kept)
    session.permanent = True
    session[SESSION_TOKEN] = token
    return redirect(target or HOME)


def _too_many(advice: str) -> ResponseReturnValue:
    return render_template("web/error.html", heading="Too many tries", advice=advice, status=429), 429


@bp.route("/second-factor", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def second_factor() -> ResponseReturnValue:
    """Ask whoever has a role for their second factor, and go on to the page `next`, or with the form sent to `then`.

    What was asked for by a form comes here as that form (see web.access): its fields are carried along.
    """
    _must_have_a_role()
    target = safe_next(request.args.get("next"))
    then = safe_next(request.args.get("then")) if request.method == "POST" else None  # a link makes nobody send a form
    carried = [item for item in request.form.items(multi=True) if item[0] not in ("csrf_token", "second_factor")]
    if queries.find_factor(current_user.account_id) is None:
        return redirect(url_for("accounts.set_up_factor", next=target))
    form = FactorForm()
    is_given = current_user.recently_confirmed
    if not is_given and "second_factor" in request.form and form.validate_on_submit():
        check = operations.check_factor(
            current_user.token, form.digits, secret=current_app.config["SETTINGS"].secret_key
        )
        if check.problem in (FactorProblem.TOO_MANY, FactorProblem.TOO_MANY_HERE):
            return _too_many(factor_problem(check.problem))
        if check.token:
            session[SESSION_TOKEN] = check.token
            is_given = True
        elif check.problem:
            form.second_factor.errors = [factor_problem(check.problem)]
    if is_given and then is None:
        return redirect(target or HOME)
    return render_template(
        f"accounts/{'go_on' if is_given else 'second_factor'}.html",
        form=form,
        has_error=bool(form.problems),
        next=target,
        then=then,
        carried=carried,
    )


@bp.route("/second-factor/set-up", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def set_up_factor() -> ResponseReturnValue:
    """Show the key for an authenticator app, and keep it once the app's code shows that it knows it."""
    _must_have_a_role()
    target, settings = safe_next(request.args.get("next")), current_app.config["SETTINGS"]
    factor = queries.find_factor(current_user.account_id)
    if factor and not current_user.recently_confirmed:
        return redirect(url_for("accounts.second_factor", next=request.path))
    form = FactorForm()
    if form.validate_on_submit():
        check = operations.set_up_factor(
            current_user.token,
            form.digits,
            secret=settings.secret_key,
            service=settings.partnership,
            help_email=settings.help_email,
        )
        if check is None:  # it was set up elsewhere meanwhile
            return redirect(url_for("accounts.second_factor", next=target))
        if check.token:
            session[SESSION_TOKEN] = check.token
            return render_template("accounts/recovery_codes.html", codes=check.recovery_codes, next=target or HOME)
        form.second_factor.errors = [factor_problem(FactorProblem.WRONG)]
    key = offered_key(current_user.token, factor.set_up_at if factor else None, secret=settings.secret_key)
    address = key_address(key, current_user.email, service=settings.partnership)
    side, runs = qr_runs(address)
    return render_template(
        "accounts/set_up_factor.html",
        form=form,
        has_error=bool(form.problems),
        next=target,
        again=factor is not None,
        key=key,
        address=address,
        side=side,
        runs=runs,
    )


def _must_have_a_role() -> None:
    """Nobody else is ever asked for a second factor, and nobody is in the demonstration."""
    if not current_user.granted or current_app.config["SETTINGS"].demo:
        abort(404)


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    if SESSION_TOKEN in session:
        operations.end_session(session[SESSION_TOKEN])
    session.clear()
    response = redirect(url_for("accounts.signed_out"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/signed-out")
@public
def signed_out() -> ResponseReturnValue:
    return render_template("accounts/signed_out.html")


@bp.route("/account", methods=["GET", "POST"])
@requires(Role.PRACTITIONER)
def account() -> ResponseReturnValue:
    form = DetailsForm(full_name=current_user.full_name)
    if form.validate_on_submit():
        rename_practitioner(current_user.practitioner_id, form.full_name.data or "")
        flash("Your name is saved. Certificates issued from now on carry it; those you already have keep theirs.")
        return redirect(url_for("accounts.account"))
    has_app = current_user.granted and not current_app.config["SETTINGS"].demo
    return render_template(
        "accounts/account.html",
        form=form,
        has_error=bool(form.problems),
        has_app=has_app,
        factor=queries.find_factor(current_user.account_id) if has_app else None,
    )
