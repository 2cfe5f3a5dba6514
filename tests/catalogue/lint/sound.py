"""A small module without a flaw, made in memory, and the ways to spoil one thing of it."""

from functools import cache
from typing import Any

import yaml

from elearning.catalogue.prose import read_prose
from elearning.catalogue.types import Item, TrainingModule
from tests.packs import STORY

FIRST = "the-idea"  # the slug of the section that tests rewrite

_CHILDREN = "Ada Bo Cal Dina Eli Fay Gus Hal Ida Jo Kit Lou Max Nan Ola Pia Quin Rex Sol Tia Una Vic Wim Zed".split()
_SEEN = (
    "hides a torn coat|carries two full bags|sleeps through maths|limps across the yard|counts new coins|skips every lunch|"
    "keeps an old phone|waits near the bridge|walks home alone|cries behind the shed|draws dark trains|fears one blue van|"
    "wears wet shoes|avoids the big gate|stays until closing|asks for spare food|owns three keys|snaps over nothing|"
    "talks about debts|lost a close friend|moved house twice|rides the night bus|missed swimming again|guards a small box"
).split("|")
_RIGHT = "Speak with {child} in private, then ring your lead today"
_WRONG = ("Keep a note of it and see what next week brings", "Ask the class what they know about this and why")
_WHY = (
    "A private word comes first, and {child} is safer once others know.",
    "Waiting leaves {child} alone with it for one more week.",
    "A whole class is no safe place to talk about {child}.",
)


def _question(position: int) -> dict[str, Any]:
    child = _CHILDREN[position]
    texts = [_RIGHT.format(child=child), *_WRONG]
    options = [
        {"text": text, "feedback": why.format(child=child), "right": n == 0}
        for n, (text, why) in enumerate(zip(texts, _WHY, strict=True))
    ]
    return {
        "section": FIRST,
        "evidence": ["E1.01"],
        "stem": f"{child} {_SEEN[position]}. What do you do first?",
        "options": options,
    }


def _item(position: int) -> dict[str, Any]:
    level = ("recall", "understand", "understand", "apply", "apply", "apply")[position % 6]
    kind = "scenario" if position % 6 == 3 else "single"
    return {
        "id": f"SM-{position + 1:02}",
        "outcome": f"1.{position // 6 + 1}",
        "level": level,
        "type": kind,
        **_question(position),
    }


def _section(slug: str, title: str, markdown: str, *, teaching: bool = True) -> dict[str, Any]:
    prose = read_prose(markdown)
    assert not prose.problems, prose.problems
    head = {"slug": slug, "title": title, "minutes": 3, "teaching": teaching}
    return {**head, "markdown": markdown, "html": prose.html, "citations": list(prose.citations)}


_FILLER = "\n".join(["We stop, we look and we ask the child. {-}\n"] * 55)


