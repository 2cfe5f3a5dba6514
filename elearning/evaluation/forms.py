"""How sure one feels, a pledge, and how it went, as forms. Everything may be left out but the words of a pledge."""

import datetime as dt
from typing import Any

from wtforms import BooleanField, Field, RadioField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.evaluation.rules import LONGEST_PLEDGE_DAYS, LONGEST_WORDS, MOST_SURE, clean_words
from elearning.evaluation.types import Change, Kept, Pledge
from elearning.web.forms import DayField, Form
from elearning.web.pages import format_day


def _is_offered(_form: Form, field: RadioField) -> None:
    if field.raw_data and field.data not in {value for value, *_rest in field.iter_choices()}:
        raise ValidationError("Select from the answers shown on this page")


def _is_short(_form: Form, field: Field) -> None:
    if len(clean_words(field.data or "")) > LONGEST_WORDS:
        raise ValidationError(f"{field.description or field.label.text} must be {LONGEST_WORDS} characters or fewer")


class ConfidenceForm(Form):
    """Made by `confidence_form`: a scale for each statement."""

    @property
    def scales(self) -> list[Field]:
        """The fields of the statements, in their order."""
        return [field for field in self if field.type == "RadioField"]

    @property
    def ratings(self) -> dict[str, int]:
        """What was rated, by the statement's name; only after validation."""
        return {field.name: int(field.data) for field in self.scales if field.raw_data}


def confidence_form(statements: tuple[tuple[str, str], ...]) -> ConfidenceForm:
    """The form of one page; its fields are named as the statements are."""
    points = [SelectChoice(str(point), str(point)) for point in range(MOST_SURE + 1)]
    fields = {
        name: RadioField(statement, choices=points, validate_choice=False, validators=[_is_offered])
        for name, statement in statements
    }
    made: Any = type("MadeConfidenceForm", (ConfidenceForm,), dict(fields))
    form: ConfidenceForm = made()
    return form


class PledgeForm(Form):
    """When …, I will …, by …, and I will tell …"""

    situation = TextAreaField("When", description="What you write after ‘When’")
    action = TextAreaField("I will", description="What you write after ‘I will’")
    by_on = DayField("By", description="The date")
    tell = StringField("And I will tell", description="Who you will tell")

    first: dt.date  # the days that the date may be

    @property
    def last(self) -> dt.date:
        """The last day that the date may be."""
        return self.first + dt.timedelta(days=LONGEST_PLEDGE_DAYS - 1)

    def validate_situation(self, field: Field) -> None:
        if not clean_words(field.data or ""):
            raise ValidationError("Enter when it will happen, such as ‘When a young person is suspended’")
        _is_short(self, field)

    def validate_action(self, field: Field) -> None:
        if not clean_words(field.data or ""):
            raise ValidationError("Enter what you will do")
        _is_short(self, field)

    def validate_by_on(self, field: DayField) -> None:
        if not self.first <= field.data <= self.last:
            raise ValidationError(f"The date must be between {format_day(self.first)} and {format_day(self.last)}")

    def validate_tell(self, field: Field) -> None:
        if not clean_words(field.data or ""):
            raise ValidationError("Enter who you will tell")
        _is_short(self, field)

    @property
    def pledge(self) -> Pledge:
        """What was pledged; only after validation."""
        situation, action, tell = (clean_words(f.data or "") for f in (self.situation, self.action, self.tell))
        return Pledge(situation, action, self.by_on.data, tell)


class KeptForm(Form):
    """How the pledge went."""

    kept = RadioField(
        "How did your pledge go?",
        choices=[SelectChoice(kept, kept.capitalize()) for kept in Kept],
        validate_choice=False,
        validators=[_is_offered],
    )


class KeptLaterForm(KeptForm):
    """How the pledge went, eight weeks on."""

    words = TextAreaField(
        "What got in the way, if anything did?", description="What got in the way", validators=[_is_short]
    )


class PracticeForm(Form):
    """What has changed, what someone does differently, and whether that may be quoted."""

    changes = SelectMultipleField(
        "What has changed in your work because of this module?",
        choices=[SelectChoice(change, change.capitalize()) for change in Change],
        validate_choice=False,
    )
    words = TextAreaField(
        "What did you do differently?", description="What you did differently", validators=[_is_short]
    )
    may_quote = BooleanField("The partnership may quote this without my name")

    def validate_changes(self, field: Field) -> None:
        if not set(field.data) <= set(Change):
            raise ValidationError("Select from the answers shown on this page")
        if Change.NOTHING in field.data and len(field.data) > 1:
            raise ValidationError("Select what has changed, or ‘Nothing so far’, not both")
