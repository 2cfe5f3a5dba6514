"""Reads of accounts and sessions."""

from sqlalchemy import ColumnElement, and_, bindparam, distinct, func, or_, select

from elearning.accounts.models import Account, RecoveryCode, RoleGrant, SecondFactor, SignInSession
from elearning.accounts.rules import RECENT, digest, session_limits
from elearning.accounts.types import DemoPerson, Factor, SignedIn
from elearning.core import clock
from elearning.core.db import db, fetch
from elearning.core.models import Installation
from elearning.core.roles import Role
from elearning.people.models import Agency, Membership, Practitioner

DEMO_PEOPLE = "demo-people"  # the installation's fact that names whom the demo signs in

# A training lead leads only where they work now: who leaves or moves keeps nothing of the old agency's.
_HELD = and_(
    RoleGrant.account_id == Account.id,
    or_(RoleGrant.agency_id.is_(None), RoleGrant.agency_id == Membership.agency_id),
)

# It runs at every request.
_SIGNED_IN = (
    select(
        Account.id,
        Practitioner.id.label("practitioner_id"),
        Practitioner.full_name,
        Account.email,
        Agency.id.label("agency_id"),
        Agency.name.label("agency_name"),
        SignInSession.started_at,
        SignInSession.seen_at,
        SignInSession.confirmed_at,
        RoleGrant.role,
        RoleGrant.agency_id.label("lead_of"),
    )
    .select_from(SignInSession)
    .join(Account, Account.id == SignInSession.account_id)
    .join(Practitioner, Practitioner.id == Account.practitioner_id)
    .outerjoin(Membership, and_(Membership.practitioner_id == Practitioner.id, Membership.ended_on.is_(None)))
    .outerjoin(Agency, Agency.id == Membership.agency_id)
    .outerjoin(RoleGrant, _HELD)
    .where(
        SignInSession.token_digest == bindparam("token_digest"),
        SignInSession.ended_at.is_(None),
        Account.suspended_at.is_(None),
    )
)


def find_signed_in(token: str, *, second_factor: bool = True) -> SignedIn | None:
    """Who holds this session token now, in one query; None if it ended, lay idle, or the account is suspended.

    A role beyond practitioner counts once the session was confirmed with the second factor. Where there is none
    (`second_factor` False, the demonstration), every session counts as confirmed just now.
    """
    rows = fetch(_SIGNED_IN, token_digest=digest(token)).all()
    if not rows:
        return None
    first = rows[0]
    granted = frozenset(Role(row.role) for row in rows if row.role)
    idle, longest = session_limits(practitioner_only=not granted)
    now = clock.now()
    if now - first.seen_at > idle or now - first.started_at > longest:
        return None
    confirmed_at = first.confirmed_at if second_factor else now
    roles = {Role.PRACTITIONER} | (granted if confirmed_at else set())
    return SignedIn(
        token=token,
        account_id=first.id,
        practitioner_id=first.practitioner_id,
        full_name=first.full_name,
        email=first.email,
        agency_id=first.agency_id,
        agency_name=first.agency_name or "",
        roles=frozenset(roles),
        lead_of=next((row.lead_of for row in rows if row.role == Role.TRAINING_LEAD and row.role in roles), None),
        seen_at=first.seen_at,
        granted=granted,
        recently_confirmed=confirmed_at is not None and now - confirmed_at <= RECENT,
    )


def find_factor(account_id: int) -> Factor | None:
    """The authenticator app of an account; None if none is set up."""
    left = select(func.count()).where(RecoveryCode.account_id == SecondFactor.account_id).scalar_subquery()
    row = db.session.execute(
        select(SecondFactor.set_up_at, left).where(SecondFactor.account_id == account_id)
    ).one_or_none()
    return Factor(*row) if row else None


def list_other_leads(practitioner_id: int, agency_id: int) -> list[str]:
    """The addresses of whoever leads an agency's training now, but for this practitioner."""
    leads = (
        select(Account.email)
        .join(Membership, and_(Membership.practitioner_id == Account.practitioner_id, Membership.ended_on.is_(None)))
        .join(RoleGrant, _HELD)
        .where(RoleGrant.role == Role.TRAINING_LEAD, RoleGrant.agency_id == agency_id)
        .where(Account.practitioner_id != practitioner_id, Account.suspended_at.is_(None))
        .order_by(Account.email)
    )
    return list(db.session.scalars(leads))


def was_away(token: str) -> bool:
    """Whether a session that counts no more lay idle or grew too old: nobody ended it or suspended the account."""
    return fetch(_SIGNED_IN, token_digest=digest(token)).first() is not None


def is_same_account(token: str, other: str) -> bool:
    """Whether two sessions, over or not, are of one account."""
    accounts = select(SignInSession.account_id).where(SignInSession.token_digest.in_([digest(token), digest(other)]))
    found = db.session.scalars(accounts).all()
    return len(found) == 2 and found[0] == found[1]


def count_holders(role: Role) -> int:
    """How many people hold a granted role now and can sign in."""
    return db.session.execute(
        select(func.count(distinct(Account.id)))
        .select_from(Account)
        .outerjoin(
            Membership, and_(Membership.practitioner_id == Account.practitioner_id, Membership.ended_on.is_(None))
        )
        .join(RoleGrant, _HELD)
        .where(RoleGrant.role == role, Account.suspended_at.is_(None))
    ).scalar_one()


def find_account(email: str) -> int | None:
    """The account of an address in its normal form; None if there is none or it is suspended."""
    return db.session.execute(select(Account.id).where(*is_account(email))).scalar_one_or_none()


def is_account(email: str) -> tuple[ColumnElement[bool], ...]:
    """The condition of being the account that signs in with an address in its normal form."""
    return Account.email == email, Account.suspended_at.is_(None)


def find_email(practitioner_id: int) -> str | None:
    """Where mail reaches someone; None if they have no account or it is suspended."""
    return db.session.execute(
        select(Account.email).where(Account.practitioner_id == practitioner_id, Account.suspended_at.is_(None))
    ).scalar_one_or_none()


def list_demo_people() -> list[DemoPerson]:
    """Whom the demonstration offers to sign in as, in the order it named them."""
    named = db.session.execute(select(Installation.value).where(Installation.name == DEMO_PEOPLE)).scalar_one_or_none()
    if not named:
        return []
    ids = [int(id_) for id_ in named.split(",")]
    rows = db.session.execute(
        select(Account.id, Practitioner.full_name, RoleGrant.role, Agency.name)
        .join(Practitioner, Practitioner.id == Account.practitioner_id)
        .outerjoin(Membership, and_(Membership.practitioner_id == Practitioner.id, Membership.ended_on.is_(None)))
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .outerjoin(RoleGrant, _HELD)
        .where(Account.id.in_(ids), Account.suspended_at.is_(None))
    ).all()
    reach = list(Role).index
    people: dict[int, DemoPerson] = {}
    for id_, full_name, granted, agency_name in rows:
        role = Role(granted) if granted else Role.PRACTITIONER
        if id_ not in people or reach(role) > reach(people[id_].role):
            people[id_] = DemoPerson(id_, full_name, role, agency_name or "")
    return [people[id_] for id_ in ids if id_ in people]
