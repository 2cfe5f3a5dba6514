"""Content packs read from their folders: every problem is found at once, each with its file and line."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from reprlib import repr as short
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from elearning.catalogue import paths, rules
from elearning.catalogue.prose import read_prose
from elearning.catalogue.types import (
    EVIDENCE_ID,
    ITEM_ID,
    NO_CONTROLS,
    OUTCOME_ID,
    PRACTICE_ID,
    RULE_CODE,
    SLUG,
    Blueprint,
    Choice,
    Ending,
    EvidencePoint,
    Gauge,
    Glimpse,
    Item,
    ModuleHead,
    Option,
    Outcome,
    Pair,
    Piece,
    PracticeItem,
    Question,
    Review,
    Role,
    Scenario,
    ScenarioHead,
    Scene,
    Section,
    SectionHead,
    Source,
    Step,
    TeamSheet,
    TeamStep,
    TrainingModule,
)
from elearning.catalogue.yamlfile import Lines, YamlProblem, read_yaml
from elearning.core.errors import ContentError

LARGEST_FILE = 300_000  # bytes; the longest quiz so far has 60,000
SECTION_FILE = re.compile(r"[0-9]{2}-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.md")
STORY = "scenario.yaml"
QUIZ = "quiz.yaml"
FILES = ("module.toml", QUIZ, "evidence.yaml", "team.toml", STORY)

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class _File:
    """A file's data as it was written, and the line of each part; a file that cannot be read has none."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: Lines = field(default_factory=dict)
    readable: bool = True

    def listed(self, group: str) -> list[Any]:
        """The entries of a group, sound or not."""
        entries = self.data.get(group)
        return entries if isinstance(entries, list) else []

    def names(self, group: str) -> list[str] | None:
        """What the entries of a group are called, sound or not; None if there is no such group."""
        entries = self.data.get(group)
        if isinstance(entries, dict):
            return list(entries)
        return [id_ for entry in self.listed(group) if (id_ := _text_of(entry, "id"))] or None


