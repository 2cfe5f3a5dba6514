"""Writes of accounts, roles, codes and sessions."""

import datetime as dt
import hmac
import logging
import secrets

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from elearning.accounts.models import Account, RecoveryCode, RoleGrant, SecondFactor, SignInCode, SignInSession
from elearning.accounts.queries import DEMO_PEOPLE, find_account, is_account, list_other_leads
from elearning.accounts.rules import (
    ACCOUNT_WINDOW,
    ADDRESS_WINDOW,
    ASKS_PER_BROWSER,
    ASKS_PER_EMAIL,
    BROWSER_WINDOW,
    CODE_DIGITS,
    CODE_LASTS,
    CODE_TRIES,
    EMAIL_WINDOW,
    FACTOR_TRIES,
    FACTOR_TRIES_PER_ACCOUNT,
    FACTOR_WINDOW,
    LONGEST_SESSION,
    RECENT,
    RECOVERY_CODES,
    RECOVERY_DIGITS,
    SEEN_EVERY,
    TRIES_PER_ADDRESS,
    code_digest,
    code_mail,
    digest,
    export_mail,
    factor_mail,
    find_step,
    normal_email,
    offered_key,
    recovery_digest,
    seal,
    unseal,
)
from elearning.accounts.types import CodeCheck, CodeRequest, FactorCheck, FactorProblem
from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, fetch, keep, serialise
from elearning.core.errors import Refused
from elearning.core.models import Installation
from elearning.core.outbox import queue_mail, queue_mail_to, queue_mails
from elearning.core.roles import Role
from elearning.core.tallies import RECORD
from elearning.core.throttle import count_try
from elearning.people.models import Agency, Membership, Practitioner
from elearning.people.operations import add_practitioner, join_agency, leave_agency
from elearning.people.queries import find_agency

log = logging.getLogger(__name__)

_HAS_ACCOUNT = select(Account.id).where(Account.email == bindparam("email"))
_ACCOUNT = insert(Account).returning(Account.id)


def open_account(practitioner_id: int, email: str) -> int:
    """An account with which a practitioner signs in; its id.

    Raises Refused for what is no e-mail address, and for one that has an account.
    """
    normal = normal_email(email)
    if normal is None:
        raise Refused(f"{email!r} is not an e-mail address; give one such as name@agency.org.")
    with atomic():
        serialise(f"account {normal}")
        if fetch(_HAS_ACCOUNT, email=normal).first():
            raise Refused(f"{normal} has an account already; give another address.")
        account = {"practitioner_id": practitioner_id, "email": normal, "created_at": clock.now()}
        return int(keep(_ACCOUNT, account).scalar_one())


def grant_role(account_id: int, role: Role, *, agency_id: int | None = None) -> None:
    """Give a role beyond practitioner; a training lead needs the agency."""
    with atomic() as session:
        session.add(RoleGrant(account_id=account_id, role=role, agency_id=agency_id, granted_at=clock.now()))
        record_audit(None, "role granted", f"account {account_id}: {role}")


def add_person(full_name: str, email: str, *, agency: str, job_role: str, role: Role) -> str:
    """A new person with an account, a place in an agency and a role, all or nothing; the address they sign in with.

    Raises Refused, saying what to do, for a name no certificate could print, an address that is none or has an
    account, and an agency that does not exist.
    """
    with atomic():
        place = find_agency(agency)
        if place is None:
            raise Refused(f'There is no agency called "{agency}"; add it first with `elearning people add-agency`.')
        practitioner_id = add_practitioner(full_name)
        account_id = open_account(practitioner_id, email)
        join_agency(practitioner_id, place.id, job_role)
        if role is not Role.PRACTITIONER:
            grant_role(account_id, role, agency_id=place.id if role is Role.TRAINING_LEAD else None)
    return normal_email(email) or email


def end_membership(email: str, ended_on: dt.date) -> None:
    """Someone's last day in their agency was `ended_on`; the training of its people is no longer theirs to see.

    Raises Refused for an address without an account, someone who works nowhere, and a day before the first or to come.
    """
    with atomic() as session:
        serialise(RECORD)  # before the membership is locked, as everyone who changes one does
        person = _person(email)
        member = session.execute(
            select(Membership.agency_id, Membership.started_on)
            .where(Membership.practitioner_id == person.practitioner_id, Membership.ended_on.is_(None))
            .with_for_update()
        ).one_or_none()
        if member is None:
            raise Refused(f"{person.email} works in no agency now.")
        if not member.started_on <= ended_on <= clock.today():
            raise Refused(f"Give a last day from {member.started_on}, their first, to today.")
        leave_agency(person.practitioner_id, ended_on=ended_on)
        record_audit(None, "left agency", f"practitioner {person.practitioner_id}: agency {member.agency_id}")


