"""The form base, with errors in the order of the page for the error summary.

Every form that is posted carries the session's token, which is checked before any view is called (`create_app`).
"""

from dataclasses import dataclass

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from wtforms import HiddenField

HIDDEN = Markup('<input type="hidden" name="%s" value="%s">')


@dataclass(frozen=True)
class FieldError:
    """One error: the element its link goes to, and the words shown in the summary and at the field alike."""

    anchor: str
    message: str


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A form that says what is wrong in the order of the page.

    A radio or checkbox field's summary link goes to its first choice, `<id>-0`, as WTForms names it.
    """

    class Meta:
        csrf = False  # checked already, so no form checks again

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

    def hidden_tag(self) -> Markup:
        """What nobody sees: the token, and the hidden fields. WTForms' own way of writing takes longer than a query."""
        hidden = [(field.name, field.data or "") for field in self if isinstance(field, HiddenField)]
        return Markup("\n").join(HIDDEN % pair for pair in [("csrf_token", generate_csrf()), *hidden])


class Confirmation:
    """A form that is only a button."""

    def validate_on_submit(self) -> bool:
        """Whether the button was pressed."""
        return request.method == "POST"
