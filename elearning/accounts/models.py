"""Accounts, the roles granted to them, one-time codes, second factors and sessions."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from elearning.core.db import Base, Moment, one_of
from elearning.core.roles import Role


class Account(Base):
    """How a practitioner signs in. `email` is kept in its normal form (see rules.normal_email)."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("practitioner.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(Moment)
    suspended_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class RoleGrant(Base):
    """A role beyond practitioner. A training lead is one of an agency, the others of the partnership."""

    __tablename__ = "role_grant"
    __table_args__ = (
        one_of("role", [Role.TRAINING_LEAD, Role.OFFICER, Role.ADMINISTRATOR], name="role"),
        CheckConstraint(f"(role = '{Role.TRAINING_LEAD}') = (agency_id IS NOT NULL)", name="lead_of_an_agency"),
        Index("uq_role_grant_account_id_role", "account_id", "role", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(20))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    granted_at: Mapped[dt.datetime] = mapped_column(Moment)


class SignInCode(Base):
    """A code sent by e-mail, bound to the browser that asked. An unknown address gets a row without an account."""

    __tablename__ = "sign_in_code"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)

    browser_digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # a newer code replaces the older
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    code_digest: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)


class SecondFactor(Base):
    """The authenticator app of an account. The key is sealed (rules.seal); each time step's code counts once."""

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    sealed_key: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int]  # the newest time step whose code was given
    set_up_at: Mapped[dt.datetime] = mapped_column(Moment)


class RecoveryCode(Base):
    """What lets someone in once without their app; gone when it was used."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("second_factor.account_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class SignInSession(Base):
    """Someone signed in on one browser. The cookie holds the token, the table its digest."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        Index(
            "ix_sign_in_session_live",
            "account_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[dt.datetime] = mapped_column(Moment)
    seen_at: Mapped[dt.datetime] = mapped_column(Moment)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # when the second factor was last given in it
    ended_at: Mapped[dt.datetime | None] = mapped_column(Moment)
