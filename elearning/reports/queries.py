"""Reads of the reports. Each table is made of a handful of statements, whose work is bounded by agencies, modules and job
roles and not by people: what was completed is read from tallies, which are kept as it happens (decisions/0018).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from operator import add
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all

from elearning.assessment.models import Attempt, PassingTally
from elearning.catalogue.library import library
from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.queries import get_published
from elearning.certificates.models import Certificate, Reissue
from elearning.completions.models import Completion, CompletionDetail, CompletionTally, ModuleStanding, Withdrawal
from elearning.core import clock
from elearning.core.db import db
from elearning.discussions.models import LEADER, DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.figures.disclosure import publish
from elearning.figures.rules import closes_on, is_publishable, quarters_of
from elearning.figures.types import Period, Table
from elearning.impact.disclosure import published as publish_impact
from elearning.impact.queries import impact_tables
from elearning.items.queries import item_figures
from elearning.items.tables import PUBLISHED as ITEMS_PUBLISHED
from elearning.items.tables import item_table
from elearning.people.models import Agency, Membership
from elearning.people.queries import list_agencies
from elearning.people.types import Sector
from elearning.reports.disclosure import PUBLISHED, PUBLISHED_QUARTERLY
from elearning.reports.overview import (
    agencies_table,
    glance_table,
    modules_table,
    quarters_by_module,
    quarters_table,
    questions_table,
    trend_table,
)
from elearning.reports.parts import annual_report, quarterly_report
from elearning.reports.rules import (
    DAYS_TO_COMPLETE,
    DUE_WITHIN,
    quarter_before,
    quarter_keys,
    quarters_up_to,
    year_before,
    year_within,
    years_up_to,
)
from elearning.reports.tables import (
    COUNTED,
    MAY_LACK,
    agency_table,
    coverage_table,
    discussion_table,
    headline_table,
    limits_table,
    module_table,
    numbered,
    open_table,
    role_table,
    years_table,
)  # fmt: skip
from elearning.reports.types import (
    NOWHERE,
    AgencyGlance,
    Begun,
    Done,
    Frame,
    Glance,
    Headlines,
    Held,
    Made,
    Medians,
    ModuleGlance,
    OnOffer,
    Overview,
    Required,
    Talks,
    Tallies,
    View,
)  # fmt: skip
from elearning.requirements.queries import list_headcounts, list_requirements
from elearning.requirements.rules import TIME_TO_SETTLE, matches
from elearning.requirements.types import Ask, Group

Titles = dict[str, str]  # of the modules in the library, by key, in the library's order


def first_completion() -> dt.date | None:
    """The day of the first completion there is."""
    return db.session.execute(select(func.min(Completion.completed_on))).scalar_one()


def list_on_offer(period: Period, titles: Titles) -> tuple[OnOffer, ...]:
    """The modules on offer in a period, with their versions; those no longer in the library come last."""
    rows = db.session.execute(
        select(ModuleVersion.module_key, ModuleVersion.version, ModuleVersion.published_at).order_by(
            ModuleVersion.module_key, ModuleVersion.version
        )
    ).all()
    versions: dict[str, list[int]] = {}
    for position, (key, version, published_at) in enumerate(rows):
        following = rows[position + 1] if position + 1 < len(rows) else None
        was_replaced_before = (
            following is not None
            and following.module_key == key
            and clock.day_of(following.published_at) < period.first
        )
        if clock.day_of(published_at) <= period.last and not was_replaced_before:
            versions.setdefault(key, []).append(version)
    return _titled(versions, titles)


def _titled(versions: dict[str, list[int]], titles: Titles) -> tuple[OnOffer, ...]:
    order = [*(key for key in titles if key in versions), *sorted(key for key in versions if key not in titles)]
    return tuple(
        OnOffer(key, titles.get(key) or get_published(key, max(versions[key])).title, tuple(versions[key]))
        for key in order
    )


def list_published(year: Period, titles: Titles) -> list[Table]:
    """Every table of a financial year that is over as it may leave the partnership; R5 once for each module.

    They are decided on together, with those of the two years that some of them look back on. Raises ValueError for a year
    that is not over.
    """
    if not is_publishable(year, clock.today()):
        raise ValueError("only a whole financial year that is over is published")
    *before, last = (View(each) for each in years_up_to(year))
    this_year = [make_table(number, last, titles, to_leave=True) for number in (*COUNTED, "X1") if number != "R5"]
    this_year += _coverages(last, titles, to_leave=True, of_one=False)
    # Of the years before, as much as decides on figures that stand in this year's.
    beside = [make_table(number, view, titles, to_leave=True) for view in before for number in LOOKED_BACK_ON]
    tables = numbered(publish([*this_year, *beside], PUBLISHED)[: len(this_year)])
    return [*tables, limits_table(tables, year, clock.now())]


LOOKED_BACK_ON = ("R1", "R3", "R4", "R6", "R13")


def make_table(number: str, view: View, titles: Titles, *, to_leave: bool = False) -> Table:
    """One of the tables of `SHEETS` for a view, exact. X1 is of the financial year that the view lies in.

    `to_leave` makes what is then published: R5 of the last day of the period instead of today, R13 by agency alone.
    """
    match number:
        case "R1":
            return _headlines(view, titles)
        case "R2":
            return _by_module(view, titles)
        case "R3":
            return _by_agency(view, titles)
        case "R4":
            return _three_years(view, titles)
        case "R5":
            return _coverages(view, titles, to_leave=to_leave, of_one=True)[0]
        case "R6":
            return _by_role(view, titles)
        case "R13":
            return _discussions(view, titles, to_leave)
        case "R15":
            return limits_table([make_table(each, view, titles) for each in MAY_LACK], view.period, clock.now())
        case "X1":
            return _open(view, titles)
    raise ValueError(f"there is no table {number}")


def list_versions(keys: Sequence[str]) -> dict[str, list[int]]:
    """By module, the versions that were completed in any of these periods; of all periods if none are given."""
    rows = db.session.execute(
        select(CompletionTally.module_key, CompletionTally.module_version)
        .where(
            CompletionTally.who == "",
            CompletionTally.job_role == "",
            CompletionTally.module_version != 0,
            CompletionTally.completions > 0,
            *([CompletionTally.period.in_(keys)] if keys else []),
        )
        .distinct()
        .order_by(CompletionTally.module_key, CompletionTally.module_version)
    )
    versions: dict[str, list[int]] = {}
    for key, version in rows:
        versions.setdefault(key, []).append(version)
    return versions


def _frame(view: View, titles: Titles, versions: dict[str, list[int]]) -> Frame:
    everything = _titled({key: [] for key in titles} | versions, titles)
    return Frame(
        view=view,
        cut_off=clock.now(),
        today=clock.today(),
        modules=tuple(module for module in everything if view.module in ("", module.key)),
        agencies=tuple(
            agency
            for agency in list_agencies()
            if view.sector in (None, agency.sector) and view.agency in (None, agency)
        ),
    )


def _tallies(periods: Sequence[Period], *which: ColumnElement[bool]) -> Tallies:
    """What was completed in these periods, as it is kept."""
    of = CompletionTally
    rows = db.session.execute(
        select(of.period, of.who, of.module_key, of.job_role, of.completions, of.people, of.minutes).where(
            of.period.in_([each.key for each in periods]), of.module_version == 0, *which
        )
    )
    return {(period, who, key, role): Done(*figures) for period, who, key, role, *figures in rows}


def _with_total(view: View) -> ColumnElement[bool]:
    """The rows of agencies and of the total; kinds of agency are left where they are."""
    return CompletionTally.who.in_([view.who]) | CompletionTally.who.not_in(list(Sector))


def _headlines(view: View, titles: Titles) -> Table:
    before = year_before(view.period)
    frame = _frame(view, titles, list_versions([view.period.key]))
    done = _tallies(
        [view.period, before], CompletionTally.module_key == view.module, CompletionTally.job_role == view.job_role
    )
    return headline_table(
        frame, _headline(frame, view.period, done, titles), _headline(frame, before, done, titles), before
    )


def _headline(frame: Frame, period: Period, done: Tallies, titles: Titles) -> Headlines:
    view = frame.view
    day = min(period.last, frame.today)
    total = done.get((period.key, view.who, view.module, view.job_role), Done())
    talks = [talk for talk in _talks(period) if not view.who or talk.who in {str(each.id) for each in frame.agencies}]
    talks = [talk for talk in talks if view.module in ("", talk.module)]
    on_offer = [module for module in list_on_offer(period, titles) if view.module in ("", module.key)]
    return Headlines(
        modules=len(on_offer),
        registered=sum(_members(frame, day).values()),
        done=total,
        certificates=total.completions + _reissued(frame, period),
        discussions=sum(talk.discussions for talk in talks),
        present=sum(talk.present for talk in talks),
        active=sum(
            done.get((period.key, str(agency.id), view.module, view.job_role), Done()).completions > 0
            for agency in frame.agencies
        ),
    )


def _reissued(frame: Frame, period: Period) -> int:
    """How many certificates were issued anew, under another number. There are few: somebody asked for each."""
    view, agencies = frame.view, {agency.id for agency in frame.agencies}
    rows = db.session.execute(
        select(Attempt.module_key, Attempt.agency_id, Attempt.job_role)
        .select_from(Certificate)
        .join(CompletionDetail, CompletionDetail.place == Certificate.place)
        .join(Attempt, Attempt.id == CompletionDetail.attempt_id)
        .where(
            Certificate.number.in_(select(Reissue.number)),  # sought by their numbers, not among a million
            Certificate.issued_at >= clock.midnight(period.first),
            Certificate.issued_at < clock.midnight(period.after),
        )
    )
    return sum(
        view.module in ("", key) and (not view.who or agency_id in agencies) and view.job_role in ("", job_role)
        for key, agency_id, job_role in rows
    )


def _by_module(view: View, titles: Titles) -> Table:
    frame = _frame(view, titles, list_versions([view.period.key]))
    done = _tallies([view.period], CompletionTally.who == view.who, CompletionTally.job_role == view.job_role)
    required = {key: it for (_, key), it in _required(frame).items()}
    return module_table(frame, done, required, _begun(frame), _passes(frame))


def _begun(frame: Frame) -> dict[str, Begun]:
    """By module, who began it in the period, and who of them had not completed it 28 days on though they are over."""
    of, wait = ModuleStanding, dt.timedelta(days=DAYS_TO_COMPLETE)
    # Each engine adds days to a date in its own way.
    sqlite = db.engine.dialect.name == "sqlite"
    in_time = func.date(of.begun_on, f"+{DAYS_TO_COMPLETE} days") if sqlite else of.begun_on + DAYS_TO_COMPLETE
    late = and_(of.begun_on < frame.today - wait, or_(of.first_completed_on.is_(None), of.first_completed_on > in_time))
    rows = db.session.execute(
        select(of.module_key, func.count(), func.sum(case((late, 1), else_=0)))
        .where(*_began(frame))
        .group_by(of.module_key)
    )
    return {key: Begun(people, int(waiting)) for key, people, waiting in rows}


def _began(frame: Frame) -> list[ColumnElement[bool]]:
    """Whose beginnings count: in the period, by those who work there now."""
    of, period = ModuleStanding, frame.view.period
    return [
        of.module_key.in_([module.key for module in frame.modules]),
        of.begun_on.between(period.first, period.last),
        *_of_view(frame, of),
    ]


def _of_view(frame: Frame, of: type[ModuleStanding | Membership]) -> list[ColumnElement[bool]]:
    """Whether someone belongs to the agencies and the job role that are asked for."""
    return [*_agencies_of_view(frame, of.agency_id), *_role_of_view(frame, of)]


def _agencies_of_view(frame: Frame, agency_id: Any) -> list[ColumnElement[bool]]:
    return [agency_id.in_([agency.id for agency in frame.agencies])] if frame.view.who else []


def _role_of_view(frame: Frame, of: type[ModuleStanding | Membership]) -> list[ColumnElement[bool]]:
    return [of.job_role == frame.view.job_role] if frame.view.job_role else []


def _passes(frame: Frame) -> dict[str, Medians]:
    """By module, how many passed in the period, at which attempt and in how many minutes."""
    of = PassingTally
    rows = db.session.execute(
        select(of.module_key, of.attempts, of.minutes, func.sum(of.count))
        .where(of.quarter.in_(quarter_keys(frame.view.period)), of.count > 0)
        .group_by(of.module_key, of.attempts, of.minutes)
    )
    passes: dict[str, Medians] = defaultdict(dict)
    for key, attempts, minutes, count in rows:
        passes[key][attempts, minutes] = int(count)
    return passes


def _by_agency(view: View, titles: Titles) -> Table:
    frame = _frame(view, titles, list_versions([view.period.key]))
    done = _tallies([view.period], CompletionTally.job_role == view.job_role, _with_total(view))
    return agency_table(frame, done, _members(frame, frame.day), _unfinished(frame))


def _unfinished(frame: Frame) -> dict[str, int]:
    """By agency, people who began a module in the period and had not completed it when it ended."""
    of = ModuleStanding
    waiting = (
        select(of.practitioner_id, of.agency_id)
        .where(*_began(frame), or_(of.first_completed_on.is_(None), of.first_completed_on > frame.view.period.last))
        .distinct()
        .subquery()
    )
    rows = db.session.execute(select(waiting.c.agency_id, func.count()).group_by(waiting.c.agency_id))
    return {_who(agency_id): count for agency_id, count in rows}


def _who(agency_id: int | None) -> str:
    return NOWHERE if agency_id is None else str(agency_id)


def _three_years(view: View, titles: Titles) -> Table:
    years = years_up_to(view.period)
    frame = _frame(view, titles, list_versions([year.key for year in years]))
    done = _tallies(
        years,
        CompletionTally.module_key == view.module,
        CompletionTally.job_role == view.job_role,
        _with_total(view),
    )
    return years_table(frame, done, years)


def _by_role(view: View, titles: Titles) -> Table:
    frame = _frame(view, titles, list_versions([view.period.key]))
    done = _tallies([view.period], CompletionTally.who == view.who, CompletionTally.module_key == view.module)
    return role_table(frame, done, _members_by_role(frame, frame.day))


def _members(frame: Frame, day: dt.date) -> dict[str, int]:
    """By agency, people whose time there includes a day."""
    of = Membership
    people = _in_agency(of, _in_force(day), *_role_of_view(frame, of))
    rows = db.session.execute(select(Agency.id, people).where(*_agencies_of_view(frame, Agency.id)))
    return {str(agency_id): people for agency_id, people in rows}


def _members_by_role(frame: Frame, day: dt.date) -> dict[str, int]:
    """By job role, people whose time in an agency of the view includes a day."""
    of = Membership
    rows = db.session.execute(  # in the order of an index that holds all of it
        select(of.agency_id, of.job_role, func.count())
        .where(or_(*_in_force(day)), *_of_view(frame, of))
        .group_by(of.agency_id, of.job_role)
    )
    members: dict[str, int] = defaultdict(int)
    for _agency_id, job_role, people in rows:
        members[job_role] += people
    return members


def _in_force(day: dt.date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Which memberships include a day: those that have not ended, and those that ended later.

    On the day of a change it is the newer one that does.
    """
    of = Membership
    return and_(of.ended_on.is_(None), of.started_on <= day), and_(of.ended_on > day, of.started_on <= day)


