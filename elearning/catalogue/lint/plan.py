"""How a module is put together: content rules L12 to L16, L19 and L20.

L15 for each outcome is held by the loader and L17 by the draw. Of L19 a pack can break what it says itself; that the
scales are the same at each time, and the follow-ups late enough, lies in the code. That no story tells of a death is held
when it is read (`paths.py`).
"""

import datetime as dt
import re
from collections.abc import Iterator
from math import comb

from elearning.catalogue.help import Help
from elearning.catalogue.lint.finding import HELP, MODULE, QUIZ, STORY, TEAM, Finding, error, warning
from elearning.catalogue.lint.passages import section_page, shown, team_page
from elearning.catalogue.lint.wording import folded, likeness, words
from elearning.catalogue.types import SPEAKING_UP, ItemType, Level, Question, Section, TrainingModule

_VERBS = frozenset(
    "identify state explain distinguish select choose decide describe share rewrite sequence respond apply plan match"
    " recognise spot name list sort compare give tell ask act use find rate assess refer report record weigh question"
    " challenge show say notice prepare order place draft check".split()
)
_VAGUE = frozenset("know understand be appreciate learn realise consider grasp remember familiarise".split())
_GRAPHIC = re.compile(
    r"(?i)\b(blood\w*|bleed\w*|wound\w*|corpse\w*|gore|gory|body bags?|slash\w*|mutilat\w*|behead\w*"
    r"|autops\w*|post-mortem|entrails|maimed|butcher\w*)\b"
)
_CONTACTS_DAYS = 90
SLOW = (ItemType.SCENARIO, ItemType.ORDERING, ItemType.MATCHING)


def outcomes(module: TrainingModule) -> Iterator[Finding]:
    """L12: four to six outcomes, each beginning with something that one can see people do."""
    if not 4 <= len(module.outcomes) <= 6:
        yield error("L12", MODULE, ("outcomes",), f"give 4 to 6 outcomes, not {len(module.outcomes)}")
    for position, outcome in enumerate(module.outcomes):
        verb = folded(outcome.text)[0]
        if verb in _VAGUE:
            yield error(
                "L12",
                MODULE,
                ("outcomes", position, "text"),
                f'nobody can see people "{verb}"; begin with what they do, such as explain, choose or respond',
            )
        elif verb not in _VERBS:
            yield error(
                "L12",
                MODULE,
                ("outcomes", position, "text"),
                f'"{verb}" is not on the list of verbs; begin with one such as recognise, explain, choose, plan or respond',
            )


def levels(module: TrainingModule) -> Iterator[Finding]:
    """L13: little recall, at least half apply, and scenario judgements among them."""
    count = len(module.items)
    recall = sum(item.level is Level.RECALL for item in module.items)
    apply = sum(item.level is Level.APPLY for item in module.items)
    scenarios = sum(item.type is ItemType.SCENARIO for item in module.items)
    for bad, words_ in (
        (recall * 4 > count, f"{recall} of {count} items are recall; a quarter is the most"),
        (apply * 2 < count, f"{apply} of {count} items are apply; half is the least"),
        (scenarios * 100 < 15 * count, f"{scenarios} of {count} items are scenario judgements; 15% is the least"),
    ):
        if bad:
            yield error("L13", QUIZ, ("items",), words_)
    if module.blueprint.apply_per_outcome < module.blueprint.lower_per_outcome:
        yield error(
            "L13", MODULE, ("blueprint", "apply_per_outcome"), "fewer than half of the questions of a quiz are apply"
        )


def length(module: TrainingModule) -> Iterator[Finding]:
    """L14: the stated minutes are true, and no section is longer than five minutes or 600 words."""
    for section in module.sections:
        count = section_words(section)
        if count > 600:
            yield error(
                "L14",
                section.slug,
                (),
                f"{count} words come before the practice question; 600 are the most, so divide the section",
            )
    stated, found = module.minutes, minutes(module)
    if abs(found - stated) > 0.15 * stated:
        yield warning(
            "L14", MODULE, ("minutes",), f"minutes is {stated}, but reading and answering take about {found:.0f}"
        )
    if not 25 <= stated <= 45:
        yield error("L14", MODULE, ("minutes",), f"minutes is {stated}; a module takes 25 to 45")


def minutes(module: TrainingModule) -> float:
    """How long a module takes: 180 words a minute, 45 seconds a question, 90 where it needs thought; story and quiz once."""
    reading = sum(section_words(section) for section in module.sections) / 180
    quiz = sum(map(_seconds, module.items)) / max(1, len(module.items)) * module.form_length
    story = module.scenario.minutes if module.scenario else 0
    return reading + story + (sum(map(_seconds, module.practice)) + quiz) / 60


def section_words(section: Section) -> int:
    """The words a reader sees in a section."""
    return sum(len(words(passage.text)) for passage in section_page(section).passages)


def _seconds(question: Question) -> int:
    return 90 if question.type in SLOW else 45


