"""How a module speaks: content rules L22 (words that blame) and L23 (readability)."""

import re
from collections.abc import Iterator
from itertools import chain

from elearning.catalogue.lint.finding import QUIZ, Finding, Place, error, parts_of, questions, section_line, warning
from elearning.catalogue.lint.wording import grade, without_quotations, words
from elearning.catalogue.prose import read_blocks
from elearning.catalogue.types import Pair, Section, TrainingModule, sentences

# Words that put the blame on a child or a family, with what to say. The list wants owners: people who work with
# families. What stands in quotation marks is shown for teaching and left alone.
LEXICON = {
    r"put(?:s|ting)? (?:themsel(?:f|ves)|himself|herself) at risk": "say who is harming the child, and how",
    r"life-?style choices?": "say what is being done to the child",
    r"involved in (?:CSE|CCE|(?:child )?(?:sexual|criminal) exploitation)": "say that the child is being exploited",
    r"abscond\w*": "say missing",
    r"street-?wise": "say what the child has had to learn, and from whom",
    r"hard[- ]to[- ]reach": "say what makes our service hard to use",
    r"fail(?:s|ed|ing|ure)? to engage": "say what was offered, and what got in the way",
    r"did not attend|DNA(?:'d)?": "say that the child was not brought",
    r"addicts?|junk(?:ie|y)s?|alcoholics?|drunks|a drunk|drunkards?|druggies?": "say a person with a drug or alcohol problem",
    r"(?:drug|substance|alcohol)[- ](?:abus\w+|misusing|users?)": "say a parent with a drug or alcohol problem",
    r"promiscuous|prostitut\w*": "say that the child is being abused",
    r"(?:he|she|they|boys?|girls?) (?:is|are|was|were) (?:drug )?(?:dealers?|drug runners?)": "say who makes the child carry drugs",
    r"attention[- ]seek\w+": "say what the child may need",
    r"manipulative|troubled (?:teen\w*|famil\w+)|problem famil\w+|broken homes?": "say what happened",
    r"committed suicide": "say died by suicide",
}
_LEXICON = re.compile(rf"\b(?:{'|'.join(f'({pattern})' for pattern in LEXICON)})\b", re.IGNORECASE)
_GANG_MEMBER = re.compile(r"\bgang (?:members?|nominals?)\b", re.IGNORECASE)
_ONLY_BELIEVED = re.compile(
    r"\b(?:believed|linked|links|said|alleged|thought|called|label\w*|seen as)\b", re.IGNORECASE
)

# Every reader knows these, or the page cannot avoid them.
_KNOWN_ACRONYMS = frozenset("UK NSPCC NHS BBC GP GPS CPD PDF OK TV A&E SMS PE IT ID CCTV PC HIV".split())
_ACRONYM = re.compile(r"(?<![\w&])[A-Z][A-Z&]*[A-Z](?![\w&])")


def blaming_words(module: TrainingModule) -> Iterator[Finding]:
    """L22: no words that blame a child or a family, outside quotation marks."""
    # The review's own title may say what we would not.
    titles = (module.review.title, module.review.title.partition(": ")[2])
    for part, path, text in _prose(module):
        for title in titles:
            text = text.replace(title, " ") if title else text
        plain = without_quotations(text)
        for found in _LEXICON.finditer(plain):
            yield error("L22", part, path, f'"{found.group()}": {tuple(LEXICON.values())[(found.lastindex or 1) - 1]}')
        for sentence in sentences(plain) if _GANG_MEMBER.search(plain) else ():
            gang = _GANG_MEMBER.search(sentence)
            if gang and not _ONLY_BELIEVED.search(sentence):
                yield error("L22", part, path, f'"{gang.group()}": say who believes it, or what links there are')


def _prose(module: TrainingModule) -> Iterator[tuple[str, Place, str]]:
    """Every text of sections and questions, with its place."""
    for section in module.sections:
        for block in read_blocks(section.markdown):
            for text in block.texts:
                yield *section_line(section, block.line), text
    for place, question in questions(module):
        yield QUIZ, (*place, "stem"), question.stem
        group = parts_of(question)
        for position, part in enumerate(question.parts):
            shown = (part.left, part.right) if isinstance(part, Pair) else (part.text,)
            for text in (*shown, part.feedback):
                yield QUIZ, (*place, group, position), text


def readability(module: TrainingModule) -> Iterator[Finding]:
    """L23 for sections and stems. A formula sees length, not sense: read it aloud as well."""
    for section in module.sections:
        reached = section_grade(section)
        if reached is not None and reached > 10:
            yield error(
                "L23",
                section.slug,
                (),
                f"the reading grade is {reached:.1f}; write shorter sentences and plainer words, down to 8",
            )
        elif reached is not None and reached > 8:
            yield warning("L23", section.slug, (), f"the reading grade is {reached:.1f}; 8 is the aim")
        yield from _long_sentences(section)
    for place, question in questions(module):
        reached = grade(question.stem.split("\n\n"))
        if reached is not None and reached > 9:
            yield warning(
                "L23", QUIZ, (*place, "stem"), f"the reading grade of the stem is {reached:.1f}; 9 is the most"
            )
        longest = max(
            (
                len(words(sentence))
                for sentence in chain(question.background, [question.lead_in])
                for sentence in sentences(sentence)
            ),
            default=0,
        )
        if longest > 30:
            yield error("L23", QUIZ, (*place, "stem"), f"a sentence has {longest} words; divide it, 25 are enough")


def section_grade(section: Section) -> float | None:
    """The Flesch–Kincaid grade of a section's running text; table cells count where they are sentences."""
    return grade(
        text
        for block in read_blocks(section.markdown)
        if block.kind in ("paragraph", "item", "row")
        for text in block.texts
        if block.kind != "row" or len(words(text)) > 4
    )


def _long_sentences(section: Section) -> Iterator[Finding]:
    total, long = 0, 0
    for block in read_blocks(section.markdown):
        if block.kind in ("heading", "caption"):
            continue
        where = section_line(section, block.line)
        for text in block.texts:
            found = sentences(text)
            for sentence in found:
                count = len(words(sentence))
                total, long = total + 1, long + (count > 25)
                if count > 30:
                    yield error("L23", *where, f"a sentence has {count} words; divide it, 25 are enough")
            if block.kind != "row" and len(found) > 3:
                yield warning("L23", *where, f"the paragraph has {len(found)} sentences; divide it after three")
    if long * 10 > total:
        yield warning(
            "L23", section.slug, (), f"{long} of {total} sentences have more than 25 words; one in ten is the most"
        )


def acronyms(module: TrainingModule) -> Iterator[Finding]:
    """L23: an acronym is spelt out at its first use in each section, as in "the Children's … Service (CASS)"."""
    for section in module.sections:
        seen: set[str] = set()
        for block in read_blocks(section.markdown):
            for text in block.texts:
                for found in _ACRONYM.finditer(text):
                    name = found.group()
                    spelt = text[: found.start()].endswith("(") or text[found.end() :].startswith((" (", ", the "))
                    proper = re.match(r" [A-Z]\b", text[found.end() :])  # part of a name, as in EMPOWER U
                    if name not in seen | _KNOWN_ACRONYMS and not spelt and not proper:
                        yield error(
                            "L23",
                            *section_line(section, block.line),
                            f"spell out {name} where the section first uses it",
                        )
                    seen.add(name)


RULES = (blaming_words, readability, acronyms)
