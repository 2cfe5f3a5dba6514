"""The tables of what training did, as far as those say who took it: R9, R10 and R11.

Nothing is said of fewer than ten people: sums over modules are of those modules alone about which ten answered, so that
no smaller group can be worked out from a sum.
"""

import datetime as dt
from collections.abc import Sequence

from elearning.evaluation.rules import COUNTED, FOLLOW_UPS, LOOK_BACK_DAYS, PAIRED, said_answered, said_begun
from elearning.evaluation.types import Change, Kept, Pair, Said
from elearning.figures.disclosure import COUNTS, YEAR
from elearning.figures.types import (
    Chart,
    Column,
    Form,
    Hidden,
    Kind,
    Measure,
    Period,
    Place,
    Rate,
    Series,
    Table,
    Value,
)
from elearning.impact.rules import SHOWN, mean, tenths
from elearning.impact.statistics import mean_change
from elearning.impact.types import ModuleSays

LAST = FOLLOW_UPS[3]
COMPLETIONS = {LOOK_BACK_DAYS: "completions"} | {
    plan.closes: f"completions at least {plan.opens} days old" for plan in FOLLOW_UPS.values()
}
PAIRS = "paired answers"
ROSE, SAME, FELL = "Improved", "Same", "Lower"
HEADINGS = {
    Pair.BEFORE_NOW: ("R9", "before and after", "Before", "After"),
    Pair.BACK_NOW: ("R9a", "thinking back and after", "Thinking back", "After"),
    Pair.BEFORE_LATER: ("R9b", "before and eight weeks on", "Before", "Eight weeks on"),
    Pair.NOW_LATER: ("R9c", "after and eight weeks on", "After", "Eight weeks on"),
}
VERSIONS = "all of each module"
TOO_FEW = f"Nothing is said of fewer than {SHOWN} people."
SAID_OF_ONESELF = (
    "This is what people say of themselves, from 0 (not at all) to 10 (completely). It does not show what they do, and "
    "there is no group without the training to compare with."
)
INTERVAL = (
    "The change is a mean; where an interval stands in brackets, it is the 95% one (Student’s t). Only those who answered at "
    "both times are in it; the others may feel otherwise."
)
THINKING_BACK = (
    "Thinking back, people tend to place themselves lower than they did at the time, which makes the change look larger. "
    "Read this beside table R9, never alone."
)


def _place(what: str, *more: tuple[str, str]) -> Place:
    """What a column counts (see `disclosure` for the words)."""
    return ((COUNTS, what), *more)


def _counted(closes: int) -> str:
    return f"Counted in the period in which the time to answer ended, {closes} days after completion."


def tables_of(says: Sequence[ModuleSays], period: Period, cut_off: dt.datetime) -> list[Table]:
    """Every table of these modules in a period, in their order."""
    return [
        *(confidence_table(says, pair, period, cut_off) for pair in Pair),
        response_table(says, period, cut_off),
        change_table(says, period, cut_off),
        pledge_table(says, period, cut_off),
    ]


def _of(says: Sequence[ModuleSays]) -> str:
    return f"{says[0].title}, " if len(says) == 1 else ""


def confidence_table(says: Sequence[ModuleSays], pair: Pair, period: Period, cut_off: dt.datetime) -> Table:
    """R9, and the same for other times: statement by statement, those who rated it at both."""
    number, times, first, second = HEADINGS[pair]
    noun = COMPLETIONS[PAIRED[pair]]
    several = len(says) > 1
    enough = [each for each in says if any(_is_shown(each, pair, name) for name, _words in each.statements)]
    paired, asked = _place("paired"), _place("asked")
    return Table(
        number=number,
        caption=f"How sure people feel, {times}: {_of(says)}{period.label}",
        columns=(
            Column("Statement"),
            *((Column("Training module"),) if several else ()),
            Column("Paired", Kind.COUNT, paired),
            Column("Response", Kind.RATE, paired, asked),
            Column(f"{first}: mean", Kind.MEASURE, of=paired),
            Column(f"{second}: mean", Kind.MEASURE, of=paired),
            Column("Change", Kind.MEASURE, of=paired),
            *(Column(felt, Kind.RATE, _place("paired", ("felt", felt)), paired) for felt in (ROSE, SAME, FELL)),
        ),
        rows=tuple(
            (statement, *((each.title,) if several else ()), *_confidence(each, pair, name, noun))
            for each in enough
            for name, statement in each.statements
        ),
        places=tuple(
            ((YEAR, period.key), ("module", each.key), ("pair", str(pair)), ("statement", name))
            for each in enough
            for name, _words in each.statements
        ),
        cut_off=cut_off,
        versions=VERSIONS,
        notes=(
            SAID_OF_ONESELF,
            *((THINKING_BACK,) if pair is Pair.BACK_NOW else ()),
            INTERVAL,
            *_left_out(says, enough),
            f"{_counted(PAIRED[pair])} {TOO_FEW}",
        ),
    )


