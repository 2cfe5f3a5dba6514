"""What a training lead's visits leave behind: the trail of what was taken out."""

from elearning.core.audit import record_audit
from elearning.core.db import atomic


def record_people_export(practitioner_id: int, agency_id: int) -> None:
    """Someone takes the list of an agency's people out of the service."""
    with atomic():
        record_audit(practitioner_id, "people exported", f"agency {agency_id}")


def record_certificates_export(practitioner_id: int | None, agency_id: int, count: int) -> None:
    """Someone takes certificates earned at an agency out of the service (None at the command line)."""
    with atomic():
        record_audit(practitioner_id, "certificates exported", f"agency {agency_id}, certificates: {count}")
