"""YAML as authors expect it: every value is text unless it says true or false, nothing twice, and each has its line.

(`No` stays the word No, 3.1 stays "3.1", and a key given twice is an error instead of a silent loss.) Anchors,
aliases and tags are refused: no pack needs them, and they can make a small file endless.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]
Lines = dict[Path, int]

DEEPEST = 10  # a pack needs five levels
_TEXT = "tag:yaml.org,2002:str"


class YamlProblem(Exception):
    """The text is no YAML of ours; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


@dataclass(frozen=True)
class Document:
    """What a file says, the line of every part of it by its path, and each name given twice: (line, message)."""

    data: Any
    lines: Lines
    problems: list[tuple[int, str]]


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (as PyYAML has it)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|Null|NULL)$"), list("~nN"))


def read_yaml(text: str) -> Document:
    """The document that a text holds. Raises YamlProblem when it cannot be read."""
    try:
        _refuse_cleverness(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            raise YamlProblem(1, "the file is empty")
        lines: Lines = {}
        problems = list(_walk(node, (), lines))
        return Document(loader.construct_document(node), lines, problems)
    except yaml.MarkedYAMLError as error:
        unclosed = error.problem == "found unexpected end of stream"
        mark = error.context_mark if unclosed else error.problem_mark
        raise YamlProblem(mark.line + 1 if mark else 1, f"this is not YAML: {_plain(error)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlProblem(line, "there is a character that does not print; delete it") from None


def _refuse_cleverness(text: str) -> None:
    """Anchors, tags and deep nesting are for programs; in a pack they are slips, or an attack on memory."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if getattr(event, "anchor", None):
            raise YamlProblem(line, "text that begins with & or * goes in quotes")
        if getattr(event, "tag", None):
            raise YamlProblem(line, "text that begins with ! goes in quotes")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise YamlProblem(line, "this is nested too deeply")


def _plain(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "it cannot be read"
    if (error.context or "").startswith(("while scanning an alias", "while scanning an anchor")):
        return "text that begins with & or * goes in quotes"
    for theirs, ours in {
        "tab character": "there is a tab; indent with spaces",
        "cannot start any token": "there is a tab, or text that begins with a sign such as @ or %; indent with spaces, and quote such text",
        "invalid Unicode character": "there is half a character, such as \\ud800; delete it",
        "did not find expected": "this line does not fit the ones above; check the spaces before it, and quotation marks",
        "mapping values are not allowed": "there is a colon inside unquoted text; put the text in quotes",
        "but found another document": "a line of --- begins a second document; a file holds one",
        "expected <block end>": "this line does not fit the ones above; check the spaces before it, and quotation marks",
        "could not find expected ':'": "a name without a colon; check the spaces before the lines above it",
        "found unexpected end of stream": "a quotation mark is not closed",
    }.items():
        if theirs in problem:
            return ours
    return problem


def _walk(node: yaml.Node, path: Path, lines: Lines) -> Iterator[tuple[int, str]]:
    """Note the line of every part, and yield what is given twice. A name is text, even where it says true."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise YamlProblem(line, "text that begins with [ or { goes in quotes")
            key.tag = _TEXT
            here = (*path, key.value)
            if here in lines:
                yield line, f'"{key.value}" is given twice'
            lines[here] = line
            yield from _walk(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _walk(value, (*path, position), lines)
