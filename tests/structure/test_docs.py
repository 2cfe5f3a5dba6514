"""The two READMEs say what is there: folders, files, functions, addresses, settings, make targets and commands."""

import importlib
import re
from pathlib import Path

import click
import pytest
from flask import Flask

from elearning.cli import elearning
from elearning.settings import PREFIX, ROOT, Settings

PACKAGE = ROOT / "elearning"
README = (ROOT / "README.md").read_text()
MAP = (PACKAGE / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
FOLDERS = sorted(path.name for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith("_"))
CAPABILITIES = [name for name in FOLDERS if (PACKAGE / name / "__init__.py").is_file()]


def quoted(text: str) -> set[str]:
    """What stands in backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def named_paths(text: str) -> set[str]:
    """The folders (with a slash at the end) and files that a text names."""
    tokens = {token.partition(":")[0] for token in quoted(text)} | set(re.findall(r"\]\(([\w./-]+)\)", text))
    return {
        token
        for token in tokens
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)*(/|\.(py|html|md|toml|txt|yaml|css|lock))", token) and token != "Makefile"
    }


def exists(path: str) -> bool:
    places = [ROOT, PACKAGE, PACKAGE / "templates", *(PACKAGE / capability for capability in CAPABILITIES)]
    # What a run makes is not in the repository.
    return path in (".venv/", ".data/") or any((place / path).exists() for place in places)


@pytest.mark.parametrize("text", [README, MAP], ids=["README", "map"])
def test_every_path_that_is_named_exists(text: str) -> None:
    assert len(named_paths(text)) > 5
    assert [path for path in sorted(named_paths(text)) if not exists(path)] == []


def test_a_path_that_does_not_exist_is_seen() -> None:
    assert named_paths("see `people/helpers.py` and [this](docs/none.md)") == {"people/helpers.py", "docs/none.md"}
    assert not exists("people/helpers.py")


def test_the_map_names_every_folder_and_every_file() -> None:
    assert [name for name in FOLDERS if f"{name}/" not in MAP] == []
    files = {path.name for path in PACKAGE.glob("*.py")}
    files |= {path.name for capability in CAPABILITIES if capability not in ("core", "web", "demo")
              for path in (PACKAGE / capability).glob("*.py")}  # fmt: skip
    assert sorted(name for name in files - {"__init__.py"} if f"`{name}`" not in MAP) == []


def test_what_the_map_says_a_request_goes_through_is_there() -> None:
    dotted = [token for token in quoted(MAP) if re.fullmatch(r"[a-z]+\.[a-z]+\.[a-z_]+", token)]
    functions = [token.split(": ") for token in quoted(MAP) if re.fullmatch(r"[a-z/]+\.py: \w+", token)]
    functions += [[module.replace(".", "/") + ".py", name] for module, _, name in (d.rpartition(".") for d in dotted)]
    assert len(functions) >= 3
    for file, name in functions:
        module = importlib.import_module("elearning." + file.removesuffix(".py").replace("/", "."))
        assert hasattr(module, name), f"{file}: {name}"


def test_the_addresses_of_the_map_are_routes(app: Flask) -> None:
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    plan = MAP.partition("## The plan")[2].partition("\n## ")[0]
    addresses = {token for token in quoted(plan) if token.startswith("/")}
    assert len(addresses) > 5
    assert addresses <= rules


def settings_table() -> str:
    """The table of the README as the settings themselves would write it."""
    lines = ["| Variable | Default | What it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace(f"{ROOT}/", "")
        default = {"": "none", "None": "none", "False": "`false`"}.get(default, f"`{default}`")
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def test_the_table_of_settings_is_true() -> None:
    assert settings_table() in README


def test_every_setting_that_is_named_exists() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]", README + MAP)) <= known


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))
    assert {"run", "test", "check", "help"} <= targets
    for name in re.findall(r"`make ([a-z]+)`", README + MAP) + re.findall(r"^    make ([a-z]+)$", README, re.MULTILINE):
        assert name in targets, name


def commands(group: click.Group, *above: str) -> dict[str, click.Command]:
    """Every command by its full name."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        found[" ".join([*above, name])] = command
        if isinstance(command, click.Group):
            found |= commands(command, *above, name)
    return found


def test_every_command_that_is_named_exists() -> None:
    known = commands(elearning)
    pieces = [token for token in quoted(README + MAP) if token.startswith("elearning ")]
    pieces += re.findall(r"^    (elearning .*)$", README, re.MULTILINE)
    assert len(pieces) > 3
    for piece in pieces:
        words = [word for word in piece.split("#")[0].split()[1:] if re.fullmatch(r"[a-z-]+", word)]
        if words and not words[0].startswith("-"):
            assert words[0] in known, piece
            if isinstance(known[words[0]], click.Group) and len(words) > 1:
                assert " ".join(words[:2]) in known, piece


@pytest.mark.parametrize("name", sorted(commands(elearning)))
def test_every_command_says_what_it_does(name: str) -> None:
    command = commands(elearning)[name]
    assert command.help, name
    for option in command.params:
        says = isinstance(option.type, click.Choice) or not isinstance(option, click.Option) or option.help
        assert says, f"{name} {option.name}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "decisions").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_numbered_and_named(path: Path) -> None:
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert path.read_text().startswith("# ")