def _in_agency(
    of: type[ModuleStanding | Membership], ranges: Sequence[ColumnElement[bool]], *which: ColumnElement[bool]
) -> ColumnElement[int]:
    """How many rows there are of the agency that a statement has come to, in ranges that exclude each other.

    Each is a range of an index that begins with the agency: counted in a quarter of the time that grouping would take.
    """
    here = select(func.count()).select_from(of).where(of.agency_id == Agency.id, *which)
    first, *others = (here.where(each).scalar_subquery() for each in ranges)
    return reduce(add, others, first)


def _discussions(view: View, titles: Titles, to_leave: bool) -> Table:
    talks = _talks(view.period)
    versions: dict[str, set[int]] = defaultdict(set)
    for talk in talks:
        versions[talk.module].add(talk.version)
    frame = _frame(view, titles, {key: sorted(versions[key]) for key in versions})
    return discussion_table(frame, talks, by_module=not to_leave)


def _talks(period: Period) -> list[Talks]:
    """Team discussions held in a period, by the agency of whoever led, module and version."""
    of = TeamDiscussion
    rows = db.session.execute(
        select(
            DiscussionClaim.agency_id,
            of.module_key,
            of.module_version,
            func.count(),
            func.sum(of.present),
            func.count(DiscussionDetail.discussion_id),
        )
        .join(DiscussionClaim, and_(DiscussionClaim.discussion_id == of.id, DiscussionClaim.place == LEADER))
        .outerjoin(DiscussionDetail, DiscussionDetail.discussion_id == of.id)
        .where(of.held_on.between(period.first, period.last))
        .group_by(DiscussionClaim.agency_id, of.module_key, of.module_version)
    )
    return [
        Talks(_who(agency_id), key, version, count, int(present), actions)
        for agency_id, key, version, count, present, actions in rows
    ]


