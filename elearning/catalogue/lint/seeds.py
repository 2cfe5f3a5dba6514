"""What must not leak from the sources: their wording (L24) and the names of children (L21), kept as fingerprints only.

The sources are not in the repository. `seed_fingerprints.bin` holds 6 bytes of a hash of every run of nine words of
theirs: enough to see a run again, useless to read them. Made anew, when a source is added, by

    python -m elearning.catalogue.lint.seeds wording SOURCE.txt ...

`seed_names.txt` holds a salt and slow hashes of the full names of children in the sources. It is made from a list of
names, one a line, that is kept outside the repository:

    python -m elearning.catalogue.lint.seeds names < NAMES

What such a list can keep: nobody who reads or searches the repository meets a name in it. What it cannot: whoever
already has a name, or a list of names from the news, can try each in a few milliseconds and learn that it is here,
because the salt has to lie beside the hashes. It finds full names as they were given, in any spelling of hyphens,
capitals and accents; it does not find a first name alone, a nickname or a misspelt name. So it is a net under the
reviewers, no substitute for them.
"""

import hashlib
import re
import secrets
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from elearning.catalogue.lint.finding import STORY, Finding, Place, error
from elearning.catalogue.lint.passages import pages, passages
from elearning.catalogue.lint.wording import folded, without_quotations
from elearning.catalogue.types import TrainingModule, Whose, sentences

RUN = 9  # words in a row that are nobody's by chance
BYTES = 6  # 3,600 fingerprints of 48 bits: a false alarm in a pack of 20,000 words is one in four million
WORDING = Path(__file__).with_name("seed_fingerprints.bin")
NAMES = Path(__file__).with_name("seed_names.txt")

# Long names that every text about them repeats; each counts as one word of a run.
_FIXED = (
    "birmingham safeguarding children partnership", "birmingham childrens trust", "national referral mechanism",
    "working together to safeguard children", "childrens advice and support service", "one day one conversation",
    "child safeguarding practice review", "local child safeguarding practice review", "return home interview",
    "safeguarding children partnership", "request for support form", "learning lessons from serious cases",
    "never assume working with substance misusing parents", "serious youth violence breaking the cycle",
)  # fmt: skip
_COST = 2**11  # about 8 ms a candidate: slow for a list of guesses, quick enough for the dozen candidates of a pack

# What begins a sentence or names a body belongs to no name on the list, so it makes no candidate.
_NO_NAME = frozenset(
    "i a an the if in on at by of for to from do did may shall would could what when while where who why with without"
    " tell ask walk today between another and but so as monday tuesday wednesday thursday friday saturday sunday january"
    " february march april may june july august september october november december birmingham england wales uk cardiff"
    " yorkshire safeguarding safeguard children childrens child society trust board council partnership school schools"
    " hub act university fund review reviews network national high conversation exploitation county concerns language"
    " guidance referral mechanism practice cases parents learning trauma pilot inspection improvement harm nspcc bscp"
    " yjlc dfe ohid exclusions sharing talks analysis association before cce contextual development endowment findings"
    " five knowledge misusing moments mr mrs ms news panel podcast professional resources since solicitors spotlight"
    " substance toolkit training tuesdays virtual vulnerability wt".split()
)

# Wording


def runs(texts: Iterable[str]) -> Iterator[list[str]]:
    """Of each text, every run of nine words."""
    plain = "\n".join(" ".join(folded(text)) for text in texts)
    for name in _FIXED:
        plain = plain.replace(name, name.replace(" ", "_"))
    for line in plain.split("\n"):
        found = line.split()
        yield [" ".join(run) for run in zip(*(found[start:] for start in range(RUN)), strict=False)]


def _mark(run: str) -> bytes:
    """The fingerprint of a run."""
    return hashlib.blake2b(run.encode(), digest_size=BYTES).digest()


@cache
def _known_runs() -> frozenset[bytes]:
    content = WORDING.read_bytes()
    return frozenset(content[at : at + BYTES] for at in range(0, len(content), BYTES))


def borrowed_wording(module: TrainingModule) -> Iterator[Finding]:
    """L24: no run of more than eight words of a pack stands in a source as well."""
    everything, known = list(passages(module)), _known_runs()
    for passage, said in zip(everything, runs(passage.text for passage in everything), strict=True):
        if found := next((run for run in said if _mark(run) in known), None):
            words = f'"{found}" stands in a source word for word; say it in our own words'
            yield error("L24", passage.part, passage.path, words)


