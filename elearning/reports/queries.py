"""Reads of the reports. Each table is made of a handful of statements, whose work is bounded by agencies, modules and job
roles and not by people: what was completed is read from tallies, which are kept as it happens (decisions/0018).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from elearning.assessment.models import Attempt, PassingTally
from elearning.catalogue.library import library
from elearning.catalogue.models import ModuleVersion
from elearning.catalogue.queries import get_published
from elearning.certificates.models import Certificate, Reissue
from elearning.completions.models import Completion, CompletionDetail, CompletionTally, ModuleStanding
from elearning.core import clock
from elearning.core.db import db
from elearning.discussions.models import LEADER, DiscussionClaim, DiscussionDetail, TeamDiscussion
from elearning.figures.disclosure import publish
from elearning.figures.rules import closes_on, is_publishable, quarters_of
from elearning.figures.types import Period, Table
from elearning.impact.disclosure import without_ends
from elearning.impact.queries import impact_tables
from elearning.items.queries import item_figures
from elearning.items.tables import hardest_first, tables_to_leave
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
    quarter_before,
    quarter_keys,
    quarters_up_to,
    year_before,
    year_within,
    years_up_to,
)
from elearning.reports.standing import count_held, count_members, count_members_by_role, count_required, of_view
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
from elearning.requirements.queries import list_headcounts

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
    """Every table of a financial year that is over as it may leave the partnership; R5 and R12 once for each module.

    They are decided on together, with those of the two years that some of them look back on. Raises ValueError for a year
    that is not over.
    """
    if not is_publishable(year, clock.today()):
        raise ValueError("only a whole financial year that is over is published")
    *before, last = (View(each) for each in years_up_to(year))
    this_year = [make_table(number, last, titles, to_leave=True) for number in (*COUNTED, "X1") if number != "R5"]
    this_year += _coverages(last, titles, to_leave=True, of_one=False)
    modules, now = tuple(library()), clock.now()
    this_year += without_ends(impact_tables(modules, year, now, clock.today()))
    figures = item_figures(modules, year)
    questions = [tables_to_leave(each, figures[each.key], now, year) for each in modules if figures[each.key]]
    this_year += [table for table, _ in questions]
    # What the questions are decided on; and of the years before, as much as decides on figures that stand in this year's.
    beside = [answers for _, answers in questions]
    beside += [make_table(number, view, titles, to_leave=True) for view in before for number in LOOKED_BACK_ON]
    out = publish([*this_year, *beside], PUBLISHED)[: len(this_year)]
    tables = numbered([hardest_first(table) if table.number == "R12" else table for table in out])
    return [*tables, limits_table(tables, year, now)]


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
    talks = _talks(view.period, before)
    now, then = (_headline(frame, each, done, talks[each.key], titles) for each in (view.period, before))
    return headline_table(frame, now, then, before)


def _headline(frame: Frame, period: Period, done: Tallies, talks: Sequence[Talks], titles: Titles) -> Headlines:
    view = frame.view
    day = min(period.last, frame.today)
    total = done.get((period.key, view.who, view.module, view.job_role), Done())
    ours = {who for _, who in frame.rows}
    talks = [talk for talk in talks if talk.who in ours and view.module in ("", talk.module)]
    on_offer = [module for module in list_on_offer(period, titles) if view.module in ("", module.key)]
    return Headlines(
        modules=len(on_offer),
        registered=sum(count_members(frame, day).values()),
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
    required = {key: it for (_, key), it in count_required(frame).items()}
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
        *of_view(frame, of),
    ]


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
    return agency_table(frame, done, count_members(frame, frame.day), _unfinished(frame))


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
    return role_table(frame, done, count_members_by_role(frame, frame.day))


def _discussions(view: View, titles: Titles, to_leave: bool) -> Table:
    talks = _talks(view.period)[view.period.key]
    versions: dict[str, set[int]] = defaultdict(set)
    for talk in talks:
        versions[talk.module].add(talk.version)
    frame = _frame(view, titles, {key: sorted(versions[key]) for key in versions})
    return discussion_table(frame, talks, by_module=not to_leave)


def _talks(*periods: Period) -> dict[str, list[Talks]]:
    """Team discussions of periods that have no day in common, by the key of each: by the agency of whoever led, module and
    version.

    One that was recorded once its quarter was closed counts in the quarter in which it was recorded: what is closed stays.
    """
    of = TeamDiscussion
    rows = db.session.execute(
        select(
            case(*((_talked_in(period), period.key) for period in periods)).label("period"),
            DiscussionClaim.agency_id,
            of.module_key,
            of.module_version,
            func.count(),
            func.sum(of.present),
            func.count(DiscussionDetail.discussion_id),
        )
        .join(DiscussionClaim, and_(DiscussionClaim.discussion_id == of.id, DiscussionClaim.place == LEADER))
        .outerjoin(DiscussionDetail, DiscussionDetail.discussion_id == of.id)
        .where(or_(*map(_talked_in, periods)))
        .group_by("period", DiscussionClaim.agency_id, of.module_key, of.module_version)
    )
    talks: dict[str, list[Talks]] = {period.key: [] for period in periods}
    for key, agency_id, module, version, count, present, actions in rows:
        talks[key].append(Talks(_who(agency_id), module, version, count, int(present), actions))
    return talks


def _talked_in(period: Period) -> ColumnElement[bool]:
    """Which discussions count in a period: a range of an index, and what decides within it."""
    of, before = TeamDiscussion, period.first - dt.timedelta(days=1)
    return and_(
        of.recorded_at >= clock.midnight(period.first),
        of.recorded_at < clock.midnight(closes_on(period.last)),
        or_(
            of.held_on.between(period.first, period.last),
            and_(of.held_on < period.first, of.recorded_at >= clock.midnight(closes_on(before))),
        ),
    )


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
    held = count_held(frame, [module.key for module in modules], day)
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
    return open_table(frame, count_required(frame, by_role=True), year)


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

    talks = _talks(*periods)
    declared = {each.agency_id for each in list_headcounts(on=frame.day)}
    required: dict[str, Required] = defaultdict(Required)
    for (who, _), it in count_required(frame, by_agency=True).items():
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
        glance=glance_table(frame, periods, [_glance(frame, each, done, talks[each.key]) for each in periods]),
        trend=trend_table(
            frame,
            [completions(each) if each.first <= frame.today else None for each in quarters],
            [completions(each) for each in then],
        ),
        agencies=agencies_table(frame, glances),
        modules=modules_table(frame, _module_glances(frame)),
    )


def _glance(frame: Frame, period: Period, done: Tallies, talks: Sequence[Talks]) -> Glance:
    view = frame.view
    ours = {who for _, who in frame.rows}
    return Glance(
        done=done.get((period.key, view.who, view.module, view.job_role), Done()),
        active=sum(
            done.get((period.key, str(agency.id), view.module, view.job_role), Done()).completions > 0
            for agency in frame.agencies
        ),
        discussions=sum(talk.discussions for talk in talks if talk.who in ours and view.module in ("", talk.module)),
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
    report = annual_report(list_published(year, titles), year, clock.now())
    return Made(report, list_versions([year.key]), _names(titles))


def quarterly(quarter: Period, titles: Titles) -> Made:
    """The paper of a quarter that is over, as it may leave the partnership."""
    quarters = quarters_up_to(quarter)
    versions = list_versions([each.key for each in quarters])
    frame = _frame(View(quarter), titles, versions)
    done = _tallies(quarters, CompletionTally.who == "", CompletionTally.job_role == "")
    discussions = {key: sum(talk.discussions for talk in talks) for key, talks in _talks(*quarters).items()}
    trend, _ = publish(
        [quarters_table(frame, quarters, done, discussions), quarters_by_module(frame, quarters, done)],
        PUBLISHED_QUARTERLY,
    )
    questions = questions_table(frame, item_figures(tuple(library()), quarter))
    return Made(quarterly_report([trend, questions], quarter, frame.cut_off), versions, _names(titles))


def _names(titles: Titles) -> dict[str, str]:
    """What agencies and modules are called now, by keys that outlive a name."""
    return {f"agency {each.id}": each.name for each in list_agencies()} | titles