@dataclass
class _Pack:
    """A pack while it is read: where it lies, and what is wrong with it so far."""

    folder: Path
    problems: list[str] = field(default_factory=list)
    bodies: dict[str, Lines] = field(default_factory=dict)  # for each section, the lines above its text

    def problem(self, name: str, line: int | None, message: str) -> None:
        place = "/".join(part for part in ("modules", self.folder.name, name) if part) + (f":{line}" if line else "")
        self.problems.append(f"{place}: {message}")

    def text(self, name: str) -> str | None:
        path = self.folder / name
        if path.is_symlink():
            self.problem(name, None, "this is a link to another place; put the file itself here")
        elif path.is_dir():
            self.problem(name, None, "this is a folder; a pack has none")
        elif not path.is_file():
            self.problem(name, None, "the file is missing")
        elif path.stat().st_size > LARGEST_FILE:
            self.problem(name, None, f"the file is larger than {LARGEST_FILE:,} bytes; divide it")
        else:
            content = path.read_bytes()
            try:
                return content.decode("utf-8-sig").replace("\r\n", "\n")
            except UnicodeDecodeError as error:
                line = content.count(b"\n", 0, error.start) + 1
                self.problem(name, line, "this is not UTF-8 text; save the file as UTF-8")
        return None

    def yaml(self, name: str, text: str | None, *, first_line: int = 1) -> _File:
        try:
            if text is None:
                return _File(name, readable=False)
            document = read_yaml(text)
        except YamlProblem as error:
            self.problem(name, error.line + first_line - 1, error.message)
            return _File(name, readable=False)
        for line, message in document.problems:
            self.problem(name, line + first_line - 1, message)
        if not isinstance(document.data, dict):
            self.problem(name, first_line, "begin with a name and a colon, such as title:")
            return _File(name, readable=False)
        return _File(name, document.data, {path: line + first_line - 1 for path, line in document.lines.items()})

    def toml(self, name: str) -> _File:
        text = self.text(name)
        try:
            return _File(name, readable=False) if text is None else _File(name, tomllib.loads(text), _toml_lines(text))
        except RecursionError:
            self.problem(name, None, "this is nested too deeply")
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"\(at line ([0-9]+), column [0-9]+\)$", str(error))
            message = re.sub(r" \(at [^()]*\)$", "", str(error))
            hint = "; text stands in quotes" if message == "Invalid value" else ""
            self.problem(name, int(line.group(1)) if line else None, f"this is not TOML: {message}{hint}")
        except ValueError:
            self.problem(name, None, "a number is too long")
        return _File(name, readable=False)

    def groups(self, file: _File, *wanted: str) -> None:
        """A file of groups has these and no others."""
        for name in wanted if file.readable else ():
            if name not in file.data:
                self.problem(file.name, None, f"{name} is missing")
        for name in file.data:
            if name not in wanted:
                self.at(file, (name,), f'there is no field "{name}"{rules.near(name, wanted)}')

    def entries(self, file: _File, group: str, model: type[Model]) -> dict[Place, Model]:
        """The sound entries of a group, each with its place in the file; all that is wrong with the others is noted."""
        if group not in file.data:
            return {}
        entries = file.data[group]
        if not isinstance(entries, dict if model is Source else list):
            what = "names, each with its fields below it" if model is Source else "a list; begin each entry with a dash"
            self.at(file, (group,), f"{group} must be {what}")
            return {}
        if not entries:
            self.at(file, (group,), f"{group} is empty")
        keys = entries if isinstance(entries, dict) else range(len(entries))
        read = {(group, key): self.model(file, model, entries[key], (group, key)) for key in keys}
        return {place: sound for place, sound in read.items() if sound}

    def model(self, file: _File, model: type[Model], data: Any, place: Place = ()) -> Model | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            details = error.errors()
            inner = {detail["loc"][:length] for detail in details for length in range(len(detail["loc"]))}
            for detail in details:
                # A list that is too short only because its entries are broken is not worth a second line.
                if detail["type"] == "too_short" and detail["loc"] in inner:
                    continue
                self.at(file, (*place, *detail["loc"]), _plain(detail))
            return None

    def at(self, file: _File, path: Place, message: str) -> None:
        """Note a problem at a path, with its line and under the names of the entries it lies in."""
        subject = _subject(file.data, path)
        self.problem(file.name, _line(file.lines, path), f"{subject}: {message}" if subject else message)


@dataclass(frozen=True)
class Pack:
    """A module with where each part of it was written, so that a finding can name its line."""

    module: TrainingModule
    lines: dict[str, Lines]  # by file; the path of a line of a section is that line, counted within its body
    names: dict[str, str]  # the file of each section, by its slug

    def place(self, part: str, path: Place) -> tuple[str, int | None]:
        """File and line of a path in a file of the pack, or of a line of the section with this slug."""
        file = self.names.get(part, part)
        name = "/".join(("modules", self.module.key, file))
        match path:
            case (int(line),):
                return name, self.lines[file][()] + line
            case _:
                return name, _line(self.lines[file], path) if path else None


def read_packs(folder: Path) -> list[TrainingModule]:
    """The module of every pack of a folder. Raises ContentError with all that is wrong with any of them."""
    return [pack.module for pack in read_packs_with_lines(folder)]


def list_packs(folder: Path) -> list[str]:
    """The names of the packs of a folder, sound or not. Raises ContentError if there is no such folder."""
    if not folder.is_dir():
        raise ContentError([f"{folder.name}: there is no such folder of modules; check ELEARNING_MODULES"])
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def read_packs_with_lines(folder: Path, only: str | None = None) -> list[Pack]:
    """Every pack of a folder, or `only` one, with its lines. Raises ContentError with all that is wrong with any."""
    problems: list[str] = []
    packs: list[Pack] = []
    for name in list_packs(folder):
        if only in (None, name):
            pack = _Pack(folder / name)
            packs += _read(pack)
            problems += pack.problems
    if problems:
        raise ContentError(problems)
    if only and not packs:
        raise ContentError([f"modules/{only}: there is no such pack; begin one with `elearning new {only}`"])
    return packs


