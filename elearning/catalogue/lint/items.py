"""How questions are written: content rules L02, L03 and L05 to L11. L01 is held by the loader, L04 by the draw.

Found by these rules: flaws that help the test-wise or trip the careful. Not found: whether the key is true, and
whether a wrong option is what somebody might really do.
"""

import re
from collections.abc import Iterator
from itertools import combinations

from elearning.catalogue.lint.finding import (
    QUIZ,
    Finding,
    error,
    parts_of,
    questions,
    warning,
)
from elearning.catalogue.lint.wording import (
    TERMS,
    content_stems,
    folded,
    likeness,
    mean,
    stem,
    without_quotations,
    words,
)
from elearning.catalogue.types import ItemType, Pair, Question, TrainingModule

ONE_RIGHT = (ItemType.SINGLE, ItemType.SCENARIO)

_OF_THE_ABOVE = re.compile(
    r"(?i)^(?:all|none|both|neither) of (?:the|these)\b|\b(?:of|from|the|see) (?:the )?(?:above|below)\b"
    r"|\b(?:answers?|options?) (?:above|below)\b"
)
_BY_LETTER = re.compile(r"\b(?:[Bb]oth )?(?:[A-E] and [A-E]|[A-E] or [A-E])\b")
_NEGATIVE = re.compile(
    r"\b(?:not(?! only\b)|except|(?<!\bat )least|incorrect|false|never|cannot|\w+n['’]t)\b", re.IGNORECASE
)
_ABSOLUTE = frozenset("always never only all none every must".split())
_PRAISE = re.compile(
    r"(?i)^(?:(?:yes|no|correct|incorrect|right|wrong|true|false|well done|good|exactly|sorry|try again|not quite"
    r"|that is (?:right|wrong|correct))\b\W*)+"
)
# Words that any question of this field may share with its key.
_GLOSSARY = frozenset(stem(word) for word in TERMS) | frozenset(
    stem(word)
    for word in "child children young parent parents mother father family families school pupil pupils teacher social"
    " worker workers health nurse police service services review briefing bulletin summary person people adult adults"
    " baby babies record meeting today support".split()
)
_HOURS = {"hour": 1, "day": 24, "week": 168, "month": 730, "year": 8766}
_NUMBERS = {word: n for n, word in enumerate("zero one two three four five six seven eight nine ten".split())}
_SPAN = re.compile(
    r"\b(\d+|" + "|".join(_NUMBERS) + r"|an?)\s+(working\s+)?(hour|day|week|month|year)s?\b", re.IGNORECASE
)
_RANGE = re.compile(r"\b(\d+)\s*(?:–|-|to)\s*(\d+)\b")


def option_words(module: TrainingModule) -> Iterator[Finding]:
    """L02: no option points to other options; pages shuffle them."""
    for place, question in questions(module):
        for position, option in enumerate(question.options):
            if _OF_THE_ABOVE.search(option.text) or _BY_LETTER.search(option.text):
                yield error(
                    "L02", QUIZ, (*place, "options", position),
                    "this option points to other options, which are shuffled; write what it means",
                )  # fmt: skip


def longest_option(module: TrainingModule) -> Iterator[Finding]:
    """L03: the right answer does not give itself away by its length, in an item or in the bank as a whole."""
    longest, shortest, chances = 0, 0, list[float]()
    for place, question in questions(module):
        if question.type not in ONE_RIGHT:
            continue
        key = len(words(question.options[question.key[0]].text))
        others = [len(words(option.text)) for option in question.options if not option.right]
        if key > 1.25 * mean(others) and key >= max(others) + 3:
            yield warning(
                "L03", QUIZ, (*place, "options", question.key[0]),
                f"the right option has {key} words, the others {_listed(others)}; shorten it, or lengthen them",
            )  # fmt: skip
        if place[0] == "items":
            longest += key > max(others)
            shortest += key < min(others)
            chances.append(1 / len(question.options))
    limit = too_many(chances)
    if chances and longest >= limit:
        yield error(
            "L03", QUIZ, ("items",),
            f"the right option is the longest in {longest} of {len(chances)} items; chance keeps it under {limit}",
        )  # fmt: skip
    if chances and shortest >= limit:
        yield warning(
            "L03", QUIZ, ("items",),
            f"the right option is the shortest in {shortest} of {len(chances)} items; chance keeps it under {limit}",
        )  # fmt: skip


def too_many(chances: list[float]) -> int:
    """The smallest number of hits that chance reaches with a probability below 0.05, each hit having its own chance."""
    exactly = [1.0]
    for chance in chances:
        exactly = [
            (exactly[n] * (1 - chance) if n < len(exactly) else 0) + (exactly[n - 1] * chance if n else 0)
            for n in range(len(exactly) + 1)
        ]
    return next((n for n in range(len(exactly)) if sum(exactly[n:]) < 0.05), len(exactly))


