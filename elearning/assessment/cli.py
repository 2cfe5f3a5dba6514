"""`elearning check`: is every pack whole, does it keep the content rules, and can its bank give everyone a set of attempts?"""

import json
import re
from pathlib import Path
from typing import Any

import click

from elearning.assessment.rules import draw_problems, position_problems
from elearning.catalogue.help import help_lines, read_help
from elearning.catalogue.lint.citing import coverage
from elearning.catalogue.lint.finding import Severity
from elearning.catalogue.lint.plan import chances_of_passing, minutes, section_words
from elearning.catalogue.lint.report import Line, lint, lint_help
from elearning.catalogue.loader import Pack, read_packs_with_lines
from elearning.catalogue.paths import paths
from elearning.catalogue.types import TrainingModule
from elearning.core import clock
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
@click.option(
    "--coverage", "with_coverage", is_flag=True, help="list where each evidence point is taught and asked about"
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def check(context: click.Context, folder: Path, seeds: int, with_coverage: bool, style: str) -> None:
    """Check the content packs in FOLDER (modules) by the content rules; exits with 1 on an error.

    FOLDER may also be one pack by itself.
    """
    only = None
    if (folder / "module.toml").exists():
        folder, only = folder.resolve().parent, folder.resolve().name
    try:
        packs = read_packs_with_lines(folder, only)
        if not packs:
            raise ContentError([f"{folder}: there is no content pack in this folder"])
        contacts = read_help(folder)
    except ContentError as broken:
        if style == "text":
            raise
        _print_json([_broken(problem) for problem in broken.problems], [], with_coverage)
        context.exit(1)
    lines = [line for pack in packs for line in judge(pack, seeds)]
    lines += lint_help(contacts, help_lines(folder), clock.today())
    if style == "json":
        _print_json(lines, packs, with_coverage)
    else:
        _print_text(lines, packs, seeds, with_coverage)
    if any(_stops(line) for line in lines):
        context.exit(1)


def judge(pack: Pack, seeds: int) -> list[Line]:
    """What all content rules say of a pack today, those included that are proved by drawing."""
    return [*lint(pack, clock.today()), *_draw(pack.module, seeds)]


def _stops(line: Line) -> bool:
    return line.severity is Severity.ERROR and line.accepted is None


def _draw(module: TrainingModule, seeds: int) -> list[Line]:
    """L04 and L17, by drawing."""
    file = f"modules/{module.key}/quiz.yaml"
    illegal = draw_problems(module, seeds)
    # A bank that cannot be drawn from says nothing of places.
    found = [("L17", problem) for problem in illegal] or [("L04", problem) for problem in position_problems(module)]
    return [Line(file, None, rule, Severity.ERROR, problem) for rule, problem in found]


def _broken(problem: str) -> Line:
    """A line of the loader: a pack that cannot be read, so that no rule could look at it."""
    found = re.match(r"(?P<file>[^:]*?)(?::(?P<line>[0-9]+))?: (?P<words>.*)$", problem, re.DOTALL)
    assert found
    line = int(found["line"]) if found["line"] else None
    return Line(found["file"], line, "pack", Severity.ERROR, found["words"])


def _print_text(lines: list[Line], packs: list[Pack], seeds: int, with_coverage: bool) -> None:
    for line in sorted(lines, key=lambda line: line.accepted is not None):
        click.echo(str(line))
    for pack in packs:
        for row in _coverage(pack.module) if with_coverage else ():
            click.echo(
                f"{row['point']}  {row['whose']:<12}  taught: {_listed(row['taught'])}; asked: {_listed(row['assessed'])}"
            )
        click.echo(_summary(pack.module, seeds))
    errors = sum(map(_stops, lines))
    warnings = sum(line.severity is Severity.WARNING and line.accepted is None for line in lines)
    accepted = sum(line.accepted is not None for line in lines)
    old = sum(
        (clock.today() - pack.module.sources[point.source].checked_on).days > 90
        for pack in packs for point in pack.module.evidence
    )  # fmt: skip
    click.echo(
        f"Errors: {errors}. Warnings: {warnings}. Accepted with a reason: {accepted}. Points last checked over 90 days ago: {old}."
    )
    click.echo(
        "No known flaw found."
        if not errors + warnings
        else "The rules find known flaws only; a person judges the rest."
    )


def _summary(module: TrainingModule, seeds: int) -> str:
    total = sum(map(section_words, module.sections))
    story = f"a story with {len(list(paths(module.scenario)))} ways through, " if module.scenario else ""
    passing = ", ".join(f"{chance}% who know {known}%" for known, chance in chances_of_passing(module).items())
    return (
        f"{module.key} version {module.version}: {len(module.sections)} sections ({total:,} words), "
        f"{len(module.items)} items, {len(module.practice)} practice items, {len(module.evidence)} evidence points, {story}"
        f"about {minutes(module):.0f} minutes; {seeds:,} sets of attempts drawn. Of those who guess the rest, pass at first: {passing}."
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nowhere"


def _coverage(module: TrainingModule) -> list[dict[str, Any]]:
    return [
        {"point": row.point, "whose": row.whose.value, "taught": list(row.taught), "assessed": list(row.assessed)}
        for row in coverage(module)
    ]


def _print_json(lines: list[Line], packs: list[Pack], with_coverage: bool) -> None:
    document: dict[str, Any] = {
        "findings": [
            {"file": line.file, "line": line.line, "rule": line.rule, "level": line.severity.value, "words": line.words,
             "accepted": line.accepted}
            for line in lines
        ],
        "errors": sum(map(_stops, lines)),
        "modules": [{"key": pack.module.key, "version": pack.module.version} for pack in packs],
    }  # fmt: skip
    if with_coverage:
        document["coverage"] = {pack.module.key: _coverage(pack.module) for pack in packs}
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