def _is_shown(each: ModuleSays, pair: Pair, statement: str) -> bool:
    return (pair, statement) in each.sums and each.sums[pair, statement].count >= SHOWN


def _left_out(says: Sequence[ModuleSays], shown: Sequence[ModuleSays]) -> list[str]:
    """The note that names the modules of which nothing is said."""
    titles = [each.title for each in says if each not in shown]
    return [f"Left out, with fewer than {SHOWN} answers: {', '.join(titles)}."] if titles else []


def _confidence(each: ModuleSays, pair: Pair, statement: str, noun: str) -> tuple[Value, ...]:
    if not _is_shown(each, pair, statement):
        return (Hidden.TOO_FEW,) * 8
    sums = each.sums[pair, statement]
    change = mean_change(sums)
    return (
        sums.count,
        Rate(sums.count, each.asked[PAIRED[pair]], noun),
        mean(sums.sum_from, sums.count),
        mean(sums.sum_to, sums.count),
        Measure(tenths(change.value), tenths(change.low), tenths(change.high)),
        *(Rate(part, sums.count, PAIRS) for part in (sums.rose, sums.same, sums.fell)),
    )


def response_table(says: Sequence[ModuleSays], period: Period, cut_off: dt.datetime) -> Table:
    """R9d: who answered at all, which is how far every other figure here reaches."""
    asks: list[tuple[str, str]] = [
        ("Rated before and after", Said.BOTH),
        ("Rated after", Said.NOW),
        ("Rated thinking back", Said.BACK),
        *((f"Began the follow-up {plan.name.lower()}", said_begun(plan.number)) for plan in FOLLOW_UPS.values()),
        *((f"Answered every question {plan.name.lower()}", said_answered(plan.number)) for plan in FOLLOW_UPS.values()),
        ("Rated eight weeks on", Said.LATER),
        ("Told what has changed", Said.PRACTICE),
    ]
    return Table(
        number="R9d",
        caption=f"Who answered: {_of(says)}{period.label}",
        columns=(
            Column("What"),
            *(
                Column(
                    each.title, Kind.RATE, _place("said", ("module", each.key)), _place("asked", ("module", each.key))
                )
                for each in says
            ),
        ),
        rows=tuple((label, *(_response(each, what) for each in says)) for label, what in asks),
        places=tuple(((YEAR, period.key), ("what", str(what))) for _, what in asks),
        cut_off=cut_off,
        versions=VERSIONS,
        notes=(
            "Answering is voluntary. Where few answer, the figures say little of the others.",
            f"Counted in the period in which the time to answer ended: {LOOK_BACK_DAYS} days after completion, and for the "
            f"follow-ups {', '.join(str(plan.closes) for plan in FOLLOW_UPS.values())}. {TOO_FEW}",
        ),
    )


def _response(each: ModuleSays, what: str) -> Value:
    """None of fewer than ten: so that none leaves, either (decisions/0019)."""
    asked = each.asked.get(COUNTED[what], 0)
    return Rate(each.said.get(what, 0), asked, COMPLETIONS[COUNTED[what]]) if asked >= SHOWN else Hidden.TOO_FEW


