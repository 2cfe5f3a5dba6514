"""What makes two versions of a module the same, and what makes the parts of a module sound and fit each other."""

import difflib
import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from elearning.catalogue.types import (
    EvidencePoint,
    Item,
    ItemType,
    Level,
    ModuleHead,
    Pair,
    Question,
    ScenarioHead,
    Section,
    TeamSheet,
    TrainingModule,
)


def canonical(module: TrainingModule) -> str:
    """The module as the JSON text that is stored."""
    return module.model_dump_json()


def content_digest(module: TrainingModule) -> str:
    """SHA-256 (64 hex digits) of what the author wrote: it changes when any word, key or citation does.

    The HTML is left out, and what has its default: a newer renderer or field must not make old content look changed.
    """
    written = module.model_dump_json(exclude={"sections": {"__all__": {"html"}}}, exclude_defaults=True)
    return hashlib.sha256(written.encode()).hexdigest()


Problem = tuple[tuple[str | int, ...], str]  # where within the part, and what is wrong


@dataclass(frozen=True)
class Known:
    """The names that parts of a pack may refer to; None where the file that gives them could not be read."""

    outcomes: Collection[str] | None
    sections: Collection[str] | None
    points: Collection[str] | None
    sources: Collection[str] | None
    practised: Collection[str] | None  # the sections that practice items name


def question_problems(question: Question, known: Known) -> Iterator[Problem]:
    """What is wrong with one question."""
    if problem := unknown("section", question.section, known.sections):
        yield ("section",), problem
    if isinstance(question, Item) and (problem := unknown("outcome", question.outcome, known.outcomes)):
        yield ("outcome",), problem
    for position, id_ in enumerate(question.evidence):
        if problem := unknown("evidence point", id_, known.points):
            yield ("evidence", position), problem
    yield from _shape_problems(question)


def _shape_problems(question: Question) -> Iterator[Problem]:
    """Content rules L01 and L11."""
    filled = [name for name in ("options", "steps", "pairs") if getattr(question, name)]
    wanted = {ItemType.ORDERING: "steps", ItemType.MATCHING: "pairs"}.get(question.type, "options")
    if filled != [wanted]:
        yield (), f"a question of type {question.type} has {wanted} and nothing else"
        return
    right = sum(option.right for option in question.options)
    match question.type:
        case ItemType.SINGLE | ItemType.SCENARIO:
            if not 3 <= len(question.options) <= 5:
                yield ("options",), f"give 3 to 5 options, not {len(question.options)}"
            if right != 1:
                yield ("options",), f"exactly one option is right, not {right}"
        case ItemType.MULTIPLE:
            if not 4 <= len(question.options) <= 7:
                yield ("options",), f"give 4 to 7 options, not {len(question.options)}"
            if not 2 <= right < len(question.options):
                yield (
                    ("options",),
                    f"2 or more options are right, but not all; here it is {right} of {len(question.options)}",
                )
        case ItemType.ORDERING | ItemType.MATCHING:
            if not 3 <= len(question.parts) <= 6:
                yield (wanted,), f"give 3 to 6 {wanted}, not {len(question.parts)}"
            if question.type is ItemType.MATCHING and len(question.choices) < 2:
                yield (wanted,), "give at least two different right-hand sides"
    names = [part.left if isinstance(part, Pair) else part.text for part in question.parts]
    for position, part in enumerate(question.parts):
        words = len(part.feedback.split())
        if not 8 <= words <= 60:
            yield (wanted, position, "feedback"), f"feedback has {words} words; give a reason in 8 to 60"
    for position in repeated([part.feedback for part in question.parts]):
        yield (wanted, position, "feedback"), "this feedback is the same as another of the question"
    for position in repeated(names):
        yield (wanted, position), f'"{names[position]}" is given twice'


def point_problems(point: EvidencePoint, known: Known) -> Iterator[Problem]:
    """What is wrong with one evidence point."""
    if problem := unknown("source", point.source, known.sources):
        yield ("source",), problem


def team_problems(sheet: TeamSheet, known: Known) -> Iterator[Problem]:
    """What is wrong with the team sheet."""
    for number, step in enumerate(sheet.steps):
        for position, id_ in enumerate(step.evidence):
            if problem := unknown("evidence point", id_, known.points):
                yield ("steps", number, "evidence", position), problem


def head_problems(head: ModuleHead, sections: Sequence[Section], story: ScenarioHead | None) -> Iterator[Problem]:
    """What does not add up in `module.toml`."""
    if head.blueprint.pass_mark > head.form_length:
        yield ("blueprint", "pass_mark"), f"pass_mark is more than the {head.form_length} questions of a quiz"
    reading = sum(section.minutes for section in sections) + (story.minutes if story else 0)
    if reading > head.minutes:
        what = "sections and the story" if story else "sections"
        yield ("minutes",), f"minutes is {head.minutes}, but the {what} alone take {reading}"


def bank_problems(head: ModuleHead, items: Sequence[Item]) -> Iterator[str]:
    """Content rule L15: enough items of each kind that every attempt of a set can be new."""
    plan = head.blueprint
    for outcome in head.outcomes:
        levels = [item.level for item in items if item.outcome == outcome.id]
        apply = levels.count(Level.APPLY)
        for words, have, each in (
            ("apply", apply, plan.apply_per_outcome),
            ("recall or understand", len(levels) - apply, plan.lower_per_outcome),
        ):
            if have < each * plan.attempts:
                need = each * plan.attempts
                yield f"outcome {outcome.id} has {have} {words} items; {plan.attempts} attempts need {need}"


def repeated(texts: Sequence[str]) -> Iterator[int]:
    """The positions of texts that stand before in the list, whatever their capitals."""
    folded = [text.casefold() for text in texts]
    return (position for position, text in enumerate(folded) if text and text in folded[:position])


def near(name: str, known: Collection[str]) -> str:
    """`; did you mean "options"?`, or nothing when no known name is near."""
    found = difflib.get_close_matches(name, sorted(known), n=1)
    return f'; did you mean "{found[0]}"?' if found else ""


def unknown(noun: str, name: str, known: Collection[str] | None) -> str | None:
    """What to say of a name that nothing has; None when it is known, or when we cannot know."""
    if known is None or name in known:
        return None
    hint = "" if noun in ("outcome", "evidence point") else near(name, known)  # numbers are always near each other
    return f'there is no {noun} "{name}"{hint}'
