"""The filter of what training did. It comes by the address, so it changes nothing and carries no token."""

from collections.abc import Mapping, Sequence

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.catalogue.types import TrainingModule
from elearning.figures.rules import find_period
from elearning.figures.types import Period
from elearning.web.forms import Form


class ImpactFilter(Form):
    """Made by `impact_filter`."""

    module = SelectField("Training module", validate_choice=False)
    period = SelectField("Period", validate_choice=False)
    unknown = False  # whether the address asked for a module or period there is not


def impact_filter(
    asked: Mapping[str, str], modules: Sequence[TrainingModule], periods: Sequence[Period], default: Period
) -> tuple[ImpactFilter, TrainingModule | None, Period]:
    """The form filled from an address, and what it asks for; all modules where it names none of ours."""
    module = next((each for each in modules if each.key == asked.get("module")), None)
    period = find_period(periods, asked.get("period", "")) or default
    key = module.key if module else ""
    form = ImpactFilter(formdata=None, data={"module": key, "period": period.key})
    form.module.choices = [SelectChoice("", "All"), *(SelectChoice(each.key, each.title) for each in modules)]
    form.period.choices = [SelectChoice(each.key, each.label) for each in periods]
    form.unknown = asked.get("module", key) != key or asked.get("period", period.key) != period.key
    return form, module, period
