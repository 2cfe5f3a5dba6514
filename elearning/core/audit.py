"""The audit trail: appended in the transaction of what it tells of."""

from elearning.core import clock
from elearning.core.db import db
from elearning.core.models import AuditEntry


def record_audit(practitioner_id: int | None, action: str, subject: str = "") -> None:
    """Within `atomic()`: who (None for nobody signed in) did what to what. `subject` holds keys, never names."""
    entry = AuditEntry(at=clock.now(), practitioner_id=practitioner_id, action=action, subject=subject)
    db.session.add(entry)
