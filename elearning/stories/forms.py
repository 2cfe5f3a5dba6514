"""The choices of a scene, or the roles to take, as a form. Values are places on the page, from 1."""

from typing import Any

from wtforms import Field, HiddenField, RadioField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.web.forms import Form


def _is_one_of_them(_form: Form, field: RadioField) -> None:
    if not field.raw_data:
        raise ValidationError(field.description)
    if field.data not in {value for value, *_rest in field.iter_choices()}:
        raise ValidationError("Select from the answers shown on this page")


class ChoiceForm(Form):
    """Made by `choice_form`."""

    walk = HiddenField()
    answer: Field

    @property
    def chosen(self) -> int:
        """The author's position, from 0."""
        return int(self["answer"].data) - 1


def choice_form(legend: str, texts: list[str], walk: int, missing: str) -> ChoiceForm:
    """The form for one of several texts. `missing` is said when none is chosen."""
    shown = [SelectChoice(str(place), text) for place, text in enumerate(texts, start=1)]
    answer = RadioField(legend, choices=shown, validate_choice=False, validators=[_is_one_of_them], description=missing)
    made: Any = type("MadeChoiceForm", (ChoiceForm,), {"answer": answer})
    form: ChoiceForm = made(data={"walk": str(walk)})
    return form
