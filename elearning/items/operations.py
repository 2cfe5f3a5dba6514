"""What an officer's visits leave behind: the trail of what was taken out."""

from elearning.core.audit import record_audit
from elearning.core.db import atomic
from elearning.figures.types import Period


def record_items_export(practitioner_id: int, module_key: str, period: Period) -> None:
    """Someone takes the figures of a module's questions out of the service."""
    with atomic():
        record_audit(practitioner_id, "question figures exported", f"{module_key} {period.key}")