# Names


_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*(?:\s+[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*)+")


def candidates(text: str) -> Iterator[tuple[str, str]]:
    """Two or three capitalised words in a row, as they stand and as they are hashed."""
    for sequence in _CAPITALISED.findall(text):
        given = [re.sub(r"['’]s?$", "", word) for word in sequence.split()]
        for size in (2, 3):
            for start in range(len(given) - size + 1):
                name = given[start : start + size]
                if not any(word.casefold() in _NO_NAME for word in name):
                    yield " ".join(name), _key(name)


def _key(name: Iterable[str]) -> str:
    """The letters of a name alone: "De-Vere O'Neil" and "de vere oneil" are one."""
    plain = unicodedata.normalize("NFKD", "".join(name).casefold())
    return "".join(sign for sign in plain if sign.isalpha())


def _slow(key: str, salt: bytes) -> str:
    return hashlib.scrypt(key.encode(), salt=salt, n=_COST, r=8, p=1, dklen=16).hex()


@cache
def _is_listed(key: str) -> bool:
    salt, *hashes = NAMES.read_text(encoding="ascii").split()
    return _slow(key, bytes.fromhex(salt)) in hashes


def names_of_children(module: TrainingModule) -> Iterator[Finding]:
    """L21: no child who is named in the sources is named here. Nobody can accept this away."""
    found: dict[str, list[tuple[str, Place]]] = {}
    everything = list(passages(module))
    # What is written in small letters somewhere is an ordinary word; a name has at least one that is not.
    ordinary = {word for passage in everything for word in re.findall(r"(?<![\w-])[a-z]+(?![\w-])", passage.text)}
    for part, path, text, *_ in everything:
        for shown, key in candidates(text):
            if not all(word.casefold() in ordinary for word in shown.split()):
                found.setdefault(key, []).append((part, path))
    for key, places in found.items():
        for part, path in places if _is_listed(key) else ():
            yield error("L21", part, path, "this is the name of a child in a source; leave it out", final=True)


_EXACT = re.compile(
    r"\b(?:aged? (?:of )?\d{1,2}|\d{1,2}[- ]years?[- ]old|\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May"
    r"|June|July|August|September|October|November|December))\b"
)
_CASE = (Whose.REVIEW, Whose.OTHER_REVIEW)


def traceable_details(module: TrainingModule) -> Iterator[Finding]:
    """L21: where a paragraph speaks of a real case, it gives no age and no day. A story's people are invented."""
    for passage in (found for page in pages(module) if page.part != STORY for found in page.passages):
        if any(module.point[id_].whose in _CASE for id_ in passage.evidence):
            for line in sentences(without_quotations(passage.text)):
                found = _EXACT.search(line)
                # When the review itself came out is no detail of a child.
                if found and not re.search("publish|came out", line):
                    words = f'"{found.group()}" could help to trace a child; leave it out'
                    yield error("L21", passage.part, passage.path, words)


RULES = (borrowed_wording, names_of_children, traceable_details)


def _write_wording(files: Iterable[str]) -> None:
    sources = (Path(file).read_text(encoding="utf-8") for file in files)
    marks = {_mark(run) for found in runs(sources) for run in found}
    WORDING.write_bytes(b"".join(sorted(marks)))


def _write_names(names: Iterable[str], salt: bytes) -> None:
    keys = set()
    for given in (line.split() for line in names if line.strip()):
        if len(given) < 2 or _NO_NAME & {word.casefold() for word in given}:
            sys.exit("A name has two words or more, and none of those that the check passes over (_NO_NAME).")
        keys |= {_key(given), _key((given[0], given[-1]))}  # with and without what stands between
    NAMES.write_text("\n".join([salt.hex(), *sorted(_slow(key, salt) for key in keys)]) + "\n", encoding="ascii")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["wording", *files] if files:
            _write_wording(files)
        case ["names"]:
            _write_names(sys.stdin, secrets.token_bytes(16))
        case _:
            sys.exit("Say `wording` and the files of the sources, or `names` and give the names, one a line.")