def _coverages(view: View, titles: Titles, *, to_leave: bool, of_one: bool) -> list[Table]:
    """R5 of each module of the view, or of its first one."""
    frame = _frame(view, titles, list_versions([]))
    day = frame.day if to_leave else frame.today
    headcounts = {
        str(each.agency_id): (each.staff, each.counted_on)
        for each in list_headcounts(on=day)
        if each.job_role == view.job_role
    }
    modules = frame.modules or (OnOffer("", "any training module", ()),)
    modules = modules[:1] if of_one else modules
    held = _held(frame, [module.key for module in modules], day)
    return [
        coverage_table(
            replace(frame, view=replace(view, module=module.key), modules=(module,) if module.key else ()),
            module,
            held[module.key],
            headcounts,
            day,
        )
        for module in modules
    ]


def _open(view: View, titles: Titles) -> Table:
    year = year_within(view.period)
    view = View(year)
    frame = _frame(view, titles, list_versions([]))
    return open_table(frame, _required(frame, by_role=True), year)


def _required(frame: Frame, *, by_role: bool = False, by_agency: bool = False) -> dict[tuple[str, str], Required]:
    """By job role or agency, and module, who must hold it on the last day of the view.

    Without either the first is "", and nobody is called overdue. By agency only what is due by then counts: requirements
    whose day has passed, of people who have been there for long enough.

    People count in groups that the requirements do not tell apart: few, however many people there are.
    """
    day = frame.day
    asks: dict[str, list[Ask]] = defaultdict(list)
    for ask in list_requirements(on=day):
        if ask.module_key in {module.key for module in frame.modules} and not (by_agency and ask.due_on >= day):
            asks[ask.module_key].append(ask)
    if not asks:
        return {}
    if not (by_role or by_agency):  # where all must hold it, no other requirement adds anyone
        everyone = {
            key: [ask for ask in of if ask.agency_id is None and ask.group is Group.EVERYONE]
            for key, of in asks.items()
        }
        asks = asks | {key: of[:1] for key, of in everyone.items() if of}
    of_agency: dict[tuple[str, int | None], list[Ask]] = defaultdict(list)  # None: the partnership's
    for key, all_of_it in asks.items():
        for each in all_of_it:
            of_agency[key, each.agency_id].append(each)
    found: dict[tuple[str, str], Required] = defaultdict(Required)

    def count(key: str, place: Place, required: int, met: int) -> None:
        agency_id, job_role, team, is_settled = place
        of = (*of_agency.get((key, None), ()), *of_agency.get((key, agency_id), ()))
        days = [ask.due_on for ask in of if matches(ask, agency_id=agency_id, job_role=job_role, team=team)]
        if days:
            overdue = required - met if is_settled and min(days) < day else 0
            found[job_role if by_role else str(agency_id) if by_agency else "", key] += Required(required, met, overdue)

    slices = []
    for key, of in asks.items():  # what agencies ask themselves is looked for among their people alone
        own = frozenset(ask.agency_id for ask in of if ask.agency_id is not None)
        if shared := of_agency.get((key, None)):
            slices.append(Slice.of(key, shared, by_role=by_role, but=own))
        if own:
            slices.append(Slice.of(key, of, by_role=by_role, only=own))
    for key, place, people in _employed(frame, slices, only_settled=by_agency, apart=by_role):
        count(key, place, people, 0)
    for key, place, people in _valid(frame, slices, only_settled=by_agency, apart=by_role):
        count(key, place, 0, people)
    return found