def negative_lead_in(module: TrainingModule) -> Iterator[Finding]:
    """L05: the question asks for what is so. What stands in quotation marks, and the review's title, is left alone."""
    titles = re.compile(
        "|".join(re.escape(title.partition(":")[0]) for title in (module.title, module.review.title)), re.I
    )
    for place, question in questions(module):
        asked = without_quotations(titles.sub(" ", question.lead_in))
        found = _NEGATIVE.findall(asked)
        if not found:
            continue
        doubled = [n for n, option in enumerate(question.options) if _NEGATIVE.search(without_quotations(option.text))]
        if doubled:
            yield error(
                "L05", QUIZ, (*place, "stem"),
                f'the question says "{found[0]}" and so does option {doubled[0] + 1}; two negatives make a riddle',
            )  # fmt: skip
        elif all(word.isupper() for word in found):
            yield warning("L05", QUIZ, (*place, "stem"), f'the question says "{found[0]}"; ask for what is so')
        else:
            yield error(
                "L05", QUIZ, (*place, "stem"),
                f'the question says "{found[0]}"; ask for what is so, or write {found[0].upper()} so that nobody misses it',
            )  # fmt: skip


def focused_lead_in(module: TrainingModule) -> Iterator[Finding]:
    """L06: the stem ends in one question of fit length. With a situation before it, "What do you do?" is enough."""
    for place, question in questions(module):
        where, asked = (*place, "stem"), question.lead_in
        count = len(words(asked))
        opening = re.match(r"['‘\"“]?(Match|Put|Choose|Select)\b", asked)
        if not opening and not re.search(r"\?['’\"”]?$", asked):
            yield error(
                "L06",
                QUIZ,
                where,
                "end the stem in a question, or begin its last sentence with Match, Put, Choose or Select",
            )
        least = 3 if question.background else 5
        if not least <= count <= 30:
            yield error("L06", QUIZ, where, f"the question itself has {count} words; ask in {least} to 30")
        limit = 120 if question.type is ItemType.SCENARIO else 80
        if len(words(question.stem)) > limit:
            yield error("L06", QUIZ, where, f"the stem has {len(words(question.stem))} words; {limit} are enough")
        if "___" in question.stem:
            yield error("L06", QUIZ, where, "ask a whole question instead of leaving a gap")
        if re.search(r"(?i)\bwhich of (?:the following|these)(?: statements)? (?:is|are) (?:true|correct)\b", asked):
            yield warning("L06", QUIZ, where, "say what is asked about instead of which statement is true")


def absolutes(module: TrainingModule) -> Iterator[Finding]:
    """L07: always, never, only … do not mark the wrong options, or the right one."""
    total, strong = 0, 0
    for place, question in questions(module):
        has = [bool(_ABSOLUTE & set(folded(option.text))) for option in question.options]
        right = [found for found, option in zip(has, question.options, strict=True) if option.right]
        wrong = [found for found, option in zip(has, question.options, strict=True) if not option.right]
        if place[0] == "items":
            total, strong = total + len(has), strong + sum(has)
        if wrong and all(wrong) and not any(right):
            yield warning(
                "L07",
                QUIZ,
                (*place, "options"),
                "each wrong option has a word such as always, never or only; the right one has none",
            )
        elif wrong and any(right) and all(right) and not any(wrong):
            yield warning(
                "L07", QUIZ, (*place, "options"), "only the right option has a word such as always, never, only or must"
            )
    if total and strong > total / 5:
        yield warning(
            "L07",
            QUIZ,
            ("items",),
            f"{strong} of {total} options have a word such as always, never or only; keep them under a fifth",
        )


def clue_words(module: TrainingModule) -> Iterator[Finding]:
    """L08: no word of the stem stands in the right option alone."""
    for place, question in questions(module):
        if re.search(r"\b(?:a|an)\W*$", question.lead_in, re.IGNORECASE):
            yield error("L08", QUIZ, (*place, "stem"), 'the stem ends in "a" or "an", which tells the answer')
        right = [content_stems(option.text) for option in question.options if option.right]
        if not right or question.type is ItemType.MULTIPLE:
            continue
        wrong = set().union(*(content_stems(option.text) for option in question.options if not option.right))
        # Names and days are shared as a matter of course.
        said = " ".join(re.sub(r"\b[A-Z]\w+", " ", question.stem).split())
        shared = (set.intersection(*right) & content_stems(said)) - wrong - _GLOSSARY
        if shared:
            clue = next(word for word in words(question.options[question.key[0]].text) if content_stems(word) & shared)
            yield warning(
                "L08", QUIZ, (*place, "options", question.key[0]),
                f'"{clue}" stands in the stem and in the right option alone; use it in another option too, or not here',
            )  # fmt: skip


