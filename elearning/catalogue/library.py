"""The modules and the contacts this process serves, read once at start-up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import current_app

from elearning.catalogue.help import Help
from elearning.catalogue.loader import read_packs
from elearning.catalogue.queries import get_published
from elearning.catalogue.types import TrainingModule


@dataclass(frozen=True)
class Library:
    """The newest version of every module, in the order of the training offer (by title)."""

    modules: dict[str, TrainingModule]
    _older: dict[tuple[str, int], TrainingModule] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Library":
        """Read every pack of a folder. Raises ContentError with all that is wrong with any of them."""
        return cls.of(read_packs(folder))

    @classmethod
    def of(cls, modules: Iterable[TrainingModule]) -> "Library":
        """A library of these modules."""
        return cls({module.key: module for module in sorted(modules, key=lambda module: module.title)})

    def __iter__(self) -> Iterator[TrainingModule]:
        return iter(self.modules.values())

    def find(self, key: str) -> TrainingModule | None:
        return self.modules.get(key)

    def version(self, key: str, version: int) -> TrainingModule:
        """One version of a module, however old: from memory where possible, else as it was published."""
        newest = self.modules.get(key)
        if newest and newest.version == version:
            return newest
        if (key, version) not in self._older:
            self._older[key, version] = get_published(key, version)
        return self._older[key, version]


def library() -> Library:
    """The library of the running application."""
    return cast(Library, current_app.extensions["library"])


def help_now() -> Help | None:
    """The contacts of the running application."""
    return cast(Help | None, current_app.extensions["help"])
