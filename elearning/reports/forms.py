"""The filter of the report. It comes by the address, so it changes nothing and carries no token."""

from collections.abc import Mapping, Sequence

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.figures.rules import find_period
from elearning.figures.types import Period
from elearning.people.types import Sector
from elearning.web.forms import Form


class ReportFilter(Form):
    """Made by `report_filter`."""

    period = SelectField("Period", validate_choice=False)
    sector = SelectField(
        "Kind of agency",
        choices=[SelectChoice("", "All"), *(SelectChoice(sector, sector.capitalize()) for sector in Sector)],
        validate_choice=False,
    )
    unknown = False  # whether the address asked for a period or kind of agency there is not


def report_filter(
    asked: Mapping[str, str], periods: Sequence[Period], default: Period
) -> tuple[ReportFilter, Period, Sector | None]:
    """The form filled from an address, and what it asks for. A value that is none of ours counts as not given."""
    period = find_period(periods, asked.get("period", "")) or default
    sector = Sector(asked["sector"]) if asked.get("sector") in set(Sector) else None
    form = ReportFilter(formdata=None, data={"period": period.key, "sector": sector or ""})
    form.period.choices = [SelectChoice(each.key, each.label) for each in periods]
    form.unknown = asked.get("period", period.key) != period.key or asked.get("sector", "") != (sector or "")
    return form, period, sector
