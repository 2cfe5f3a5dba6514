"""What a module rests on: content rule L24 (evidence and currency), and L26, that the review's points are taught and asked.

L26 is ours, beside the 25 of the pedagogy. Whether a sentence says what its point says, no rule can tell; these find
numbers, names, hedges and "the review says" that the cited points do not carry.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from elearning.catalogue.lint.finding import (
    EVIDENCE,
    QUIZ,
    STORY,
    TEAM,
    Finding,
    Place,
    error,
    parts_of,
    questions,
    subject,
    warning,
)
from elearning.catalogue.lint.passages import Passage, pages, story_pages
from elearning.catalogue.lint.wording import content_stems, folded, without_quotations
from elearning.catalogue.types import Item, Level, TrainingModule, Whose, sentences

_SOURCE_DAYS, _CONTACT_DAYS = 365, 90
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_PHONE = re.compile(r"\b0\d{2,4} ?\d{3} ?\d{3,4}\b")
_ADDRESS = re.compile(r"\S+@\S+|\bwww\.\S+|\b\w+\.(?:org|gov|co)\.uk\b|\b[A-Z]{1,2}\d{1,2} \d[A-Z]{2}\b")
_WORD_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
        " eighteen nineteen twenty".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90"}
# Small numbers in words are everywhere; these count something, so they are checked like figures.
_COUNTED = re.compile(
    r"\b(" + "|".join(_WORD_NUMBERS) + r")(?:[- ]\w+)?"
    r"(?= (?:working days|calendar days|per cent)\b)", re.IGNORECASE
)  # fmt: skip
_UNITS = re.compile(r" (?:days|cent)\b", re.IGNORECASE)
_HEDGES = (
    "almost all", "almost every", "most", "many", "some", "believed", "suspected", "where possible",
    "practicable and safe", "where it can",
)  # fmt: skip
# A hedge may be said with another word that is no stronger.
_AS_WEAK = {
    "many": ("most",),
    "most": ("almost all",),
    "believed": ("thought", "suspected", "said to be", "alleged", "may", "might"),
    "suspected": ("believed", "thought", "may", "might"),
    "where possible": ("if possible", "can be avoided", "where it is possible", "whenever possible"),
    "practicable and safe": ("unless", "if that is safe", "if it is safe", "is safe", "where it is safe", "was safe"),
    "some": ("sometimes", "not all", "a few", "can", "may"),
}
_PUBLICATIONS = ("briefing note", "note", "briefing", "bulletin", "summary")
_SPEAKS = (
    r"(?i)\b(?:the|this)(?: review's)? (?:review|{publications})(?:'s note)?"
    r" (?:\w+ly )?(?:says?|said|found|finds|felt|asks?|asked|recommends?|recommended|praised|backed|highlighted|names?"
    r"|counts|lists|wants|judged|sees|saw|points? out|reports?|reported|speaks? of|calls?)\b(?! (?:nothing|no\b))"
)
_HIGH = re.compile(r"\b[A-Z][\w’'-]*(?:(?: (?:of|and|for|to) (?=[A-Z])| )[A-Z0-9][\w’'-]*)+")


@dataclass(frozen=True)
class _Cited:
    """What the cited points say, together."""

    text: str
    numbers: frozenset[str]
    names: str

    @classmethod
    def of(cls, module: TrainingModule, ids: Iterable[str]) -> "_Cited":
        points = [module.point[id_] for id_ in ids]
        texts = [f"{point.statement} {point.place or ''} {module.sources[point.source].label}" for point in points]
        return cls(" ".join(texts), frozenset[str]().union(*map(_said_numbers, texts)), "".join(map(_plain, texts)))


@cache
def _said_numbers(text: str) -> frozenset[str]:
    """The numbers of a point, which many paragraphs cite."""
    return frozenset(_numbers(text))


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.findall(text):
        yield found.replace(",", "").replace(":", ".")
    for found in _counted(text):
        yield _WORD_NUMBERS[found.lower()]
    for word in folded(text):
        if word in _WORD_NUMBERS:
            yield _WORD_NUMBERS[word]


def _counted(text: str) -> list[str]:
    """The numbers in words that count days or shares of a hundred."""
    return _COUNTED.findall(text) if _UNITS.search(text) else []


def _figures(text: str) -> Iterator[tuple[str, str]]:
    """What a text claims in numbers: as it stands there, and to compare."""
    for found in _NUMBER.findall(text):
        yield found, found.replace(",", "").replace(":", ".")
    for found in _counted(text):
        yield found, _WORD_NUMBERS[found.lower()]


def _plain(text: str) -> str:
    return f" {' '.join(folded(text))} "


def numbers(module: TrainingModule) -> Iterator[Finding]:
    """L24: every figure on screen stands in the points that its paragraph or question cites.

    A paragraph that cites nothing may name 999, the quiz's own numbers and when the review came out; what stands in
    quotation marks is an example. In a question the stem is a story, and wrong options may be wrong: the feedback
    counts, and a right answer to recall.
    """
    plan = module.blueprint
    own = {"999", *map(str, (module.form_length, plan.pass_mark, plan.attempts, plan.pause_hours, module.minutes))}
    own |= set(_numbers(module.review.published))
    for passage in _told(module):
        if passage.part not in module.section:
            continue  # a story may invent its figures, and a team sheet counts minutes and scores
        cited = _Cited.of(module, passage.evidence)
        what = "stands in none of the points cited here" if passage.evidence else "needs a point to cite"
        claims = [
            *_figures(without_quotations(passage.text)),
            *((phone, phone) for phone in _PHONE.findall(passage.text)),
        ]
        for shown, number in claims:
            if number not in cited.numbers | own and shown not in cited.text:
                yield error("L24", passage.part, passage.path, f'"{shown}" {what}; cite it, or write it without')
        for shown in _ADDRESS.findall(passage.text):
            if shown not in cited.text:
                yield error("L24", passage.part, passage.path, f'"{shown}" {what}; cite it, or leave it out')
    yield from _numbers_of_story(module, own)
    for place, question in questions(module):
        cited_numbers = _Cited.of(module, question.evidence).numbers | own | set(_numbers(question.stem))
        options = {number for part in question.parts for number in _numbers(_said(part))}
        for position, part in enumerate(question.parts):
            claims = [claim for claim in _figures(part.feedback) if claim[1] not in cited_numbers | options]
            if isinstance(question, Item) and question.level is not Level.APPLY and position in question.key:
                claims += [claim for claim in _figures(_said(part)) if claim[1] not in cited_numbers]
            for shown, _ in claims:
                words = f'"{shown}" stands in none of the points that the question cites'
                yield error("L24", QUIZ, (*place, parts_of(question), position), words)


def _said(part: object) -> str:
    return " ".join(str(getattr(part, name, "")) for name in ("text", "left", "right"))


def _numbers_of_story(module: TrainingModule, own: set[str]) -> Iterator[Finding]:
    """What follows from a choice may count what the story tells; every other figure in it stands in a cited point."""
    told = [passage for page in story_pages(module.scenario) for passage in page.passages] if module.scenario else []
    own = own.union(*(_numbers(passage.text) for passage in told if passage.path[-1] != "follows"))
    for passage in told:
        if passage.path[-1] == "follows":
            known = own | _Cited.of(module, passage.evidence).numbers
            for shown, number in _figures(without_quotations(passage.text)):
                if number not in known:
                    words = f'"{shown}" stands neither in the story nor in the points cited here'
                    yield error("L24", passage.part, passage.path, words)


def _told(module: TrainingModule) -> Iterator[Passage]:
    """What sections, the story and the team sheet say, without their headings."""
    for page in pages(module):
        yield from (passage for passage in page.passages if passage.kind not in ("heading", "caption"))


def named_bodies(module: TrainingModule) -> Iterator[Finding]:
    """L24: a body or publication named in a paragraph is named by a point of the pack, best by one cited there."""
    pack = _Cited.of(module, module.point)
    own = _plain(" ".join((module.title, module.review.title, *(section.title for section in module.sections))))
    for part, path, text, _, citations in _told(module):
        if part == STORY:
            continue  # its people and places are invented
        cited = _Cited.of(module, citations)
        for name in _bodies(text):
            key = _plain(name)
            if not citations or key in own or key in cited.names:
                continue
            if key in pack.names:
                words = f'"{name}" is named by another point than those cited here; cite that one too'
                yield warning("L24", part, path, words)
            else:
                words = f'no point of the pack names "{name}"; cite one that does, or leave the name out'
                yield error("L24", part, path, words)


def _bodies(text: str) -> Iterator[str]:
    """Names of two words or more, as "Youth Endowment Fund"; the first word of a sentence may not belong to one."""
    for sentence in sentences(text):
        for found in _HIGH.finditer(sentence):
            names = found.group().split()
            while names and (names[0].lower() in _OPENERS or _DATE.fullmatch(names[0])):
                names = names[1:]
            name = re.sub(r"['’]s?$", "", " ".join(names))
            if len(name.split()) > 1 and not _NO_BODY.fullmatch(name):
                yield name


_DATE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday"
    r"|Thursday|Friday|Saturday|Sunday|[0-9]| |and)+"
)
# Countries, and "Would I".
_NO_BODY = re.compile(rf"England and Wales|United Kingdom|Great Britain|(?:\w+ )*I(?:['’]\w+)?(?: .*)?|{_DATE.pattern}")
_OPENERS = frozenset(
    "the a an in on of at by for from to and but or if when where who what which how as it its this that these those your"
    " you we our they use check contact tell ask ring since until under with so then there here statutory both guidance"
    " one two three four five".split()
)


def hedges(module: TrainingModule) -> Iterator[Finding]:
    """L24: what a point says of most, many or some, or as believed, is not said of all, or as known."""
    hedged = {
        point.id: (found, content_stems(point.statement))
        for point in module.evidence
        if (found := [hedge for hedge in _HEDGES if f" {hedge} " in _plain(without_quotations(point.statement))])
    }
    if not hedged:
        return
    for (part, path, citations), block in groupby(_told(module), lambda one: (one.part, one.path, one.evidence)):
        yield from _unhedged(hedged, citations, " ".join(passage.text for passage in block), part, path)
    for place, question in questions(module):
        if not question.options:
            continue
        for position in question.key:
            option = question.options[position]
            text = " ".join((question.stem, option.text, option.feedback))
            yield from _unhedged(hedged, question.evidence, text, QUIZ, (*place, "options", position))


def _unhedged(
    hedged: dict[str, tuple[list[str], set[str]]], ids: Iterable[str], text: str, part: str, path: Place
) -> Iterator[Finding]:
    plain, stems = _plain(text), content_stems(text)
    for id_ in ids:
        found, meaning = hedged.get(id_, ([], set()))
        # It states the point when it shares half of what carries the point's meaning.
        if not found or len(stems & meaning) * 2 < len(meaning):
            continue
        hedge = found[0]
        if not any(f" {word} " in plain for word in (hedge, *_AS_WEAK.get(hedge, ()))):
            yield warning("L24", part, path, f'{id_} says "{hedge}", and this does not; keep the hedge')


def who_speaks(module: TrainingModule) -> Iterator[Finding]:
    """L24: "the review says" stands only with a point from the review's own source; so does "the note says" if that is one."""
    own_sources = {point.source for point in module.evidence if point.whose is Whose.REVIEW}
    own = {point.id for point in module.evidence if point.source in own_sources}
    if not own:
        return  # a module on no review of its own speaks of other people's
    labels = " ".join(module.sources[key].label.lower() for key in own_sources)
    publications = [name for name in _PUBLICATIONS if name in labels] or ["review"]
    speaks = re.compile(_SPEAKS.replace("{publications}", "|".join(publications)))
    texts = [(part, path, text, citations) for part, path, text, _, citations in _told(module)]
    for place, question in questions(module):
        said = (question.stem, *(f"{_said(part)} {part.feedback}" for part in question.parts))
        texts += [(QUIZ, place, text, question.evidence) for text in said]
    for part, path, text, citations in texts:
        plain = without_quotations(text)
        found = speaks.search(plain)
        # Saying what the review does not say rests on no point.
        if found and not own & set(citations) and not _DENIED.search(plain, found.start(), found.end() + 60):
            yield error("L24", part, path, f'"{found.group()}" needs a point of the review itself')


