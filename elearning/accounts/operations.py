"""Writes of accounts, roles, codes and sessions."""

import datetime as dt
import hmac
import secrets

from sqlalchemy import and_, delete, or_, select, update

from elearning.accounts.models import Account, RoleGrant, SignInCode, SignInSession
from elearning.accounts.queries import DEMO_PEOPLE, find_account
from elearning.accounts.rules import (
    ADDRESS_WINDOW,
    ASKS_PER_EMAIL,
    CODE_DIGITS,
    CODE_LASTS,
    CODE_TRIES,
    EMAIL_WINDOW,
    LONGEST_SESSION,
    SEEN_EVERY,
    TRIES_PER_ADDRESS,
    code_digest,
    code_mail,
    digest,
    normal_email,
)
from elearning.accounts.types import CodeCheck
from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, serialise
from elearning.core.errors import Refused
from elearning.core.models import Installation
from elearning.core.outbox import queue_mail
from elearning.core.roles import Role
from elearning.core.throttle import count_try
from elearning.people.operations import add_practitioner, join_agency
from elearning.people.queries import find_agency


def open_account(practitioner_id: int, email: str) -> int:
    """An account with which a practitioner signs in; its id.

    Raises Refused for what is no e-mail address, and for one that has an account.
    """
    normal = normal_email(email)
    if normal is None:
        raise Refused(f"{email!r} is not an e-mail address; give one such as name@agency.org.")
    with atomic() as session:
        serialise(f"account {normal}")
        if session.execute(select(Account.id).where(Account.email == normal)).first():
            raise Refused(f"{normal} has an account already; give another address.")
        account = Account(practitioner_id=practitioner_id, email=normal, created_at=clock.now())
        session.add(account)
        session.flush()
        return account.id


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


def suspend_account(account_id: int) -> None:
    """Nobody signs in with this account any more, and who is signed in is out at the next request."""
    with atomic() as session:
        session.execute(update(Account).where(Account.id == account_id).values(suspended_at=clock.now()))
        record_audit(None, "account suspended", f"account {account_id}")


def request_code(email: str, browser: str, *, address: str, secret: str, service: str) -> bool:
    """Someone at a network address asks, on a browser, for a code to a normal e-mail; True unless asked too often.

    An unknown or suspended e-mail gets a code too, which is sent to nobody and opens nothing: what happens next is
    the same for all. A newer code replaces the browser's older one.
    """
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    expires_at = clock.now() + CODE_LASTS
    subject, body = code_mail(code, service=service, until=f"{expires_at.astimezone(clock.LONDON):%H:%M}")
    with atomic() as session:
        within = count_try("code-asked-address", address, limit=TRIES_PER_ADDRESS, window=ADDRESS_WINDOW) and count_try(
            "code-asked-email", email, limit=ASKS_PER_EMAIL, window=EMAIL_WINDOW
        )
        if not within:
            return False
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
        if account_id is not None:
            queue_mail(email, subject, body)
    return True


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


def start_session(account_id: int, *, replacing: str | None = None) -> str:
    """Sign an account in; the token that the browser's cookie will hold (256 bits). A replaced session ends."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with atomic() as session:
        if replacing:
            end_session(replacing)
        session.add(SignInSession(token_digest=digest(token), account_id=account_id, started_at=now, seen_at=now))
        record_audit(None, "signed in", f"account {account_id}")
    return token


def note_seen(token: str) -> None:
    """Write down that a session is in use, unless that was done less than SEEN_EVERY ago."""
    now = clock.now()
    with atomic() as session:
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == digest(token), SignInSession.seen_at <= now - SEEN_EVERY)
            .values(seen_at=now)
        )


def end_session(token: str) -> None:
    """Sign out on this browser; the token is worth nothing from now on."""
    with atomic() as session:
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == digest(token), SignInSession.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


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