Place = tuple[int, str, str, bool]  # agency, job role, team, and whether for long enough to be late


@dataclass(frozen=True)
class Slice:
    """A module, and whose people are counted (of some agencies only, or of all but some): by agency, by agency and job
    role, or by team within those, which is the order of an index.
    """

    key: str
    depth: int
    only: frozenset[int] = frozenset()
    but: frozenset[int] = frozenset()

    @classmethod
    def of(cls, key: str, asks: Sequence[Ask], *, by_role: bool, **which: frozenset[int]) -> "Slice":
        """As deep as one of these requirements goes."""
        groups = {ask.group for ask in asks}
        return cls(key, 3 if Group.TEAM in groups else 2 if by_role or Group.JOB_ROLE in groups else 1, **which)

    def counted(
        self,
        frame: Frame,
        of: Any,
        ranges: Sequence[ColumnElement[bool]],
        which: Sequence[ColumnElement[bool]],
        beside: Sequence[ColumnElement[int]],
    ) -> Select[Any]:
        """The statement that counts memberships of the view, or what is kept beside them, in these ranges; by more than the
        agency, it counts something `beside` them too.
        """
        which = [*which, *_role_of_view(frame, of)]
        if self.depth == 1:
            place: list[Any] = [Agency.id, literal(""), literal(""), _in_agency(of, ranges, *which)]
            return select(literal(self.key), *place).where(*self._among(frame, Agency.id))
        groups = [of.agency_id, of.job_role, of.team][: self.depth]
        places = [*groups, *[literal("")] * (3 - self.depth)]
        return (
            select(literal(self.key), *places, func.count(), *beside)
            .where(or_(*ranges), of.agency_id.is_not(None), *which, *self._among(frame, of.agency_id))
            .group_by(*groups)
        )

    def _among(self, frame: Frame, agency_id: Any) -> list[ColumnElement[bool]]:
        among = [agency_id.in_(sorted(self.only))] if self.only else []
        among += [agency_id.not_in(sorted(self.but))] if self.but else []
        return [*among, *_agencies_of_view(frame, agency_id)]


