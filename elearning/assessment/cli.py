"""`elearning check`: is every pack whole, does it keep the content rules, and can its bank give everyone a set of attempts?"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click

from elearning.assessment.rules import draw_problems, position_problems
from elearning.catalogue.help import help_lines, read_help
from elearning.catalogue.lint.citing import coverage as list_coverage
from elearning.catalogue.lint.figures import Figures, count_figures
from elearning.catalogue.lint.finding import Severity
from elearning.catalogue.lint.plan import chances_of_passing, minutes, section_words
from elearning.catalogue.lint.report import Line, lint, lint_help
from elearning.catalogue.loader import Pack, list_packs, read_packs_with_lines
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
@click.option(
    "--figures",
    "with_figures",
    is_flag=True,
    help="count items by level and type, and words, minutes and reading grades",
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def check(
    context: click.Context, folder: Path, seeds: int, with_coverage: bool, with_figures: bool, style: str
) -> None:
    """Check the content packs in FOLDER (modules) by the content rules; exits with 1 on an error.

    FOLDER may also be one pack by itself.
    """
    only = None
    if (folder / "module.toml").exists():
        folder, only = folder.resolve().parent, folder.resolve().name
    today = clock.today()
    try:
        with ProcessPoolExecutor(2) as processes:  # two halve the wait; more gain little for a handful of packs
            asked = partial(_examine, folder, seeds=seeds, today=today, coverage=with_coverage, figures=with_figures)
            examined = list(processes.map(asked, [only] if only else list_packs(folder)))
        problems = [problem for one in examined if isinstance(one, list) for problem in one]
        packs = [one for one in examined if isinstance(one, _Examined)]
        if problems:
            raise ContentError(problems)
        if not packs:
            raise ContentError([f"{folder}: there is no content pack in this folder"])
        contacts = read_help(folder)
    except ContentError as broken:
        if style == "text":
            raise
        _print_json([_broken(problem) for problem in broken.problems], [])
        context.exit(1)
    lines = [line for pack in packs for line in pack.lines] + lint_help(contacts, help_lines(folder), today)
    if style == "json":
        _print_json(lines, packs)
    else:
        _print_text(lines, packs)
    if any(_stops(line) for line in lines):
        context.exit(1)


@dataclass(frozen=True)
class _Examined:
    """All that is said of a pack; the rows of its coverage and its figures only if they are asked for."""

    key: str
    version: int
    lines: list[Line]
    summary: str
    old: int  # points last checked over 90 days ago
    coverage: list[dict[str, Any]] | None
    figures: Figures | None


def _examine(
    folder: Path, name: str, *, seeds: int, today: dt.date, coverage: bool, figures: bool
) -> _Examined | list[str]:
    """Read and judge a pack in a process of its own, so as to answer with the problems of one that cannot be read."""
    try:
        (pack,) = read_packs_with_lines(folder, name)
    except ContentError as broken:
        return broken.problems
    module = pack.module
    return _Examined(
        key=module.key,
        version=module.version,
        lines=judge(pack, seeds, today),
        summary=_summary(module, seeds),
        old=sum((today - module.sources[point.source].checked_on).days > 90 for point in module.evidence),
        coverage=_coverage(module) if coverage else None,
        figures=count_figures(module) if figures else None,
    )


def _stops(line: Line) -> bool:
    return line.severity is Severity.ERROR and line.accepted is None


def judge(pack: Pack, seeds: int, today: dt.date) -> list[Line]:
    """What all content rules say of a pack on this day, those included that are proved by drawing."""
    return [*lint(pack, today), *_draw(pack.module, seeds)]


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


def _print_text(lines: list[Line], packs: list[_Examined]) -> None:
    for line in sorted(lines, key=lambda line: line.accepted is not None):
        click.echo(str(line))
    for pack in packs:
        for row in pack.coverage or ():
            click.echo(
                f"{row['point']}  {row['whose']:<12}  taught: {_listed(row['taught'])}; "
                f"asked: {_listed(row['assessed'])}; told: {_listed(row['told'])}"
            )
        click.echo(pack.summary)
        if pack.figures:
            _print_figures(pack.figures)
    errors = sum(map(_stops, lines))
    warnings = sum(line.severity is Severity.WARNING and line.accepted is None for line in lines)
    accepted = sum(line.accepted is not None for line in lines)
    old = sum(pack.old for pack in packs)
    click.echo(
        f"Errors: {errors}. Warnings: {warnings}. Accepted with a reason: {accepted}. Points last checked over 90 days ago: {old}."
    )
    click.echo(
        "No known flaw found."
        if not errors + warnings
        else "The rules find known flaws only; a person judges the rest."
    )


def _print_figures(found: Figures) -> None:
    kinds = list(next(iter(found.items.values())))
    counts = {**found.items, "all": {kind: sum(row[kind] for row in found.items.values()) for kind in kinds}}
    _print_table(
        [["items", *kinds, "all"]]
        + [[level, *map(str, row.values()), str(sum(row.values()))] for level, row in counts.items()]
    )
    _print_table(
        [["to read", "words", "minutes", "grade"]]
        + [[one.name, f"{one.words:,}", str(one.minutes), str(one.grade)] for one in found.readings]
    )
    own = f"; of the review's own, taught and asked: {found.review_points_covered} of {found.review_points}"
    click.echo(
        f"  {found.minutes_stated} minutes stated, {found.minutes_found} found. "
        f"Points cited: {found.points_cited} of {found.points}{own if found.review_points else ''}.\n"
    )


def _print_table(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        cells = (number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True))
        click.echo(f"  {name.ljust(widths[0])}  {'  '.join(cells)}".rstrip())
    click.echo()


def _summary(module: TrainingModule, seeds: int) -> str:
    total = sum(map(section_words, module.sections))
    story = f"a story with {len(list(paths(module.scenario)))} ways through, " if module.scenario else ""
    passing = ", ".join(f"{chance}% who know {known}%" for known, chance in chances_of_passing(module).items())
    return (
        f"{module.key} version {module.version}: {len(module.sections)} sections ({total:,} words), "
        f"{len(module.items)} items, {len(module.practice)} practice items, {len(module.evidence)} evidence points, {story}"
        f"about {minutes(module):.0f} minutes; {seeds:,} sets of attempts drawn. Of those who guess the rest, pass at first: {passing}."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nowhere"


def _coverage(module: TrainingModule) -> list[dict[str, Any]]:
    return [
        {"point": row.point, "whose": row.whose.value, "taught": row.taught, "assessed": row.assessed, "told": row.told}
        for row in list_coverage(module)
    ]


def _print_json(lines: list[Line], packs: list[_Examined]) -> None:
    document: dict[str, Any] = {
        "findings": [
            {"file": line.file, "line": line.line, "rule": line.rule, "level": line.severity.value, "words": line.words,
             "accepted": line.accepted}
            for line in lines
        ],
        "errors": sum(map(_stops, lines)),
        "modules": [{"key": pack.key, "version": pack.version} for pack in packs],
    }  # fmt: skip
    if coverage := {pack.key: pack.coverage for pack in packs if pack.coverage is not None}:
        document["coverage"] = coverage
    if figures := {pack.key: asdict(pack.figures) for pack in packs if pack.figures}:
        document["figures"] = figures
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
