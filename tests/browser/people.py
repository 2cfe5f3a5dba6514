"""People in every situation, in the demonstration of the browser tests: made by the real operations."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pyotp
from flask import Flask, current_app
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext
from sqlalchemy import text, update

from elearning.accounts import operations as accounts
from elearning.accounts.models import RecoveryCode
from elearning.accounts.queries import find_signed_in, list_demo_people
from elearning.accounts.rules import offered_key, recovery_digest
from elearning.assessment.models import Attempt
from elearning.assessment.operations import record_response
from elearning.assessment.queries import find_open_sitting
from elearning.assessment.rules import draw, write_form
from elearning.assessment.types import DrawnItem
from elearning.catalogue.library import library
from elearning.catalogue.types import ItemType, TrainingModule
from elearning.certificates.operations import reissue_certificate, withdraw_certificate
from elearning.certificates.queries import list_certificates
from elearning.certificates.rules import grouped
from elearning.certificates.types import ReissueReason
from elearning.completions.types import WithdrawalReason
from elearning.core import clock
from elearning.core.db import atomic, db
from elearning.core.roles import Role
from elearning.demo.cast import NAMED
from elearning.discussions.operations import claim_discussion, record_discussion
from elearning.discussions.queries import find_discussion
from elearning.discussions.types import Log
from elearning.evaluation.operations import (
    begin_follow_up,
    record_afterwards,
    record_answer,
    record_pledge,
    record_words,
)
from elearning.evaluation.queries import find_follow_up
from elearning.evaluation.types import About, Kept, Pledge, When
from elearning.people import operations as people
from elearning.people.models import Membership
from elearning.people.queries import find_agency
from elearning.people.types import Sector
from elearning.requirements.operations import add_requirements
from elearning.requirements.types import Ask, Group
from elearning.stories.operations import begin_walk, record_choice
from elearning.training.operations import record_section_read, start_quiz, submit_quiz
from elearning.training.types import CONTENT_NOTE
from tests.journey import best_choices

MODULE = "reachable-moments"
RECOVERY_CODE = "1234 5678 9012"  # typed with its spaces, kept as digits


@dataclass(frozen=True)
class Someone:
    """Who looks at a page, and what stands for the {names} in its address."""

    account_id: int
    practitioner_id: int
    facts: dict[str, object] = field(default_factory=dict)


def module() -> TrainingModule:
    return library().modules[MODULE]


def read_all(someone: Someone) -> None:
    for slug in [CONTENT_NOTE, *module().section]:
        record_section_read(someone.practitioner_id, MODULE, slug)


def walk_to(someone: Someone, steps: int | None = None) -> None:
    """Begin the story and make so many of its best choices (to the ending, if not said)."""
    scenario = module().scenario
    assert scenario is not None
    begin_walk(someone.practitioner_id, module(), 1)
    for step, choice in enumerate(best_choices(scenario)[:steps], start=1):
        record_choice(someone.practitioner_id, library(), MODULE, 1, step, choice)


def _chosen(drawn: DrawnItem, right: bool) -> tuple[int, ...]:
    if right:
        return drawn.key
    item = module().item[drawn.item_id]
    if item.type is ItemType.ORDERING:
        return drawn.key[::-1]
    if item.type is ItemType.MATCHING:
        return tuple((choice + 1) % len(item.choices) for choice in drawn.key)
    return (next(position for position in range(len(item.parts)) if position not in drawn.key),)


def sit(someone: Someone, *, wrong: int = 0, left_open: int | None = None) -> None:
    """Take an attempt with the first `wrong` answers not right. With `left_open`, that many questions stay without an
    answer and nothing is submitted.
    """
    attempt_id = start_quiz(someone.practitioner_id, module())
    sitting = find_open_sitting(someone.practitioner_id, MODULE)
    assert sitting is not None
    for position, drawn in enumerate(sitting.form[: len(sitting.form) - (left_open or 0)], start=1):
        chosen = _chosen(drawn, right=position > wrong)
        record_response(someone.practitioner_id, attempt_id, position, drawn.item_id, chosen)
    someone.facts["attempt"] = attempt_id
    if left_open is None:
        submit_quiz(someone.practitioner_id, attempt_id, library())


def new(someone: Someone) -> None:
    """Somebody who has done nothing yet."""


def reading(someone: Someone) -> None:
    for slug in [CONTENT_NOTE, *list(module().section)[:3]]:
        record_section_read(someone.practitioner_id, MODULE, slug)
    walk_to(someone, 1)


def ready(someone: Someone) -> None:
    read_all(someone)
    walk_to(someone)


def sitting(someone: Someone) -> None:
    ready(someone)
    sit(someone, left_open=3)


def answered(someone: Someone) -> None:
    ready(someone)
    sit(someone, left_open=0)


def all_types(someone: Someone) -> None:
    """An open attempt in which every type of question is asked."""
    forms = (draw(module(), seed, []) for seed in count(1))
    form = next(form for form in forms if {module().item[drawn.item_id].type for drawn in form} == set(ItemType))
    ready(someone)
    with atomic() as session:
        session.add(
            Attempt(
                practitioner_id=someone.practitioner_id, module_key=MODULE, module_version=module().version, set_number=1,
                number=1, seed=1, form=write_form(form), form_length=len(form), pass_mark=module().blueprint.pass_mark,
                started_at=clock.now(),
            )
        )  # fmt: skip
    for position, drawn in reversed(list(enumerate(form, start=1))):
        someone.facts[module().item[drawn.item_id].type.value] = position


def failed(someone: Someone) -> None:
    with clock.at(clock.now() - dt.timedelta(hours=3)):
        ready(someone)
        sit(someone, wrong=5)


def paused(someone: Someone) -> None:
    """Three times not passed, and every section read again."""
    began = clock.now() - dt.timedelta(hours=6)
    with clock.at(began):
        ready(someone)
    for hour in range(1, 4):
        with clock.at(began + dt.timedelta(hours=hour)):
            sit(someone, wrong=5)
        with clock.at(began + dt.timedelta(hours=hour, minutes=30)):
            read_all(someone)


def passed(someone: Someone) -> None:
    ready(someone)
    sit(someone, wrong=1)


def rate(someone: Someone, when: When) -> None:
    """Say how sure they feel, with one statement left out."""
    named = [name for name, _statement in module().confidence_statements]
    ratings = {name: 5 + place % 4 for place, name in enumerate(named[1:])}
    record_afterwards(someone.practitioner_id, module(), when, ratings)


def rated(someone: Someone) -> None:
    passed(someone)
    rate(someone, When.NOW)


def looked_back(someone: Someone) -> None:
    rated(someone)
    rate(someone, When.BACK)


def pledged(someone: Someone) -> None:
    looked_back(someone)
    record_pledge(
        someone.practitioner_id,
        module(),
        Pledge(
            "a young person I know is suspended",
            "ring home the same day, and write down what the young person says",
            clock.today() + dt.timedelta(days=20),
            "my supervisor",
        ),
    )


def after(days: int, someone: Someone) -> None:
    """Completed with a pledge so many days ago: a follow-up is open."""
    with clock.at(clock.now() - dt.timedelta(days=days)):
        pledged(someone)


def begin(someone: Someone, number: int, answers: int) -> None:
    """Begin a follow-up and give so many of its answers, the first of them wrong."""
    begin_follow_up(someone.practitioner_id, module(), number)
    for position in range(1, answers + 1):
        follow_up = find_follow_up(someone.practitioner_id, MODULE, 1, number)
        assert follow_up is not None
        chosen = _chosen(follow_up.form[position - 1], right=position > 1)
        record_answer(someone.practitioner_id, follow_up, position, chosen)


def three_days_on(someone: Someone) -> None:
    after(4, someone)


def first_begun(someone: Someone) -> None:
    after(4, someone)
    begin(someone, 1, answers=1)


def first_done(someone: Someone) -> None:
    after(4, someone)
    begin(someone, 1, answers=3)


def four_weeks_on(someone: Someone) -> None:
    after(30, someone)
    begin(someone, 2, answers=3)


def eight_weeks_on(someone: Someone) -> None:
    after(60, someone)
    begin(someone, 3, answers=4)


def told(someone: Someone) -> None:
    eight_weeks_on(someone)
    record_words(someone.practitioner_id, MODULE, 3, About.PLEDGE, kept=Kept.PARTLY, words="Duty weeks got in the way.")


def later(someone: Someone) -> None:
    told(someone)
    rate(someone, When.LATER)


def third_done(someone: Someone) -> None:
    later(someone)
    record_words(
        someone.practitioner_id, MODULE, 3, About.PRACTICE, words="I ask what the young person would call help."
    )


def led(someone: Someone) -> None:
    """Led a team discussion, and recorded it."""
    today = clock.today()
    log = Log(
        today, 6, "We ring the school on the day of a return from missing.", "Duty manager", today + dt.timedelta(30)
    )
    someone.facts["discussion"] = record_discussion(someone.practitioner_id, module(), log)


def told_the_code(someone: Someone) -> None:
    """Was at a discussion that somebody else led, and has its code."""
    leader, today = people.add_practitioner("Robin Leader"), clock.today()
    log = Log(today, 3, "We ask what the child said.", "Supervisors", today + dt.timedelta(30))
    found = find_discussion(leader, record_discussion(leader, module(), log))
    assert found is not None
    someone.facts["code"] = found.code


def was_there(someone: Someone) -> None:
    pledged(someone)
    told_the_code(someone)
    someone.facts["discussion"] = claim_discussion(someone.practitioner_id, str(someone.facts["code"]))


def new_lead(someone: Someone) -> None:
    """A training lead who has signed in with the code from the e-mail, and never had an app."""
    agency = find_agency("Harrow Lane Academy")
    assert agency is not None
    accounts.grant_role(someone.account_id, Role.TRAINING_LEAD, agency_id=agency.id)


def lead_alone(someone: Someone) -> None:
    """Of an agency where nobody else works."""
    agency_id = people.add_agency("Quiet Lane Nursery", Sector.SCHOOL)
    people.join_agency(someone.practitioner_id, agency_id, "Manager")
    accounts.grant_role(someone.account_id, Role.TRAINING_LEAD, agency_id=agency_id)


def lead_with_an_app(someone: Someone) -> None:
    """Has set the app up on another browser, and knows a recovery code."""
    new_lead(someone)
    secret = current_app.config["SETTINGS"].secret_key
    token = accounts.start_session(someone.account_id)
    code = pyotp.TOTP(offered_key(token, None, secret=secret)).at(clock.now())
    assert accounts.set_up_factor(token, code, secret=secret, service="Demo", help_email="help@demo.example")
    used = recovery_digest(RECOVERY_CODE.replace(" ", ""), account_id=someone.account_id, secret=secret)
    with atomic() as session:
        session.add(RecoveryCode(account_id=someone.account_id, code_digest=used))


def overdue(someone: Someone) -> None:
    """Has worked here for two months, as something that had to hold the module by last week."""
    today, agency = clock.today(), find_agency("Harrow Lane Academy")
    assert agency is not None
    begun = {"job_role": "Volunteer", "started_on": today - dt.timedelta(days=60)}
    with atomic() as session:
        session.execute(update(Membership).where(Membership.practitioner_id == someone.practitioner_id).values(begun))
    asked = Ask(agency.id, MODULE, Group.JOB_ROLE, "Volunteer", today - dt.timedelta(days=7))
    add_requirements([asked], by=None)


def issued_anew(someone: Someone) -> None:
    """With an earlier name on the certificate that the facts name."""
    passed(someone)
    old = list_certificates(someone.practitioner_id)[0].number
    reissue_certificate(old, ReissueReason.NAME, by=None, full_name="Robin Newly Named")


def withdrawn(someone: Someone) -> None:
    passed(someone)
    withdraw_certificate(list_certificates(someone.practitioner_id)[0].number, WithdrawalReason.MISTAKE, by=None)


# Whoever a page is seen by. To add one, write its function.
SITUATIONS: dict[str, Callable[[Someone], None]] = {
    "new": new,
    "reading": reading,
    "ready": ready,
    "sitting": sitting,
    "answered": answered,
    "all types": all_types,
    "every type": all_types,  # the same again, for who takes the quiz to its end
    "failed": failed,
    "paused": paused,
    "passed": passed,
    "rated": rated,
    "looked back": looked_back,
    "three days on": three_days_on,
    "first begun": first_begun,
    "first done": first_done,
    "four weeks on": four_weeks_on,
    "eight weeks on": eight_weeks_on,
    "told": told,
    "later": later,
    "third done": third_done,
    "led": led,
    "told the code": told_the_code,
    "was there": was_there,
    "new lead": new_lead,
    "newer lead": new_lead,
    "lead alone": lead_alone,
    "lead with an app": lead_with_an_app,
    "lead some time later": lead_with_an_app,
    "overdue": overdue,
    "issued anew": issued_anew,
    "withdrawn": withdrawn,
}
EXPIRED = text("SELECT number FROM certificate JOIN completion USING (place) WHERE expires_on < :today ORDER BY place")


class People:
    """Everyone the pages are seen by, brought about when first asked for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.known: dict[str, Someone] = {}

    def find(self, who: str) -> Someone:
        """Somebody in one of the SITUATIONS, or one of the people of the demonstration's sign-in page (NAMED)."""
        if who not in self.known:
            with self.app.app_context():
                self.known[who] = self._make(who) if who in SITUATIONS else self._named(who)
                db.session.remove()
        return self.known[who]

    def _make(self, who: str) -> Someone:
        practitioner_id = people.add_practitioner(f"Robin {who.title()}")
        account_id = accounts.open_account(practitioner_id, f"robin.{who.replace(' ', '.')}@demo.example")
        agency = find_agency("Harrow Lane Academy")
        assert agency is not None
        people.join_agency(practitioner_id, agency.id, "Teacher")
        someone = Someone(account_id, practitioner_id)
        SITUATIONS[who](someone)
        return self._with_certificate(someone)

    def _named(self, who: str) -> Someone:
        person = next(person for person in list_demo_people() if person.full_name == NAMED[who][0])
        signed_in = find_signed_in(accounts.start_session(person.account_id))
        assert signed_in is not None
        return self._with_certificate(Someone(person.account_id, signed_in.practitioner_id))

    def _with_certificate(self, someone: Someone) -> Someone:
        someone.facts["expired"] = db.session.execute(EXPIRED, {"today": clock.today()}).scalar()
        for certificate in list_certificates(someone.practitioner_id):
            someone.facts["certificate"] = grouped(certificate.number)
        return someone

    def sign_in(self, context: BrowserContext, someone: Someone) -> None:
        """Give a browser the cookie of a session; one that was confirmed, for who looks some time later."""
        is_later = someone is self.known.get("lead some time later")
        with self.app.app_context(), clock.at(clock.now() - dt.timedelta(minutes=11)):
            token = accounts.start_session(someone.account_id, confirmed=is_later)
            session = {"_user_id": token, "_fresh": True}
            db.session.remove()
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        name, url = self.app.config["SESSION_COOKIE_NAME"], self.app.config["SETTINGS"].base_url
        context.add_cookies([{"name": name, "value": str(signer.dumps(session)), "url": url}])