def _employed(
    frame: Frame, slices: Sequence[Slice], *, only_settled: bool, apart: bool
) -> Iterator[tuple[str, Place, int]]:
    """By module, where whom it is required of worked on the last day of the view: only who has been there for long enough
    to be late, or those `apart` from the others.
    """
    of, settled = Membership, _settled(Membership.started_on, frame.day)
    which, beside = [settled] if only_settled else [], [_count_of(settled)] if apart else []
    return _all_of([each.counted(frame, of, _in_force(frame.day), which, beside) for each in slices])


def _valid(
    frame: Frame, slices: Sequence[Slice], *, only_settled: bool, apart: bool
) -> Iterator[tuple[str, Place, int]]:
    """By module, where those of them work who hold a valid certificate on the last day of the view."""
    of, day = ModuleStanding, frame.day
    if day != frame.today:
        asked = {each.key for each in slices}
        return (
            (key, place, held.current)
            for key, place, held in _then(frame, day)
            if key in asked and (place[3] or not only_settled)
        )
    settled = _settled(of.member_since, day)
    which, beside = [settled] if only_settled else [of.member_since <= day], [_count_of(settled)] if apart else []
    return _all_of(
        [
            each.counted(frame, of, [of.expires_on >= day], [of.module_key == each.key, *which], beside)
            for each in slices
        ]
    )


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
            yield key, (agency_id, role, team, True), late
        if people > late:
            yield key, (agency_id, role, team, False), people - late


