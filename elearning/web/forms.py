"""The form base: CSRF-protected, with errors in the order of the page for the error summary."""

from dataclasses import dataclass

from flask import request
from flask_wtf import FlaskForm


@dataclass(frozen=True)
class FieldError:
    """One error: the element its link goes to, and the words shown in the summary and at the field alike."""

    anchor: str
    message: str


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A form that says what is wrong in the order of the page.

    A radio or checkbox field's summary link goes to its first choice, `<id>-0`, as WTForms names it.
    """

    @property
    def problems(self) -> list[FieldError]:
        """Every error of the form, first field first; empty before validation."""
        found = []
        for field in self:
            if not field.errors:
                continue
            choices = field.type in ("RadioField", "SelectMultipleField")
            anchor = f"{field.id}-0" if choices else field.id
            found.append(FieldError(anchor, str(field.errors[0])))
        return found


class Confirmation(Form):
    """A form that is only a button."""


def skipped() -> bool:
    """Whether a page was sent with its "Skip" button, whatever else was typed into it."""
    return request.method == "POST" and "skip" in request.form
