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

    label: Text = Field(description="what readers see; never an address")
    checked_on: dt.date = Field(description="the day someone last looked at the source, such as 2026-03-01")


class EvidencePoint(Frozen):
    """One fact in our words, with where it stands and how sure we are of it."""

    id: EvidenceId = Field(description="E, one digit, a stop and exactly two digits, such as E3.10")
    statement: Text = Field(description="one fact, in our words")
    whose: Whose = Field(
        description="`review` (this one), `other-review`, `birmingham`, `other-area`, `national` or `law`"
    )
    source: Text = Field(description="the name of a source above")
    place: Text | None = Field(None, description="heading or paragraph in the source; may be left out")
    confidence: Literal["H", "M", "L"] = Field(
        description="`H` read in the source itself, `M` read in a copy, `L` second-hand"
    )
    may_change: bool = Field(
        False,
        strict=True,
        description="`true` for what goes out of date, such as law, guidance, services and phone numbers: readers are told to check; leave it out otherwise",
    )
    allow: Allowed = Field(description="findings about this point that you accept; leave it out otherwise")

    @property
    def standing(self) -> str:
        """How far to trust it, as a page says it; empty for what was read line by line."""
        return {
            "H": "",
            "M": "Read in a stored copy, often only its beginning.",
            "L": "Second-hand: we have not read the original.",
        }[self.confidence]


class Option(Frozen):
    text: Text = Field(description="an answer to choose")
    feedback: Text = Field(description="why it is right or wrong, 8 to 60 words, each one different")
    right: bool = Field(False, strict=True, description="`true` for a right one; leave it out otherwise")


class Step(Frozen):
    text: Text = Field(description="ordering: one step; write them in the right order")
    feedback: Text = Field(description="why it stands there")


class Pair(Frozen):
    left: Text = Field(description="matching: what is given")
    right: Text = Field(description="what goes with it; may be the same for two pairs")
    feedback: Text = Field(description="why they belong together")


class Question(Frozen):
    """What items and practice items share. Which of options, steps and pairs is filled follows from `type`."""

    id: str
    type: ItemType = Field(
        description="`single` or `scenario` (3 to 5 options, one right), `multiple` (4 to 7, several right), `ordering` (3 to 6 steps), `matching` (3 to 6 pairs)"
    )
    section: Slug = Field(description="where to read it up: the section's file name without number and `.md`")
    evidence: tuple[EvidenceId, ...] = Field(min_length=1, description="the points it rests on, such as [E3.10, E3.11]")
    stem: Text = Field(description="the situation, and as its last sentence the question")
    options: tuple[Option, ...] = ()
    steps: tuple[Step, ...] = ()
    pairs: tuple[Pair, ...] = ()
    allow: Allowed = Field(
        description='findings in this question that you accept, such as {L08: "the word is the review\'s own"}; leave it out otherwise'
    )

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


QUESTION_ID = (
    "RM-07 in the bank, RM-P07 for practice: two capitals and exactly two digits; never used again for another question"
)


class Item(Question):
    """A question of the scored bank."""

    id: Annotated[str, StringConstraints(pattern=ITEM_ID)] = Field(description=QUESTION_ID)
    outcome: OutcomeId = Field(description="bank only: the number of an outcome")
    level: Level = Field(
        description="bank only: `recall` (say it again), `understand` (explain it, tell things apart) or `apply` (decide in a new case)"
    )


class PracticeItem(Question):
    """A question at the end of a teaching section; never in the scored bank."""

    id: Annotated[str, StringConstraints(pattern=PRACTICE_ID)] = Field(description=QUESTION_ID)


class Outcome(Frozen):
    """What people can do afterwards, and the statement by which they say how sure they feel of it."""

    id: OutcomeId = Field(description="one digit, a stop, one digit, in quotes, such as 3.1")
    text: Text = Field(description="what people can do afterwards, beginning with a verb")
    confidence: Text = Field(description='"I can …": people rate it from 0 to 10, before, after and weeks later')


# Rated in every module, beside the statements of its outcomes.
SPEAKING_UP = ("speaking-up", "I would speak up if I disagreed with a colleague from another agency.")


class SectionHead(Frozen):
    """What a section says of itself, between two lines of `---`."""

    title: Title = Field(description="the heading of the page")
    minutes: int = Field(ge=1, le=5, description="how long it takes to read, 1 to 5")
    teaching: bool = Field(
        strict=True,
        description="`true`, or `false` for a page that teaches nothing, such as a welcome; a teaching section has a practice question",
    )
    allow: Allowed = Field(
        description="findings in this section that you accept, such as {L23: the law has no shorter word}; leave it out otherwise"
    )


class Section(SectionHead):
    """A page to read. `html` is made from `markdown` at loading and is safe to show as it is."""

    slug: Slug
    markdown: str
    html: str
    citations: tuple[EvidenceId, ...]


class Gauge(Frozen):
    """Something that choices in a story move. `states` are words, from the lowest to the highest."""

    id: Slug = Field(description="a short name, such as trust")
    name: Text = Field(description="as readers see it")
    states: tuple[Text, ...] = Field(
        min_length=4, max_length=5, description="4 or 5 states in words, from the lowest to the highest"
    )
    starts: int = Field(ge=1, description="the state at the beginning, counted from 1")


class Piece(Frozen):
    """What one person in a story has seen or heard. At the end all pieces are laid down."""

    id: Slug = Field(description="a short name")
    whose: Text = Field(description="who has seen or heard it, such as The nurse")
    text: Text = Field(description="what they know, true whatever is chosen; at the end all pieces are laid down")