def _held(frame: Frame, keys: Sequence[str], day: dt.date) -> dict[str, dict[str, Held]]:
    """By module and agency, whose certificate is valid on a day, ends soon, or ended."""
    of, ends = ModuleStanding, ModuleStanding.expires_on
    held: dict[str, dict[str, Held]] = {key: defaultdict(Held) for key in keys}
    if day != frame.today:
        for key, (agency_id, *_), it in _then(frame, day):
            if key in held:
                held[key][str(agency_id)] += it
        return held
    soon = day + dt.timedelta(days=DUE_WITHIN)
    which = [of.member_since <= day, *_role_of_view(frame, of)]
    for key in keys:
        counts: list[Any] = [
            _in_agency(of, [each], of.module_key == key, *which)
            for each in (ends > soon, ends.between(day, soon), ends < day)
        ]
        rows = db.session.execute(select(Agency.id, *counts).where(*_agencies_of_view(frame, Agency.id)))
        for agency_id, later, ending, ended in rows.all():
            held[key][str(agency_id)] = Held(later + ending, ending, ended)
    return held


def _then(frame: Frame, day: dt.date) -> list[tuple[str, Place, Held]]:
    """What `standing` keeps of today, for the last day of a period that is over, from the record."""
    is_open, view = Membership.ended_on.is_(None), frame.view
    state = db.session.execute(select(func.max(Membership.id), func.count()).where(is_open)).one()
    agencies = {agency.id for agency in frame.agencies}
    return [
        (key, place, held)
        for key, place, held in _as_it_was(str(db.engine.url), tuple(state), day)
        if (not view.who or place[0] in agencies) and view.job_role in ("", place[1])
    ]