def change_table(says: Sequence[ModuleSays], period: Period, cut_off: dt.datetime) -> Table:
    """R10: what has changed in people's work, eight weeks on."""
    enough = [each for each in says if each.said.get(Said.PRACTICE, 0) >= SHOWN]
    said = {what: sum(each.said.get(what, 0) for each in enough) for what in (Said.PRACTICE, *Change)}
    answered = said[Said.PRACTICE]
    asked = sum(each.asked.get(LAST.closes, 0) for each in enough)
    rows: list[tuple[Value, ...]] = [
        (
            "Answered the question",
            answered if enough else Hidden.TOO_FEW,
            Rate(answered, asked, COMPLETIONS[LAST.closes]) if enough else Hidden.TOO_FEW,
            Hidden.NONE,
        )
    ]
    for change in Change:
        chosen = (said[change], Rate(said[change], answered, "answers"))
        rows.append((change.capitalize(), *(chosen if enough else (Hidden.TOO_FEW,) * 2), Hidden.NOT_ASKED))
    return Table(
        number="R10",
        caption=f"What has changed in people’s work, eight weeks on: {_of(says)}{period.label}",
        columns=(
            Column("Type of change"),
            Column("Answers", Kind.COUNT, _place("told")),
            Column("Share", Kind.RATE, _place("told"), _place("asked")),
            Column("Confirmed by a manager"),
        ),
        rows=tuple(rows),
        places=tuple(
            ((YEAR, period.key), ("nothing" if change is Change.NOTHING else "change", str(change)))
            for change in ("any", *Change)
        ),
        cut_off=cut_off,
        versions=VERSIONS,
        notes=(
            "What people say of their own work; more than one may be chosen. Nobody has asked their managers.",
            *(_left_out(says, enough) if enough else ()),
            f"{_counted(LAST.closes)} {TOO_FEW}",
        ),
    )


def pledge_table(says: Sequence[ModuleSays], period: Period, cut_off: dt.datetime) -> Table:
    """R11: what became of pledges, as their writers say."""
    pledged = _place("pledged")
    return Table(
        number="R11",
        caption=f"Pledges by training module: {_of(says)}{period.label}",
        columns=(
            Column("Training module"),
            Column("Pledges made", Kind.COUNT, pledged),
            Column("Said how it went", Kind.RATE, _place("kept"), pledged),
            *(
                Column(label, Kind.RATE, _place("kept", ("how", str(kept))), _place("kept"))
                for label, kept in zip(("Done", "Partly", "Not yet"), Kept, strict=True)
            ),
            Column("Said what got in the way", Kind.RATE, _place("in the way"), pledged),
        ),
        rows=tuple((each.title, *_pledges(each)) for each in says),
        places=tuple(((YEAR, period.key), ("module", each.key)) for each in says),
        cut_off=cut_off,
        versions=VERSIONS,
        notes=(
            "What people say of their own pledges, four or eight weeks on; what they said last counts. Nobody but its "
            "writer reads a pledge, or what got in its way.",
            f"{_counted(LAST.closes)} {TOO_FEW}",
        ),
    )


def _pledges(each: ModuleSays) -> tuple[Value, ...]:
    made = each.said.get(Said.PLEDGED, 0)
    if made < SHOWN:
        return (Hidden.TOO_FEW,) * 6
    told = [each.said.get(kept, 0) for kept in Kept]
    parts: list[Value] = [Rate(part, sum(told), "answers") if sum(told) >= SHOWN else Hidden.TOO_FEW for part in told]
    in_the_way = Rate(each.said.get(Said.IN_THE_WAY, 0), made, "pledges")
    return (made, Rate(sum(told), made, "pledges"), *parts, in_the_way)


def confidence_chart(table: Table) -> Chart | None:
    """How many feel surer, the same and less sure, by statement: the same figures as in a table of R9; None if none."""
    place = {column.label: position for position, column in enumerate(table.columns)}
    rows = [row for row in table.rows if isinstance(row[place[ROSE]], Rate)]
    if not rows:
        return None
    series = []
    for label, name in ((ROSE, "Surer"), (SAME, "The same"), (FELL, "Less sure")):
        rates = [row[place[label]] for row in rows]
        series.append(Series(name, tuple(rate.numerator if isinstance(rate, Rate) else None for rate in rates)))
    return Chart(
        title=table.caption,
        description="For each statement, how many people feel surer than before, the same, and less sure.",
        form=Form.STACKED,
        labels=tuple(str(row[0]) for row in rows),
        series=tuple(series),
    )
