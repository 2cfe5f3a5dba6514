"""How a module is put together: content rules L12 to L16, and of L20 the content note and the way to help.

L15 for each outcome is held by the loader and L17 by the draw. L19 and what L20 says of stories wait for evaluation
and scenarios.
"""

import datetime as dt
import re
from collections.abc import Iterator
from math import comb

from elearning.catalogue.help import Help
from elearning.catalogue.lint.finding import HELP, MODULE, QUIZ, Finding, error, questions, section_line, warning
from elearning.catalogue.lint.wording import folded, words
from elearning.catalogue.prose import Block, read_blocks
from elearning.catalogue.types import ItemType, Level, Question, Section, TrainingModule

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
    """How long a module takes: 180 words a minute, 45 seconds a question, 90 where it needs thought; the quiz once."""
    reading = sum(section_words(section) for section in module.sections) / 180
    quiz = sum(map(_seconds, module.items)) / max(1, len(module.items)) * module.form_length
    return reading + (sum(map(_seconds, module.practice)) + quiz) / 60


def section_words(section: Section) -> int:
    """The words a reader sees in a section."""
    return sum(len(words(text)) for block in read_blocks(section.markdown) for text in block.texts)


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


def safe_frame(module: TrainingModule) -> Iterator[Finding]:
    """L20: a content note of fit length, and no graphic words in questions and few elsewhere."""
    count = len(words(module.content_note))
    if not 20 <= count <= 80:
        yield error("L20", MODULE, ("content_note",), f"the content note has {count} words; 20 to 80 let people choose")
    for place, question in questions(module):
        for text in (question.stem, *(part.feedback for part in question.parts), *_shown(question)):
            if found := _GRAPHIC.search(text):
                yield error("L20", QUIZ, place, f'"{found.group()}" is graphic; a question does without it')
    graphic = [
        (section, block, found)
        for section in module.sections
        for block in read_blocks(section.markdown)
        for found in _GRAPHIC.findall(_text(block))
    ]
    total = sum(section_words(section) for section in module.sections)
    if len(graphic) * 1000 > total:
        for section, block, found in graphic:
            yield error(
                "L20", *section_line(section, block.line), f'"{found}" is graphic; one such word in 1,000 is the most'
            )


def _shown(question: Question) -> Iterator[str]:
    yield from (option.text for option in question.options)
    yield from (step.text for step in question.steps)
    yield from (side for pair in question.pairs for side in (pair.left, pair.right))


def _text(block: Block) -> str:
    return " ".join(block.texts)


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


RULES = (outcomes, levels, length, bank_size, pass_mark, safe_frame)
