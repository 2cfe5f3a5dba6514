"""A training module as the rest of the house sees it: frozen, complete, with its evidence.

A module is written as a pack (a folder under `modules/`), read by `loader.py` into the types here, and stored as
JSON when a version is published, so that an attempt of years ago can be shown as it was.

Positions (`key`, `order`, what was chosen) are always the author's positions in `quiz.yaml`, counted from 0. What the
page shows is shuffled per attempt; `assessment` keeps that order.
"""

import datetime as dt
import re
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

EVIDENCE_ID = r"^E[0-9]\.[0-9][0-9]$"
OUTCOME_ID = r"^[0-9]\.[0-9]$"
ITEM_ID = r"^[A-Z]{2}-[0-9][0-9]$"
PRACTICE_ID = r"^[A-Z]{2}-P[0-9][0-9]$"
SLUG = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
RULE_CODE = r"^L[0-9][0-9]$"
NO_CONTROLS = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=NO_CONTROLS)]
Title = Annotated[Text, StringConstraints(max_length=120)]  # as long as a certificate has room for
EvidenceId = Annotated[str, StringConstraints(pattern=EVIDENCE_ID)]
OutcomeId = Annotated[str, StringConstraints(pattern=OUTCOME_ID)]
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
RuleCode = Annotated[str, StringConstraints(pattern=RULE_CODE)]
# Findings of `elearning check` that the author accepts, each with the reason. It has a default, so that versions stored
# before it still read, and is outside the content digest while empty.
Allowed = Annotated[dict[RuleCode, Text], Field(default_factory=dict)]

# A sentence ends in a stop (and perhaps a closing quote) before a space and something that can begin the next one;
# "e.g. Aaron" and "Dr. Lee" do not end one.
_SENTENCE_END = re.compile(
    r"(?<!\b(?:e\.g|i\.e)\.)(?<!\b(?:Dr|Mr|Ms|St)\.)(?<!\bMrs\.)"
    r"(?:(?<=[.?!])|(?<=[.?!]['’\"”)]))\s+(?=['‘\"“(]?[A-Z0-9])"
)
_OPENS, _CLOSES = re.compile(r"(?:^|(?<=[\s(]))['‘\"“]"), re.compile(r"(?<=[.?!,])['’\"”]")


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph, in their order."""
    return _SENTENCE_END.split(text)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(StrEnum):
    RECALL = "recall"
    UNDERSTAND = "understand"
    APPLY = "apply"


class ItemType(StrEnum):
    SINGLE = "single"
    SCENARIO = "scenario"
    MULTIPLE = "multiple"
    ORDERING = "ordering"
    MATCHING = "matching"


class Whose(StrEnum):
    """Whose learning a point is (law 7): "the review says" is for the first only."""

    REVIEW = "review"
    OTHER_REVIEW = "other-review"
    BIRMINGHAM = "birmingham"
    OTHER_AREA = "other-area"
    NATIONAL = "national"
    LAW = "law"

    @property
    def label(self) -> str:
        """As a page says it."""
        return {
            Whose.REVIEW: "This review",
            Whose.OTHER_REVIEW: "Another Birmingham review, not this one",
            Whose.BIRMINGHAM: "Birmingham context, not this review",
            Whose.OTHER_AREA: "Another area, not this review",
            Whose.NATIONAL: "National learning, not this review",
            Whose.LAW: "Law and guidance, not this review",
        }[self]


class Source(Frozen):
    """Where evidence points come from: a label to show, and when we last checked it."""

    label: Text
    checked_on: dt.date


class EvidencePoint(Frozen):
    """One fact in our words, with where it stands and how sure we are of it."""

    id: EvidenceId
    statement: Text
    whose: Whose
    source: Text = Field(description="a key of `sources`")
    place: Text | None = Field(None, description="heading or paragraph in the source")
    confidence: Literal["H", "M", "L"]
    may_change: bool = Field(False, strict=True, description='shows "Check current guidance"')
    allow: Allowed

    @property
    def standing(self) -> str:
        """How far to trust it, as a page says it; empty for what was read line by line."""
        return {
            "H": "",
            "M": "Read in a stored copy, often only its beginning.",
            "L": "Second-hand: we have not read the original.",
        }[self.confidence]


class Option(Frozen):
    text: Text
    feedback: Text
    right: bool = Field(False, strict=True)


class Step(Frozen):
    text: Text
    feedback: Text


class Pair(Frozen):
    left: Text
    right: Text
    feedback: Text


class Question(Frozen):
    """What items and practice items share. Which of options, steps and pairs is filled follows from `type`."""

    id: str
    type: ItemType
    section: Slug
    evidence: tuple[EvidenceId, ...] = Field(min_length=1)
    stem: Text
    options: tuple[Option, ...] = ()
    steps: tuple[Step, ...] = ()
    pairs: tuple[Pair, ...] = ()
    allow: Allowed

    @cached_property
    def background(self) -> tuple[str, ...]:
        """The stem before its question, by paragraphs; empty when the stem is the question alone."""
        return self._stem[:-1]

    @cached_property
    def lead_in(self) -> str:
        """The question itself: the last sentence of the stem."""
        return self._stem[-1]

    @cached_property
    def _stem(self) -> tuple[str, ...]:
        *paragraphs, last = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", self.stem))
        *before, lead_in = sentences(last)
        # Part of somebody's words is no question: go back to where the quotation opens.
        while before and len(_CLOSES.findall(lead_in)) > len(_OPENS.findall(lead_in)):
            lead_in = f"{before.pop()} {lead_in}"
        return (*paragraphs, *([" ".join(before)] if before else []), lead_in)

    @cached_property
    def parts(self) -> tuple[Option | Step | Pair, ...]:
        """The things that the page shows in a shuffled order."""
        return self.options or self.steps or self.pairs

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The distinct right-hand sides of a matching question, in alphabetical order."""
        return tuple(sorted({pair.right for pair in self.pairs}))

    @cached_property
    def key(self) -> tuple[int, ...]:
        """What is right: option positions; for ordering the steps in order; for matching a choice for each pair."""
        match self.type:
            case ItemType.ORDERING:
                return tuple(range(len(self.steps)))
            case ItemType.MATCHING:
                return tuple(self.choices.index(pair.right) for pair in self.pairs)
            case _:
                return tuple(i for i, option in enumerate(self.options) if option.right)


