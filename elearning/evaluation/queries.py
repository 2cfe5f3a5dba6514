"""Reads of what learners say. Each is given whose it is: there is no other way to a rating or a word (law 5), but for
the recount of the tallies, which has groups only.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    CTE,
    Date,
    Integer,
    Result,
    Select,
    String,
    bindparam,
    case,
    column,
    func,
    select,
    text,
    values,
)

from elearning.assessment.queries import list_attempts
from elearning.assessment.rules import read_form
from elearning.completions.models import Completion
from elearning.core.db import db, fetch
from elearning.core.tallies import recounts
from elearning.evaluation.models import (
    ConfidenceRating,
    ConfidenceTally,
    FollowUpResponse,
    FollowUpRow,
    FollowUpWords,
    PledgeRow,
    RoundTally,
)
from elearning.evaluation.rules import COUNTED, PAIRED
from elearning.evaluation.types import (
    About,
    Afterwards,
    Begun,
    FollowUp,
    Kept,
    KeptPledge,
    Pledge,
    Round,
    Told,
    When,
)
from elearning.figures.rules import financial_year, quarters_of

Rows = Result[*tuple[Any, ...]]

# As text: both engines read it, and building a union of three tables anew on every page would take longer than reading it.
_ROUNDS = text("""
    SELECT a.module_key, a.set_number, 'said' AS kind, a.moment AS what, count(r.rating) AS number,
           0 AS questions, 0 AS answered
    FROM confidence_answer a
    LEFT JOIN confidence_rating r ON r.practitioner_id = a.practitioner_id AND r.module_key = a.module_key
        AND r.set_number = a.set_number AND r.moment = a.moment
    WHERE a.practitioner_id = :practitioner_id
    GROUP BY a.module_key, a.set_number, a.moment
    UNION ALL
    SELECT module_key, set_number, 'pledge', '', CASE WHEN action IS NULL THEN 0 ELSE 1 END, 0, 0
    FROM pledge
    WHERE practitioner_id = :practitioner_id
    UNION ALL
    SELECT f.module_key, f.set_number, 'follow-up', coalesce(w.about, ''), f.number, f.form_length,
           (SELECT count(*) FROM follow_up_response r WHERE r.follow_up_id = f.id)
    FROM follow_up f
    LEFT JOIN follow_up_words w ON w.follow_up_id = f.id
    WHERE f.practitioner_id = :practitioner_id
""")

_LATEST = text("""
    SELECT count(*) AS set_number, max(completed_on) AS completed_on
    FROM completion_detail d
    JOIN completion c ON c.place = d.place
    WHERE d.practitioner_id = :practitioner_id AND c.module_key = :module_key
