"""A past of any size, for measuring: five financial years of an invented partnership, a million completions if asked.

`history` takes every step by the real operations; here rows are written in bulk, and are what the operations would have
written: forms drawn by rule, answers marked against their keys, a chain of completions, certificates under their seals.
The guards of the database stay on, and `elearning verify` finds nothing on the result.

Time goes by in laps. In each lap everyone has one turn, in the order of their ids, at one of the modules; the turn
comes back to the same module when its certificate is due for renewal. So rows come in the order of time with nothing to
sort, and memory grows with the people, not with what they did.
"""

import datetime as dt
import secrets
import zlib
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, count, islice
from random import Random
from typing import Any, NamedTuple, cast

from sqlalchemy import Date, Table, func, select, text

from elearning.accounts.models import Account
from elearning.assessment.models import Attempt, Response
from elearning.assessment.rules import draw, write_chosen, write_form
from elearning.assessment.types import Form
from elearning.catalogue.library import Library
from elearning.catalogue.types import TrainingModule
from elearning.certificates.issuer import issuer
from elearning.certificates.models import Certificate, CertificateDetail, Reissue
from elearning.certificates.rules import certificate_digest, new_number
from elearning.certificates.types import ReissueReason, Sealed
from elearning.completions.models import Completion, CompletionDetail, Withdrawal
from elearning.completions.rules import BEFORE_THE_FIRST, SALT_BYTES, details_digest, expires_on, link_digest
from elearning.completions.types import Details, Link, WithdrawalReason
from elearning.core import clock
from elearning.core.db import Base, Moment, atomic
from elearning.core.tallies import list_tallies, rebuild
from elearning.demo.cast import AGENCIES, CHANGES, FIRST_NAMES, KINDS, LAST_NAMES, NAMED, PLACES
from elearning.demo.history import Past, slip
from elearning.discussions.models import LEADER, DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.discussions.rules import claim_until, new_code
from elearning.evaluation.models import (
    ConfidenceAnswer,
    ConfidenceRating,
    FollowUpResponse,
    FollowUpRow,
    FollowUpWords,
    PledgeRow,
)
from elearning.evaluation.rules import FOLLOW_UPS, draw_follow_up
from elearning.evaluation.types import About, Kept, Plan, When
from elearning.figures.rules import financial_year, year_of
from elearning.people.models import Membership, Practitioner
from elearning.people.operations import add_agency
from elearning.reports.operations import count_a_closing
from elearning.requirements.operations import add_requirements, declare_headcounts
from elearning.requirements.types import Ask, Declared, Group
from elearning.training.models import SectionProgress
from elearning.training.types import CONTENT_NOTE

YEARS = 5  # financial years that are over; the running one comes on top
EACH = 5  # completions a person
AGENCIES_A_MILLION = 400
BATCH = 2_000  # turns in one transaction
CHAINS = 200  # sets of forms a module, drawn once and given to many
MOST_LIKELY = 0.95  # that someone who could take their turn does
SAYS = 0.25  # of those who pass: they say how sure they feel, and what comes of it

Row = dict[str, Any]


def opened(now: dt.datetime) -> dt.datetime:
    """When the partnership begins."""
    running = year_of(clock.day_of(now))
    return clock.midnight(financial_year(running.first.year - YEARS).first)


def write_scale(library: Library, now: dt.datetime, completions: int, report: Callable[[int, int], None]) -> None:
    """Fill an empty, migrated database with very nearly so many completions. `report(done, total)` is called as they grow."""
    crowd = Crowd(library, now, completions)
    with clock.at(crowd.opened):
        crowd.settle()
    crowd.live(report)
    with clock.at(now - dt.timedelta(days=400)):
        crowd.ask()
    with clock.at(now - dt.timedelta(days=1)):
        crowd.declare()
    rebuild(*list_tallies())
    while count_a_closing():
        pass


