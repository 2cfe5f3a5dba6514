"""When what may be said, which questions a follow-up asks, and what changed between two times."""

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from elearning.assessment.rules import shown_order
from elearning.assessment.types import DrawnItem, Form
from elearning.catalogue.types import Item, Level, TrainingModule
from elearning.evaluation.types import (
    About,
    Change,
    Kept,
    LookBack,
    Pair,
    Plan,
    Round,
    Said,
    Step,
    Sums,
    Waiting,
    When,
)
from elearning.figures.rules import quarter_of

MOST_SURE = 10  # 0 is not at all, 10 completely
LONGEST_WORDS = 300
LOOK_BACK_DAYS = 14  # after completion
LONGEST_PLEDGE_DAYS = 42

FOLLOW_UPS = {
    1: Plan(1, "Three days on", 3, 3, 27, ()),
    2: Plan(2, "Four weeks on", 3, 28, 55, (About.PLEDGE,)),
    3: Plan(3, "Eight weeks on", 4, 56, 111, (About.PLEDGE, When.LATER, About.PRACTICE)),
}


def said_begun(number: int) -> str:
    """What is counted when a follow-up is begun."""
    return f"begun {number}"


def said_answered(number: int) -> str:
    """What is counted when every question of a follow-up is answered."""
    return f"answered {number}"


# What is counted of rounds -> after how many days from completion the time to say it ends.
COUNTED: dict[str, int] = {
    **dict.fromkeys((Said.NOW, Said.BACK, Said.BOTH), LOOK_BACK_DAYS),
    **{what(plan.number): plan.closes for plan in FOLLOW_UPS.values() for what in (said_begun, said_answered)},
    **dict.fromkeys(
        (Said.LATER, Said.PLEDGED, *Kept, Said.IN_THE_WAY, Said.PRACTICE, *Change, Said.MAY_QUOTE), FOLLOW_UPS[3].closes
    ),
}
PAIRED: dict[str, int] = {  # the same for pairs of ratings
    pair: FOLLOW_UPS[3].closes if pair.times[1] is When.LATER else LOOK_BACK_DAYS for pair in Pair
}


def counted_in(completed_on: dt.date, closes: int) -> str:
    """The quarter in which something that may be said until so many days after completion is counted.

    It is the one in which that time ends, whenever it was said: so a quarter that is over never changes, and everybody
    it counts had all the time there is.
    """
    return quarter_of(completed_on + dt.timedelta(days=closes)).key


def paired(ratings: Mapping[When, Mapping[str, int]], when: When) -> Iterator[tuple[Pair, str, Sums]]:
    """What the ratings of one time add to the sums of each pair it belongs to, statement by statement."""
    for pair in Pair:
        if when in pair.times:
            first, second = (ratings[time] for time in pair.times)
            for statement in sorted(first.keys() & second.keys()):
                step = second[statement] - first[statement]
                sums = Sums(
                    1, first[statement], second[statement], step * step, int(step > 0), int(step == 0), int(step < 0)
                )
                yield pair, statement, sums


def look_back_ends(completed_on: dt.date) -> dt.date:
    """The last day to look back and to make a pledge."""
    return completed_on + dt.timedelta(days=LOOK_BACK_DAYS)


def look_back_step(round_: Round) -> LookBack | None:
    """What comes next of looking back; None when all of it was answered or skipped."""
    if When.NOW not in round_.said:
        return When.NOW
    if When.BACK not in round_.said:
        return When.BACK
    return About.PLEDGE if round_.has_pledged is None else None


def open_look_back(round_: Round, completed_on: dt.date, today: dt.date) -> LookBack | None:
    """The step of looking back that is open today."""
    return look_back_step(round_) if today <= look_back_ends(completed_on) else None


def window(plan: Plan, completed_on: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of a follow-up."""
    return completed_on + dt.timedelta(days=plan.opens), completed_on + dt.timedelta(days=plan.closes)


def is_open(plan: Plan, completed_on: dt.date, today: dt.date) -> bool:
    """Whether today is a day of the follow-up."""
    first, last = window(plan, completed_on)
    return first <= today <= last


def follow_up_step(plan: Plan, round_: Round) -> Step | None:
    """What comes next in a follow-up; None when nothing is left. One that was not begun starts at question 1."""
    begun = round_.begun.get(plan.number)
    if begun is None:
        return 1
    if begun.answered < begun.questions:
        return begun.answered + 1
    for asked in plan.asks:
        if asked is About.PLEDGE and not round_.has_pledged:
            continue
        if asked not in (round_.said if isinstance(asked, When) else begun.told):
            return asked
    return None


def open_follow_up(round_: Round, completed_on: dt.date, today: dt.date) -> Plan | None:
    """The follow-up that is open today and not yet finished: never more than one."""
    for plan in FOLLOW_UPS.values():
        if is_open(plan, completed_on, today) and follow_up_step(plan, round_) is not None:
            return plan
    return None


def waiting(round_: Round, completed_on: dt.date, today: dt.date) -> Waiting:
    """What is open today of looking back and of the follow-ups."""
    look_back = open_look_back(round_, completed_on, today)
    if look_back is not None:
        state = "In progress" if When.NOW in round_.said else "Not started"
    else:
        state = "Not answered" if look_back_step(round_) else "Completed"
    follow_up = open_follow_up(round_, completed_on, today)
    ends = window(follow_up, completed_on)[1] if follow_up else None
    return Waiting(look_back, state, look_back_ends(completed_on), follow_up, ends)


def draw_follow_up(
    module: TrainingModule, questions: int, met: Sequence[Iterable[str]], followed: Iterable[str], seed: int
) -> Form:
    """The questions of a follow-up: those not met, else those met longest ago; over all outcomes; apply before others.

    `met` holds the item ids of every earlier attempt and follow-up, oldest first; `followed` those of the earlier
    follow-ups of this round, so that the three together come by every outcome.
    """
    chance = Random(seed)
    last_met = {id_: place for place, ids in enumerate(met, start=1) for id_ in ids}
    asked = Counter(module.item[id_].outcome for id_ in followed if id_ in module.item)
    waiting = list(module.items)
    chance.shuffle(waiting)
    chosen: list[Item] = []
    while waiting and len(chosen) < questions:
        best = min(
            waiting, key=lambda item: (last_met.get(item.id, 0), asked[item.outcome], item.level is not Level.APPLY)
        )
        waiting.remove(best)
        asked[best.outcome] += 1
        chosen.append(best)
    return tuple(DrawnItem(item.id, shown_order(item, chance), item.key) for item in chosen)


def clean_words(text: str) -> str:
    """What someone typed, on one line and without control characters."""
    return " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs")).split())


def changes(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[int, int, int]:
    """Of the statements rated at both times: how many rose, stayed and fell."""
    steps = [after[name] - before[name] for name in after if name in before]
    return sum(step > 0 for step in steps), steps.count(0), sum(step < 0 for step in steps)
