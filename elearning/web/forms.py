"""The form base: CSRF-protected, with errors in the order of the page for the error summary."""

from dataclasses import dataclass

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from elearning.web.kept import find_kept_form


@dataclass(frozen=True)
class FieldError:
    """One error: the element its link goes to, and the words shown in the summary and at the field alike."""

    anchor: str
    message: str


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF carries no types
    """A form that says what is wrong in the order of the page.

    A radio or checkbox field's summary link goes to its first choice, `<id>-0`, as WTForms names it.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """Where a form is filled from, unless the view says so itself."""

        def wrap_formdata(self, form: BaseForm, formdata: object) -> object:
            """What was posted, or what this person had posted here when their session was over.

            Never JSON, which Flask-WTF would take as well: its values need not be text.
            """
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return (request.form or None) if request.method == "POST" else find_kept_form()

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