def bank_size(module: TrainingModule) -> Iterator[Finding]:
    """L15: at least 24 items. (Enough of each outcome and level is held by the loader.)"""
    if len(module.items) < 24:
        yield error("L15", QUIZ, ("items",), f"the bank has {len(module.items)} items; 24 are the least")


def pass_mark(module: TrainingModule) -> Iterator[Finding]:
    """L16: how the pass mark was set is said as it is."""
    method = module.blueprint.pass_mark_method
    if method != "convention":
        yield error(
            "L16",
            MODULE,
            ("blueprint", "pass_mark_method"),
            f"{method} needs a panel of six and a date, and a pack has no place for them yet; say convention",
        )
    if module.blueprint.pass_mark * 2 <= module.form_length:
        yield error(
            "L16",
            MODULE,
            ("blueprint", "pass_mark"),
            f"{module.blueprint.pass_mark} of {module.form_length} is within reach of guessing",
        )


def chances_of_passing(module: TrainingModule) -> dict[int, int]:
    """In per cent, for somebody who knows 50 to 90% and guesses the rest of three options, to pass at the first attempt."""
    length_, mark = module.form_length, module.blueprint.pass_mark
    chances = {}
    for known in (50, 60, 70, 80, 90):
        right = known / 100 + (1 - known / 100) / 3
        exactly = (comb(length_, n) * right**n * (1 - right) ** (length_ - n) for n in range(mark, length_ + 1))
        chances[known] = round(100 * sum(exactly))
    return chances


def effect_plan(module: TrainingModule) -> Iterator[Finding]:
    """L19: what is rated is told apart, pledges say when and what, and a team can go through its sheet in a meeting."""
    rated = [SPEAKING_UP[1]]
    for position, outcome in enumerate(module.outcomes):
        twin = next((one for one in rated if likeness(one, outcome.confidence) >= 0.8), None)
        if twin:
            where = ("outcomes", position, "confidence")
            yield error(
                "L19", MODULE, where, f'this is nearly "{twin}", which people rate as well; say what this outcome is'
            )
        rated.append(outcome.confidence)
    for position, pledge in enumerate(module.pledges):
        if not re.match(r"When\b.+\bI will\b", pledge):
            yield error("L19", MODULE, ("pledges", position), 'write a pledge as "When ..., I will ..."')
    sheet = module.team_sheet
    if not 15 <= sheet.minutes <= 30:
        yield error("L19", TEAM, ("steps",), f"the steps take {sheet.minutes} minutes; a meeting has 15 to 30")
    last = len(sheet.steps) - 1
    missing = [
        name
        for name in ("one change", "owner", "date")
        if f" {name} " not in f" {' '.join(folded(sheet.steps[last].text))} "
    ]
    if missing:
        yield error(
            "L19", TEAM, ("steps", last), f"the last step names one change, its owner and a date; add {missing[0]}"
        )
    count = sum(len(words(passage.text)) for passage in team_page(sheet).passages)
    if count > 260:
        yield error("L19", TEAM, (), f"the team sheet has {count} words; 260 fit one page")
    if not any(step.evidence for step in sheet.steps):
        yield error("L19", TEAM, ("steps",), "no step cites a point; say what the discussion rests on")


def safe_frame(module: TrainingModule) -> Iterator[Finding]:
    """L20: a content note of fit length, and no graphic words in questions and few elsewhere."""
    count = len(words(module.content_note))
    if not 20 <= count <= 80:
        yield error("L20", MODULE, ("content_note",), f"the content note has {count} words; 20 to 80 let people choose")
    graphic = [(passage, found) for passage in shown(module) for found in _GRAPHIC.findall(passage.text)]
    for passage, found in graphic:
        if passage.part in _GENTLE:
            words_ = f'"{found}" is graphic; {_GENTLE[passage.part]} does without it'
            yield error("L20", passage.part, passage.path, words_)
    graphic = [(passage, found) for passage, found in graphic if passage.part in module.section]
    total = sum(section_words(section) for section in module.sections)
    if len(graphic) * 1000 > total:
        for passage, found in graphic:
            words_ = f'"{found}" is graphic; one such word in 1,000 is the most'
            yield error("L20", passage.part, passage.path, words_)


_GENTLE = {QUIZ: "a question", STORY: "a story", TEAM: "a team sheet"}


def help_findings(contacts: Help | None, today: dt.date) -> Iterator[Finding]:
    """L20 and L24: "Get help now" names 999 and at least two others, rung within 90 days."""
    if contacts is None:
        yield error("L20", HELP, (), 'write "Get help now": 999 and at least two other contacts', final=True)
        return
    if len(contacts.contacts) < 3 or not any("999" in contact.what for contact in contacts.contacts):
        yield error("L20", HELP, ("contacts",), "name 999 and at least two other contacts", final=True)
    age = (today - contacts.checked_on).days
    if age > _CONTACTS_DAYS:
        yield error(
            "L24",
            HELP,
            ("checked_on",),
            f"the numbers were rung {age} days ago; ring them, then set checked_on",
            final=True,
        )


RULES = (outcomes, levels, length, bank_size, pass_mark, effect_plan, safe_frame)
