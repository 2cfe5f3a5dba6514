"""What an officer's visits leave behind: the trail of what was taken out."""

from elearning.core.audit import record_audit
from elearning.core.db import atomic
from elearning.figures.types import Period


def record_impact_export(practitioner_id: int, period: Period) -> None:
    """Someone takes what people say of a year's training out of the service."""
    with atomic():
        record_audit(practitioner_id, "impact figures exported", period.key)
