"""Who works where on a day, who must hold a module then, and whose certificate is valid: today from what is kept of members
and standings, on the last day of a quarter that is over from what is kept of it (decisions/0018).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select, true, union_all

from elearning.completions.models import Completion, CompletionDetail, ModuleStanding, Withdrawal
from elearning.core import clock
from elearning.core.db import db
from elearning.core.tallies import recounts
from elearning.figures.rules import closes_on, is_closed, list_periods
from elearning.people.models import Agency, Membership, MemberTally
from elearning.reports.models import ClosingTally
from elearning.reports.rules import DUE_WITHIN
from elearning.reports.types import Frame, Held, Required
from elearning.requirements.queries import list_requirements
from elearning.requirements.rules import TIME_TO_SETTLE, matches
from elearning.requirements.types import Ask, Group


def count_members(frame: Frame, day: dt.date) -> dict[str, int]:
    """By agency, people whose time there includes a day."""
    members = _members(frame, day)
    return _count_by(frame, members, members.agency_id)


def count_members_by_role(frame: Frame, day: dt.date) -> dict[str, int]:
    """By job role, people whose time in an agency of the view includes a day."""
    members = _members(frame, day)
    return _count_by(frame, members, members.job_role)


def _count_by(frame: Frame, members: Any, group: Any) -> dict[str, int]:
    rows = db.session.execute(select(group, func.sum(members.people)).where(*of_view(frame, members)).group_by(group))
    return {str(key): int(people) for key, people in rows if people}


def _members(frame: Frame, day: dt.date) -> Any:
    """How many work where on a day, by agency, job role and team. Of today that is kept as it changes: nobody's time begins
    or ends on a day still to come.
    """
    return MemberTally if day == frame.today else _stood(day, _count_members, ClosingTally.module_key == "")


def of_view(frame: Frame, of: Any) -> list[ColumnElement[bool]]:
    """Whether someone belongs to the agencies and the job role that are asked for."""
    return [*_agencies_of_view(frame, of.agency_id), *_role_of_view(frame, of)]


def _agencies_of_view(frame: Frame, agency_id: Any) -> list[ColumnElement[bool]]:
    return [agency_id.in_([agency.id for agency in frame.agencies])] if frame.view.who else []


def _role_of_view(frame: Frame, of: Any) -> list[ColumnElement[bool]]:
    return [of.job_role == frame.view.job_role] if frame.view.job_role else []


def count_required(frame: Frame, *, by_role: bool = False, by_agency: bool = False) -> dict[tuple[str, str], Required]:
    """By job role or agency, and module, who must hold it on the last day of the view.

    Without either the first is "", and nobody is called overdue. By agency only what is due by then counts: requirements
    whose day has passed, of people who have been there for long enough.

    People count in groups that the requirements do not tell apart: few, however many people there are.
    """
    day, keys = frame.day, {module.key for module in frame.modules}
    asks: dict[str, list[Ask]] = defaultdict(list)
    for ask in list_requirements(on=day):
        if ask.module_key in keys and not (by_agency and ask.due_on >= day):
            asks[ask.module_key].append(ask)
    if not asks:
        return {}
    if not (by_role or by_agency):  # where all must hold it, no other requirement adds anyone
        everyone = {
            key: [ask for ask in of if ask.agency_id is None and ask.group is Group.EVERYONE]
            for key, of in asks.items()
        }
        asks = asks | {key: of[:1] for key, of in everyone.items() if of}
    asked_in: dict[int | None, dict[str, list[Ask]]] = {}  # by agency and module
    for each in chain.from_iterable(asks.values()):
        asked_in.setdefault(each.agency_id, {}).setdefault(each.module_key, []).append(each)
    everywhere = asked_in.pop(None, {})  # by the partnership
    for own in asked_in.values():
        own |= {key: [*of, *own.get(key, ())] for key, of in everywhere.items()}
    found: dict[tuple[str, str], Required] = defaultdict(Required)

    def count(key: str, place: Place, required: int, met: int) -> None:
        agency_id, job_role, team, is_settled = place
        of = asked_in.get(agency_id, everywhere).get(key, ())
        days = [ask.due_on for ask in of if matches(ask, agency_id=agency_id, job_role=job_role, team=team)]
        if days:
            overdue = required - met if (by_role or by_agency) and is_settled and min(days) < day else 0
            found[job_role if by_role else str(agency_id) if by_agency else "", key] += Required(required, met, overdue)

    if not (by_role or by_agency):  # a group that is required to may have nobody in it
        found |= {("", key): Required() for key, of in asks.items() if any(_is_of_view(frame, ask) for ask in of)}
    of_all = _slices([*chain.from_iterable(asks.values())], by_role=by_role)
    for _, place, people in _employed(frame, of_all, only_settled=by_agency, apart=by_role):
        for key in asked_in.get(place[0], everywhere):
            count(key, place, people, 0)
    of_modules = [part for key, of in asks.items() for part in _slices(of, key, by_role=by_role)]
    for key, place, people in _valid(frame, of_modules, only_settled=by_agency, apart=by_role):
        count(key, place, 0, people)
    return found


def _is_of_view(frame: Frame, ask: Ask) -> bool:
    """Whether a requirement is for people whom the view shows."""
    return (ask.agency_id is None or ask.agency_id in {agency.id for agency in frame.agencies}) and (
        not frame.view.job_role or ask.group is not Group.JOB_ROLE or ask.group_name == frame.view.job_role
    )


Place = tuple[int, str, str, bool]  # agency, job role, team, and whether for long enough to be late


@dataclass(frozen=True)
class Slice:
    """Whose people are counted, of some agencies only or of all but some: by agency, by agency and job role, or by team
    within those, which is the order of an index. With a key, those who hold that module.
    """

    key: str
    depth: int
    only: frozenset[int] = frozenset()
    but: frozenset[int] = frozenset()

    def holding(
        self, frame: Frame, which: Sequence[ColumnElement[bool]], beside: Sequence[ColumnElement[int]]
    ) -> Select[Any]:
        """The statement that counts standings of today; by more than the agency, it counts something `beside` them too."""
        which = [ModuleStanding.module_key == self.key, *which]
        if self.depth > 1:
            return self.grouped(frame, ModuleStanding, which, [func.count(), *beside])
        place: list[Any] = [Agency.id, literal(""), literal("")]
        return select(literal(self.key), *place, _in_agency(frame, *which)).where(*self._among(frame, Agency.id))

    def grouped(
        self, frame: Frame, of: Any, which: Sequence[ColumnElement[bool]], counts: Sequence[ColumnElement[int]]
    ) -> Select[Any]:
        """The statement that looks at each row of the view, in any table with places, for any counts."""
        groups = [of.agency_id, of.job_role, of.team][: self.depth]
        return (
            select(literal(self.key), *groups, *[literal("")] * (3 - self.depth), *counts)
            .where(of.agency_id.is_not(None), *which, *_role_of_view(frame, of), *self._among(frame, of.agency_id))
            .group_by(*groups)
        )

    def _among(self, frame: Frame, agency_id: Any) -> list[ColumnElement[bool]]:
        among = [agency_id.in_(sorted(self.only))] if self.only else []
        among += [agency_id.not_in(sorted(self.but))] if self.but else []
        return [*among, *_agencies_of_view(frame, agency_id)]


def _slices(asks: Sequence[Ask], key: str = "", *, by_role: bool) -> list[Slice]:
    """Each agency of which something is asked, once, and as deep as that goes."""

    def depth(of: Iterable[Ask]) -> int:
        groups = {ask.group for ask in of}
        return 3 if Group.TEAM in groups else 2 if by_role or Group.JOB_ROLE in groups else 1

    of_agency: dict[int | None, list[Ask]] = defaultdict(list)
    for ask in asks:
        of_agency[ask.agency_id].append(ask)
    shared = of_agency.pop(None, [])  # the partnership's, which every agency has
    deeper: dict[int, set[int]] = defaultdict(set)
    for agency_id, own in of_agency.items():
        if agency_id is not None and (not shared or depth(own) > depth(shared)):
            deeper[depth(own)].add(agency_id)
    slices = [Slice(key, each, only=frozenset(agencies)) for each, agencies in deeper.items()]
    if shared:
        slices.append(Slice(key, depth(shared), but=frozenset().union(*deeper.values())))
    return slices


def _employed(
    frame: Frame, slices: Sequence[Slice], *, only_settled: bool, apart: bool
) -> Iterator[tuple[str, Place, int]]:
    """Where people worked on the last day of the view: only who has been there for long enough to be late, or those
    `apart` from the others.
    """
    of, day = Membership, frame.day
    members = _members(frame, day)
    if day != frame.today:
        yield from _closed(frame, slices, members, members.people, only_settled=only_settled, apart=apart)
        return
    yield from _all_of([each.grouped(frame, members, [], [func.sum(members.people)]) for each in slices])
    if only_settled or apart:  # take those from it who came lately, in the order of an index
        place = (of.agency_id, of.job_role, of.team)
        newcomers = db.session.execute(
            select(*place, func.count())
            .where(of.ended_on.is_(None), ~_settled(of.started_on, day), *of_view(frame, of))
            .group_by(of.started_on, *place)
        )
        for agency_id, job_role, team, people in newcomers:
            yield "", (agency_id, job_role, team, True), -people
            if apart:
                yield "", (agency_id, job_role, team, False), people


def _valid(
    frame: Frame, slices: Sequence[Slice], *, only_settled: bool, apart: bool
) -> Iterator[tuple[str, Place, int]]:
    """By module, where those worked who held a valid certificate on the last day of the view."""
    of, day = ModuleStanding, frame.day
    if day != frame.today:
        closing = _stood(day, count_closing)
        return _closed(frame, slices, closing, closing.valid, only_settled=only_settled, apart=apart)
    settled = _settled(of.member_since, day)
    which, beside = [settled] if only_settled else [], [_count_of(settled)] if apart else []
    return _all_of([each.holding(frame, [of.expires_on >= day, *which], beside) for each in slices])


def _closed(
    frame: Frame, slices: Sequence[Slice], closing: Any, people: Any, *, only_settled: bool, apart: bool
) -> Iterator[tuple[str, Place, int]]:
    """By module, or of everyone, a figure of what stood on a day that is over."""
    which = [closing.settled] if only_settled else []
    counts = [func.sum(people), *([func.sum(case((closing.settled, people), else_=0))] if apart else [])]
    return _all_of([each.grouped(frame, closing, [closing.module_key == each.key, *which], counts) for each in slices])


def _settled(since: Any, day: dt.date) -> ColumnElement[bool]:
    # Written into the statement: PostgreSQL takes one parameter in two places for two.
    return cast(ColumnElement[bool], since < literal(day - TIME_TO_SETTLE, literal_execute=True))


def _count_of(those: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((those, 1)))


def _all_of(statements: Sequence[Select[Any]]) -> Iterator[tuple[str, Place, int]]:
    """What these statements count; where they tell who is settled, those apart from the others."""
    for key, agency_id, role, team, people, *settled in db.session.execute(union_all(*statements)):
        late = settled[0] if settled else people
        if late:
            yield key, (agency_id, role, team, True), int(late)
        if people > late:
            yield key, (agency_id, role, team, False), int(people - late)


def count_held(frame: Frame, keys: Sequence[str], day: dt.date) -> dict[str, dict[str, Held]]:
    """By module and agency, whose certificate is valid on a day, ends soon, or ended."""
    of, ends = ModuleStanding, ModuleStanding.expires_on
    held: dict[str, dict[str, Held]] = {key: defaultdict(Held) for key in keys}
    if day != frame.today:
        closing = _stood(day, count_closing)
        sums = (func.sum(closing.valid), func.sum(closing.due), func.sum(closing.people - closing.valid))
        for key, agency_id, *figures in db.session.execute(
            select(closing.module_key, closing.agency_id, *sums)
            .where(closing.module_key.in_(keys), closing.module_key != "", *of_view(frame, closing))
            .group_by(closing.module_key, closing.agency_id)
        ):
            held[key][str(agency_id)] = Held(*map(int, figures))
        return held
    soon = day + dt.timedelta(days=DUE_WITHIN)
    for key in keys:
        counts: list[Any] = [
            _in_agency(frame, of.module_key == key, each) for each in (ends > soon, ends.between(day, soon), ends < day)
        ]
        rows = db.session.execute(select(Agency.id, *counts).where(*_agencies_of_view(frame, Agency.id)))
        for agency_id, later, ending, ended in rows.all():
            held[key][str(agency_id)] = Held(later + ending, ending, ended)
    return held


def _in_agency(frame: Frame, *which: ColumnElement[bool]) -> ColumnElement[int]:
    """How many standings of today there are of the agency that a statement has come to.

    They are a range of an index that begins with the agency: counted in a quarter of the time that grouping would take.
    """
    of = ModuleStanding
    here = select(func.count()).where(of.agency_id == Agency.id, *which, *_role_of_view(frame, of))
    return here.select_from(of).scalar_subquery()


def _stood(day: dt.date, count: Callable[[dt.date], Select[Any]], *which: ColumnElement[bool]) -> Any:
    """What is kept of the last day of a quarter that is over, or the same counted now."""
    of = ClosingTally
    is_kept = db.session.execute(select(select(of).where(of.day == day).exists())).scalar_one()
    return (select(of).where(of.day == day, *which) if is_kept else count(day)).cte("closing").c


def count_closing(day: dt.date) -> Select[Any]:
    """The rows of `closing_tally` for a day, from the record: seconds of work with a million completions."""
    gone = and_(Withdrawal.place == Completion.place, Withdrawal.withdrawn_at < clock.midnight(closes_on(day)))
    person = (
        select(
            CompletionDetail.practitioner_id,
            Completion.module_key,
            func.max(Completion.expires_on).label("expires_on"),
        )
        .join(CompletionDetail, CompletionDetail.place == Completion.place)
        .outerjoin(Withdrawal, gone)
        .where(Completion.completed_on <= day, Withdrawal.place.is_(None))
        .group_by(CompletionDetail.practitioner_id, Completion.module_key)
        .subquery()
    )
    ends, soon = person.c.expires_on, day + dt.timedelta(days=DUE_WITHIN)
    place = _place_on(day)
    holders: Select[Any] = (
        select(
            literal(day).label("day"),
            person.c.module_key,
            *place,
            func.count().label("people"),
            _count_of(ends >= day).label("valid"),
            _count_of(ends.between(day, soon)).label("due"),
        )
        .join(Membership, Membership.practitioner_id == person.c.practitioner_id)
        .where(_in_force(day))
        .group_by(person.c.module_key, *place)
    )
    return select(union_all(holders, _count_members(day)).subquery())


def _count_members(day: dt.date) -> Select[Any]:
    """Of these rows, those of everyone, whatever they hold."""
    place = _place_on(day)
    counted: Select[Any] = select(
        literal(day).label("day"),
        literal("").label("module_key"),
        *place,
        func.count().label("people"),
        literal(0).label("valid"),
        literal(0).label("due"),
    )
    return counted.where(_in_force(day)).group_by(*place)


def _place_on(day: dt.date) -> list[Any]:
    of = Membership
    settled = case((_settled(of.started_on, day), true()), else_=false())
    return [of.agency_id, of.job_role, of.team, settled.label("settled")]


def _in_force(day: dt.date) -> ColumnElement[bool]:
    """Which memberships include a day; on the day of a change it is the newer one that does."""
    of = Membership
    return and_(of.started_on <= day, or_(of.ended_on.is_(None), of.ended_on > day))


@recounts(ClosingTally)
def recount_closings() -> Select[Any]:
    """Of the days that are kept: the others are counted when their turn comes."""
    days = db.session.execute(select(ClosingTally.day).distinct().order_by(ClosingTally.day)).scalars().all()
    if not days:
        return select(ClosingTally).where(false())
    return select(union_all(*map(count_closing, days)).subquery())


def closings_to_count(first_completion: dt.date | None) -> list[dt.date]:
    """The last days of those quarters since then that are closed and were not counted yet, the latest first."""
    today = clock.today()
    kept = set(db.session.execute(select(ClosingTally.day).distinct()).scalars())
    quarters = [each for each in list_periods(first_completion, today) if not each.is_year and is_closed(each, today)]
    return sorted((each.last for each in quarters if each.last not in kept), reverse=True)


def members_then(day: dt.date) -> tuple[int, int]:
    """What is not the same after a membership was dated back to this day: how many there were, and which."""
    people, ids = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Membership.id), 0)).where(_in_force(day))
    ).one()
    return people, int(ids)