@lru_cache(4)
def _as_it_was(_database: str, _memberships: tuple[int, int], day: dt.date) -> list[tuple[str, Place, Held]]:
    """Worked out for all modules at once, which takes seconds with a million completions, and then held on to.

    Nothing of the record counts in a closed period any more; a membership may still be dated back, which
    shows in which memberships there are that have not ended.
    """
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
    of = Membership
    groups = [of.agency_id, of.job_role, of.team, case((_settled(of.started_on, day), 1), else_=0)]
    ends, soon = person.c.expires_on, day + dt.timedelta(days=DUE_WITHIN)
    counts = [_count_of(ends >= day), _count_of(ends.between(day, soon)), _count_of(ends < day)]
    rows = db.session.execute(
        select(person.c.module_key, *groups, *counts)
        .join(of, of.practitioner_id == person.c.practitioner_id)
        .where(or_(*_in_force(day)))
        .group_by(person.c.module_key, *groups)
    ).all()
    return [
        (key, (agency_id, role, team, bool(settled)), Held(*counts))
        for key, agency_id, role, team, settled, *counts in rows
    ]


# The overview: what stands beside the tables there.


def overview_tables(view: View, titles: Titles) -> Overview:
    """What the officer sees first: a period at a glance, the trend, agencies to talk to, how the modules land."""
    before, year = year_before(view.period), year_within(view.period)
    periods = (view.period, *([] if view.period.is_year else [quarter_before(view.period)]), before)
    quarters, then = quarters_of(year), quarters_of(year_before(year))
    frame = _frame(view, titles, list_versions([view.period.key]))
    done = _tallies(
        [*periods, *quarters, *then],
        CompletionTally.module_key == view.module,
        CompletionTally.job_role == view.job_role,
        (CompletionTally.who == view.who) | CompletionTally.period.in_([each.key for each in periods]),
    )

    def completions(period: Period, who: str = view.who) -> int:
        return done.get((period.key, who, view.module, view.job_role), Done()).completions

    declared = {each.agency_id for each in list_headcounts(on=frame.day)}
    required: dict[str, Required] = defaultdict(Required)
    for (who, _), it in _required(frame, by_agency=True).items():
        required[who] += it
    glances = [
        AgencyGlance(
            agency=agency,
            now=completions(view.period, str(agency.id)),
            before=completions(before, str(agency.id)),
            required=required[str(agency.id)],
            has_declared=agency.id in declared,
        )
        for agency in frame.agencies
    ]
    return Overview(
        glance=glance_table(frame, periods, [_glance(frame, each, done) for each in periods]),
        trend=trend_table(
            frame,
            [completions(each) if each.first <= frame.today else None for each in quarters],
            [completions(each) for each in then],
        ),
        agencies=agencies_table(frame, glances),
        modules=modules_table(frame, _module_glances(frame)),
    )