""").columns(set_number=Integer, completed_on=Date)


def rounds_of(practitioner_id: int) -> dict[str, dict[int, Round]]:
    """What someone answered so far, by module and set number, without what it says. One query."""
    said: dict[tuple[str, int], dict[When, int]] = defaultdict(dict)
    pledged: dict[tuple[str, int], bool] = {}
    begun: dict[tuple[str, int], dict[int, Begun]] = defaultdict(dict)
    rows: Rows = fetch(_ROUNDS, practitioner_id=practitioner_id)
    for key, set_number, kind, what, number, questions, answered in rows:
        this = (key, set_number)
        if kind == "said":
            said[this][When(what)] = number
        elif kind == "pledge":
            pledged[this] = bool(number)
        else:  # once for each thing told
            told = begun[this][number].told if number in begun[this] else frozenset()
            begun[this][number] = Begun(questions, answered, told | {About(what)} if what else told)
    rounds: dict[str, dict[int, Round]] = defaultdict(dict)
    for this in {*said, *pledged, *begun}:
        key, set_number = this
        rounds[key][set_number] = Round(said[this], pledged.get(this), begun[this])
    return rounds


def find_afterwards(practitioner_id: int, module_key: str) -> Afterwards | None:
    """Where someone stands after their latest completion of a module; None if they never completed it."""
    latest: Rows = fetch(_LATEST, practitioner_id=practitioner_id, module_key=module_key)
    set_number, completed_on = latest.one()
    if completed_on is None:
        return None
    round_ = rounds_of(practitioner_id).get(module_key, {}).get(set_number, Round())
    return Afterwards(completed_on, set_number, round_)


_WORDS = [getattr(PledgeRow, field.name) for field in fields(Pledge)]


def list_pledges(practitioner_id: int) -> list[KeptPledge]:
    """Every pledge someone made, newest first. For its writer only."""
    made = select(PledgeRow.module_key, *_WORDS).where(
        PledgeRow.practitioner_id == practitioner_id, PledgeRow.action.is_not(None)
    )
    rows = db.session.execute(made.order_by(PledgeRow.made_at.desc()))
    return [KeptPledge(key, Pledge(*words)) for key, *words in rows]


def find_pledge(practitioner_id: int, module_key: str, set_number: int) -> Pledge | None:
    """The pledge of a round, if one was made. For its writer only."""
    of = {"practitioner_id": practitioner_id, "module_key": module_key, "set_number": set_number}
    words = db.session.execute(select(*_WORDS).filter_by(**of).where(PledgeRow.action.is_not(None))).one_or_none()
    return Pledge(*words) if words else None


_RATINGS = select(ConfidenceRating.moment, ConfidenceRating.statement, ConfidenceRating.rating).where(
    ConfidenceRating.practitioner_id == bindparam("practitioner_id"),
    ConfidenceRating.module_key == bindparam("module_key"),
    ConfidenceRating.set_number == bindparam("set_number"),
)


def ratings_of(practitioner_id: int, module_key: str, set_number: int) -> dict[When, dict[str, int]]:
    """How sure someone felt, statement by statement, at each time of a round. For themselves only."""
    ratings: dict[When, dict[str, int]] = {when: {} for when in When}
    of = {"practitioner_id": practitioner_id, "module_key": module_key, "set_number": set_number}
    for moment, statement, rating in fetch(_RATINGS, **of):
        ratings[When(moment)][statement] = rating
    return ratings


_FOLLOW_UP = (
    select(
        FollowUpRow.id, FollowUpRow.module_version, FollowUpRow.form, FollowUpResponse.position, FollowUpResponse.chosen
    )
    .outerjoin(FollowUpResponse, FollowUpResponse.follow_up_id == FollowUpRow.id)
    .where(
        FollowUpRow.practitioner_id == bindparam("practitioner_id"),
        FollowUpRow.module_key == bindparam("module_key"),
        FollowUpRow.set_number == bindparam("set_number"),
        FollowUpRow.number == bindparam("number"),
    )
)


def find_follow_up(practitioner_id: int, module_key: str, set_number: int, number: int) -> FollowUp | None:
    """A follow-up that was begun, with what was answered."""
    this = {"practitioner_id": practitioner_id, "module_key": module_key, "set_number": set_number, "number": number}
    found = fetch(_FOLLOW_UP, **this).all()
    if not found:
        return None
    chosen = {each.position: tuple(json.loads(each.chosen)) for each in found if each.position is not None}
    return FollowUp(found[0].id, module_key, found[0].module_version, number, read_form(found[0].form), chosen)


def find_told(follow_up_id: int, practitioner_id: int, about: About) -> Told | None:
    """What someone wrote in a follow-up. For its writer only."""
    row = db.session.scalars(
        select(FollowUpWords)
        .join(FollowUpRow, FollowUpRow.id == FollowUpWords.follow_up_id)
        .where(
            FollowUpWords.follow_up_id == follow_up_id,
            FollowUpWords.about == about,
            FollowUpRow.practitioner_id == practitioner_id,
        )
    ).one_or_none()
    return Told(Kept(row.kept) if row.kept else None, row.words) if row else None


def list_met(practitioner_id: int, module_key: str, set_number: int) -> tuple[list[list[str]], list[str]]:
    """The items someone has met at a module: of each attempt and follow-up, oldest first; and of this round's follow-ups."""
    met = [
        (attempt.started_at, [drawn.item_id for drawn in attempt.form])
        for attempt in list_attempts(practitioner_id, module_key)
    ]
    followed: list[str] = []
    rows = select(FollowUpRow).where(
        FollowUpRow.practitioner_id == practitioner_id, FollowUpRow.module_key == module_key
    )
    for row in db.session.scalars(rows):
        ids = [drawn.item_id for drawn in read_form(row.form)]
        met.append((row.begun_at, ids))
        followed += ids if row.set_number == set_number else []
    return [ids for _moment, ids in sorted(met, key=lambda each: each[0])], followed