_DENIED = re.compile(r"\b(?:not|nothing|never|no)\b")


def may_change(module: TrainingModule) -> Iterator[Finding]:
    """L24: law and contacts are marked as what may change, and a question that rests on it says so."""
    for position, point in enumerate(module.evidence):
        if point.may_change:
            continue
        if point.whose is Whose.LAW:
            yield warning("L24", EVIDENCE, ("points", position), "law and guidance change; set may_change")
        elif _PHONE.search(point.statement) or _ADDRESS.search(point.statement):
            yield error("L24", EVIDENCE, ("points", position), "a number or address changes; set may_change")
    changing = {point.id for point in module.evidence if point.may_change and point.whose is not Whose.REVIEW}
    for place, question in questions(module):
        said = " ".join((question.stem, *(part.feedback for part in question.parts)))
        found = sorted(changing & set(question.evidence))
        if found and not re.search(
            r"(?i)\bcheck\b.*\b(?:current|today|newer|latest)\b|\bmay have changed\b", said, re.S
        ):
            yield warning(
                "L24",
                QUIZ,
                place,
                f'rests on {", ".join(found)}, which may change; say "Check current guidance" in a feedback',
            )


def stale_sources(module: TrainingModule, today: dt.date) -> Iterator[Finding]:
    """L24: what may change was looked up within a year, a phone number within 90 days. Nobody can accept this away."""
    for key, source in module.sources.items():
        points = [point for point in module.evidence if point.source == key]
        contacts = any(_PHONE.search(point.statement) for point in points)
        limit = _CONTACT_DAYS if contacts else _SOURCE_DAYS
        age = (today - source.checked_on).days
        where = ("sources", key, "checked_on")
        if age < 0:
            yield error("L24", EVIDENCE, where, "checked_on lies in the future", final=True)
        elif age > limit and (contacts or any(point.may_change for point in points)):
            what = "phone numbers are checked every 90 days" if contacts else "what may change is checked every year"
            yield error(
                "L24", EVIDENCE, where, f"checked {age} days ago; {what}: look again, then set checked_on", final=True
            )