def _read(pack: _Pack) -> Iterator[Pack]:
    """The module of a pack with its lines, if nothing at all is wrong with it."""
    if pack.folder.is_symlink():
        pack.problem("", None, "this is a link to another place; put the folder itself here")
        return
    toml = pack.toml("module.toml")
    head = pack.model(toml, ModuleHead, toml.data) if toml.readable else None
    team = pack.toml("team.toml")
    team_sheet = pack.model(team, TeamSheet, team.data) if team.readable else None
    quiz = pack.yaml(QUIZ, pack.text(QUIZ))
    pack.groups(quiz, "practice", "items")
    practice = pack.entries(quiz, "practice", PracticeItem)
    items = pack.entries(quiz, "items", Item)
    evidence = pack.yaml("evidence.yaml", pack.text("evidence.yaml"))
    pack.groups(evidence, "sources", "points")
    sources = pack.entries(evidence, "sources", Source)
    points = pack.entries(evidence, "points", EvidencePoint)
    files = list(_section_files(pack))
    known = rules.Known(
        outcomes=toml.names("outcomes"),
        sections=[slug for _, slug in files] or None,
        points=evidence.names("points"),
        sources=evidence.names("sources"),
        practised=[_text_of(entry, "section") for entry in quiz.listed("practice")] or None,
    )
    sections = [section for name, slug in files if (section := _read_section(pack, name, slug, known))]
    told, story, scenario = _read_story(pack, known) if (pack.folder / STORY).exists() else (_File(STORY), None, None)

    for file, group in ((toml, "outcomes"), (quiz, "practice"), (quiz, "items"), (evidence, "points")):
        for position in rules.repeated([_text_of(entry, "id") for entry in file.listed(group)]):
            pack.at(file, (group, position), "this id is given twice")
    questions: dict[Place, Question] = {**practice, **items}
    for place, question in questions.items():
        for path, message in rules.question_problems(question, known):
            pack.at(quiz, (*place, *path), message)
    for path, message in rules.team_problems(team_sheet, known) if team_sheet else ():
        pack.at(team, path, message)
    for place, point in points.items():
        for path, message in rules.point_problems(point, known):
            pack.at(evidence, (*place, *path), message)
    if head:
        if head.key != pack.folder.name:
            pack.at(toml, ("key",), f'key is "{head.key}" but the folder is "{pack.folder.name}"')
        for path, message in rules.head_problems(head, sections, story):
            pack.at(toml, path, message)
        if items and len(items) == len(quiz.listed("items")):
            for message in rules.bank_problems(head, list(items.values())):
                pack.at(quiz, ("items",), message)
    if head and team_sheet and not pack.problems:
        module = TrainingModule(
            **{name: getattr(head, name) for name in ModuleHead.model_fields},
            sections=tuple(sections),
            practice=tuple(practice.values()),
            items=tuple(items.values()),
            sources={str(name): source for (_, name), source in sources.items()},
            evidence=tuple(points.values()),
            team_sheet=team_sheet,
            scenario=scenario,
        )
        lines = {file.name: file.lines for file in (toml, team, quiz, evidence, told)} | pack.bodies
        yield Pack(module, lines, {slug: name for name, slug in files})


