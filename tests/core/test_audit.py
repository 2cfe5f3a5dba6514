"""The audit trail stands or falls with what it tells of, and stays."""

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from elearning.core.audit import record_audit
from elearning.core.db import atomic, db
from elearning.core.models import AuditEntry
from tests.conftest import NOON, World


def entries(action: str) -> list[AuditEntry]:
    return list(db.session.execute(select(AuditEntry).where(AuditEntry.action == action)).scalars())


def test_an_entry_says_who_did_what_to_what_and_when(app: Flask, world: World) -> None:
    with atomic():
        record_audit(world.admin.practitioner_id, "looked", "completion 7")
    (entry,) = entries("looked")
    assert (entry.practitioner_id, entry.subject, entry.at) == (world.admin.practitioner_id, "completion 7", NOON)


def test_what_was_rolled_back_is_not_told_of(app: Flask) -> None:
    with pytest.raises(RuntimeError), atomic():
        record_audit(None, "looked")
        raise RuntimeError
    assert entries("looked") == []


@pytest.mark.parametrize("change", [update(AuditEntry).values(action="nothing"), delete(AuditEntry)])
def test_an_entry_stays(app: Flask, change: object) -> None:
    with atomic():
        record_audit(None, "looked")
    with pytest.raises(DBAPIError, match="permanent"), atomic() as session:
        session.execute(change)  # type: ignore[call-overload]  # one parameter for both statements
    assert len(entries("looked")) == 1