class Role(Frozen):
    """Someone whose part can be taken, the scene they begin in and the piece they hold."""

    id: Slug = Field(description="a short name; leave `roles` out where everybody walks the same way")
    name: Text = Field(description="whose part can be taken")
    scene: Slug = Field(description="where they begin")
    piece: Slug = Field(description="the piece they hold")


class Glimpse(Frozen):
    """A paragraph for those whose earlier choices brought the gauges at least so far."""

    needs: dict[str, int] = Field(
        description="the gauges, each with the state it must have reached, for one more paragraph; the first that fits is shown"
    )
    text: Text = Field(description="that paragraph")


class Choice(Frozen):
    """What one may do in a scene, and what follows from it with its reason."""

    text: Text = Field(description="something one may do; 2 to 5 in a scene")
    follows: Text = Field(description="what follows, and why")
    best: bool = Field(False, strict=True, description="`true` for the best one; leave it out otherwise")
    moves: dict[str, int] = Field({}, description="the gauges that it moves, such as {trust: 1, picture: -1}")
    shares: tuple[Slug, ...] = Field(
        (), description="the pieces that others learn of; `own` is the piece of the role taken"
    )
    next: Slug = Field(description="the scene it leads to, or `ending`")
    evidence: tuple[EvidenceId, ...] = Field((), description="points for this choice alone; may be left out")


class Scene(Frozen):
    """One page of a story: who you are, what you see, what you may do."""

    id: Slug = Field(description="a short name; the first scene is the beginning where there are no roles")
    title: Title = Field(description="the heading of the page")
    who: Text = Field(description="who you are")
    see: Text = Field(description="what you see, in short paragraphs")
    glimpses: tuple[Glimpse, ...] = Field((), description="the first that fits is shown below what you see")
    question: Text = Field("What do you do?", description='"What do you do?", unless you say something else')
    evidence: tuple[EvidenceId, ...] = Field(min_length=1, description="the points that the scene rests on")
    choices: tuple[Choice, ...] = Field(min_length=2, max_length=5)


class Ending(Frozen):
    """How a story can end. The first whose `needs` the gauges meet is reached; the last needs nothing."""

    id: Slug = Field(description="a short name")
    title: Title = Field(description="the heading of the page")
    text: Text = Field(description="how it ends: a person reached, or a plan made")
    reached: Literal["early", "late", "very late"] = Field(description="`early`, `late` or `very late`")
    needs: dict[str, int] = Field(
        {}, description="the gauges, each with the state it must have reached; the last ending needs nothing"
    )


class ScenarioHead(Frozen):
    """What a story says of itself."""

    title: Title = Field(description="what the story is called")
    minutes: int = Field(ge=1, le=15, description="how long it takes, 1 to 15")
    fictional: bool = Field(strict=True, description="`true`: the people and places are invented")
    opening: Text = Field(description="what it is about, before it begins")
    reflect: tuple[Text, ...] = Field(min_length=1, description="questions to think over at the end")


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

    minutes: int = Field(ge=1, le=15, description="how long this step takes, 1 to 15")
    text: Text = Field(description="what the team does; the last step is one change, with an owner and a date")
    evidence: tuple[EvidenceId, ...] = Field(
        (), description="the points that the step states or leans on; may be left out"
    )


class TeamSheet(Frozen):
    """What a team does with the module at its next meeting, on one page (`team.toml`)."""

    before: Text = Field(description="what everybody does before")
    say_first: Text = Field(description="what is said before it begins")
    steps: tuple[TeamStep, ...] = Field(min_length=3, max_length=6)

    @property
    def minutes(self) -> int:
        """How long the discussion takes; counted as CPD."""
        return sum(step.minutes for step in self.steps)


class Review(Frozen):
    """The publication a module teaches from, and what of it could be read."""

    title: Text = Field(description="the publication it teaches from")
    published: Text = Field(description="when that came out, such as September 2021")
    read: Text = Field(description="what of it we read, and what we could not")


class Blueprint(Frozen):
    """How a quiz form is built and marked (content rules L13, L15 to L17)."""

    attempts: int = Field(ge=1, le=5, description="attempts before a pause, with all questions new; 3 as a rule")
    lower_per_outcome: int = Field(ge=0, description="recall or understand questions of each outcome in a quiz")
    apply_per_outcome: int = Field(ge=1, description="apply questions of each outcome in a quiz")
    scenarios_at_least: int = Field(ge=0, description="how many questions of a quiz are scenarios, at least")
    pass_mark: int = Field(ge=1, description="right answers needed, a whole number")
    pass_mark_method: Literal["convention", "angoff", "ebel"] = Field(
        description="how it was set: `convention`, `angoff` or `ebel`"
    )
    pause_hours: int = Field(ge=0, description="how long to wait after the last attempt of a set")


class ModuleHead(Frozen):
    """What `module.toml` says."""

    key: Slug = Field(description="the name of the folder")
    version: int = Field(ge=1, le=9999, description="a whole number, 1 to begin with")
    title: Title = Field(description="at most 120 characters; it is printed on certificates")
    summary: Text = Field(description="two sentences for the list of modules")
    audience: Text = Field(description="whom it is for")
    minutes: int = Field(ge=10, le=90, description="how long all of it takes, in whole minutes; certificates say so")
    valid_for_months: int = Field(ge=1, le=120, description="after how many months to renew; 36 as a rule")
    changes: Text = Field(description="what is new in this version, in a sentence")
    content_note: Text = Field(description="what to know before starting, and that one may stop")
    pledges: tuple[Text, ...] = Field(
        min_length=2, max_length=4, description='2 to 4 examples of a pledge: "When …, I will …"'
    )
    review: Review
    outcomes: tuple[Outcome, ...] = Field(min_length=2, max_length=6)
    blueprint: Blueprint
    allow: Allowed = Field(
        description="findings about the whole module that you accept, each with the reason; see below"
    )

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
