"""Words, sentences, syllables and reading grade: what the content rules measure text with. English only."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from elearning.catalogue.types import sentences

_WORD = re.compile(r"[^\W_]+(?:['’.:,-][^\W_]+)*")
_QUOTED = re.compile(r"(?<![^\s(])(?:'(?:[^']|'(?=\w))*'(?!\w)|‘[^’]*(?:’(?=\w)[^’]*)*’|\"[^\"]*\"|“[^”]*”)")
_STOPWORDS = frozenset(
    "about above after again against along among around because been before being below between both could does doing"
    " down during each first from further have having here into itself just more most much need once only other over"
    " same should since some such than that their them then there these they this those through under until very want"
    " were what when where which while whom will with without would your yours ourselves yourself something someone"
    " anything anyone nothing thing things whether rather".split()
)

# Named things of this field that no plainer word replaces: they count as two syllables, as content rule L23 says.
TERMS = frozenset(
    "safeguarding safeguarded exploitation exploited exploiting exploit exploiters exploiter criminal practitioner"
    " practitioners professional professionals referral referrals mechanism interview interviews partnership"
    " partnerships agency agencies organisation organisations birmingham authority authorities exclusion exclusions"
    " excluded emergency community information guidance paediatrician receptionist national statutory custody"
    " intelligence neglect pregnancy midwife midwives alcohol significant experience experiences supervision"
    " ambulance violence violent".split()
)

# Words whose vowels mislead; more are not worth their lines.
_COUNTED = {
    "people": 2, "area": 3, "areas": 3, "idea": 3, "ideas": 3, "really": 2, "create": 2, "created": 3, "science": 2,
    "quiet": 2, "quietly": 3, "quieter": 3, "diary": 3, "poet": 2, "lion": 2, "society": 4, "variety": 4, "anxiety": 4,
    "every": 2, "everyone": 3, "everybody": 4, "everything": 3, "evening": 2, "different": 2, "business": 2,
    "family": 3, "families": 3, "someone": 2, "something": 2, "sometimes": 2, "somewhere": 2, "somebody": 3, "hour": 1,
    "hours": 1, "once": 1, "safety": 2, "homework": 2, "themselves": 2, "ourselves": 2, "lifestyle": 2, "caretaker": 3,
    "household": 2, "meanwhile": 2, "rhythm": 2, "evaluate": 4, "isnt": 2, "doesnt": 2, "didnt": 2, "couldnt": 2,
    "wasnt": 2, "shouldnt": 2, "wouldnt": 2, "hasnt": 2, "havent": 2,
}  # fmt: skip


@cache
def words(text: str) -> tuple[str, ...]:
    """The words and numbers of a text."""
    return tuple(_WORD.findall(text))


@cache
def folded(text: str) -> tuple[str, ...]:
    """Its words without capitals, accents and apostrophes, to compare them."""
    plain = text.casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.replace("’", "'"))
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain.replace("'", "")))


def without_quotations(text: str) -> str:
    """The text without what stands in quotation marks: somebody's words, or a title."""
    return _QUOTED.sub(" ", text)


@cache
def stem(word: str) -> str:
    """A word without its ending, crudely: enough to see "missing" and "missed" as one."""
    for ending in (
        "ations",
        "ation",
        "ingly",
        "edly",
        "ness",
        "ment",
        "ings",
        "ing",
        "ies",
        "ied",
        "es",
        "ed",
        "ly",
        "s",
        "y",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def content_stems(text: str) -> set[str]:
    """The stems of the words that carry a text's meaning: five letters or more, and no common word."""
    return {stem(word) for word in folded(text) if len(word) >= 5 and word.isalpha() and word not in _STOPWORDS}


def likeness(one: str, other: str) -> float:
    """How many of their words two texts share, from 0 to 1 (Jaccard)."""
    left, right = set(folded(one)), set(folded(other))
    return len(left & right) / len(left | right) if left | right else 1.0


@cache
def syllables(word: str) -> int:
    """How many syllables a word has, by its vowels; two at most for a term of the field."""
    plain = re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", word.casefold()))
    if "-" in word:
        return sum(syllables(part) for part in word.split("-") if part)
    if not plain:
        return 1
    if plain in TERMS:
        return 2
    if plain in _COUNTED:
        return _COUNTED[plain]
    count = len(re.findall(r"[aeiouy]+", plain))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$|[aeiou]ye$", plain):
        count -= 1  # a silent e: came, while
    elif re.search(r"(?<![cgsxz])(?<!ch)(?<!sh)es$", plain) and not re.search(r"[aeiouy]es$|[^aeiouy]les$", plain):
        count -= 1  # names, likes
    elif re.search(r"[^aeioutdy]ed$", plain) and not re.search(r"[^aeiouy]led$", plain):
        count -= 1  # asked
    count -= len(re.findall(r"[^aeiouyl]e(?=ly$|ments?$|ful(?:ly)?$|less$)", plain))  # safely, statement
    count += len(re.findall(r"[aeiouy](?=ing)|[^aeiouygxct]i(?=ous)|i(?=o[dlt])", plain))  # saying, curious, period
    count += len(
        re.findall(r"(?<![ctgs])(?<!fr)i(?=a[nlstr]|en|et|er$)|(?<![qg])u(?=a[lt])", plain)
    )  # material, gradual
    if re.search(r"sms?$", plain):
        count += 1  # racism
    return max(1, count)


def grade(passages: Iterable[str]) -> float | None:
    """Flesch–Kincaid grade: 0.39 words a sentence + 11.8 syllables a word − 15.59. None when there are no words."""
    found = [words(sentence) for passage in passages for sentence in sentences(passage)]
    lengths = [len(sentence) for sentence in found if sentence]
    count = sum(lengths)
    if not count:
        return None
    spoken = sum(syllables(word) for sentence in found for word in sentence)
    return 0.39 * count / len(lengths) + 11.8 * spoken / count - 15.59


def mean(numbers: Sequence[int]) -> float:
    """The mean of some numbers; 0 for none."""
    return sum(numbers) / len(numbers) if numbers else 0.0