class Stay(NamedTuple):
    """Someone's time in an agency."""

    agency_id: int
    job_role: str
    team: str
    started_on: dt.date
    ended_on: dt.date | None

    def covers(self, day: dt.date) -> bool:
        return self.started_on <= day and (self.ended_on is None or self.ended_on >= day)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone, with the chance that they answer a question of middling difficulty right."""

    id: int
    full_name: str
    grasp: float
    stays: tuple[Stay, ...]

    def stay_on(self, day: dt.date) -> Stay | None:
        return next((stay for stay in reversed(self.stays) if stay.covers(day)), None)


class Question(NamedTuple):
    """An item of a form, with what may be answered as it is stored, and how much easier it is than others."""

    item_id: str
    right: str
    wrong: Sequence[str]
    ease: float


class Sheet(NamedTuple):
    """A form that was drawn, as it is stored, and its questions."""

    seed: int
    form: Form
    text: str
    questions: Sequence[Question]


class Forms:
    """The forms of a module: chains as people meet them, attempt after attempt without an item in common."""

    def __init__(self, module: TrainingModule, chains: int, chance: Random) -> None:
        self.module, self.chance = module, chance
        self.chains: list[list[Sheet]] = [[] for _ in range(chains)]
        self.followed: dict[tuple[int, int], Sheet] = {}

    def sheet(self, chain: int, number: int) -> Sheet:
        """The form of an attempt, counted from 1 within its set."""
        sheets = self.chains[chain]
        while len(sheets) < number:
            seed = self.chance.getrandbits(31)
            met = [[drawn.item_id for drawn in sheet.form] for sheet in sheets]
            sheets.append(self._sheet(seed, draw(self.module, seed, met)))
        return sheets[number - 1]

    def follow_up(self, chain: int, plan: Plan) -> Sheet:
        """The form of a follow-up: what was not asked in the first attempt, nor in the follow-ups before."""
        if (chain, plan.number) not in self.followed:
            earlier = [self.follow_up(chain, before) for before in FOLLOW_UPS.values() if before.number < plan.number]
            met = [[drawn.item_id for drawn in sheet.form] for sheet in (self.sheet(chain, 1), *earlier)]
            followed = [id_ for ids in met[1:] for id_ in ids]
            seed = self.chance.getrandbits(31)
            form = draw_follow_up(self.module, plan.questions, met, followed, seed)
            self.followed[chain, plan.number] = self._sheet(seed, form)
        return self.followed[chain, plan.number]

    def _sheet(self, seed: int, form: Form) -> Sheet:
        questions = []
        for drawn in form:
            item = self.module.item[drawn.item_id]
            wrong = [slip(item.type, len(item.parts), drawn.key, self.chance) for _ in range(4)]
            ease = zlib.crc32(f"{self.module.key}/{item.id}".encode()) % 40 / 100 - 0.25
            right, *others = (write_chosen(chosen) for chosen in (drawn.key, *wrong))
            questions.append(Question(item.id, right, others, ease))
        return Sheet(seed, form, write_form(form), questions)


class Rows:
    """Rows that wait to be written, by table."""

    def __init__(self) -> None:
        self.waiting: dict[type[Base], list[Row]] = defaultdict(list)

    def add(self, model: type[Base], **values: Any) -> None:
        self.waiting[model].append(values)

    def write(self, *models: type[Base]) -> None:
        """Within `atomic()`: write those of these tables, in this order."""
        for model in models:
            if rows := self.waiting.pop(model, []):
                append(model, rows)


def append(model: type[Base], rows: Sequence[Row]) -> None:
    """Within `atomic()`: write rows of the same columns as quickly as the engine takes them."""
    table = cast(Table, model.__table__)
    names = list(rows[0])
    with atomic() as session:
        connection = session.connection()
        cursor: Any = connection.connection.cursor()
        if connection.dialect.name == "postgresql":
            with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(tuple(row.values()))
        else:
            for name in names:
                if as_text := _AS_TEXT.get(type(table.c[name].type)):
                    for row in rows:
                        row[name] = row[name] and as_text(row[name])
            places = ", ".join(f":{name}" for name in names)
            cursor.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})", rows)  # noqa: S608
        cursor.close()


# As SQLAlchemy writes them on SQLite, in a quarter of its time.
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    Moment: lambda at: at.isoformat(" ", "microseconds")[:26],
    Date: dt.date.isoformat,
}

_SUBMIT = text("""
    UPDATE attempt SET submitted_at = marked.at, score = marked.score, passed = (marked.score >= pass_mark)
    FROM (
        SELECT attempt_id, max(answered_at) AS at, count(*) FILTER (WHERE is_right) AS score
        FROM response WHERE attempt_id BETWEEN :first AND :last GROUP BY attempt_id
    ) AS marked
    WHERE attempt.id = marked.attempt_id AND attempt.submitted_at IS NULL
