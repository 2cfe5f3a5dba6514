"""`elearning new` and `elearning schemas`: what an author begins with."""

import re
from pathlib import Path

import click

from elearning.catalogue.schemas import write_schemas
from elearning.catalogue.types import SLUG
from elearning.core import clock
from elearning.core.errors import Refused
from elearning.settings import ROOT

SAMPLE = Path(__file__).parent / "sample"
LONGEST_KEY = 60

into = click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ELEARNING_MODULES",
    default=ROOT / "modules",
    help="the folder of modules; ours if you give none",
)


@click.command()
@click.argument("key")
@into
def new(key: str, into: Path) -> None:
    """Begin a module: write a pack called KEY, with sample text in every file for you to overwrite.

    KEY is the module's name in addresses, such as missing-from-home.
    """
    if not re.fullmatch(SLUG, key) or len(key) > LONGEST_KEY:
        raise Refused(
            f'"{key}" cannot be a key: take up to {LONGEST_KEY} small letters, digits and single hyphens, '
            "beginning with a letter, such as missing-from-home."
        )
    folder = into / key
    if folder.exists():
        raise Refused(f"{folder} is there already; give another key.")
    folder.mkdir(parents=True)
    words = {'key = "sample"': f'key = "{key}"', "SA-": f"{_initials(key)}-", "2026-01-01": f"{clock.today()}"}
    for path in sorted(SAMPLE.iterdir()):
        text = path.read_text(encoding="utf-8")
        for ours, theirs in words.items():
            text = text.replace(ours, theirs)
        (folder / path.name).write_text(text, encoding="utf-8")
        click.echo(f"wrote {folder / path.name}")
    write_schemas(into)
    click.echo(
        "\nEverything in it is sample text, invented and marked as such: overwrite all of it.\n"
        f"See it:    elearning preview {key}{_elsewhere(into)}\n"
        f"Check it:  elearning check {folder}\n"
        "The check will ask for what the sample leaves out: a bank of 24 questions or more, and a true number of minutes.\n"
        "modules/README.md explains every field."
    )


def _initials(key: str) -> str:
    """Two capitals for the ids of questions: MF for missing-from-home."""
    words: list[str] = re.findall(r"[a-z]+", key)
    return (words[0][0] + words[1][0] if len(words) > 1 else words[0][:2].ljust(2, "x")).upper()


def _elsewhere(into: Path) -> str:
    return "" if into == ROOT / "modules" else f" --from {into}"


@click.command()
@into
def schemas(into: Path) -> None:
    """Write the JSON Schemas with which an editor completes and checks the files of a pack."""
    click.echo(f"wrote {write_schemas(into)}")
