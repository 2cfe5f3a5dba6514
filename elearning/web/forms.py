"""The form base, with errors in the order of the page for the error summary; fields for a day and for a file.

Every form that is posted carries the session's token, which is checked before any view is called (`create_app`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField
from wtforms.form import BaseForm
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from elearning.web.kept import find_kept_form

HIDDEN = Markup('<input type="hidden" name="%s" value="%s">')
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}


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

        csrf = False  # checked already, before any view: no form checks again

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
            if field.type in ("RadioField", "SelectMultipleField"):
                anchor = f"{field.id}-0"
            else:
                anchor = field.anchor if isinstance(field, DayField) else field.id
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


def skipped() -> bool:
    """Whether a page was sent with its "Skip" button, whatever else was typed into it."""
    return request.method == "POST" and "skip" in request.form


class DayField(Field):
    """A day typed as day, month and year in three boxes, `<name>-day` and so on; `data` is a date, or None.

    `description` names the day in its errors, such as "The day you met". The month may be a number or a name.
    """

    PARTS = ("day", "month", "year")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the three boxes, or fill them from a date."""
        super().process(None, data, extra_filters)
        day = self.data
        self.typed = {part: str(getattr(day, part)) if day else "" for part in self.PARTS}
        if formdata:
            self.typed = {part: formdata.get(f"{self.name}-{part}", "").strip() for part in self.PARTS}
            self.data = _read_day(self.typed)

    @property
    def anchor(self) -> str:
        """The first box that is empty, or the first."""
        return f"{self.id}-{next((part for part in self.PARTS if not self.typed[part]), 'day')}"

    def pre_validate(self, form: BaseForm) -> None:
        """Say what is missing or cannot be."""
        missing = [part for part in self.PARTS if not self.typed[part]]
        if len(missing) == len(self.PARTS):
            raise StopValidation(f"Enter {self.description[:1].lower()}{self.description[1:]}")
        if missing:
            raise StopValidation(f"{self.description} must include a {' and a '.join(missing)}")
        if self.data is None:
            raise StopValidation(f"{self.description} must be a real date, like 27 3 2026")


class FileField(Field):
    """A file; `data` is what is in it, or None when none was chosen. Read once, kept nowhere."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the file that was sent under this name."""
        super().process(None, data, extra_filters)
        sent = request.files.get(self.name)
        self.data = sent.read() if sent and sent.filename else None


def _read_day(typed: Mapping[str, str]) -> dt.date | None:
    """The date that three boxes give, or None."""
    year = typed["year"]
    month = str(_MONTHS.get(typed["month"].lower()[:3], typed["month"]))
    if len(year) != 4 or not all(len(part) <= 4 and part.isdecimal() for part in (typed["day"], month, year)):
        return None
    try:
        return dt.date(int(year), int(month), int(typed["day"]))
    except ValueError:
        return None