def _glance(frame: Frame, period: Period, done: Tallies) -> Glance:
    view = frame.view
    ours = {who for _, who in frame.rows}
    return Glance(
        done=done.get((period.key, view.who, view.module, view.job_role), Done()),
        active=sum(
            done.get((period.key, str(agency.id), view.module, view.job_role), Done()).completions > 0
            for agency in frame.agencies
        ),
        discussions=sum(
            talk.discussions for talk in _talks(period) if talk.who in ours and view.module in ("", talk.module)
        ),
    )


def _module_glances(frame: Frame) -> list[ModuleGlance]:
    """By module of the view: who began it and is late, how first attempts fared, and the questions to look at."""
    begun = _begun(frame)
    offered = {module.key: module for module in library()}
    figures_of = item_figures([offered[each.key] for each in frame.modules if each.key in offered], frame.view.period)
    glances = []
    for module in frame.modules:
        figures = figures_of.get(module.key, [])
        glances.append(
            ModuleGlance(
                module=module,
                begun=begun.get(module.key, Begun()),
                answers=sum(each.count for each in figures),
                right=sum(each.right for each in figures),
                flagged=sum(bool(each.flags) for each in figures),
            )
        )
    return glances


# What is kept and printed.


def annual(year: Period, titles: Titles) -> Made:
    """The annual report of a financial year that is over, as it may leave the partnership."""
    cut_off, today = clock.now(), clock.today()
    modules = tuple(library())
    figures = item_figures(modules, year)
    asked = [(module, figures[module.key]) for module in modules if figures[module.key]]
    tables = [
        *list_published(year, titles),
        *numbered([publish([item_table(*each, cut_off, year)], ITEMS_PUBLISHED)[0] for each in asked]),
        *publish_impact(impact_tables(modules, year, cut_off, today)),
    ]
    return Made(annual_report(tables, year, cut_off), list_versions([year.key]), _names(titles))


def quarterly(quarter: Period, titles: Titles) -> Made:
    """The paper of a quarter that is over, as it may leave the partnership."""
    quarters = quarters_up_to(quarter)
    versions = list_versions([each.key for each in quarters])
    frame = _frame(View(quarter), titles, versions)
    done = _tallies(quarters, CompletionTally.who == "", CompletionTally.job_role == "")
    held = db.session.execute(
        select(TeamDiscussion.held_on, func.count())
        .where(TeamDiscussion.held_on.between(quarters[0].first, quarter.last))
        .group_by(TeamDiscussion.held_on)
    ).all()
    discussions = {each.key: sum(n for day, n in held if each.first <= day <= each.last) for each in quarters}
    trend, _ = publish(
        [quarters_table(frame, quarters, done, discussions), quarters_by_module(frame, quarters, done)],
        PUBLISHED_QUARTERLY,
    )
    questions = questions_table(frame, item_figures(tuple(library()), quarter))
    return Made(quarterly_report([trend, questions], quarter, frame.cut_off), versions, _names(titles))


def _names(titles: Titles) -> dict[str, str]:
    """What agencies and modules are called now, by keys that outlive a name."""
    return {f"agency {each.id}": each.name for each in list_agencies()} | titles
