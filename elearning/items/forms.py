"""The filter of the questions' figures. It comes by the address, so it changes nothing and carries no token."""

from collections.abc import Mapping, Sequence

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.catalogue.types import TrainingModule
from elearning.figures.rules import find_period
from elearning.figures.types import Period
from elearning.web.forms import Form


class ItemFilter(Form):
    """Made by `item_filter`."""

    module = SelectField("Training module", validate_choice=False)
    period = SelectField("Period", validate_choice=False)
    unknown = False  # whether the address asked for a module or period there is not


def item_filter(
    asked: Mapping[str, str], modules: Sequence[TrainingModule], periods: Sequence[Period], default: Period
) -> tuple[ItemFilter, TrainingModule, Period]:
    """The form filled from an address, and what it asks for. A value that is none of ours counts as not given.

    `modules` has one at least.
    """
    module = next((each for each in modules if each.key == asked.get("module")), modules[0])
    period = find_period(periods, asked.get("period", "")) or default
    form = ItemFilter(formdata=None, data={"module": module.key, "period": period.key})
    form.module.choices = [SelectChoice(each.key, each.title) for each in modules]
    form.period.choices = [SelectChoice(each.key, each.label) for each in periods]
    form.unknown = asked.get("module", module.key) != module.key or asked.get("period", period.key) != period.key
    return form, module, period