def _read_story(pack: _Pack, known: rules.Known) -> tuple[_File, ScenarioHead | None, Scenario | None]:
    """scenario.yaml, what it says of the story, and the whole of the story if nothing is wrong with it."""
    file = pack.yaml(STORY, pack.text(STORY))
    before = len(pack.problems)
    groups: dict[str, type[BaseModel]] = {
        "gauges": Gauge, "pieces": Piece, "roles": Role, "scenes": Scene, "endings": Ending
    }  # fmt: skip
    told = {name: value for name, value in file.data.items() if name not in groups}
    head = pack.model(file, ScenarioHead, told) if file.readable else None
    parts: dict[str, dict[Place, BaseModel]] = {"": {(): head}} if head else {}
    for group, model in groups.items():
        if file.readable and group != "roles" and group not in file.data:
            pack.problem(STORY, None, f"{group} is missing")
        parts[group] = pack.entries(file, group, model)
        for position in rules.repeated([_text_of(entry, "id") for entry in file.listed(group)]):
            pack.at(file, (group, position), "this id is given twice")
    names = paths.Names(
        gauges=file.names("gauges"),
        pieces=file.names("pieces"),
        roles=file.names("roles"),
        scenes=file.names("scenes"),
        points=known.points,
    )
    for place, part in (found for group in parts.values() for found in group.items()):
        for path, message in paths.part_problems(part, names):
            pack.at(file, (*place, *path), message)
    if not head or len(pack.problems) > before:
        return file, head, None
    scenario = Scenario.model_validate({**dict(head), **{group: tuple(parts[group].values()) for group in groups}})
    for path, message in paths.way_problems(scenario):
        pack.at(file, path, message)
    return file, head, scenario


def _section_files(pack: _Pack) -> Iterator[tuple[str, str]]:
    """The name and slug of each section, in the order of their numbers."""
    seen: set[str] = set()
    for name in sorted(path.name for path in pack.folder.iterdir()):
        if name in FILES or name.startswith("."):
            continue
        named = SECTION_FILE.fullmatch(name)
        if not named or len(named.group(1)) > 60:
            pack.problem(name, None, "this is no part of a pack; sections are called like 03-the-idea.md")
            continue
        if name[:2] in seen or named.group(1) in seen:
            pack.problem(name, None, "another section has this number or name")
        seen |= {name[:2], named.group(1)}
        yield name, named.group(1)
    if not seen:
        pack.problem("", None, "there is no section; the first is called like 01-before-you-start.md")


def _read_section(pack: _Pack, name: str, slug: str, known: rules.Known) -> Section | None:
    text = pack.text(name)
    if text is None:
        return None
    found = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not found:
        pack.problem(name, 1, "begin the file with its title, minutes and teaching between two lines of ---")
        return None
    file = pack.yaml(name, found.group(1), first_line=2)
    head = pack.model(file, SectionHead, file.data) if file.readable else None
    body, above = text[found.end() :], found.group().count("\n")
    pack.bodies[name] = {**file.lines, (): above}
    prose = read_prose(body)
    for line, message in prose.problems:
        pack.problem(name, above + line, message)
    for id_, line in prose.citations.items():
        if problem := rules.unknown("evidence point", id_, known.points):
            pack.problem(name, above + line, problem)
    if not body.strip():
        pack.problem(name, None, "the section has no text")
    if head is None:
        return None
    if head.teaching and known.practised is not None and slug not in known.practised:
        pack.problem(name, None, "a teaching section needs a practice item in quiz.yaml")
    return Section(**dict(head), slug=slug, markdown=body, html=prose.html, citations=tuple(prose.citations))


