"""What a content rule says of a pack, and where."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from elearning.catalogue.types import PracticeItem, Question, Section, TrainingModule

MODULE, QUIZ, EVIDENCE, HELP = "module.toml", "quiz.yaml", "evidence.yaml", "help.toml"
STORY, TEAM = "scenario.yaml", "team.toml"
Place = tuple[str | int, ...]


class Severity(StrEnum):
    """An error stops; a warning is counted, because the rule is sometimes wrong."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `part` is a file or the slug of a section; `path` leads to a field, or is a line of its text.

    A final finding cannot be accepted with a reason.
    """

    rule: str
    severity: Severity
    part: str
    path: Place
    words: str
    final: bool = False


Rule = Callable[[TrainingModule], Iterator[Finding]]


def error(rule: str, part: str, path: Place, words: str, *, final: bool = False) -> Finding:
    """A finding that stops."""
    return Finding(rule, Severity.ERROR, part, path, words, final)


def warning(rule: str, part: str, path: Place, words: str, *, final: bool = False) -> Finding:
    """A finding that is counted."""
    return Finding(rule, Severity.WARNING, part, path, words, final)


def questions(module: TrainingModule) -> Iterator[tuple[Place, Question]]:
    """Every question of the pack with its place in quiz.yaml."""
    for position, practice in enumerate(module.practice):
        yield ("practice", position), practice
    for position, item in enumerate(module.items):
        yield ("items", position), item


def parts_of(question: Question) -> str:
    """The field that holds what a question lets people choose, order or match."""
    return "options" if question.options else "steps" if question.steps else "pairs"


def subject(module: TrainingModule, part: str, path: Place) -> str:
    """Whom a finding is about, as the reader of a pack says it: "item RM-07, option 2"; empty for a section."""
    match (part, *path):
        case ("quiz.yaml", "items" | "practice" as group, int(position), *rest):
            question = getattr(module, group)[position]
            noun = "practice item" if isinstance(question, PracticeItem) else "item"
            inner = f", {str(rest[0])[:-1]} {int(rest[1]) + 1}" if len(rest) > 1 else ""
            return f"{noun} {question.id}{inner}"
        case ("evidence.yaml", "points", int(position), *_):
            return f"point {module.evidence[position].id}"
        case ("evidence.yaml", "sources", str(key), *_):
            return f'source "{key}"'
        case ("module.toml", "outcomes", int(position), *_):
            return f"outcome {module.outcomes[position].id}"
        case ("module.toml", "pledges", int(position), *_):
            return f"pledge {position + 1}"
        case ("team.toml", "steps", int(position), *_):
            return f"step {position + 1}"
        case ("scenario.yaml", "gauges" | "pieces" | "roles" | "scenes" | "endings" as group, int(position), *rest):
            inner = f", {str(rest[0])[:-1]} {int(rest[1]) + 1}" if len(rest) > 1 else ""
            return f"{group[:-1]} {getattr(module.scenario, group)[position].id}{inner}"
        case _:
            return ""


def allowance(module: TrainingModule, finding: Finding) -> str | None:
    """The reason with which the author accepts a finding: of its question, section or point, else of the module."""
    if finding.final:
        return None
    allow = module.allow
    match (finding.part, *finding.path):
        case ("quiz.yaml", "items" | "practice" as group, int(position), *_):
            allow = getattr(module, group)[position].allow
        case ("evidence.yaml", "points", int(position), *_):
            allow = module.evidence[position].allow
        case (slug, *_) if slug in module.section:
            allow = module.section[str(slug)].allow
    return allow.get(finding.rule)


def allowances(module: TrainingModule) -> Iterator[tuple[str, Place, str, str]]:
    """Every rule that the pack allows somewhere: where, its code and the reason."""
    holders: list[tuple[str, Place, dict[str, str]]] = [(MODULE, ("allow",), module.allow)]
    holders += [(QUIZ, (*place, "allow"), question.allow) for place, question in questions(module)]
    holders += [(EVIDENCE, ("points", n, "allow"), point.allow) for n, point in enumerate(module.evidence)]
    holders += [(section.slug, ("allow",), section.allow) for section in module.sections]
    for part, path, allow in holders:
        for rule, reason in allow.items():
            yield part, path, rule, reason


def section_line(section: Section, line: int) -> tuple[str, Place]:
    """The part and path of a line of a section's text."""
    return section.slug, (line,)
