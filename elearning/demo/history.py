"""A plausible past for the demonstration: people joining, reading, answering, passing, over a year and more.

Everything is written by the real operations; only the clock is given. Steps of all people are taken in the order of
time, because the record is a chain.
"""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from itertools import count
from random import Random

from elearning.accounts.operations import grant_role, name_demo_people, open_account
from elearning.assessment.operations import record_response
from elearning.assessment.queries import find_open_sitting, list_attempts
from elearning.catalogue.library import Library
from elearning.catalogue.paths import first_stand, next_stand
from elearning.catalogue.types import ItemType, Scenario, TrainingModule
from elearning.core import clock
from elearning.core.db import atomic
from elearning.core.roles import Role
from elearning.demo.cast import (
    AGENCIES,
    CHANGED,
    CHANGES,
    DECLARED_TOO_FEW,
    FIRST_NAMES,
    LAST_NAMES,
    NAMED,
    PRACTICE,
    REQUIRED,
    UNDECLARED,
)
from elearning.discussions.operations import claim_discussion, record_discussion
from elearning.discussions.queries import find_discussion
from elearning.discussions.types import Log
from elearning.evaluation.operations import (
    begin_follow_up,
    record_afterwards,
    record_answer,
    record_confidence,
    record_pledge,
    record_words,
)
from elearning.evaluation.queries import find_follow_up
from elearning.evaluation.rules import FOLLOW_UPS
from elearning.evaluation.types import About, Kept, Plan, Pledge, When
from elearning.figures.rules import year_of
from elearning.people.operations import add_agency, add_practitioner, join_agency
from elearning.requirements.operations import add_requirements, declare_headcounts
from elearning.requirements.types import Ask, Declared
from elearning.stories.operations import begin_walk, record_choice
from elearning.training.operations import record_section_read, start_quiz, submit_quiz
from elearning.training.rules import missed_sections
from elearning.training.types import CONTENT_NOTE

MONTHS_BACK = 38  # far enough that the first certificates have expired
STEPS_A_COMMIT = 40
DAYS_ON_OFFER = (600, 330, 200, 60)  # of each module, so that the last financial year has much to tell
MISLEADS = 9  # every so many questions, one that many get wrong in the same way
GAINS = (3, 2, 4, 1, 2, 0, 3, -1)  # by how much surer a module makes people feel

Steps = Iterator[dt.datetime]  # each value is the moment of the next step; the step is taken when it is resumed


def write_history(library: Library, now: dt.datetime, report: Callable[[int, int], None]) -> None:
    """Fill an empty, migrated database. `report(done, total)` is called as people finish."""
    chance = Random(20260301)
    past = Past(library, now, chance)
    with clock.at(past.opened), atomic():
        past.found_agencies()
        past.name_people()
    queue: list[tuple[dt.datetime, int, Steps]] = []
    for number, steps in enumerate(past.everyones_steps()):
        heapq.heappush(queue, (next(steps), number, steps))
    total = len(queue)
    while queue:
        with atomic():
            for _ in range(min(STEPS_A_COMMIT, len(queue))):
                moment, number, steps = heapq.heappop(queue)
                with clock.at(moment):
                    following = next(steps, None)
                if following is not None and following < now:
                    heapq.heappush(queue, (following, number, steps))
                if not queue:
                    break
        report(total - len(queue), total)


