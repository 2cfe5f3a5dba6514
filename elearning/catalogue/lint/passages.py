"""Every text of a pack that an author wrote: where it stands, what it says and what it cites."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from elearning.catalogue.lint.finding import EVIDENCE, MODULE, QUIZ, STORY, TEAM, Place, allowances, parts_of, questions
from elearning.catalogue.prose import read_blocks
from elearning.catalogue.types import EvidenceId, Pair, Scenario, Scene, Section, TeamSheet, TrainingModule

Kind = Literal["paragraph", "item", "row", "heading", "caption"]


class Passage(NamedTuple):
    """One text, without markup."""

    part: str
    path: Place
    text: str
    kind: Kind = "item"
    evidence: tuple[EvidenceId, ...] = ()


@dataclass(frozen=True)
class Page:
    """What is read in one go: a section, a scene with all that may follow in it, or the team sheet."""

    part: str
    path: Place
    passages: tuple[Passage, ...]


def passages(module: TrainingModule) -> Iterator[Passage]:
    """All of them, those included that only other authors and readers of sources see."""
    yield from shown(module)
    for key, source in module.sources.items():
        yield Passage(EVIDENCE, ("sources", key, "label"), f"{source.label}. {key.replace('-', ' ').title()}")
    for position, point in enumerate(module.evidence):
        yield Passage(EVIDENCE, ("points", position, "statement"), point.statement)
        if point.place:
            yield Passage(EVIDENCE, ("points", position, "place"), point.place)
    for part, path, _, reason in allowances(module):
        yield Passage(part, path, reason)


def shown(module: TrainingModule) -> Iterator[Passage]:
    """What a reader meets on the way through a module."""
    for field in ("title", "summary", "audience", "changes", "content_note"):
        yield Passage(MODULE, (field,), getattr(module, field))
    for field in ("title", "published", "read"):
        yield Passage(MODULE, ("review", field), getattr(module.review, field))
    for position, outcome in enumerate(module.outcomes):
        yield Passage(MODULE, ("outcomes", position, "text"), outcome.text)
    yield from promises(module)
    for section in module.sections:
        yield Passage(section.slug, ("title",), section.title)
    for page in pages(module):
        yield from page.passages
    for place, question in questions(module):
        yield Passage(QUIZ, (*place, "stem"), question.stem)
        for position, part in enumerate(question.parts):
            said = (part.left, part.right) if isinstance(part, Pair) else (part.text,)
            for text in (*said, part.feedback):
                yield Passage(QUIZ, (*place, parts_of(question), position), text)


def promises(module: TrainingModule) -> Iterator[Passage]:
    """What learners rate of themselves, and the examples of what they pledge."""
    for position, outcome in enumerate(module.outcomes):
        yield Passage(MODULE, ("outcomes", position, "confidence"), outcome.confidence)
    for position, pledge in enumerate(module.pledges):
        yield Passage(MODULE, ("pledges", position), pledge)


def pages(module: TrainingModule) -> Iterator[Page]:
    """Sections, story and team sheet."""
    for section in module.sections:
        yield section_page(section)
    if module.scenario:
        yield from story_pages(module.scenario)
    yield team_page(module.team_sheet)


def section_page(section: Section) -> Page:
    """A section's texts block by block; the path of each is its line."""
    return Page(
        section.slug,
        (),
        tuple(
            Passage(section.slug, (block.line,), text, block.kind, block.citations)
            for block in read_blocks(section.markdown)
            for text in block.texts
        ),
    )


def story_pages(story: Scenario) -> Iterator[Page]:
    """The opening, each scene, and all that waits at the end."""
    around = [Passage(STORY, ("title",), story.title, "heading"), *_paragraphs(("opening",), story.opening)]
    for position, gauge in enumerate(story.gauges):
        around += [Passage(STORY, ("gauges", position), text, "row") for text in (gauge.name, *gauge.states)]
    around += [Passage(STORY, ("roles", position), role.name, "row") for position, role in enumerate(story.roles)]
    yield Page(STORY, ("opening",), tuple(around))
    for position, scene in enumerate(story.scenes):
        yield Page(STORY, ("scenes", position), tuple(_scene_passages(scene, ("scenes", position))))
    end = [Passage(STORY, ("pieces", position), text)
           for position, piece in enumerate(story.pieces) for text in (piece.whose, piece.text)]  # fmt: skip
    for position, ending in enumerate(story.endings):
        end.append(Passage(STORY, ("endings", position, "title"), ending.title, "heading"))
        end += _paragraphs(("endings", position, "text"), ending.text)
    end += [Passage(STORY, ("reflect", position), text) for position, text in enumerate(story.reflect)]
    yield Page(STORY, ("endings",), tuple(end))


def _scene_passages(scene: Scene, place: Place) -> Iterator[Passage]:
    yield Passage(STORY, (*place, "title"), scene.title, "heading")
    yield Passage(STORY, (*place, "who"), scene.who, "item", scene.evidence)
    yield from _paragraphs((*place, "see"), scene.see, scene.evidence)
    for number, glimpse in enumerate(scene.glimpses):
        yield from _paragraphs((*place, "glimpses", number, "text"), glimpse.text, scene.evidence)
    yield Passage(STORY, (*place, "question"), scene.question)
    for number, choice in enumerate(scene.choices):
        where, evidence = (*place, "choices", number), scene.evidence + choice.evidence
        yield Passage(STORY, (*where, "text"), choice.text, "item", evidence)
        yield from _paragraphs((*where, "follows"), choice.follows, evidence)


def _paragraphs(path: Place, text: str, evidence: tuple[EvidenceId, ...] = ()) -> Iterator[Passage]:
    for paragraph in text.split("\n\n"):
        yield Passage(STORY, path, paragraph, "paragraph", evidence)


def team_page(sheet: TeamSheet) -> Page:
    """The team sheet."""
    steps = (
        Passage(TEAM, ("steps", position, "text"), step.text, "item", step.evidence)
        for position, step in enumerate(sheet.steps)
    )
    before = Passage(TEAM, ("before",), sheet.before)
    return Page(TEAM, (), (before, Passage(TEAM, ("say_first",), sheet.say_first), *steps))