def revoke_role(email: str, role: Role) -> None:
    """Take back a role beyond practitioner. Raises Refused for an address without an account, or without the role."""
    with atomic() as session:
        person = _person(email)
        held = (RoleGrant.account_id == person.id, RoleGrant.role == role)
        if session.execute(delete(RoleGrant).where(*held).returning(RoleGrant.id)).first() is None:
            raise Refused(f"{person.email} was not granted the role {role}.")
        record_audit(None, "role revoked", f"account {person.id}: {role}")


def suspend_person(email: str) -> None:
    """Suspend the account of an address. Raises Refused if there is none or it is suspended already."""
    with atomic():
        person = _person(email)
        if person.suspended_at:
            raise Refused(f"{person.email} is suspended already.")
        suspend_account(person.id)


def _person(email: str) -> Row[int, int, str, dt.datetime | None]:
    with atomic() as session:
        person = session.execute(
            select(Account.id, Account.practitioner_id, Account.email, Account.suspended_at).where(
                Account.email == normal_email(email)
            )
        ).one_or_none()
    if person is None:
        raise Refused(f'There is no account with the address "{email}"; check how it is written.')
    return person


def suspend_account(account_id: int) -> None:
    """Nobody signs in with this account any more, and who is signed in is out at the next request."""
    with atomic() as session:
        session.execute(update(Account).where(Account.id == account_id).values(suspended_at=clock.now()))
        record_audit(None, "account suspended", f"account {account_id}")


def request_code(email: str, browser: str, *, address: str, secret: str, service: str) -> CodeRequest:
    """Someone at a network address asks, on a browser, for a code to a normal e-mail; refused if asked too often.

    An unknown or suspended e-mail gets a code too, which is sent to nobody and opens nothing: what happens next is
    the same for all. A newer code replaces the browser's older one; a refusal leaves it as it is.
    """
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    expires_at = clock.now() + CODE_LASTS
    subject, body = code_mail(code, service=service, until=f"{expires_at.astimezone(clock.LONDON):%H:%M}")
    with atomic() as session:
        for kind, subject, limit, window in (  # what one refuses is not counted by the next
            ("code-asked-address", address, TRIES_PER_ADDRESS, ADDRESS_WINDOW),
            ("code-asked-browser", f"{browser} {email}", ASKS_PER_BROWSER, BROWSER_WINDOW),
            ("code-asked-email", email, ASKS_PER_EMAIL, EMAIL_WINDOW),
        ):
            if not count_try(kind, subject, limit=limit, window=window):
                return CodeRequest(wait=window, has_code=_has_code(browser))
        account_id = find_account(email)
        serialise(f"code {digest(browser)}")
        session.merge(
            SignInCode(
                browser_digest=digest(browser),
                account_id=account_id,
                code_digest=code_digest(code, browser=browser, secret=secret),
                expires_at=expires_at,
                tries=0,
            )
        )
        queue_mail_to(select(Account.email).where(*is_account(email)), subject, body)
    return CodeRequest()


def _has_code(browser: str) -> bool:
    with atomic() as session:
        live = (SignInCode.expires_at > clock.now(), SignInCode.tries < CODE_TRIES)
        this = SignInCode.browser_digest == digest(browser)
        return session.execute(select(SignInCode.tries).where(this, *live)).first() is not None


def check_code(browser: str, code: str, *, address: str, secret: str, replacing: str | None = None) -> CodeCheck | None:
    """Someone types a code on the browser that asked for it. The right one works once and begins a session.

    `replacing` is the token of a session this browser already holds; it ends. None if the network address tried too
    often. A code that belongs to no account, or to a suspended one, is a wrong code.
    """
    given = code_digest(code, browser=browser, secret=secret)
    this = SignInCode.browser_digest == digest(browser)
    with atomic() as session:
        if not count_try("code-typed-address", address, limit=TRIES_PER_ADDRESS, window=ADDRESS_WINDOW):
            return None
        kept = session.execute(
            select(SignInCode.code_digest, SignInCode.expires_at, SignInCode.tries, Account.id)
            .outerjoin(Account, and_(Account.id == SignInCode.account_id, Account.suspended_at.is_(None)))
            .where(this)
            .with_for_update(of=SignInCode)  # two tries at once are two tries, and one code is one session
        ).one_or_none()
        if kept is None or kept.expires_at <= clock.now():
            return CodeCheck(expired=True)
        if kept.tries >= CODE_TRIES:
            return CodeCheck(tries_left=0)
        if hmac.compare_digest(kept.code_digest, given) and kept.id is not None:
            session.execute(delete(SignInCode).where(this))
            return CodeCheck(token=start_session(kept.id, replacing=replacing))
        session.execute(update(SignInCode).where(this).values(tries=kept.tries + 1))
        return CodeCheck(tries_left=CODE_TRIES - kept.tries - 1)