class Past:
    """The invented people while their past is written."""

    def __init__(self, library: Library, now: dt.datetime, chance: Random) -> None:
        self.library, self.now, self.chance = library, now, chance
        self.says = Random(20260302)  # what people say of themselves moves nothing that they do
        self.opened = now - dt.timedelta(days=30 * MONTHS_BACK)
        self.agency_ids: dict[str, int] = {}
        self.members: dict[str, list[int]] = {}
        self.people: list[tuple[int, int]] = []  # (practitioner id, keenness in tenths)
        self.named: dict[str, tuple[int, int]] = {}  # (practitioner id, account id)

    def found_agencies(self) -> None:
        emails = (f"person{number}@demo.example" for number in range(1, 10_000))
        names = self._names()
        for name, sector, size, keenness, job_roles in AGENCIES:
            agency_id = self.agency_ids[name] = add_agency(name, sector)
            for _ in range(size):
                job_role = job_roles[0] if self.chance.random() < 0.6 else self.chance.choice(job_roles)
                practitioner_id = add_practitioner(next(names))
                open_account(practitioner_id, next(emails))
                join_agency(practitioner_id, agency_id, job_role, team=self.chance.choice(["", "North", "South"]))
                self.people.append((practitioner_id, keenness))
                self.members.setdefault(name, []).append(practitioner_id)

    def _names(self) -> Iterator[str]:
        taken = {name for name, _agency, _job_role in NAMED.values()}
        while True:
            name = f"{self.chance.choice(FIRST_NAMES)} {self.chance.choice(LAST_NAMES)}"
            if name not in taken:
                taken.add(name)
                yield name

    def name_people(self) -> None:
        """The people of the sign-in page, with their roles."""
        for key, (name, agency, job_role) in NAMED.items():
            practitioner_id = add_practitioner(name)
            account_id = open_account(practitioner_id, f"{key.replace(' ', '.')}@demo.example")
            join_agency(practitioner_id, self.agency_ids[agency], job_role)
            self.named[key] = (practitioner_id, account_id)
        for key in ("lead", "other lead"):
            agency_id = self.agency_ids[NAMED[key][1]]
            grant_role(self.named[key][1], Role.TRAINING_LEAD, agency_id=agency_id)
        grant_role(self.named["officer"][1], Role.OFFICER)
        grant_role(self.named["admin"][1], Role.ADMINISTRATOR)
        name_demo_people([account_id for _practitioner_id, account_id in self.named.values()])

    def everyones_steps(self) -> Iterator[Steps]:
        yield self._requirements()
        yield self._headcounts()
        for rank, module in enumerate(self._by_age()):
            # Each module is younger than the one before it, and fewer people have come to it.
            days, share = DAYS_ON_OFFER[min(rank, 3)], 0.95 / 2**rank
            for number, (practitioner_id, keenness) in enumerate(self.people):
                if rank == 0 and number % 40 == 7:  # the pilot, three years ago
                    yield self._journey(module, practitioner_id, self._day(MONTHS_BACK * 30 - 10, 1060), 0.9)
                elif self.chance.random() < keenness / 10 * share:
                    yield self._journey(module, practitioner_id, self._day(days, 2), self._grasp())
            yield from self._discussions(module)
            if rank == 0:
                yield self._journey(module, self.named["certified"][0], self._day(66, 60), 1.0)  # eight weeks on
                yield self._journey(module, self.named["renewing"][0], self._day(1050, 1030), 1.0)
                yield self._reading(module, self.named["reading"][0], self._day(9, 5), sections=4)

    def _requirements(self) -> Steps:
        """The partnership says who must hold what by when, and so do some of its agencies."""
        yield self._before_the_year_began()
        modules, today = self._by_age(), clock.day_of(self.now)
        asks = [
            Ask(self.agency_ids.get(agency), modules[rank].key, group, name, today + dt.timedelta(days=days))
            for agency, rank, group, name, days in REQUIRED
            if rank < len(modules)
        ]
        add_requirements(asks, by=self.named["officer"][0])

    def _headcounts(self) -> Steps:
        """Most agencies have a third more staff than are registered; a few have not said."""
        yield self._before_the_year_began()
        counted_on = clock.day_of(self._before_the_year_began()) - dt.timedelta(days=10)
        staff = {name: DECLARED_TOO_FEW.get(name, size * 4 // 3) for name, _, size, *_ in AGENCIES}
        declared = [
            Declared(self.agency_ids[name], "", staff[name], counted_on) for name in staff if name not in UNDECLARED
        ]
        declare_headcounts(declared, by=self.named["officer"][0])

    def _before_the_year_began(self) -> dt.datetime:
        """Noon a month before this financial year, so that what is said then counts in the last one's report."""
        day = year_of(clock.day_of(self.now)).first - dt.timedelta(days=30)
        return dt.datetime.combine(day, dt.time(12), clock.LONDON)

    def _discussions(self, module: TrainingModule) -> Iterator[Steps]:
        """A few teams that talk about a module; Grace's school, with Daniel, is one of them."""
        school = [self.named["lead"][0], self.named["reading"][0]]
        school += [person for person in self.members[NAMED["lead"][1]] if person not in school]
        yield self._discussion(module, school, self._day(25, 12))
        for agency in self.chance.sample(list(self.members), 4):
            yield self._discussion(module, self.members[agency], self._day(110, 40))

    def _discussion(self, module: TrainingModule, team: list[int], start: dt.datetime) -> Steps:
        """A team meets; some days later its leader records it, and most of the others claim it."""
        present = min(len(team), self.chance.randint(4, 9))
        change, owner = self.chance.choice(CHANGES)
        log = Log(clock.day_of(start), present, change, owner, clock.day_of(start) + dt.timedelta(days=35))
        yield start + dt.timedelta(days=1)
        discussion_id = record_discussion(team[0], module, log)
        led = find_discussion(team[0], discussion_id)
        assert led is not None  # it was recorded on the line before
        yield start + dt.timedelta(days=4)
        for person in team[1:present]:
            if person == self.named["reading"][0] or self.chance.random() < 0.7:
                claim_discussion(person, led.code or "")

    def _by_age(self) -> list[TrainingModule]:
        """The modules, the one that has been on offer longest first."""
        first = "reachable-moments"
        return sorted(self.library, key=lambda module: (module.key != first, module.title))

    def _grasp(self) -> float:
        """The chance to answer a question right."""
        return self.chance.choice([0.62, 0.74, 0.82, 0.88, 0.92])

    def _day(self, earliest: int, latest: int) -> dt.datetime:
        """A moment in working hours, between so many days ago."""
        day = self.now - dt.timedelta(days=self.chance.randint(latest, earliest))
        while day.weekday() > 4:
            day -= dt.timedelta(days=1)
        return day.replace(hour=self.chance.randint(8, 17), minute=self.chance.randint(0, 59), second=0, microsecond=0)

    def _reading(self, module: TrainingModule, practitioner_id: int, start: dt.datetime, *, sections: int) -> Steps:
        yield start
        record_section_read(practitioner_id, module.key, CONTENT_NOTE)
        if self.says.random() < 0.8 or self._is_named(practitioner_id):
            record_confidence(
                practitioner_id, module, 1, When.BEFORE, self._ratings(module, practitioner_id, When.BEFORE)
            )
        record_section_read(practitioner_id, module.key, *(section.slug for section in module.sections[:sections]))
        if module.scenario and sections == len(module.sections):
            self._walk(module, module.scenario, practitioner_id)

    def _walk(self, module: TrainingModule, scenario: Scenario, practitioner_id: int) -> None:
        """Follow the story to an ending, choosing the best more often than not."""
        role = self.chance.randrange(len(scenario.starts))
        begin_walk(practitioner_id, module, 1, role)
        stand = first_stand(scenario, role)
        for step in count(1):
            if stand.scene is None:
                return
            choices = scenario.scene[stand.scene].choices
            weights = [3 if choice.best else 1 for choice in choices]
            (choice,) = self.chance.choices(range(len(choices)), weights)
            record_choice(practitioner_id, self.library, module.key, 1, step, choice)
            stand = next_stand(scenario, stand, choice)

    def _journey(self, module: TrainingModule, practitioner_id: int, start: dt.datetime, grasp: float) -> Steps:
        """Read, take the quiz, and after a fail read again and retake; some stop on the way."""
        if self.chance.random() < 0.12 and grasp < 0.9:
            yield from self._reading(module, practitioner_id, start, sections=self.chance.randint(1, 7))
            return
        yield from self._reading(module, practitioner_id, start, sections=len(module.sections))
        moment = start + dt.timedelta(minutes=self.chance.randint(25, 50))
        for attempt in range(1, 4):
            yield moment
            if self._sit(module, practitioner_id, grasp + 0.06 * (attempt - 1)):
                yield from self._afterwards(module, practitioner_id, moment)
                return
            if self.chance.random() < 0.2:
                return
            moment += dt.timedelta(hours=self.chance.randint(2, 60))
            yield moment
            last = list_attempts(practitioner_id, module.key)[-1]
            record_section_read(
                practitioner_id, module.key, *(section.slug for section in missed_sections(module, last.wrong))
            )
            moment += dt.timedelta(minutes=self.chance.randint(15, 40))

    def _is_named(self, practitioner_id: int) -> bool:
        return practitioner_id in {named for named, _account_id in self.named.values()}

    def _ratings(self, module: TrainingModule, practitioner_id: int, when: When) -> dict[str, int]:
        """How sure someone feels: their own level, and by when; one in eight skips the page."""
        if self.says.random() < 0.125 and not self._is_named(practitioner_id):
            return {}
        own, gain = 3 + practitioner_id % 5, GAINS[practitioner_id // 5 % len(GAINS)]
        level = {When.BEFORE: own, When.NOW: own + gain, When.BACK: own - 1, When.LATER: own + gain - 1}[when]
        return {
            name: max(0, min(10, level + self.says.choice((-1, 0, 0, 1)))) for name, _ in module.confidence_statements
        }

    def _afterwards(self, module: TrainingModule, practitioner_id: int, passed: dt.datetime) -> Steps:
        """Look back, pledge, and take the follow-ups; most take only some of it."""
        named, completed_on = self._is_named(practitioner_id), clock.day_of(passed)
        looks_back, pledges = (named or self.says.random() < share for share in (0.65, 0.7))
        yield passed + dt.timedelta(minutes=3)
        if looks_back:
            for when in (When.NOW, When.BACK):
                record_afterwards(practitioner_id, module, when, self._ratings(module, practitioner_id, when))
            record_pledge(practitioner_id, module, self.pledge(module, completed_on) if pledges else None)
        for plan in FOLLOW_UPS.values():
            takes_it = plan.number < 3 if named else self.says.random() < (0.45, 0.4, 0.5)[plan.number - 1]
            if not takes_it:  # the named ones leave the last one open, to try it
                continue
            days = self.says.randint(plan.opens, min(plan.closes, plan.opens + 12))
            # By the wall clock in London: late in the evening, 24 hours across the end of summer time are no day later.
            yield passed.astimezone(clock.LONDON) + dt.timedelta(days=days)
            self._follow(module, practitioner_id, plan, has_pledged=looks_back and pledges)

    def pledge(self, module: TrainingModule, completed_on: dt.date) -> Pledge:
        """What somebody means to do, from the module's own examples."""
        situation, action = self.says.choice(module.pledges).removeprefix("When ").rstrip(".").split(", I will ", 1)
        by_on = completed_on + dt.timedelta(days=self.says.randint(7, 42))
        return Pledge(situation, action, by_on, self.says.choice(("my supervisor", "our team meeting", "a colleague")))

    def _follow(self, module: TrainingModule, practitioner_id: int, plan: Plan, *, has_pledged: bool) -> None:
        """Take a follow-up to its end, a little less sure of the answers than in the quiz."""
        begin_follow_up(practitioner_id, module, plan.number)
        follow_up = find_follow_up(practitioner_id, module.key, 1, plan.number)
        assert follow_up is not None  # it was begun on the line before
        for position, drawn in enumerate(follow_up.form, start=1):
            item, chosen = module.item[drawn.item_id], drawn.key
            if self.says.random() > 0.72:
                chosen = slip(item.type, len(item.parts), drawn.key, self.says)
            record_answer(practitioner_id, follow_up, position, chosen)
        for asked in plan.asks:
            if isinstance(asked, When):
                record_afterwards(practitioner_id, module, asked, self._ratings(module, practitioner_id, asked))
            elif asked is About.PLEDGE and has_pledged:
                kept = self.says.choices(list(Kept), weights=(4, 4, 3) if plan.number == 3 else (2, 4, 5))[0]
                record_words(practitioner_id, module.key, plan.number, asked, kept=kept)
            elif asked is About.PRACTICE:
                words = self.says.choice(("", *PRACTICE))
                changes = self.says.choices((*CHANGED, ()), weights=(4, 4, 3, 3, 3, 3, 1))[0]
                may_quote = self.says.random() < 0.5
                record_words(
                    practitioner_id, module.key, plan.number, asked, words=words, changes=changes, may_quote=may_quote
                )

    def _sit(self, module: TrainingModule, practitioner_id: int, grasp: float) -> bool:
        with clock.at(clock.now() - dt.timedelta(minutes=6 + practitioner_id % 9)):
            attempt_id = start_quiz(practitioner_id, module)
        sitting = find_open_sitting(practitioner_id, module.key)
        assert sitting is not None  # it was started on the line before
        places = {item.id: place for place, item in enumerate(module.items)}
        for position, drawn in enumerate(sitting.form, start=1):
            item = module.item[drawn.item_id]
            chosen = drawn.key
            misleads = places[item.id] % MISLEADS == 3
            if self.chance.random() > (grasp - 0.4 if misleads else grasp):
                chosen = slip(item.type, len(item.parts), drawn.key, self.chance)
                if misleads and item.options:
                    chosen = (next(place for place in range(len(item.options)) if place not in drawn.key),)
            record_response(practitioner_id, attempt_id, position, drawn.item_id, chosen)
        return submit_quiz(practitioner_id, attempt_id, self.library).passed


def slip(type_: ItemType, parts: int, key: tuple[int, ...], chance: Random) -> tuple[int, ...]:
    """An answer that is not the key."""
    if type_ in (ItemType.ORDERING, ItemType.MATCHING):
        return (key[1], key[0], *key[2:]) if key[0] != key[1] else (key[-1], *key[1:-1], key[0])
    if type_ is ItemType.MULTIPLE:
        return key[:-1]
    return (chance.choice([position for position in range(parts) if position not in key]),)
