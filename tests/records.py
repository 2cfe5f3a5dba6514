"""A past for the tests: completions as they come about, by the real record, without going through a quiz."""

import dataclasses
import datetime as dt
from itertools import count

from sqlalchemy import func, select, update

from elearning.assessment.models import Attempt, Response
from elearning.catalogue.library import library
from elearning.catalogue.operations import publish_modules
from elearning.certificates.models import Certificate, CertificateDetail
from elearning.certificates.rules import new_number
from elearning.completions.operations import record_completion
from elearning.completions.types import Recorded
from elearning.core import clock
from elearning.core.db import atomic
from elearning.people import operations as people
from tests.conftest import MODULE

_people = count(1)


def at_noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def publish(key: str, *, version: int = 1, title: str = "Another module") -> None:
    """A module version that is published, but not in the library: the sample module under another name."""
    sample = library().find(MODULE)
    assert sample is not None
    publish_modules([sample.model_copy(update={"key": key, "version": version, "title": title})])


def hire(agency_id: int | None, *, name: str = "", since: dt.date | None = None, job_role: str = "Teacher") -> int:
    """A new practitioner, with a membership if an agency is given; their id."""
    with clock.at(at_noon(since) if since else clock.now()):
        practitioner_id = people.add_practitioner(name or f"Person {next(_people)}")
        if agency_id is not None:
            people.join_agency(practitioner_id, agency_id, job_role)
    return practitioner_id


def begin(practitioner_id: int, *, on: dt.date, module: str = MODULE, version: int = 1) -> int:
    """An attempt that is still open; its id."""
    with clock.at(at_noon(on)), atomic() as session:
        mine = (Attempt.practitioner_id == practitioner_id, Attempt.module_key == module)
        sets = session.execute(select(func.count()).select_from(Attempt).where(*mine)).scalar_one()
        attempt = Attempt(
            practitioner_id=practitioner_id, module_key=module, module_version=version, set_number=sets + 1, number=1,
            seed=1, form="[]", form_length=1, pass_mark=1, started_at=clock.now(),
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        return attempt.id


@dataclasses.dataclass(frozen=True)
class Passed:
    recorded: Recorded
    certificate: str | None


def complete(
    practitioner_id: int, agency_id: int | None, *, on: dt.date, module: str = MODULE, version: int = 1,
    months: int = 36, certificate: bool = True,
) -> Passed:  # fmt: skip
    """A pass on a day, its completion, and its certificate."""
    with clock.at(at_noon(on)), atomic() as session:
        attempt_id = begin(practitioner_id, on=on, module=module, version=version)
        session.add(
            Response(
                attempt_id=attempt_id, position=1, item_id="SM-01", chosen="[1]", answered_at=clock.now(), is_right=True
            )
        )
        session.flush()
        submitted = {"submitted_at": clock.now(), "score": 1, "passed": True}
        session.execute(update(Attempt).where(Attempt.id == attempt_id).values(submitted))
        recorded = record_completion(
            practitioner_id=practitioner_id, agency_id=agency_id, attempt_id=attempt_id, score=1, module_key=module,
            module_version=version, cpd_minutes=20, valid_for_months=months,
        )  # fmt: skip
        number = issue(recorded.place, practitioner_id) if certificate else None
    return Passed(recorded, number)


def issue(place: int, practitioner_id: int, *, supersedes: str | None = None) -> str:
    """A certificate of a completion; its number."""
    number = new_number()
    with atomic() as session:
        session.add(
            Certificate(
                number=number, place=place, supersedes=supersedes, issued_at=clock.now(), module_title="Sample module",
                partnership="Test Partnership", signatory="Chair", details_digest="0" * 64,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            CertificateDetail(
                number=number, salt="0" * 32, practitioner_id=practitioner_id, full_name="As printed", agency_name=""
            )
        )
    return number
