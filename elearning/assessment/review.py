"""An attempt made readable: each question with what was chosen and, when it may be shown, what was right and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from elearning.assessment.types import Sitting
from elearning.catalogue.types import Item, ItemType, Pair, Question, Section, TrainingModule


@dataclass(frozen=True)
class Reason:
    """One option, step or pair with its feedback."""

    text: str
    is_right: bool
    feedback: str
    note: str  # how it compares with what was chosen; empty where there is nothing to say


@dataclass(frozen=True)
class Reviewed:
    """One question of an attempt. `reasons` is empty unless the attempt was passed (law 4)."""

    position: int
    item: Item
    section: Section | None
    chosen: tuple[str, ...]  # in words; empty when not answered
    is_right: bool
    reasons: tuple[Reason, ...]


def reviewed(module: TrainingModule, sitting: Sitting) -> list[Reviewed]:
    """Every question of the attempt in its order. The key is in it only after a pass."""
    rows = []
    for position, drawn in enumerate(sitting.form, start=1):
        item = module.item[drawn.item_id]
        chosen = sitting.chosen.get(position, ())
        rows.append(
            Reviewed(
                position=position,
                item=item,
                section=module.section.get(item.section),
                chosen=in_words(item, chosen),
                is_right=position in sitting.right,
                reasons=reasons(item, drawn.order, chosen) if sitting.passed else (),
            )
        )
    return rows


def in_words(item: Question, chosen: Sequence[int]) -> tuple[str, ...]:
    """What was chosen, as a person would say it."""
    if item.type is ItemType.MATCHING:
        return tuple(f"{pair.left}: {item.choices[n]}" for pair, n in zip(item.pairs, chosen, strict=False))
    if item.type is ItemType.ORDERING:
        return tuple(f"{place}. {item.steps[n].text}" for place, n in enumerate(chosen, start=1))
    return tuple(item.options[n].text for n in chosen)


@dataclass(frozen=True)
class Answered:
    """A practice question with an answer: the verdict in a sentence, and the reasons."""

    verdict: str
    reasons: tuple[Reason, ...]


def answered(question: Question, order: Sequence[int], chosen: Sequence[int]) -> Answered:
    """Immediate feedback on a practice question, which counts for nothing."""
    verdict = "That is right." if tuple(chosen) == question.key else "Not quite. The reasons may help."
    return Answered(verdict, reasons(question, order, chosen))


def reasons(question: Question, order: Sequence[int], chosen: Sequence[int]) -> tuple[Reason, ...]:
    """The feedback on each part: options as shown, steps and pairs in their right order."""
    if question.type in (ItemType.ORDERING, ItemType.MATCHING):
        return tuple(
            Reason(
                text=f"{part.left}: {part.right}" if isinstance(part, Pair) else f"{position + 1}. {part.text}",
                is_right=True,
                feedback=part.feedback,
                note="You had this right" if chosen[position] == question.key[position] else "You had this differently",
            )
            for position, part in enumerate(question.parts)
        )
    notes = {(True, True): "Right, and your answer", (True, False): "Right", (False, True): "Your answer"}
    return tuple(
        Reason(option.text, option.right, option.feedback, notes.get((option.right, n in chosen), ""))
        for n, option in ((n, question.options[n]) for n in order)
    )