def _line(lines: Lines, path: Place) -> int | None:
    """The line of a path, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _toml_lines(text: str) -> Lines:
    """The line of each key. tomllib keeps none, and module.toml is flat enough to find them."""
    lines: Lines = {}
    table: Place = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if array := re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line):
            counts[array.group(1)] = counts.get(array.group(1), -1) + 1
            table = (array.group(1), counts[array.group(1)])
            lines[table] = number
        elif header := re.match(r"\s*\[\s*(\w+)\s*\]", line):
            table = (header.group(1),)
            lines[table] = number
        elif key := re.match(r"\s*(\w+)\s*=", line):
            lines[(*table, key.group(1))] = number
    return lines


NOUNS = {
    "items": "item", "practice": "practice item", "points": "point", "sources": "source", "outcomes": "outcome",
    "options": "option", "steps": "step", "pairs": "pair", "gauges": "gauge", "pieces": "piece", "roles": "role",
    "scenes": "scene", "glimpses": "glimpse", "choices": "choice", "endings": "ending",
}  # fmt: skip


def _subject(data: Any, path: Place) -> str:
    """`item RM-07, option 2` for ("items", 6, "options", 1, "feedback"): entries by their id, else counted from 1."""
    words: list[str] = []
    for group, key in pairwise(path):
        if group in NOUNS:
            entry = data[group][key] if not words else None
            name = key + 1 if isinstance(key, int) else f'"{key}"'
            words.append(f"{NOUNS[str(group)]} {_text_of(entry, 'id') or name}")
    return ", ".join(words)


def _text_of(entry: Any, name: str) -> str:
    """A field of an entry that may be of any shape; empty where it is no text."""
    value = entry.get(name) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else ""


LOOKS = {
    RULE_CODE: "L08",
    EVIDENCE_ID: "E1.23",
    OUTCOME_ID: "3.1",
    ITEM_ID: "RM-07",
    PRACTICE_ID: "RM-P07",
    SLUG: "some-short-name",
}
MUST = {
    "string": "must be text",
    "bool": "must be true or false",
    "int": "must be a whole number",
    "date": "must be a date like 2026-03-01",
    "tuple": "must be a list; begin each line with a dash",
    "model": "must have fields, each with its name and a colon",
    "dict": "must have names, each with a colon and its value",
    "enum": "must be {expected}",
    "literal": "must be {expected}",
    "greater": "must be {ge} or more",
    "less": "must be {le} or less",
}
MODELS: tuple[type[BaseModel], ...] = (
    ModuleHead, Review, Outcome, Blueprint, SectionHead, Item, Option, Step, Pair, EvidencePoint, Source,
    Scenario, Gauge, Piece, Role, Scene, Glimpse, Choice, Ending, TeamSheet, TeamStep,
)  # fmt: skip
FIELDS = {name for model in MODELS for name in model.model_fields}


def _plain(detail: ErrorDetails) -> str:
    """One pydantic finding in the author's words."""
    path = detail["loc"]
    name = str(path[-1]) if path and isinstance(path[-1], str) else "this"
    if len(path) > 1 and isinstance(path[-1], int) and path[-2] not in NOUNS:
        name = f"{path[-2]} {path[-1] + 1}"  # a bare word in a list of words
    kind, given, limits = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return f"{name} is missing"
    if kind == "extra_forbidden":
        return f'there is no field "{name}"{rules.near(name, FIELDS)}'
    if given is None:
        return f"{name} is null; leave the line out, or put the word in quotes"
    if given == "" or kind == "string_too_short":
        return f"{name} is empty"
    if kind == "string_type" and isinstance(given, bool):
        return f"{name} is read as true or false; put the word in quotes to make it text"
    if kind == "string_too_long":
        return f"{name} has more than {limits['max_length']} characters"
    if kind == "too_short":
        return f"give at least {limits['min_length']} {name}, not {limits['actual_length']}"
    if kind == "too_long":
        return f"give at most {limits['max_length']} {name}"
    if kind == "string_pattern_mismatch" and limits["pattern"] == NO_CONTROLS:
        return f"{name} has a character that does not print; delete it"
    must = f"must look like {LOOKS[limits['pattern']]}" if "pattern" in limits else MUST.get(kind.split("_")[0])
    if must is None:
        return f"{name}: {detail['msg']}"
    scalar = isinstance(given, str | int | float | dt.date)
    return f"{name} {must.format(**limits)}" + (f", not {short(given)}" if scalar else "")
