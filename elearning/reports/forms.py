"""The filters of the reports. They come by the address, so they change nothing and carry no token."""

from collections.abc import Mapping, Sequence

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.figures.rules import find_period
from elearning.figures.types import Period
from elearning.people.types import JOB_ROLES, AgencyName, Sector
from elearning.reports.types import View
from elearning.web.forms import Form

SECTORS = [SelectChoice(sector, sector.capitalize()) for sector in Sector]


class TableFilter(Form):
    """Made by `view_filter`."""

    period = SelectField("Period", validate_choice=False)
    module = SelectField("Training module", validate_choice=False)
    sector = SelectField("Kind of agency", validate_choice=False)
    agency = SelectField("Agency", validate_choice=False)
    job_role = SelectField("Job role", validate_choice=False)
    left_out: tuple[str, ...] = ()  # what the address asked for that there is not, such as "a period"


def view_filter(
    asked: Mapping[str, str],
    fields: Sequence[str],
    *,
    periods: Sequence[Period],
    default: Period,
    titles: Mapping[str, str],
    agencies: Sequence[AgencyName],
    one_module: bool = False,
) -> tuple[TableFilter, View]:
    """The form with these fields filled from an address, and the view it asks for; with `one_module`, the first if not
    another.

    A value that is none of ours counts as not given, and so does a kind of agency that the agency is not of, or what
    there is no field for.
    """
    first_module = next(iter(titles), "") if one_module else ""
    wanted, asked = asked, {name: asked[name] for name in fields if asked.get(name)}
    agency = next((each for each in agencies if str(each.id) == asked.get("agency")), None)
    sector = next(
        (each for each in Sector if each == asked.get("sector") and (not agency or agency.sector is each)), None
    )
    view = View(
        period=find_period(periods, asked.get("period", "")) or default,
        module=asked["module"] if asked.get("module") in titles else first_module,
        sector=sector,
        agency=agency,
        job_role=asked["job_role"] if asked.get("job_role") in JOB_ROLES else "",
    )
    given = {
        "period": view.period.key,
        "module": view.module,
        "sector": view.sector or "",
        "agency": str(agency.id) if agency else "",
        "job_role": view.job_role,
    }
    form = TableFilter(formdata=None, data=given)
    everything = SelectChoice("", "All")
    form.period.choices = [SelectChoice(each.key, each.label) for each in periods]
    form.module.choices = [] if first_module else [everything]
    form.module.choices += [SelectChoice(key, title) for key, title in titles.items()]
    form.sector.choices = [everything, *SECTORS]
    form.agency.choices = [everything, *(SelectChoice(str(each.id), each.name) for each in agencies)]
    form.job_role.choices = [everything, *(SelectChoice(role, role) for role in JOB_ROLES)]
    unknown = [form[name].label.text.lower() for name in given if (wanted.get(name) or given[name]) != given[name]]
    form.left_out = tuple(f"{'an' if label[0] in 'aeiou' else 'a'} {label}" for label in unknown)
    for name in given:
        if name not in fields:
            del form[name]
    return form, view