class Item(Question):
    """A question of the scored bank."""

    id: Annotated[str, StringConstraints(pattern=ITEM_ID)]
    outcome: OutcomeId
    level: Level


class PracticeItem(Question):
    """A question at the end of a teaching section; never in the scored bank."""

    id: Annotated[str, StringConstraints(pattern=PRACTICE_ID)]


class Outcome(Frozen):
    """What people can do afterwards, and the statement by which they say how sure they feel of it."""

    id: OutcomeId
    text: Text
    confidence: Text = Field(description='"I can ...", rated from 0 (not at all) to 10 (completely)')


# Rated in every module, beside the statements of its outcomes.
SPEAKING_UP = ("speaking-up", "I would speak up if I disagreed with a colleague from another agency.")


class SectionHead(Frozen):
    """What a section says of itself, between two lines of `---`."""

    title: Title
    minutes: int = Field(ge=1, le=5)
    teaching: bool = Field(strict=True)
    allow: Allowed


class Section(SectionHead):
    """A page to read. `html` is made from `markdown` at loading and is safe to show as it is."""

    slug: Slug
    markdown: str
    html: str
    citations: tuple[EvidenceId, ...]


class Gauge(Frozen):
    """Something that choices in a story move. `states` are words, from the lowest to the highest."""

    id: Slug
    name: Text
    states: tuple[Text, ...] = Field(min_length=4, max_length=5)
    starts: int = Field(ge=1, description="the state at the beginning, counted from 1")


class Piece(Frozen):
    """What one person in a story has seen or heard. At the end all pieces are laid down."""

    id: Slug
    whose: Text
    text: Text


class Role(Frozen):
    """Someone whose part can be taken, the scene they begin in and the piece they hold."""

    id: Slug
    name: Text
    scene: Slug
    piece: Slug


class Glimpse(Frozen):
    """A paragraph for those whose earlier choices brought the gauges at least so far."""

    needs: dict[str, int]
    text: Text


class Choice(Frozen):
    """What one may do in a scene, and what follows from it with its reason."""

    text: Text
    follows: Text
    best: bool = Field(False, strict=True)
    moves: dict[str, int] = Field({}, description="gauge -> so many states up or down")
    shares: tuple[Slug, ...] = Field((), description="the pieces that others learn of; `own` is the role's")
    next: Slug = Field(description='a scene, or "ending" for the first ending that fits')
    evidence: tuple[EvidenceId, ...] = ()


class Scene(Frozen):
    """One page of a story: who you are, what you see, what you may do."""

    id: Slug
    title: Title
    who: Text
    see: Text
    glimpses: tuple[Glimpse, ...] = Field((), description="the first that fits is shown below what you see")
    question: Text = "What do you do?"
    evidence: tuple[EvidenceId, ...] = Field(min_length=1)
    choices: tuple[Choice, ...] = Field(min_length=2, max_length=5)