# What the tallies are counted anew from. As text: both engines read
# it. A round's completion is the one of its number, counted through everything its person completed of the module.
_DONE = """
    WITH done AS (
        SELECT d.practitioner_id, c.module_key, c.completed_on,
               row_number() OVER (PARTITION BY d.practitioner_id, c.module_key ORDER BY c.place) AS set_number
        FROM completion c
        JOIN completion_detail d ON d.place = c.place
    )
"""
_IN_ROUND = (
    "JOIN done ON done.practitioner_id = {0}.practitioner_id AND done.module_key = {0}.module_key"
    " AND done.set_number = {0}.set_number"
)
_RATED = (
    "EXISTS (SELECT 1 FROM confidence_rating r WHERE r.practitioner_id = a.practitioner_id"
    " AND r.module_key = a.module_key AND r.set_number = a.set_number AND r.moment = {})"
)
_PAIRS = text(f"""{_DONE}
    SELECT done.completed_on, done.module_key, f.moment || '-' || t.moment AS pair, f.statement,
           f.rating AS rated_from, t.rating AS rated_to
    FROM confidence_rating f
    JOIN confidence_rating t ON t.practitioner_id = f.practitioner_id AND t.module_key = f.module_key
        AND t.set_number = f.set_number AND t.statement = f.statement
    {_IN_ROUND.format("f")}
    WHERE (f.moment, t.moment) IN (VALUES ('before', 'now'), ('back', 'now'), ('before', 'later'), ('now', 'later'))
""").columns(  # noqa: S608 (nothing in it comes from outside)
    completed_on=Date, module_key=String, pair=String, statement=String, rated_from=Integer, rated_to=Integer
)
_ROUNDS_SAY = text(f"""{_DONE},
    begun AS (
        SELECT f.id, f.number, f.form_length, done.practitioner_id, done.module_key, done.set_number, done.completed_on
        FROM follow_up f {_IN_ROUND.format("f")}
    ),
    told AS (
        SELECT begun.number, begun.practitioner_id, begun.module_key, begun.set_number, begun.completed_on, w.kept, w.words
        FROM follow_up_words w JOIN begun ON begun.id = w.follow_up_id AND w.about = 'pledge'
    ),
    said AS (
        SELECT done.completed_on, done.module_key, a.moment AS what
        FROM confidence_answer a {_IN_ROUND.format("a")}
        WHERE a.moment <> 'before' AND {_RATED.format("a.moment")}
        UNION ALL
        SELECT done.completed_on, done.module_key, 'before and now'
        FROM confidence_answer a {_IN_ROUND.format("a")}
        WHERE a.moment = 'now' AND {_RATED.format("'now'")} AND {_RATED.format("'before'")}
        UNION ALL
        SELECT done.completed_on, done.module_key, 'pledged'
        FROM pledge a {_IN_ROUND.format("a")} WHERE a.action IS NOT NULL
        UNION ALL
        SELECT completed_on, module_key, 'begun ' || CAST(number AS VARCHAR(1)) FROM begun
        UNION ALL
        SELECT completed_on, module_key, 'answered ' || CAST(number AS VARCHAR(1)) FROM begun
        WHERE form_length = (SELECT count(*) FROM follow_up_response r WHERE r.follow_up_id = begun.id)
        UNION ALL
        SELECT completed_on, module_key, kept FROM told
        WHERE kept IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM told later WHERE later.practitioner_id = told.practitioner_id
            AND later.module_key = told.module_key AND later.set_number = told.set_number
            AND later.number > told.number AND later.kept IS NOT NULL)
        UNION ALL
        SELECT completed_on, module_key, 'in the way' FROM told WHERE number = 3 AND words <> ''
        UNION ALL
        SELECT completed_on, module_key, 'practice' FROM begun
        WHERE EXISTS (SELECT 1 FROM follow_up_change c WHERE c.follow_up_id = begun.id)
        UNION ALL
        SELECT completed_on, begun.module_key, c.change FROM begun JOIN follow_up_change c ON c.follow_up_id = begun.id
        UNION ALL
        SELECT completed_on, begun.module_key, 'may be quoted' FROM begun JOIN quote_consent q ON q.follow_up_id = begun.id
    )
    SELECT completed_on, module_key, what FROM said
""").columns(completed_on=Date, module_key=String, what=String)  # noqa: S608


def _times(closes: Mapping[str, int]) -> CTE:
    """Completed from which to which day something is counted in which quarter (`counted_in`), as rows."""
    ends = select(func.min(Completion.completed_on), func.max(Completion.completed_on))
    oldest: dt.date | None
    oldest, newest = db.session.execute(ends).one()
    rows = []
    if oldest is not None:
        for start in range(oldest.year - 1, (newest + dt.timedelta(days=max(closes.values()))).year + 1):
            for quarter in quarters_of(financial_year(start)):
                for what, days in closes.items():
                    back = dt.timedelta(days=days)
                    rows.append((str(what), quarter.key, quarter.first - back, quarter.last - back))
    names = (column("what", String), column("quarter", String), column("first", Date), column("last", Date))
    rows = rows or [("", "", dt.date.min, dt.date.min)]
    return values(*names, name="time").data(rows).cte("time")


@recounts(ConfidenceTally)
def recount_pairs() -> Select[Any]:
    """`confidence_tally` from the ratings alone."""
    time, rated = _times(PAIRED), _PAIRS.subquery("rated")
    keys = (time.c.quarter, rated.c.module_key, rated.c.pair, rated.c.statement)
    step = rated.c.rated_to - rated.c.rated_from
    return (
        select(
            *keys,
            func.count().label("count"),
            func.sum(rated.c.rated_from).label("sum_from"),
            func.sum(rated.c.rated_to).label("sum_to"),
            func.sum(step * step).label("sum_squares"),
            *(
                func.sum(case((is_so, 1), else_=0)).label(name)
                for name, is_so in (("rose", step > 0), ("same", step == 0), ("fell", step < 0))
            ),
        )
        .join(time, (time.c.what == rated.c.pair) & rated.c.completed_on.between(time.c.first, time.c.last))
        .group_by(*keys)
    )


@recounts(RoundTally)
def recount_rounds() -> Select[Any]:
    """`round_tally` from what was said alone."""
    time, said = _times(COUNTED), _ROUNDS_SAY.subquery("said")
    keys = (time.c.quarter, said.c.module_key, said.c.what)
    return (
        select(*keys, func.count().label("count"))
        .join(time, (time.c.what == said.c.what) & said.c.completed_on.between(time.c.first, time.c.last))
        .group_by(*keys)
    )
