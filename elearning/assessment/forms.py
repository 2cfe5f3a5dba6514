"""A question as a form. Values are places on the page (from 1), so that nothing about the key reaches the browser."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms
from wtforms.form import BaseForm

from elearning.catalogue.types import ItemType, Pair, Question
from elearning.web.forms import FieldError, Form

NOT_SHOWN = "Select from the answers shown on this page"


def _offered(field: SelectField) -> set[str]:
    """The values that the page showed."""
    return {value for value, *_rest in field.iter_choices()}


class _OneOf(RadioField):
    def pre_validate(self, form: BaseForm) -> None:
        if not self.raw_data:
            raise ValidationError("Select an answer")
        if self.data not in _offered(self):
            raise ValidationError(NOT_SHOWN)


class _SeveralOf(SelectMultipleField):
    def pre_validate(self, form: BaseForm) -> None:
        if not self.raw_data:
            raise ValidationError("Select one or more answers")
        if not set(self.data or []) <= _offered(self):
            raise ValidationError(NOT_SHOWN)


class _Place(SelectField):
    """One select of an ordering or matching question."""

    def pre_validate(self, form: BaseForm) -> None:
        if not self.data:
            raise ValidationError(f"Choose {self.description} for ‘{self.label.text}’")
        if self.data not in _offered(self):
            raise ValidationError(NOT_SHOWN)


class QuestionForm(Form):
    """Made by `question_form`; which fields it has follows from the question's type."""

    attempt = HiddenField()

    question: Question
    order: tuple[int, ...]

    @property
    def parts(self) -> list[Field]:
        """The fields that hold the answer, in the order of the page."""
        return [field for field in self if field.name == "answer" or field.name.startswith("part")]

    def validate(self, extra_validators: Any = None) -> bool:
        """As WTForms does, and for an ordering: each place given once."""
        if not super().validate(extra_validators):
            return False
        if self.question.type is ItemType.ORDERING:
            used: dict[str, Field] = {}
            for field in self.parts:
                if field.data in used:
                    field.errors = [f"‘{field.label.text}’ has the same place as ‘{used[field.data].label.text}’"]
                    return False
                used[field.data] = field
        return True

    def chosen(self) -> tuple[int, ...]:
        """What was chosen, as the author's positions: comparable with `Question.key`."""
        if self.question.type is ItemType.ORDERING:
            places = {int(field.data): self.order[shown] for shown, field in enumerate(self.parts)}
            return tuple(places[place] for place in sorted(places))
        if self.question.type is ItemType.MATCHING:
            by_pair = {self.order[shown]: int(field.data) - 1 for shown, field in enumerate(self.parts)}
            return tuple(by_pair[position] for position in range(len(self.order)))
        answer = self["answer"].data
        shown_places = {answer} if isinstance(answer, str) else set(answer)
        return tuple(sorted(self.order[int(place) - 1] for place in shown_places))

    @property
    def problems(self) -> list[FieldError]:
        """Errors with the anchor of the first choice of a group."""
        return [
            FieldError(f"{field.id}-0" if field.name == "answer" else field.id, str(field.errors[0]))
            for field in self.parts
            if field.errors
        ]


def question_form(
    question: Question,
    order: Sequence[int],
    chosen: Sequence[int] | None = None,
    *,
    formdata: MultiDict[str, str] | None = None,
    attempt_id: int | None = None,
) -> QuestionForm:
    """The form of a question, its parts in the order given, filled with what was chosen before.

    With `formdata` (of a GET) it reads from there: a practice question changes nothing.
    """
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {"attempt": str(attempt_id or "")}
    parts = [question.parts[position] for position in order]
    if question.type is ItemType.ORDERING:
        places = [SelectChoice("", "Choose a place")]
        places += [SelectChoice(str(place), str(place)) for place in range(1, len(parts) + 1)]
        for shown, part in enumerate(parts):
            fields[f"part{shown + 1}"] = _Place(part.text, choices=places, description="a place")  # type: ignore[union-attr]
            if chosen is not None:
                values[f"part{shown + 1}"] = str(list(chosen).index(order[shown]) + 1)
    elif question.type is ItemType.MATCHING:
        matches = [SelectChoice("", "Choose a match")]
        matches += [SelectChoice(str(number), text) for number, text in enumerate(question.choices, start=1)]
        for shown, part in enumerate(parts):
            assert isinstance(part, Pair)
            fields[f"part{shown + 1}"] = _Place(part.left, choices=matches, description="a match")
            if chosen is not None:
                values[f"part{shown + 1}"] = str(chosen[order[shown]] + 1)
    else:
        shown_options = [SelectChoice(str(shown), part.text) for shown, part in enumerate(parts, start=1)]  # type: ignore[union-attr]
        several = question.type is ItemType.MULTIPLE
        fields["answer"] = (_SeveralOf if several else _OneOf)(
            question.lead_in, choices=shown_options, validate_choice=False
        )
        if chosen is not None:
            marked = [str(list(order).index(position) + 1) for position in chosen]
            values["answer"] = marked if several else marked[0]
    made = type("MadeQuestionForm", (QuestionForm,), fields)
    if formdata is not None:
        form: QuestionForm = made(formdata=formdata, data=values)
    else:
        form = made(data=values)
    form.question, form.order = question, tuple(order)
    if formdata is not None:  # several practice questions stand on one page
        for field in form.parts:
            field.id = f"{question.id}-{field.name}"
    return form
