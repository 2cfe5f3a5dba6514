"""How a module speaks: content rules L22 (words that blame) and L23 (readability)."""

import re
from collections.abc import Iterator

from elearning.catalogue.lint.finding import QUIZ, STORY, TEAM, Finding, error, questions, warning
from elearning.catalogue.lint.passages import Page, Passage, pages, promises, shown
from elearning.catalogue.lint.wording import grade, without_quotations, words
from elearning.catalogue.types import TrainingModule, sentences

# Words that put the blame on a child or a family, in small letters, with what to say. The list wants owners: people who
# work with families. What stands in quotation marks is shown for teaching and left alone.
LEXICON = {
    r"put(?:s|ting)? (?:themsel(?:f|ves)|himself|herself) at risk": "say who is harming the child, and how",
    r"life-?style choices?": "say what is being done to the child",
    r"involved in (?:cse|cce|(?:child )?(?:sexual|criminal) exploitation)": "say that the child is being exploited",
    r"abscond\w*": "say missing",
    r"street-?wise": "say what the child has had to learn, and from whom",
    r"hard[- ]to[- ]reach": "say what makes our service hard to use",
    r"fail(?:s|ed|ing|ure)? to engage": "say what was offered, and what got in the way",
    r"did not attend|dna(?:'d)?": "say that the child was not brought",
    r"addicts?|junk(?:ie|y)s?|alcoholics?|drunks|a drunk|drunkards?|druggies?": "say a person with a drug or alcohol problem",
    r"(?:drug|substance|alcohol)[- ](?:abus\w+|misusing|users?)": "say a parent with a drug or alcohol problem",
    r"promiscuous|prostitut\w*": "say that the child is being abused",
    r"(?:he|she|they|boys?|girls?) (?:is|are|was|were) (?:drug )?(?:dealers?|drug runners?)": "say who makes the child carry drugs",
    r"attention[- ]seek\w+": "say what the child may need",
    r"manipulative|troubled (?:teen\w*|famil\w+)|problem famil\w+|broken homes?": "say what happened",
    r"committed suicide": "say died by suicide",
}
_LEXICON = re.compile(rf"\b(?:{'|'.join(LEXICON)})\b")
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
    for part, path, text, *_ in shown(module):
        for title in titles:
            text = text.replace(title, " ") if title else text
        plain = without_quotations(text)
        for found in _LEXICON.finditer(plain.lower()):  # four times as quick as with IGNORECASE
            better = next(better for pattern, better in LEXICON.items() if re.fullmatch(pattern, found.group()))
            yield error("L22", part, path, f'"{plain[slice(*found.span())]}": {better}')
        for sentence in sentences(plain) if _GANG_MEMBER.search(plain) else ():
            gang = _GANG_MEMBER.search(sentence)
            if gang and not _ONLY_BELIEVED.search(sentence):
                yield error("L22", part, path, f'"{gang.group()}": say who believes it, or what links there are')


def readability(module: TrainingModule) -> Iterator[Finding]:
    """L23. A formula sees length, not sense: read it aloud as well."""
    for page in pages(module):
        reached = page_grade(page)
        if reached is not None and reached > 10:
            words_ = f"the reading grade is {reached:.1f}; write shorter sentences and plainer words, down to 8"
            yield error("L23", page.part, page.path, words_)
        elif reached is not None and reached > 8:
            yield warning("L23", page.part, page.path, f"the reading grade is {reached:.1f}; 8 is the aim")
        yield from _long_sentences(page)
    asked = [("stem", Passage(QUIZ, (*place, "stem"), question.stem)) for place, question in questions(module)]
    for noun, (part, path, text, *_) in [*asked, *(("sentence", passage) for passage in promises(module))]:
        reached = grade(text.split("\n\n"))
        if reached is not None and reached > 9:
            yield warning("L23", part, path, f"the reading grade of the {noun} is {reached:.1f}; 9 is the most")
        longest = max(len(words(sentence)) for paragraph in text.split("\n\n") for sentence in sentences(paragraph))
        if longest > 30:
            yield error("L23", part, path, f"a sentence has {longest} words; divide it, 25 are enough")


def page_grade(page: Page) -> float | None:
    """The Flesch–Kincaid grade of a page's running text; table cells count where they are sentences."""
    return grade(
        passage.text
        for passage in page.passages
        if passage.kind in ("paragraph", "item") or (passage.kind == "row" and len(words(passage.text)) > 4)
    )


def _long_sentences(page: Page) -> Iterator[Finding]:
    total, long = 0, 0
    for part, path, text, kind, _ in page.passages:
        if kind in ("heading", "caption"):
            continue
        found = sentences(text)
        for sentence in found:
            count = len(words(sentence))
            total, long = total + 1, long + (count > 25)
            if count > 30:
                yield error("L23", part, path, f"a sentence has {count} words; divide it, 25 are enough")
        # A story is told in short sentences, and a team reads its sheet aloud.
        if kind != "row" and part not in (STORY, TEAM) and len(found) > 3:
            yield warning("L23", part, path, f"the paragraph has {len(found)} sentences; divide it after three")
    if long * 10 > total:
        words_ = f"{long} of {total} sentences have more than 25 words; one in ten is the most"
        yield warning("L23", page.part, page.path, words_)


def acronyms(module: TrainingModule) -> Iterator[Finding]:
    """L23: an acronym is spelt out at its first use on each page, as in "the Children's … Service (CASS)"."""
    opening: set[str] = set()  # everyone who walks a story has read it
    for page in pages(module):
        seen = set(opening) if page.part == STORY else set[str]()
        for part, path, text, *_ in page.passages:
            for found in _ACRONYM.finditer(text):
                name = found.group()
                spelt = text[: found.start()].endswith("(") or text[found.end() :].startswith((" (", ", the "))
                proper = re.match(r" [A-Z]\b", text[found.end() :])  # part of a name, as in EMPOWER U
                if name not in seen | _KNOWN_ACRONYMS and not spelt and not proper:
                    yield error(
                        "L23", part, path, f"spell out {name} where the {_NOUNS.get(part, 'section')} first uses it"
                    )
                seen.add(name)
        if page.path == ("opening",):
            opening = seen


_NOUNS = {STORY: "story", TEAM: "team sheet"}

RULES = (blaming_words, readability, acronyms)
