"""Writes of accounts, roles, codes and sessions."""

import datetime as dt
import hmac
import logging
import secrets

from sqlalchemy import Row, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from elearning.accounts.models import Account, RoleGrant, SignInCode, SignInSession
from elearning.accounts.queries import DEMO_PEOPLE, find_account
from elearning.accounts.rules import (
    ADDRESS_WINDOW,
    ASKS_PER_BROWSER,
    ASKS_PER_EMAIL,
    BROWSER_WINDOW,
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
from elearning.accounts.types import CodeCheck, CodeRequest
from elearning.core import clock
from elearning.core.audit import record_audit
from elearning.core.db import atomic, fetch, keep, serialise
from elearning.core.errors import Refused
from elearning.core.models import Installation
from elearning.core.outbox import queue_mail
from elearning.core.roles import Role
from elearning.core.throttle import count_try
from elearning.people.models import Membership
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
        if account_id is not None:
            queue_mail(email, subject, body)
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
