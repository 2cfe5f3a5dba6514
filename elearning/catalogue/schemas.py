"""A JSON Schema for each file of a pack, so that an author's editor completes names and marks slips while typing.

Made from the types, descriptions and all. A schema sees one file at a time; what has to fit across files, only
`elearning check` sees.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from elearning.catalogue.help import Help
from elearning.catalogue.types import (
    NO_CONTROLS,
    OUTCOME_ID,
    EvidencePoint,
    Frozen,
    Item,
    ModuleHead,
    PracticeItem,
    Scenario,
    SectionHead,
    Source,
    TeamSheet,
)

FOLDER = ".schemas"  # beside the packs; a name with a dot is no pack


class Quiz(Frozen):
    """The practice questions and the bank."""

    practice: tuple[PracticeItem, ...] = Field(min_length=1, description="the questions at the end of sections")
    items: tuple[Item, ...] = Field(min_length=1, description="the bank")


class Evidence(Frozen):
    """Every fact that the module rests on, and where it stands."""

    sources: dict[str, Source] = Field(min_length=1, description="names of your own, each with its fields")
    points: tuple[EvidencePoint, ...] = Field(min_length=1, description="the facts, one by one")


class _Schema(GenerateJsonSchema):
    """Without what would only be noise to an author: our pattern against control characters, and titles."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        if made.get("pattern") == NO_CONTROLS:
            del made["pattern"]
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class _YamlSchema(_Schema):
    """In YAML we read a number as text, so that 3.1 needs no quotes; an editor takes it for a number."""

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        made = super().str_schema(schema)
        return made if made.get("pattern", OUTCOME_ID) != OUTCOME_ID else {**made, "type": ["string", "number"]}


FILES: dict[str, tuple[type[Frozen], type[GenerateJsonSchema]]] = {
    "module": (ModuleHead, _Schema),
    "team": (TeamSheet, _Schema),
    "help": (Help, _Schema),
    "quiz": (Quiz, _YamlSchema),
    "evidence": (Evidence, _YamlSchema),
    "scenario": (Scenario, _YamlSchema),
    "section": (SectionHead, _YamlSchema),
}


def schemas() -> dict[str, str]:
    """The text of each schema by the name of its file."""
    return {
        f"{name}.json": json.dumps(model.model_json_schema(schema_generator=way), indent=1, ensure_ascii=False) + "\n"
        for name, (model, way) in FILES.items()
    }


def write_schemas(modules: Path) -> Path:
    """Write the schemas into a folder of modules, where the first lines of packs look for them; their folder."""
    folder = modules / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
