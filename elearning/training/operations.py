"""The writes of the journey, and the one that crosses capabilities: a pass is a completion and a certificate."""

from collections.abc import Mapping

from sqlalchemy import bindparam, text

from elearning.assessment.operations import start_attempt, submit_attempt
from elearning.assessment.types import Submission
from elearning.catalogue.library import Library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.operations import issue_certificate
from elearning.completions.operations import record_begun, record_completion
from elearning.core import clock
from elearning.core.db import Moment, atomic, keep, serialise
from elearning.core.errors import Refused
from elearning.evaluation.operations import CLOSED, record_confidence
from elearning.evaluation.types import When
from elearning.training.queries import progress_in
from elearning.training.types import Before, Quiz

# As text: both engines read it.
_READ = text("""
    INSERT INTO section_progress (practitioner_id, module_key, slug, first_read_at, last_read_at)
    VALUES (:practitioner_id, :module_key, :slug, :now, :now)
    ON CONFLICT (practitioner_id, module_key, slug) DO UPDATE SET last_read_at =
        CASE WHEN excluded.last_read_at > section_progress.last_read_at THEN excluded.last_read_at
        ELSE section_progress.last_read_at END
""").bindparams(bindparam("now", type_=Moment))


def record_section_read(practitioner_id: int, module_key: str, *slugs: str) -> None:
    """A section, or several, were finished with Continue; the first and the last time are kept."""
    of = {"practitioner_id": practitioner_id, "module_key": module_key, "now": clock.now()}
    with atomic():
        keep(_READ, [{**of, "slug": slug} for slug in slugs])
        record_begun(practitioner_id, module_key)


def record_before(practitioner_id: int, module: TrainingModule, ratings: Mapping[str, int]) -> None:
    """Keep how sure someone feels before the module; no ratings when they skip it. Once: later ones change nothing.

    Raises Refused when they have read on.
    """
    with atomic():
        serialise(f"evaluation of {practitioner_id}")
        stands = progress_in(practitioner_id, [module])[0]
        if stands.before is Before.GONE:
            raise Refused(CLOSED)
        if stands.before is Before.OPEN:
            record_confidence(practitioner_id, module, stands.set_number, When.BEFORE, ratings)


def start_quiz(practitioner_id: int, module: TrainingModule) -> int:
    """Start the next attempt, or go on with the open one; its id. Raises Refused when none may be started now."""
    with atomic():
        stands = progress_in(practitioner_id, [module])[0]
        if stands.quiz not in (Quiz.READY, Quiz.OPEN):
            raise Refused("A new attempt is not open yet.")
        attempt_id = start_attempt(practitioner_id, module, stands.set_number)
        record_begun(practitioner_id, module.key)  # afterwards: submitting also waits for attempts before the person
        return attempt_id


def submit_quiz(practitioner_id: int, attempt_id: int, library: Library) -> Submission:
    """Mark an attempt; a pass writes the completion and issues the certificate in the same transaction.

    Submitting twice gives the same result. Raises Refused when a question has no answer or the attempt is not theirs.
    """
    with atomic():
        submission = submit_attempt(practitioner_id, attempt_id, library)
        if submission.is_new and submission.passed:
            module = library.version(submission.module_key, submission.module_version)
            recorded = record_completion(
                practitioner_id=practitioner_id,
                agency_id=submission.agency_id,
                attempt_id=attempt_id,
                score=submission.score,
                module_key=module.key,
                module_version=module.version,
                cpd_minutes=module.minutes,
                valid_for_months=module.valid_for_months,
            )
            issue_certificate(recorded.place, practitioner_id=practitioner_id, module_title=module.title)
        return submission