""")


class Crowd:
    """The invented people while their past is written."""

    def __init__(self, library: Library, now: dt.datetime, completions: int) -> None:
        self.modules, self.now, self.completions = list(library), now, completions
        self.chance = Random(20260303)
        self.past = Past(library, now, self.chance)
        self.opened = opened(now)
        self.chains = min(CHAINS, completions // 20)
        self.forms = [Forms(module, self.chains, self.chance) for module in self.modules]
        # A lap is as long as brings everyone back to a module two months before its certificate expires.
        lap = dt.timedelta(days=30.4 * (max(module.valid_for_months for module in self.modules) - 2)) / len(
            self.modules
        )
        self.laps = (now - self.opened) / lap
        # Where modules are few, it takes more people to complete so much.
        self.size = max(completions // EACH, int(completions / self.laps / 0.7), len(NAMED) + 1)
        self.people: list[Person] = []
        self.members: dict[int, list[Person]] = defaultdict(list)
        self.agency_names: dict[int, str] = {}
        self.rows = Rows()
        self.attempts: list[list[tuple[Row, list[Row]]]] = []  # of this batch, by how many tries went before in it
        self.attempt_ids, self.follow_up_ids, self.discussion_ids = count(1), count(1), count(1)
        self.codes: set[str] = set()
        self.place, self.digest = 0, BEFORE_THE_FIRST
        # By person and module: sets that were passed, tries in the set that is not, and whether the sections were read.
        self.passed, self.tried, self.read = (bytearray(self.size * len(self.modules)) for _ in range(3))

    # Agencies and people

    def settle(self) -> None:
        """Agencies, people, and where they work."""
        with atomic():
            agencies = self._agencies()
            self.past.name_people()
        weights = list(accumulate(size for _id, size, _roles in agencies))
        next_id = max(practitioner_id for practitioner_id, _account_id in self.past.named.values()) + 1
        account_id = max(account_id for _practitioner_id, account_id in self.past.named.values()) + 1
        self._add_named()
        with atomic() as session:
            ids = count(session.execute(select(func.max(Membership.id))).scalar_one() + 1)
            for number in range(self.size - len(self.people)):
                agency_id, _size, roles = agencies[bisect(weights, self.chance.random() * weights[-1])]
                person = Person(next_id + number, self._name(), self._grasp(), self._stays(agency_id, roles, agencies))
                self._add(person)
                arrived_at = max(self.opened, clock.midnight(person.stays[0].started_on))
                self.rows.add(Practitioner, id=person.id, full_name=person.full_name, created_at=arrived_at)
                self.rows.add(
                    Account,
                    id=account_id + number,
                    practitioner_id=person.id,
                    email=f"person{number}@demo.example",
                    created_at=arrived_at,
                )
                for stay in person.stays:
                    self.rows.add(Membership, id=next(ids), practitioner_id=person.id, **stay._asdict())
                if number % BATCH == 0:
                    self.rows.write(Practitioner, Account, Membership)
            self.rows.write(Practitioner, Account, Membership)

    def _agencies(self) -> list[tuple[int, float, list[str]]]:
        """The agencies of the cast and as many more as it takes: id, relative size, job roles."""
        wanted = max(len(AGENCIES), AGENCIES_A_MILLION * self.completions // 1_000_000)
        cast_of = [(name, sector, float(size), roles) for name, sector, size, _keenness, roles in AGENCIES]
        more = (
            (pattern.format(place=place), sector, self.chance.paretovariate(1.2) * 8, roles)
            for pattern, sector, roles in KINDS
            for place in PLACES
        )
        agencies = []
        for name, sector, size, roles in [*cast_of, *islice(more, wanted - len(cast_of))]:
            agency_id = self.past.agency_ids[name] = add_agency(name, sector)
            self.agency_names[agency_id] = name
            agencies.append((agency_id, size, roles))
        return agencies

    def _add(self, person: Person) -> None:
        self.people.append(person)
        for agency_id in {stay.agency_id for stay in person.stays}:  # once, though they moved within it
            self.members[agency_id].append(person)

    def _add_named(self) -> None:
        """The people of the sign-in page take turns as everyone, but for the one who is new."""
        for key, (name, agency, job_role) in NAMED.items():
            if key != "new":
                stay = Stay(self.past.agency_ids[agency], job_role, "", clock.today(), None)
                self._add(Person(self.past.named[key][0], name, 0.9, (stay,)))

    def _name(self) -> str:
        first, second = self.chance.sample(FIRST_NAMES, 2)
        return f"{first} {second} {self.chance.choice(LAST_NAMES)}"

    def _grasp(self) -> float:
        return self.chance.choice((0.75, 0.84, 0.9, 0.94, 0.97))

    def _day(self, first: dt.date) -> dt.date:
        """A day between this one and the day before today."""
        return first + dt.timedelta(days=int(self.chance.random() * (clock.day_of(self.now) - first).days))

    def _stays(
        self, agency_id: int, roles: list[str], agencies: Sequence[tuple[int, float, list[str]]]
    ) -> tuple[Stay, ...]:
        """Most are there from the start to the end; some come later, some move once, some leave."""
        began = clock.day_of(self.opened)
        started_on = began if self.chance.random() < 0.7 else self._day(began)
        role = roles[0] if self.chance.random() < 0.6 else self.chance.choice(roles)
        team = self.chance.choice(("", "North", "South", "East", "West"))
        fate = self.chance.random()
        if fate > 0.2:
            return (Stay(agency_id, role, team, started_on, None),)
        ended_on = self._day(started_on)
        here = Stay(agency_id, role, team, started_on, ended_on)
        if fate > 0.1:
            return (here,)
        other_id, _size, others_roles = self.chance.choice(agencies)
        return here, Stay(other_id, self.chance.choice(others_roles), "", ended_on, None)

    def ask(self) -> None:
        """What the partnership and its agencies ask for: some of it was due by today, some is not yet."""
        today = clock.today()
        then, soon = today + dt.timedelta(days=200), today + dt.timedelta(days=500)
        asks = [Ask(None, self.modules[0].key, Group.EVERYONE, "", then)]
        for n, agency_id in enumerate(list(self.agency_names)[::3]):
            module = self.modules[n % len(self.modules)]
            asks.append(Ask(agency_id, module.key, Group.TEAM, "North", soon if n % 2 else then))
        add_requirements(asks, by=self.past.named["officer"][0])

    def declare(self) -> None:
        """How many staff most agencies say they have."""
        today = clock.today()
        last, agency_ids = today - dt.timedelta(days=200), list(self.agency_names)
        members = {id_: sum(each.stay_on(today) is not None for each in self.members[id_]) for id_ in agency_ids}
        declared = [  # one in eight declares none, one in twenty fewer than work there
            Declared(id_, "", max(1, int(members[id_] * (0.7 if n % 20 == 9 else 1 + n % 7 / 20))), last)
            for n, id_ in enumerate(agency_ids)
            if n % 8
        ]
        declare_headcounts(declared, by=self.past.named["officer"][0])

    # What they do

    def live(self, report: Callable[[int, int], None]) -> None:
        """Turn after turn until now."""
        turns = int(self.size * self.laps)
        batch = []
        present = 0.8  # the share of turns whose person is there; learned from the turns gone by
        for turn, at in enumerate(self._moments(turns)):
            person = self.people[turn % self.size]
            stay = person.stay_on(clock.day_of(at))
            present += ((stay is not None) - present) / 1000
            likely = (self.completions - self.place) / (turns - turn) / present
            batch.append(turn)
            if stay or self.chance.random() < 0.05:  # a few go on after they have left
                self._turn(turn, person, stay, at, min(MOST_LIKELY, likely))
            if len(batch) == BATCH or (turn + 1) % self.size == 0 or turn + 1 == turns:
                self._write()
                batch = []
                report(turn + 1, turns)
        self._move_sequences_on()

    def _moments(self, turns: int) -> Iterator[dt.datetime]:
        """So many moments, evenly over the working hours from the beginning until yesterday."""
        first, today = clock.day_of(self.opened) + dt.timedelta(days=8), clock.day_of(self.now)
        days = [first + dt.timedelta(days=n) for n in range((today - first).days)]
        days = [day for day in days if day.weekday() < 5]
        for turn in range(turns):
            day, part = divmod(turn * len(days), turns)
            seconds = 8 * 3600 * part // turns
            yield dt.datetime.combine(days[day], dt.time(9), dt.UTC) + dt.timedelta(seconds=seconds)

    def _turn(self, turn: int, person: Person, stay: Stay | None, at: dt.datetime, likely: float) -> None:
        """Someone takes the module of this lap, or looks into it, or does not come to it."""
        lap, position = divmod(turn, self.size)
        number = (position + lap) % len(self.modules)
        module, mine = self.modules[number], position * len(self.modules) + number
        # Some of those who come do not pass: so many more have to come.
        if self.chance.random() >= likely * 1.06:
            if self.chance.random() < 0.15:
                self._read(person, module, mine, at, self.chance.randint(1, len(module.sections)))
            return
        self._read(person, module, mine, at - dt.timedelta(days=2), len(module.sections))
        says = self.chance.random() < SAYS
        if says and not self.tried[mine]:
            self._rate(person, module, mine, When.BEFORE, at - dt.timedelta(days=2))
        sat = self._sit(person, number, mine, at)
        if sat is None:
            return
        attempt_id, score = sat
        self._complete(person, stay, module, attempt_id, score, at)
        if says:
            self._speak(person, number, mine, at)
        self.passed[mine] += 1
        self.tried[mine] = 0
        if stay and self.place % 150 == 0:
            self._discuss(person, stay, module, at)

    def _read(self, person: Person, module: TrainingModule, mine: int, at: dt.datetime, sections: int) -> None:
        """Read on, up to so many sections; what was read before keeps its moments."""
        slugs = [CONTENT_NOTE, *(section.slug for section in module.sections[:sections])]
        for number in range(self.read[mine], len(slugs)):
            read_at = at + dt.timedelta(minutes=4 * number)
            self.rows.add(
                SectionProgress,
                practitioner_id=person.id,
                module_key=module.key,
                slug=slugs[number],
                first_read_at=read_at,
                last_read_at=read_at,
            )
        self.read[mine] = max(self.read[mine], len(slugs))

    def _sit(self, person: Person, number: int, mine: int, at: dt.datetime) -> tuple[int, int] | None:
        """Try up to three times, the last at this moment; the id and score of the pass, if it came to one."""
        module, tries = self.modules[number], list[tuple[Sheet, list[bool]]]()
        set_number, chain = self.passed[mine] + 1, (person.id + self.passed[mine]) % self.chains
        while True:
            sheet = self.forms[number].sheet(chain, self.tried[mine] + len(tries) + 1)
            grasp = person.grasp + 0.04 * len(tries)
            right = [self.chance.random() < grasp + question.ease for question in sheet.questions]
            passed = sum(right) >= module.blueprint.pass_mark
            tries.append((sheet, right))
            if passed or len(tries) == 3 or self.chance.random() < 0.15:
                break
        ends_at = at
        for wave in reversed(range(len(tries))):
            sheet, right = tries[wave]
            minutes = self.chance.choice((6, 9, 12, 14, 17, 21, 28, 40, 75))
            attempt_id, stay = next(self.attempt_ids), person.stay_on(clock.day_of(ends_at))
            attempt = {
                "id": attempt_id,
                "practitioner_id": person.id,
                "module_key": module.key,
                "module_version": module.version,
                "set_number": set_number,
                "number": self.tried[mine] + wave + 1,
                "seed": sheet.seed,
                "form": sheet.text,
                "form_length": len(sheet.form),
                "pass_mark": module.blueprint.pass_mark,
                "started_at": ends_at - dt.timedelta(minutes=minutes),
                "agency_id": stay and stay.agency_id,
                "job_role": stay and stay.job_role,
            }
            self._put_down(wave, attempt, sheet, right, ends_at, minutes)
            if wave == len(tries) - 1:
                sat = (attempt_id, sum(right)) if passed else None
            ends_at -= dt.timedelta(hours=self.chance.randint(3, 48), minutes=minutes)
        self.tried[mine] += len(tries)
        return sat

    def _put_down(
        self, wave: int, attempt: Row, sheet: Sheet, right: list[bool], ends_at: dt.datetime, minutes: int
    ) -> None:
        while len(self.attempts) <= wave:
            self.attempts.append([])
        step = dt.timedelta(minutes=minutes) / len(right)
        responses = [
            {
                "attempt_id": attempt["id"],
                "position": position,
                "item_id": question.item_id,
                "chosen": question.right if is_right else self.chance.choice(question.wrong),
                "answered_at": ends_at - step * (len(right) - position),
                "is_right": is_right,
            }
            for position, (question, is_right) in enumerate(zip(sheet.questions, right, strict=True), start=1)
        ]
        self.attempts[wave].append((attempt, responses))

    def _complete(
        self, person: Person, stay: Stay | None, module: TrainingModule, attempt_id: int, score: int, at: dt.datetime
    ) -> None:
        """A link of the record, its certificate, and now and then what becomes of them."""
        self.place += 1
        day, salt = clock.day_of(at), secrets.token_hex(SALT_BYTES)
        details = Details(person.id, stay.agency_id if stay else None, attempt_id, score)
        link = Link(
            place=self.place,
            module_key=module.key,
            module_version=module.version,
            completed_at=at,
            completed_on=day,
            expires_on=expires_on(day, module.valid_for_months),
            cpd_minutes=module.minutes,
            details_digest=details_digest(salt, vars(details)),
        )
        previous, self.digest = self.digest, link_digest(self.digest, link)
        self.rows.add(Completion, **vars(link), previous_digest=previous, digest=self.digest)
        self.rows.add(CompletionDetail, place=self.place, salt=salt, **vars(details))
        number = self._certify(person, stay, module, at)
        later = at + dt.timedelta(days=self.chance.randint(1, 200))
        if self.chance.random() < 0.004 and later < self.now:
            if self.chance.random() < 0.5:
                reason = self.chance.choice(list(WithdrawalReason))
                self.rows.add(Withdrawal, place=self.place, withdrawn_at=later, reason=reason.value)
            else:
                anew = self._certify(person, stay, module, later, supersedes=number)
                self.rows.add(Reissue, number=anew, reason=ReissueReason.NAME.value)

    def _certify(
        self, person: Person, stay: Stay | None, module: TrainingModule, at: dt.datetime, supersedes: str | None = None
    ) -> str:
        """Issue a certificate of the last completion; its number."""
        by, salt = issuer(), secrets.token_hex(SALT_BYTES)
        sealed = Sealed(
            number=new_number(),
            place=self.place,
            issued_at=at,
            module_title=module.title,
            partnership=by.partnership,
            signatory=by.signatory,
            practitioner_id=person.id,
            full_name=person.full_name,
            agency_name=self.agency_names[stay.agency_id] if stay else "",
        )
        words = dict(vars(sealed))
        names = {name: words.pop(name) for name in ("practitioner_id", "full_name", "agency_name")}
        digest = certificate_digest(salt, sealed)
        self.rows.add(Certificate, **words, supersedes=supersedes, details_digest=digest)
        self.rows.add(CertificateDetail, number=sealed.number, salt=salt, **names)
        return sealed.number

    # What they say

    def _rate(self, person: Person, module: TrainingModule, mine: int, when: When, at: dt.datetime) -> None:
        """How sure someone feels, by their own level and by when; one in eight skips the page."""
        page = {
            "practitioner_id": person.id,
            "module_key": module.key,
            "set_number": self.passed[mine] + 1,
            "moment": when.value,
        }
        self.rows.add(ConfidenceAnswer, **page, module_version=module.version, answered_at=at)
        if self.chance.random() < 0.125:
            return
        own = 3 + person.id % 5
        level = {When.BEFORE: own, When.NOW: own + 3, When.BACK: own - 1, When.LATER: own + 2}[when]
        for statement, _words in module.confidence_statements:
            rating = max(0, min(10, level + self.chance.choice((-1, 0, 0, 1))))
            self.rows.add(ConfidenceRating, **page, statement=statement, rating=rating)

    def _speak(self, person: Person, number: int, mine: int, at: dt.datetime) -> None:
        """Look back, pledge, and take the follow-ups whose day has come."""
        module, pledges = self.modules[number], self.chance.random() < 0.7
        for when in (When.NOW, When.BACK):
            self._rate(person, module, mine, when, at + dt.timedelta(minutes=3))
        round_ = {
            "practitioner_id": person.id,
            "module_key": module.key,
            "set_number": self.passed[mine] + 1,
            "module_version": module.version,
        }
        words: Row = vars(self.past.pledge(module, clock.day_of(at)))
        if not pledges:
            words = dict.fromkeys(words)
        self.rows.add(PledgeRow, **round_, **words, made_at=at + dt.timedelta(minutes=5))
        for plan in FOLLOW_UPS.values():
            begun_at = at + dt.timedelta(days=plan.opens + self.chance.randint(0, 10))
            if begun_at < self.now - dt.timedelta(hours=1) and self.chance.random() < 0.7:
                self._follow(person, number, mine, plan, round_, begun_at, pledges=pledges)

    def _follow(
        self, person: Person, number: int, mine: int, plan: Plan, round_: Row, begun_at: dt.datetime, *, pledges: bool
    ) -> None:
        """Take a follow-up to its end."""
        module, id_ = self.modules[number], next(self.follow_up_ids)
        sheet = self.forms[number].follow_up((person.id + self.passed[mine]) % self.chains, plan)
        self.rows.add(
            FollowUpRow,
            id=id_,
            **round_,
            number=plan.number,
            form=sheet.text,
            form_length=len(sheet.form),
            begun_at=begun_at,
        )
        for position, question in enumerate(sheet.questions, start=1):
            is_right = self.chance.random() < person.grasp + question.ease - 0.05
            self.rows.add(
                FollowUpResponse,
                follow_up_id=id_,
                position=position,
                item_id=question.item_id,
                chosen=question.right if is_right else self.chance.choice(question.wrong),
                is_right=is_right,
                answered_at=begun_at + dt.timedelta(minutes=position),
            )
        told_at = begun_at + dt.timedelta(minutes=8)
        for asked in plan.asks:
            if isinstance(asked, When):
                self._rate(person, module, mine, asked, told_at)
            elif asked is About.PRACTICE or pledges:
                kept = self.chance.choice(list(Kept)).value if asked is About.PLEDGE else None
                self.rows.add(
                    FollowUpWords, follow_up_id=id_, about=asked.value, kept=kept, words="", answered_at=told_at
                )

    def _discuss(self, person: Person, stay: Stay, module: TrainingModule, at: dt.datetime) -> None:
        """A team talks about the module; whoever has just passed leads it, and some of the others claim it."""
        held_on = clock.day_of(at)
        there = [each for each in self.members[stay.agency_id][:200] if each is not person and each.stay_on(held_on)]
        team = self.chance.sample(there, min(len(there), self.chance.randint(3, 8)))
        if not team:
            return
        id_, code = next(self.discussion_ids), new_code()
        while code in self.codes:
            code = new_code()
        self.codes.add(code)
        change, owner = self.chance.choice(CHANGES)
        self.rows.add(
            TeamDiscussion,
            id=id_,
            code=code,
            module_key=module.key,
            module_version=module.version,
            held_on=held_on,
            present=len(team) + 1,
            look_again_on=held_on + dt.timedelta(days=35),
            cpd_minutes=module.team_sheet.minutes,
            recorded_at=at,
            claim_until=claim_until(held_on),
        )
        self.rows.add(DiscussionDetail, discussion_id=id_, change=change, owner=owner)
        for place, each in enumerate([person, *team[: self.chance.randint(1, len(team))]], start=LEADER):
            there_as = each.stay_on(held_on)
            self.rows.add(
                DiscussionClaim,
                discussion_id=id_,
                place=place,
                practitioner_id=each.id,
                agency_id=there_as.agency_id if there_as else None,
                claimed_at=at,
            )

    def _write(self) -> None:
        """One transaction: attempts are begun, answered and submitted try by try, as nobody has two open at once."""
        with atomic() as session:
            self.rows.write(SectionProgress, ConfidenceAnswer, ConfidenceRating)
            for attempts in self.attempts:
                append(Attempt, [attempt for attempt, _responses in attempts])
                append(Response, [response for _attempt, responses in attempts for response in responses])
                ids = [attempt["id"] for attempt, _responses in attempts]
                session.execute(_SUBMIT, {"first": min(ids), "last": max(ids)})
            self.attempts = []
            self.rows.write(Completion, CompletionDetail, Certificate, CertificateDetail, Reissue, Withdrawal)
            self.rows.write(PledgeRow, FollowUpRow, FollowUpResponse, FollowUpWords)
            self.rows.write(TeamDiscussion, DiscussionDetail, DiscussionClaim)
            assert not self.rows.waiting

    def _move_sequences_on(self) -> None:
        """PostgreSQL counts ids by itself, and has to be told of those that were given."""
        with atomic() as session:
            if session.get_bind().dialect.name != "postgresql":
                return
            for model in (Practitioner, Account, Membership, Attempt, FollowUpRow, TeamDiscussion):
                table = cast(Table, model.__table__).name
                session.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
                )
