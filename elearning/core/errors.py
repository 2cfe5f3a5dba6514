"""Errors whose message is fit for a person: one sentence that says what to do."""


class ElearningError(Exception):
    """Something a person can put right. `str(error)` is shown to them as it is."""


class SettingsError(ElearningError):
    """A setting is missing or malformed."""


class DatabaseNotReady(ElearningError):
    """The database is missing, of another schema, or not fit to keep records."""


class ContentError(ElearningError):
    """A content pack is broken. `problems` holds every finding as `file:line: message`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            "\n".join([*problems, f"The content has {count}. Mend the lines named above, then run this again."])
        )


class Refused(ElearningError):
    """What was asked for is against the rules at this moment; nothing was changed."""
