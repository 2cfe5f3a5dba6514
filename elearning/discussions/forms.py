"""The line of a discussion, and the code it is claimed with."""

from collections.abc import Iterator

from wtforms import StringField, TextAreaField, ValidationError

from elearning.core import clock
from elearning.discussions.rules import (
    change_problem,
    clean_text,
    held_on_problem,
    look_again_problem,
    owner_problem,
    present_problem,
    read_code,
)
from elearning.discussions.types import Log
from elearning.web.forms import DayField, Form


def _say(problem: str | None) -> None:
    if problem:
        raise ValidationError(problem)


class LogForm(Form):
    """What whoever led the discussion writes down."""

    held_on = DayField("When did you meet?", description="The day you met")
    present = StringField("How many of you were there?")
    change = TextAreaField("What is the one change?")
    owner = StringField("Who sees to it?")
    look_again_on = DayField("When do you look again?", description="The day you look again")

    def validate_held_on(self, field: DayField) -> None:
        _say(held_on_problem(field.data, clock.today()))

    def validate_present(self, field: StringField) -> None:
        text = (field.data or "").strip()
        if not text:
            raise ValidationError("Enter how many of you were there")
        if not text.isdecimal() or len(text) > 9:
            raise ValidationError("How many of you were there must be a whole number, like 6")
        _say(present_problem(int(text)))

    def validate_change(self, field: TextAreaField) -> None:
        _say(change_problem(clean_text(field.data or "")))

    def validate_owner(self, field: StringField) -> None:
        _say(owner_problem(clean_text(field.data or "")))

    def validate_look_again_on(self, field: DayField) -> None:
        if self.held_on.data:
            _say(look_again_problem(field.data, self.held_on.data))

    @property
    def sent(self) -> Iterator[tuple[str, str]]:
        """Every box with what was typed in it, to send the form once more."""
        for field in (self.held_on, self.look_again_on):
            yield from ((f"{field.name}-{part}", typed) for part, typed in field.typed.items())
        yield from ((field.name, field.data or "") for field in (self.present, self.change, self.owner))

    @property
    def log(self) -> Log:
        """The line; only after validation."""
        return Log(
            held_on=self.held_on.data,
            present=int(self.present.data or ""),
            change=clean_text(self.change.data or ""),
            owner=clean_text(self.owner.data or ""),
            look_again_on=self.look_again_on.data,
        )


class CodeForm(Form):
    """The code of a discussion. Sent with GET, it asks what the code is for and changes nothing."""

    class Meta:
        csrf = False  # the POST that claims carries a token, which the application checks for every form

    code = StringField("Code of the discussion")

    def validate_code(self, field: StringField) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter the code")
        if read_code(field.data or "") is None:
            raise ValidationError("A code has 7 letters and digits, like K7M 4QX2")

    @property
    def stored(self) -> str:
        """The code in its stored form; only after validation."""
        return read_code(self.code.data or "") or ""
