"""A past for the tests: completions as they come about, by the real record, without going through a quiz."""

import dataclasses
import datetime as dt
import json
from itertools import count

from sqlalchemy import func, select

from elearning.assessment.models import Attempt, Response
from elearning.assessment.operations import submit_attempt
from elearning.assessment.rules import draw, read_form, write_form
from elearning.catalogue.library import library
from elearning.catalogue.operations import publish_modules
from elearning.certificates.models import Certificate, CertificateDetail, Reissue
from elearning.certificates.rules import certificate_digest, new_number
from elearning.certificates.types import ReissueReason, Sealed
from elearning.completions.operations import record_begun, record_completion
from elearning.completions.types import Recorded
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.people import operations as people
from elearning.people.models import Practitioner
from tests.conftest import MODULE

SCORE = 4  # every question of the sample
SALT = "0" * 32

_people = count(1)


def at_noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def name_of(practitioner_id: int) -> str:
    """Someone's name of today."""
    return db.session.execute(select(Practitioner.full_name).where(Practitioner.id == practitioner_id)).scalar_one()


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
    """An attempt that is still open; its id. Every module here has the questions of the sample."""
    sample = library().find(MODULE)
    assert sample is not None
    form = draw(sample, 1, [])
    with clock.at(at_noon(on)), atomic() as session:
        mine = (Attempt.practitioner_id == practitioner_id, Attempt.module_key == module)
        sets = session.execute(select(func.count()).select_from(Attempt).where(*mine)).scalar_one()
        attempt = Attempt(
            practitioner_id=practitioner_id, module_key=module, module_version=version, set_number=sets + 1, number=1,
            seed=1, form=write_form(form), form_length=len(form), pass_mark=sample.blueprint.pass_mark,
            started_at=clock.now(),
        )  # fmt: skip
        session.add(attempt)
        session.flush()
        record_begun(practitioner_id, module)
        return attempt.id


def pass_quiz(practitioner_id: int, *, on: dt.date, module: str = MODULE, version: int = 1) -> int:
    """An attempt that is submitted with every answer right, and not yet recorded; its id."""
    with clock.at(at_noon(on)), atomic() as session:
        attempt_id = begin(practitioner_id, on=on, module=module, version=version)
        form = read_form(session.execute(select(Attempt.form).where(Attempt.id == attempt_id)).scalar_one())
        session.add_all(
            Response(
                attempt_id=attempt_id, position=position, item_id=item.item_id, chosen=json.dumps(item.key),
                answered_at=clock.now(),
            )
            for position, item in enumerate(form, start=1)
        )  # fmt: skip
        session.flush()
        submit_attempt(practitioner_id, attempt_id, library())
    return attempt_id


@dataclasses.dataclass(frozen=True)
class Passed:
    recorded: Recorded
    certificate: str | None


def complete(
    practitioner_id: int, agency_id: int | None, *, on: dt.date, module: str = MODULE, version: int = 1,
    months: int = 36, certificate: bool = True,
) -> Passed:  # fmt: skip
    """A pass on a day, its completion, and its certificate."""
    with clock.at(at_noon(on)), atomic():
        attempt_id = pass_quiz(practitioner_id, on=on, module=module, version=version)
        recorded = record_completion(
            practitioner_id=practitioner_id, agency_id=agency_id, attempt_id=attempt_id, score=SCORE, module_key=module,
            module_version=version, cpd_minutes=20, valid_for_months=months,
        )  # fmt: skip
        number = issue(recorded.place, practitioner_id) if certificate else None
    return Passed(recorded, number)


def issue(place: int, practitioner_id: int, *, supersedes: str | None = None) -> str:
    """A certificate of a completion; its number."""
    names = {"practitioner_id": practitioner_id, "full_name": "As printed", "agency_name": ""}
    words = {
        "number": new_number(), "place": place, "issued_at": clock.now(), "module_title": "Sample module",
        "partnership": "Test Partnership", "signatory": "Chair",
    }  # fmt: skip
    digest = certificate_digest(SALT, Sealed(**words, **names))  # type: ignore[arg-type]
    with atomic() as session:
        session.add(Certificate(**words, supersedes=supersedes, details_digest=digest))
        session.flush()
        session.add(CertificateDetail(number=words["number"], salt=SALT, **names))
        if supersedes:
            session.add(Reissue(number=words["number"], reason=ReissueReason.NAME))
    return str(words["number"])
