"""All content rules run on a pack: what they found, where it stands, and what the author accepts with a reason."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from elearning.catalogue.help import Help
from elearning.catalogue.lint import citing, items, language, plan, seeds
from elearning.catalogue.lint.finding import (
    Finding,
    Rule,
    Severity,
    allowance,
    allowances,
    subject,
    warning,
)
from elearning.catalogue.loader import Pack
from elearning.catalogue.types import TrainingModule

RULES: tuple[Rule, ...] = (*items.RULES, *plan.RULES, *language.RULES, *citing.RULES, *seeds.RULES)


@dataclass(frozen=True)
class Line:
    """A finding as a person reads it. `accepted` is the author's reason, where there is one."""

    file: str
    line: int | None
    rule: str
    severity: Severity
    words: str
    accepted: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        if self.accepted is not None:
            return f"{place}: {self.rule} accepted: {self.words} (reason: {self.accepted})"
        return f"{place}: {self.rule} {self.severity}: {self.words}"


def findings(module: TrainingModule, today: dt.date) -> Iterator[Finding]:
    """What every rule finds in a module, with a word on each allowance that nothing needs."""
    found = [finding for rule in RULES for finding in rule(module)]
    found += citing.stale_sources(module, today)
    yield from found
    used = {(finding.rule, id(reason)) for finding in found if (reason := allowance(module, finding)) is not None}
    for part, path, rule, reason in allowances(module):
        if (rule, id(reason)) not in used:
            yield warning(rule, part, path, f"{rule} is allowed here, and nothing is found; take it out", final=True)


def lint(pack: Pack, today: dt.date) -> list[Line]:
    """Everything that the rules say of a pack on this day, file by file and line by line."""
    lines = []
    for finding in findings(pack.module, today):
        file, line = pack.place(finding.part, finding.path)
        about = subject(pack.module, finding.part, finding.path)
        words = f"{about}: {finding.words}" if about else finding.words
        accepted = allowance(pack.module, finding)
        lines.append(Line(file, line, finding.rule, finding.severity, words, accepted))
    return sorted(set(lines), key=lambda one: (one.file, one.line or 0, one.rule, one.words))


def lint_help(contacts: Help | None, lines: dict[str, int], today: dt.date) -> list[Line]:
    """What the rules say of the "Get help now" contacts; `lines` has the line of each field of help.toml."""
    return [
        Line("modules/help.toml", lines.get(str(finding.path[0])) if finding.path else None, finding.rule, finding.severity, finding.words)
        for finding in plan.help_findings(contacts, today)
    ]  # fmt: skip