class Ending(Frozen):
    """How a story can end. The first whose `needs` the gauges meet is reached; the last needs nothing."""

    id: Slug
    title: Title
    text: Text
    reached: Literal["early", "late", "very late"]
    needs: dict[str, int] = {}


class ScenarioHead(Frozen):
    """What a story says of itself."""

    title: Title
    minutes: int = Field(ge=1, le=15)
    fictional: bool = Field(strict=True)
    opening: Text
    reflect: tuple[Text, ...] = Field(min_length=1)


class Scenario(ScenarioHead):
    """An invented story to walk through (content rules L20 to L22). Without roles it begins in its first scene."""

    gauges: tuple[Gauge, ...]
    pieces: tuple[Piece, ...]
    roles: tuple[Role, ...] = ()
    scenes: tuple[Scene, ...]
    endings: tuple[Ending, ...]

    @cached_property
    def scene(self) -> dict[str, Scene]:
        return {scene.id: scene for scene in self.scenes}

    @cached_property
    def ending(self) -> dict[str, Ending]:
        return {ending.id: ending for ending in self.endings}

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """The scene that each role begins in; without roles the first one."""
        return tuple(role.scene for role in self.roles) or (self.scenes[0].id,)


class TeamStep(Frozen):
    """Something a team does together, and how long it takes."""

    minutes: int = Field(ge=1, le=15)
    text: Text
    evidence: tuple[EvidenceId, ...] = Field((), description="only where the step states or leans on a fact")


class TeamSheet(Frozen):
    """What a team does with the module at its next meeting, on one page (`team.toml`)."""

    before: Text
    say_first: Text
    steps: tuple[TeamStep, ...] = Field(min_length=3, max_length=6)

    @property
    def minutes(self) -> int:
        """How long the discussion takes; counted as CPD."""
        return sum(step.minutes for step in self.steps)


class Review(Frozen):
    """The publication a module teaches from, and what of it could be read."""

    title: Text
    published: Text
    read: Text = Field(description="what we read, and what we could not")


class Blueprint(Frozen):
    """How a quiz form is built and marked (content rules L13, L15 to L17)."""

    attempts: int = Field(ge=1, le=5)
    lower_per_outcome: int = Field(ge=0, description="recall or understand items of each outcome")
    apply_per_outcome: int = Field(ge=1)
    scenarios_at_least: int = Field(ge=0)
    pass_mark: int = Field(ge=1)
    pass_mark_method: Literal["convention", "angoff", "ebel"]
    pause_hours: int = Field(ge=0, description="wait after the last attempt of a set")


class ModuleHead(Frozen):
    """What `module.toml` says."""

    key: Slug
    version: int = Field(ge=1, le=9999)
    title: Title
    summary: Text
    audience: Text
    minutes: int = Field(ge=10, le=90, description="CPD minutes")
    valid_for_months: int = Field(ge=1, le=120)
    changes: Text = Field(description="what is new in this version, in a sentence")
    content_note: Text
    pledges: tuple[Text, ...] = Field(min_length=2, max_length=4, description='examples: "When ..., I will ..."')
    review: Review
    outcomes: tuple[Outcome, ...] = Field(min_length=2, max_length=6)
    blueprint: Blueprint
    allow: Allowed

    @property
    def form_length(self) -> int:
        """Questions in one quiz form."""
        return len(self.outcomes) * (self.blueprint.lower_per_outcome + self.blueprint.apply_per_outcome)

    @property
    def confidence_statements(self) -> tuple[tuple[str, str], ...]:
        """What learners rate before, after and weeks later: (name, statement), one for each outcome and a shared one."""
        return (*((outcome.id, outcome.confidence) for outcome in self.outcomes), SPEAKING_UP)


class TrainingModule(ModuleHead):
    """Everything of one version of one module."""

    sections: tuple[Section, ...]
    practice: tuple[PracticeItem, ...]
    items: tuple[Item, ...]
    sources: dict[str, Source]
    evidence: tuple[EvidencePoint, ...]
    team_sheet: TeamSheet
    scenario: Scenario | None = None

    @cached_property
    def item(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def section(self) -> dict[str, Section]:
        return {section.slug: section for section in self.sections}

    @cached_property
    def point(self) -> dict[str, EvidencePoint]:
        return {point.id: point for point in self.evidence}

    @cached_property
    def points_by_source(self) -> tuple[tuple[Source, tuple[EvidencePoint, ...]], ...]:
        """The evidence, grouped under its sources."""
        return tuple(
            (source, tuple(point for point in self.evidence if point.source == key))
            for key, source in self.sources.items()
        )

    def practice_of(self, slug: str) -> tuple[PracticeItem, ...]:
        return tuple(item for item in self.practice if item.section == slug)
