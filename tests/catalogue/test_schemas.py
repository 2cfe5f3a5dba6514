"""The schemas for editors are those of the types, fit every pack as an editor reads it, and refuse what is broken."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from elearning.catalogue.cli import SAMPLE
from elearning.catalogue.schemas import FILES, FOLDER, schemas
from elearning.settings import ROOT

MODULES = ROOT / "modules"
SCHEMAS = {name.removesuffix(".json"): json.loads(text) for name, text in schemas().items()}
PACKS = [*sorted(path for path in MODULES.iterdir() if (path / "module.toml").exists()), SAMPLE]
WRITTEN = [MODULES / "help.toml", *(path for pack in PACKS for path in sorted(pack.iterdir()))]

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,),
    "number": (int, float), "null": (type(None),),
}  # fmt: skip
SAID_ONLY = {"title", "description", "default", "$defs"}


def faults(data: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "") -> Iterator[str]:
    """What a JSON Schema validator says. It knows the keywords that we use, and trips over any other."""
    for keyword, wanted in schema.items():
        match keyword:
            case "$ref":
                yield from faults(data, root["$defs"][wanted.removeprefix("#/$defs/")], root, at)
            case "anyOf":
                tried = [list(faults(data, way, root, at)) for way in wanted]
                yield from [] if [] in tried else tried[0]
            case "type":
                kinds = [wanted] if isinstance(wanted, str) else wanted
                fits = any(isinstance(data, KINDS[kind]) for kind in kinds)
                if not fits or (isinstance(data, bool) and "boolean" not in kinds):
                    yield f"{at}: not {wanted}"
            case "enum":
                yield from [] if data in wanted else [f"{at}: none of {wanted}"]
            case "required":
                yield from (f"{at}: {name} is missing" for name in wanted if name not in data)
            case "properties":
                for name in data.keys() & wanted.keys() if isinstance(data, dict) else ():
                    yield from faults(data[name], wanted[name], root, f"{at}/{name}")
            case "patternProperties" | "additionalProperties":
                known = schema.get("properties", {}).keys()
                patterns = schema.get("patternProperties", {})
                for name in data if isinstance(data, dict) else ():
                    fitting = [pattern for pattern in patterns if re.search(pattern, name)]
                    if keyword == "patternProperties":
                        for pattern in fitting:
                            yield from faults(data[name], patterns[pattern], root, f"{at}/{name}")
                    elif name not in known and not fitting:
                        yield from (
                            [f"{at}: no {name}"] if not wanted else faults(data[name], wanted, root, f"{at}/{name}")
                        )
            case "items":
                for number, entry in enumerate(data if isinstance(data, list) else ()):
                    yield from faults(entry, wanted, root, f"{at}/{number}")
            case "pattern" | "format" | "minLength" | "maxLength":
                pattern = r"^\d{4}-\d\d-\d\d$" if keyword == "format" else wanted
                if isinstance(data, str) and not (
                    len(data) >= wanted if keyword == "minLength"
                    else len(data) <= wanted if keyword == "maxLength"
                    else re.search(pattern, data)
                ):  # fmt: skip
                    yield f"{at}: {keyword}"
            case "minItems" | "minProperties" | "minimum":
                yield from [f"{at}: {keyword}"] if _size(data) < wanted else []
            case "maxItems" | "maximum":
                yield from [f"{at}: {keyword}"] if _size(data) > wanted else []
            case _:
                assert keyword in SAID_ONLY, keyword


def _size(data: Any) -> Any:
    return len(data) if isinstance(data, list | dict) else data


class _Editor(yaml.SafeLoader):
    """YAML 1.2, as editors read it: numbers are numbers, and a date or the word No is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (as PyYAML has it)


for _tag, _pattern, _first in (
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(~|null|Null|NULL)$", "~nN"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?[0-9]+\.[0-9]*$", "-+0123456789"),
):
    _Editor.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read(path: Path, text: str) -> tuple[str, Any]:
    """The name of a file's schema, and what an editor makes of its text."""
    if path.suffix == ".md":
        return "section", yaml.load(text.split("---\n")[1], _Editor)
    if path.suffix == ".yaml":
        return path.stem, yaml.load(text, _Editor)
    data = tomllib.loads(text)
    return path.stem, {name: str(value) if isinstance(value, dt.date) else value for name, value in data.items()}


def validate(path: Path, text: str) -> list[str]:
    name, data = read(path, text)
    return list(faults(data, SCHEMAS[name], SCHEMAS[name]))


def test_the_schemas_beside_the_packs_are_those_of_the_types() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in (MODULES / FOLDER).iterdir()}
    assert kept == schemas(), "run `elearning schemas`"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_file_fits_its_schema_and_names_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert validate(path, text) == []
    if path.suffix != ".md":
        way = re.match(r"(?:#:schema |# yaml-language-server: \$schema=)(\S+)\n", text)
        beside = MODULES / "some-pack" if path.parent != MODULES else MODULES
        assert way, "the first line names no schema"
        assert (beside / way[1]).resolve() == (MODULES / FOLDER / f"{path.stem}.json").resolve()


@pytest.mark.parametrize(
    ("file", "sound", "broken", "fault"),
    [
        ("module.toml", 'title = "', 'titel = "', "/: title is missing"),
        ("module.toml", "attempts = 1", "attempts = 9", "/blueprint/attempts: maximum"),
        ("module.toml", 'id = "1.1"', "id = 1.1", "/outcomes/0/id: not string"),
        ("module.toml", 'pass_mark_method = "convention"', 'pass_mark_method = "guess"', "none of"),
        ("team.toml", "minutes = 8", "minutes = 80", "/steps/1/minutes: maximum"),
        ("quiz.yaml", "id: SA-01", "id: SA-1", "/items/0/id: pattern"),
        ("quiz.yaml", "type: scenario", "type: story", "/items/1/type: none of"),
        ("quiz.yaml", "right: true", "right: yes", "/practice/0/options/0/right: not boolean"),
        ("quiz.yaml", "    level: recall\n", "", "/items/0: level is missing"),
        ("quiz.yaml", "    level: recall\n", "    level: recall\n    allow: {L8: so}\n", "/items/0/allow: no L8"),
        ("evidence.yaml", "confidence: M", "confidence: X", "none of"),
        ("evidence.yaml", "checked_on: 2026-01-01", "checked_on: January", "format"),
        ("evidence.yaml", "    label:", "    name:", "/sources/review: no name"),
        ("scenario.yaml", "moves: {picture: 2}", "moves: {picture: up}", "moves/picture: not integer"),
        ("scenario.yaml", "fictional: true\n", "", "/: fictional is missing"),
        ("02-what-each-sees.md", "minutes: 2", "minutes: 9", "/minutes: maximum"),
    ],
)  # fmt: skip
def test_a_slip_is_marked(file: str, sound: str, broken: str, fault: str) -> None:
    text = (SAMPLE / file).read_text(encoding="utf-8")
    assert sound in text
    found = validate(SAMPLE / file, text.replace(sound, broken, 1))
    assert any(fault in f"/{one}".replace("//", "/") for one in found), found


def test_every_field_is_described() -> None:
    """An editor shows a word on every field; the types have it (what only holds other fields speaks for itself)."""
    silent = {
        f"{name}: {field}"
        for name, schema in SCHEMAS.items()
        for part in (schema, *schema.get("$defs", {}).values())
        for field, says in part.get("properties", {}).items()
        if "description" not in says and "$ref" not in says and "$ref" not in says.get("items", {})
    }
    assert not silent
    assert set(SCHEMAS) == set(FILES)