def start_session(account_id: int, *, replacing: str | None = None, confirmed: bool = False) -> str:
    """Sign an account in; the token that the browser's cookie will hold (256 bits). A replaced session ends.

    `confirmed` stands for a second factor given elsewhere; without one the session is a practitioner's only.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with atomic() as session:
        if replacing:
            end_session(replacing)
        session.add(
            SignInSession(
                token_digest=digest(token),
                account_id=account_id,
                started_at=now,
                seen_at=now,
                confirmed_at=now if confirmed else None,
            )
        )
        record_audit(None, "signed in", f"account {account_id}")
    return token


def _signed_in(token: str) -> Row[int, dt.datetime | None, str] | None:
    with atomic() as session:
        return session.execute(
            select(SignInSession.account_id, SignInSession.confirmed_at, Account.email)
            .join(Account, Account.id == SignInSession.account_id)
            .where(SignInSession.token_digest == digest(token), SignInSession.ended_at.is_(None))
        ).one_or_none()


def _confirm(token: str) -> str:
    """The session goes on under another token: who had copied the one of a session without its roles gains nothing."""
    other = secrets.token_urlsafe(32)
    with atomic() as session:
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == digest(token))
            .values(token_digest=digest(other), confirmed_at=clock.now())
        )
    return other


def check_factor(token: str, code: str, *, secret: str) -> FactorCheck:
    """Someone signed in gives the code of their app, or a recovery code (by its length). Each confirms a session once.

    Of an app every code counts once, and none that is older than one that was given.
    """
    with atomic() as session:
        who = _signed_in(token)
        if who is None:
            return FactorCheck(problem=FactorProblem.WRONG)
        if not count_try("factor-typed-session", token, limit=FACTOR_TRIES, window=FACTOR_WINDOW):
            return FactorCheck(problem=FactorProblem.TOO_MANY_HERE)
        if len(code) == RECOVERY_DIGITS:
            used = recovery_digest(code, account_id=who.account_id, secret=secret)
            this = (RecoveryCode.account_id == who.account_id, RecoveryCode.code_digest == used)
            if session.execute(delete(RecoveryCode).where(*this).returning(RecoveryCode.account_id)).first() is None:
                return FactorCheck(problem=FactorProblem.WRONG)
            record_audit(None, "recovery code used", f"account {who.account_id}")
        elif problem := _app_problem(who.account_id, code, is_confirmed=who.confirmed_at is not None, secret=secret):
            return FactorCheck(problem=problem)
        record_audit(None, "second factor given", f"account {who.account_id}")
        return FactorCheck(token=_confirm(token))


def _app_problem(account_id: int, code: str, *, is_confirmed: bool, secret: str) -> FactorProblem | None:
    subject, window = str(account_id), ACCOUNT_WINDOW
    with atomic() as session:
        if not is_confirmed and not count_try(
            "factor-typed-account", subject, limit=FACTOR_TRIES_PER_ACCOUNT, window=window
        ):
            return FactorProblem.TOO_MANY
        mine = SecondFactor.account_id == account_id
        sealed = session.execute(select(SecondFactor.sealed_key).where(mine)).scalar_one_or_none()
        if sealed is None:
            return FactorProblem.WRONG
        key = unseal(sealed, account_id=account_id, secret=secret)
        if key is None:
            return FactorProblem.UNREADABLE
        step = find_step(key, code, clock.now())
        if step is None:
            return FactorProblem.WRONG
        # One statement decides, so that of two who give one code at once only one is let in.
        newer = update(SecondFactor).where(mine, SecondFactor.last_step < step).values(last_step=step)
        given = session.execute(newer.returning(SecondFactor.account_id)).first()
        return None if given else FactorProblem.USED


def set_up_factor(token: str, code: str, *, secret: str, service: str, help_email: str) -> FactorCheck | None:
    """Someone signed in shows that their app knows the key that this session is offered (rules.offered_key).

    From now on it is the account's one app, with recovery codes of its own; other sessions have to give it anew. None if
    the account has an app already, which this session did not give recently.
    """
    with atomic() as session:
        who, now = _signed_in(token), clock.now()
        if who is None:
            return None
        serialise(f"second factor {who.account_id}")
        mine = SecondFactor.account_id == who.account_id
        set_up_at = session.execute(select(SecondFactor.set_up_at).where(mine)).scalar_one_or_none()
        if set_up_at and (who.confirmed_at is None or now - who.confirmed_at > RECENT):
            return None
        key = offered_key(token, set_up_at, secret=secret)
        step = find_step(key, code, now)
        if step is None:
            return FactorCheck(problem=FactorProblem.WRONG)
        _forget_factors(mine)
        sealed = seal(key, account_id=who.account_id, secret=secret, nonce=secrets.token_bytes(12))
        factor = {"account_id": who.account_id, "sealed_key": sealed, "last_step": step, "set_up_at": now}
        session.execute(insert(SecondFactor).values(factor))
        codes = tuple(f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES))
        digests = {recovery_digest(code, account_id=who.account_id, secret=secret) for code in codes}
        session.execute(insert(RecoveryCode), [{"account_id": who.account_id, "code_digest": d} for d in digests])
        record_audit(None, "second factor set up", f"account {who.account_id}")
        queue_mail(who.email, *factor_mail(service=service, help_email=help_email))
        return FactorCheck(token=_confirm(token), recovery_codes=codes)


def _forget_factors(*which: ColumnElement[bool]) -> list[int]:
    """Remove second factors, and what they opened; whose they were."""
    with atomic() as session:
        gone = list(session.scalars(delete(SecondFactor).where(*which).returning(SecondFactor.account_id)))
        session.execute(update(SignInSession).where(SignInSession.account_id.in_(gone)).values(confirmed_at=None))
        return gone


def reset_factor(email: str) -> None:
    """Someone lost their app and their recovery codes: they set up another when they next sign in.

    Raises Refused for an address without an account, and for one without a second factor.
    """
    with atomic():
        person = _person(email)
        if not _forget_factors(SecondFactor.account_id == person.id):
            raise Refused(f"{person.email} has not set up an authenticator app; they do so when they next sign in.")
        record_audit(None, "second factor reset", f"account {person.id}")


def reset_all_factors() -> int:
    """Everyone sets up their app anew, as after the installation's secret was changed; how many had one."""
    with atomic():
        gone = _forget_factors()
        for account_id in gone:
            record_audit(None, "second factor reset", f"account {account_id}")
        return len(gone)


