"""What a training lead's visits leave behind: the trail of what was taken out."""

from elearning.accounts.operations import record_export
from elearning.agency.queries import count_people
from elearning.core.audit import record_audit
from elearning.core.db import atomic


def record_people_export(practitioner_id: int, agency_id: int, *, help_email: str) -> None:
    """Someone takes the list of an agency's people out of the service: written down, and told to its other leads."""
    with atomic():
        people = count_people(agency_id)
        what = "the name of 1 person" if people == 1 else f"the names of {people:,} people"
        record_export(practitioner_id, agency_id, "people exported", people, what=what, help_email=help_email)


def record_certificates_export(practitioner_id: int | None, agency_id: int, count: int, *, help_email: str) -> None:
    """Someone takes certificates earned at an agency out of the service; at the command line (None) nobody is told."""
    with atomic():
        if practitioner_id is None:
            record_audit(None, "certificates exported", f"agency {agency_id}: {count}")
        else:
            what = "1 certificate" if count == 1 else f"{count:,} certificates"
            record_export(practitioner_id, agency_id, "certificates exported", count, what=what, help_email=help_email)
