"""What a training lead's visits leave behind: the trail of what was taken out."""

from elearning.accounts.operations import record_export
from elearning.agency.queries import count_people
from elearning.core.db import atomic


def record_people_export(practitioner_id: int, agency_id: int, *, help_email: str) -> None:
    """Someone takes the list of an agency's people out of the service: written down, and told to its other leads."""
    with atomic():
        people = count_people(agency_id)
        record_export(practitioner_id, agency_id, "people exported", people, help_email=help_email)