def record_export(practitioner_id: int, agency_id: int, action: str, count: int, *, what: str, help_email: str) -> None:
    """Someone takes out a file that names people of an agency: a line in the audit trail, and a mail to its other leads.

    Where there is no other, the mail goes to whoever helps with the service. `action` is the trail's word, such as
    "people exported", `what` those of the mail, such as "the names of 12 people". Call it in the `atomic()` of what makes the file.
    """
    with atomic() as session:
        record_audit(practitioner_id, action, f"agency {agency_id}: {count}")
        names = (
            select(Practitioner.full_name, Agency.name)
            .join(Agency, Agency.id == agency_id)
            .where(Practitioner.id == practitioner_id)
        )
        who, agency = session.execute(names).one()
        mail = export_mail(who=who, agency=agency, what=what, at=clock.now().astimezone(clock.LONDON))
        queue_mails(list_other_leads(practitioner_id, agency_id) or [help_email], *mail)


def note_seen(token: str) -> None:
    """Write down that a session is in use, unless that was done less than SEEN_EVERY ago or the database is busy."""
    now = clock.now()
    try:
        with atomic() as session:
            session.execute(
                update(SignInSession)
                .where(SignInSession.token_digest == digest(token), SignInSession.seen_at <= now - SEEN_EVERY)
                .values(seen_at=now)
            )
    except OperationalError as error:  # whoever only reads a page need not wait for the next
        log.warning("The use of a session was not written down (%s).", type(error.orig).__name__)


def end_session(token: str) -> None:
    """Sign out on this browser; the token is worth nothing from now on."""
    with atomic() as session:
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == digest(token), SignInSession.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


def end_all_sign_ins() -> None:
    """Sign everybody out and make every code worthless, as after restoring an older state."""
    with atomic() as session:
        session.execute(delete(SignInCode))
        session.execute(update(SignInSession).where(SignInSession.ended_at.is_(None)).values(ended_at=clock.now()))


def forget_old_sign_ins() -> None:
    """Remove codes that have expired and sessions that can no longer be used; the audit trail keeps who signed in."""
    now = clock.now()
    over = now - LONGEST_SESSION - dt.timedelta(days=1)
    with atomic() as session:
        session.execute(delete(SignInCode).where(SignInCode.expires_at <= now))
        session.execute(
            delete(SignInSession).where(or_(SignInSession.ended_at <= over, SignInSession.started_at <= over))
        )


def name_demo_people(account_ids: list[int]) -> None:
    """Say whom the demonstration lets anyone sign in as, in this order."""
    with atomic() as session:
        session.merge(Installation(name=DEMO_PEOPLE, value=",".join(map(str, account_ids))))