def duplicates(module: TrainingModule) -> Iterator[Finding]:
    """L09: no two options say the same, and no two items ask the same."""
    for place, question in questions(module):
        for (_, one), (second, other) in combinations(enumerate(question.options), 2):
            where = (*place, "options", second)
            if folded(one.text) == folded(other.text) or likeness(one.text, other.text) >= 0.8:
                yield error("L09", QUIZ, where, f'this is nearly the same as "{one.text}"; make the difference plain')
            elif _spans(one.text) and _spans(one.text) == _spans(other.text):
                yield error("L09", QUIZ, where, f'this is as long as "{one.text}"; two options may not mean the same')
            elif any(_overlap(a, b) for a in _ranges(one.text) for b in _ranges(other.text)):
                yield error("L09", QUIZ, where, f'this overlaps with "{one.text}"; give ranges that do not meet')
    for (_, one_item), (second, other_item) in combinations(enumerate(module.items), 2):
        if _same_question(one_item, other_item):
            yield warning(
                "L09", QUIZ, ("items", second, "stem"),
                f"this reads like {one_item.id}; ask about something else, or drop one",
            )  # fmt: skip


def _same_question(one: Question, other: Question) -> bool:
    return one.type is other.type and likeness(one.stem, other.stem) >= 0.7


def _spans(text: str) -> list[tuple[int, bool]]:
    """The lengths of time that a text names, in hours, and whether they count working days."""
    found = []
    for number, working, unit in _SPAN.findall(text.lower()):
        count = int(number) if number.isdigit() else _NUMBERS.get(number, 1)
        found.append((count * _HOURS[unit], bool(working)))
    return found


def _ranges(text: str) -> list[tuple[int, int]]:
    return [(int(low), int(high)) for low, high in _RANGE.findall(text)]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def parallel_options(module: TrainingModule) -> Iterator[Finding]:
    """L10: the options look alike, so that looks tell nothing."""
    for place, question in questions(module):
        if not question.options:
            continue
        where = (*place, "options")
        bare = [option.text.strip("'‘’\"“”") for option in question.options]
        if len({text[-1] in ".?!" for text in bare}) > 1:
            yield warning(
                "L10", QUIZ, where, "some options end in a stop and some do not; write all as sentences, or none"
            )
        if len({text[0].isupper() for text in bare if text[0].isalpha()}) > 1:
            yield warning("L10", QUIZ, where, "some options begin with a capital and some do not")
        counts = [len(words(text)) for text in bare]
        if max(counts) > 2 * min(counts) + 3:
            yield warning("L10", QUIZ, where, f"the options have {_listed(counts)} words; make them of like length")


def reasons(module: TrainingModule) -> Iterator[Finding]:
    """L11: each feedback gives a reason beyond right or wrong, and the question leads back to a teaching section."""
    for place, question in questions(module):
        group = parts_of(question)
        for position, part in enumerate(question.parts):
            if len(_PRAISE.sub("", part.feedback).split()) < 8:
                yield error("L11", QUIZ, (*place, group, position, "feedback"), "say why, beyond right or wrong")
        if not module.section[question.section].teaching:
            yield error(
                "L11",
                QUIZ,
                (*place, "section"),
                f'"{question.section}" teaches nothing; name the section to read again',
            )


def practice_apart(module: TrainingModule) -> Iterator[Finding]:
    """L18: a practice item is no item of the bank. (That each teaching section has one is held by the loader.)"""
    for position, practice in enumerate(module.practice):
        for item in module.items:
            if likeness(practice.stem, item.stem) >= 0.7 and likeness(_texts(practice), _texts(item)) >= 0.7:
                yield error(
                    "L18",
                    QUIZ,
                    ("practice", position),
                    f"this is {item.id} of the bank; practise with another question",
                )


def _texts(question: Question) -> str:
    return " ".join(part.left if isinstance(part, Pair) else part.text for part in question.parts)


def _listed(counts: list[int]) -> str:
    return ", ".join(map(str, counts[:-1])) + f" and {counts[-1]}" if len(counts) > 1 else str(counts[0])


RULES = (
    option_words,
    longest_option,
    negative_lead_in,
    focused_lead_in,
    absolutes,
    clue_words,
    duplicates,
    parallel_options,
    reasons,
    practice_apart,
)
