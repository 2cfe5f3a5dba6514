"""One walk through a module's story."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Walk:
    """What a practitioner chose so far, on the version of the module that the walk began with."""

    module_key: str
    module_version: int
    number: int  # 1 the first time, 2 when walked again, ...
    role: int  # as the author counts, from 0; 0 where there are no roles
    choices: tuple[int, ...]  # likewise; one for each scene that was left
    ending: str | None  # reached, or None while the walk goes on

    @property
    def step(self) -> int:
        """The scene to go on with, counted from 1; after the end, the last one."""
        return len(self.choices) + (self.ending is None)
