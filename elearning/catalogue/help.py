"""The "Get help now" contacts, from one dated file that the partnership keeps: `modules/help.toml`."""

import datetime as dt
import re
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from elearning.catalogue.types import Frozen, Text
from elearning.core.errors import ContentError


class Contact(Frozen):
    when: Text = Field(description="in what need")
    what: Text = Field(description="whom to turn to")


class Help(Frozen):
    """Whom to turn to, and when the list was last checked."""

    checked_on: dt.date = Field(description="the day the numbers were last rung")
    contacts: tuple[Contact, ...]


def help_lines(folder: Path) -> dict[str, int]:
    """The first line of each field of help.toml, where there is one."""
    path = folder / "help.toml"
    lines: dict[str, int] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), start=1):
        if found := re.match(r"\s*\[*\s*(\w+)", line):
            lines.setdefault(found.group(1), number)
    return lines


def read_help(folder: Path) -> Help | None:
    """The contacts of a folder of modules; None if it has none. Raises ContentError for a broken file."""
    path = folder / "help.toml"
    if not path.exists():
        return None
    try:
        return Help.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError([f"modules/help.toml: this is not TOML: {error}"]) from None
    except ValidationError as error:
        problems = [".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error.errors()]
        raise ContentError([f"modules/help.toml: {problem}" for problem in problems]) from None