@cache
def sound() -> TrainingModule:
    """A module that keeps every rule."""
    sections = [_section("welcome", "Welcome", "Take your time. {-}\n\n" + _FILLER, teaching=False)]
    sections.append(
        _section(FIRST, "The idea", "The first thing is so. {E1.01}\n\nThe law says the second thing. {E1.02}\n")
    )
    sections += [_section(f"part-{n}", f"Part {n}", _FILLER) for n in range(5)]
    return TrainingModule.model_validate(
        {
            "key": "sound-module",
            "version": 1,
            "title": "Sound module: a test",
            "summary": "A module for the tests.",
            "audience": "Everyone.",
            "minutes": 26,
            "valid_for_months": 36,
            "changes": "First version.",
            "content_note": "This module speaks about risk to children. " + "You may stop at any time and come back later. " * 2,
            "review": {"title": "Never Assume: a review", "published": "September 2021", "read": "We read the note."},
            "pledges": ["When one thing happens, I will ask.", "When another does, I will tell the lead."],
            "outcomes": [
                {"id": f"1.{n}", "text": f"Recognise thing {n}.", "confidence": f"I can recognise thing {n}."} for n in range(1, 5)
            ],
            "team_sheet": {
                "before": "Everyone reads part one.", "say_first": "Anyone may step out.",
                "steps": [{"minutes": 5, "text": "Say what part one says.", "evidence": ["E1.01"]}, {"minutes": 10, "text": "Find it in our own week."},
                          {"minutes": 5, "text": "Agree on one change, with an owner and a date."}],
            },
            "blueprint": {"attempts": 3, "lower_per_outcome": 1, "apply_per_outcome": 1, "scenarios_at_least": 1,
                          "pass_mark": 6, "pass_mark_method": "convention", "pause_hours": 24},
            "sections": sections,
            "scenario": yaml.safe_load(STORY),
            "practice": [{"id": "SM-P01", "type": "single", **_question(5), "stem": "Your team meets on Friday. Which line is fair to Gus?"}],
            "items": [_item(position) for position in range(24)],
            "sources": {"note": {"label": "A briefing note, September 2021", "checked_on": "2026-02-01"},
                        "law": {"label": "A summary of an Act", "checked_on": "2026-02-01"}},
            "evidence": [
                {"id": "E1.01", "statement": "The first thing is so.", "whose": "review", "source": "note", "confidence": "H"},
                {"id": "E1.02", "statement": "The law says the second thing.", "whose": "law", "source": "law",
                 "confidence": "M", "may_change": True},
            ],
        }
    )  # fmt: skip


def module(**fields: Any) -> TrainingModule:
    """The sound module with other fields."""
    return TrainingModule.model_validate({**sound().model_dump(), **fields})


def blueprint(**fields: Any) -> TrainingModule:
    return module(blueprint={**sound().blueprint.model_dump(), **fields})


def text(markdown: str, **fields: Any) -> TrainingModule:
    """With one section saying something else."""
    sections = [section.model_dump() for section in sound().sections]
    sections[1] = {**_section(FIRST, "The idea", markdown + "\n"), **fields}
    return module(sections=sections)


def item(**fields: Any) -> TrainingModule:
    """With the first item of the bank changed."""
    items = [one.model_dump() for one in sound().items]
    items[0] = {**items[0], **fields}
    return module(items=items)


def options(*texts: str, right: int = 0, **fields: Any) -> TrainingModule:
    """With other options in the first item; their feedback stays sound."""
    made = [
        {
            "text": given,
            "feedback": f"This is reason number {n} of some, and it says why.".replace("number ", "n" * n),
            "right": n == right,
        }
        for n, given in enumerate(texts)
    ]
    return item(options=made, **fields)


def feedback(*texts: str) -> TrainingModule:
    made = [option.model_dump() for option in first().options]
    for option, given in zip(made, texts, strict=False):
        option["feedback"] = given
    return item(options=made)


def first() -> Item:
    return sound().items[0]


def point(position: int, **fields: Any) -> TrainingModule:
    """With one of the two evidence points changed: 0 is the review's, 1 the law's."""
    points = [one.model_dump() for one in sound().evidence]
    points[position] = {**points[position], **fields}
    return module(evidence=points)


def outcome(**fields: Any) -> TrainingModule:
    """With the first outcome changed."""
    outcomes = [one.model_dump() for one in sound().outcomes]
    outcomes[0] = {**outcomes[0], **fields}
    return module(outcomes=outcomes)


def sheet(*texts: str, minutes: int = 7, evidence: tuple[str, ...] = ("E1.01",), **fields: Any) -> TrainingModule:
    """With another team sheet: the steps say these texts and cite these points; without texts they stay sound."""
    given = texts or [step.text for step in sound().team_sheet.steps]
    steps = [{"minutes": minutes, "text": text, "evidence": evidence} for text in given]
    return module(team_sheet={**sound().team_sheet.model_dump(), "steps": steps, **fields})


def story(**fields: Any) -> TrainingModule:
    """With the story changed. Fields of a scene or a choice are those of the first."""
    told = module().model_dump()["scenario"]
    scene = told["scenes"][0]
    for name, value in fields.items():
        holder = next(one for one in (scene, scene["choices"][0], told) if name in one)
        holder[name] = value
    return module(scenario=told)
