"""What all rounds of a module say together, in a period."""

from collections.abc import Mapping
from dataclasses import dataclass

from elearning.evaluation.types import Pair, Sums


@dataclass(frozen=True)
class ModuleSays:
    """One module: its title, its statements as they read today (name, words), and what was counted.

    `asked` has how many completions there were to whom the time to say something ended in the period, by how many days
    after completion it ends; only those who could have said it by now.
    """

    key: str
    title: str
    statements: tuple[tuple[str, str], ...]
    asked: Mapping[int, int]
    said: Mapping[str, int]  # by `evaluation.rules.COUNTED`
    sums: Mapping[tuple[Pair, str], Sums]  # by pair and statement


@dataclass(frozen=True)
class Mean:
    """A mean change, and between what it may lie."""

    value: float
    low: float
    high: float