@dataclass(frozen=True)
class Coverage:
    """Where an evidence point is taught and asked about, and what else rests on it."""

    point: str
    whose: Whose
    taught: tuple[str, ...]  # slugs of sections
    assessed: tuple[str, ...]  # ids of items and practice items
    told: tuple[str, ...]  # scenes of the story, and the team sheet


def coverage(module: TrainingModule) -> list[Coverage]:
    """Every evidence point of the pack with all that cites it."""
    told = [
        (subject(module, page.part, page.path) or "team sheet", {id_ for one in page.passages for id_ in one.evidence})
        for page in pages(module)
        if page.part in (STORY, TEAM)
    ]
    return [
        Coverage(
            point.id,
            point.whose,
            tuple(section.slug for section in module.sections if point.id in section.citations),
            tuple(question.id for _, question in questions(module) if point.id in question.evidence),
            tuple(name for name, cited in told if point.id in cited),
        )
        for point in module.evidence
    ]


def uncovered(module: TrainingModule) -> Iterator[Finding]:
    """L26: the review's own points are taught and asked about; a point that nothing cites can go."""
    for position, line in enumerate(coverage(module)):
        where = ("points", position)
        if line.whose is Whose.REVIEW and not line.taught:
            yield error(
                "L26",
                EVIDENCE,
                where,
                "no section teaches this point of the review; cite it, or allow L26 with a reason",
            )
        if line.whose is Whose.REVIEW and not line.assessed:
            yield error(
                "L26",
                EVIDENCE,
                where,
                "no question asks about this point of the review; ask, or allow L26 with a reason",
            )
        if not (line.whose is Whose.REVIEW or line.taught or line.assessed or line.told):
            yield warning("L26", EVIDENCE, where, "nothing cites this point; leave it out")


RULES = (numbers, named_bodies, hedges, who_speaks, may_change, uncovered)
