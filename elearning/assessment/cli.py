"""`elearning check`: is every content pack whole, and can its bank give every practitioner a full set of attempts?"""

from pathlib import Path

import click

from elearning.assessment.rules import draw_problems
from elearning.catalogue.help import read_help
from elearning.catalogue.loader import read_packs
from elearning.catalogue.paths import paths
from elearning.core.errors import ContentError
from elearning.settings import ROOT


@click.command()
@click.argument(
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ELEARNING_MODULES",
    default=ROOT / "modules",
)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1000, show_default=True, help="how many draws to prove for each bank"
)
def check(folder: Path, seeds: int) -> None:
    """Check the content packs in FOLDER (modules), every problem at once as file:line."""
    modules = read_packs(folder)
    if not modules:
        raise ContentError([f"{folder}: there is no content pack in this folder"])
    read_help(folder)
    problems = [
        f"modules/{module.key}/quiz.yaml: {problem}" for module in modules for problem in draw_problems(module, seeds)
    ]
    if problems:
        raise ContentError(problems)
    for module in modules:
        words = sum(len(section.markdown.split()) for section in module.sections)
        story = (
            f" a story with {len(list(paths(module.scenario)))} ways through, all walked;" if module.scenario else ""
        )
        click.echo(
            f"{module.key} version {module.version}: {len(module.sections)} sections ({words:,} words), "
            f"{len(module.items)} items, {len(module.practice)} practice items, {len(module.evidence)} evidence points;{story} "
            f"{seeds:,} sets of attempts drawn, all legal."
        )
    click.echo("No known flaw found.")
