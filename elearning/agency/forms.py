"""The filters of the pages. They come by the address, so they change nothing and carry no token."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms
from wtforms.form import BaseForm

from elearning.agency.types import Choice, Filter, Picked, State
from elearning.catalogue.types import TrainingModule
from elearning.certificates.types import Cover
from elearning.settings import Settings
from elearning.web.forms import DayField, Form
from elearning.web.pages import format_day

LONGEST_SEARCH = 120
STATES = {
    State.MISSING: "No valid certificate",
    State.OVERDUE: "Overdue",
    State.DUE: "Due",
    State.NOT_STARTED: "Not started",
    State.IN_PROGRESS: "In progress",
    State.VALID: "Valid certificate",
    State.RENEWAL_DUE: "Renewal due",
    State.EXPIRED: "Expired",
}


class PeopleFilter(Form):
    """Made by `people_filter`."""

    name = StringField("Name")
    module = SelectField("Training module", validate_choice=False)
    state = SelectField(
        "State",
        choices=[SelectChoice("", "Any"), *(SelectChoice(state, words) for state, words in STATES.items())],
        validate_choice=False,
    )
    unknown = False  # whether the address asked for a module or state there is not


def people_filter(asked: Mapping[str, str], modules: Sequence[TrainingModule]) -> tuple[PeopleFilter, Filter]:
    """The form filled from an address, and what it asks for. A value that is none of ours counts as not given."""
    keys = {module.key for module in modules}
    name = " ".join(asked.get("name", "").split())[:LONGEST_SEARCH]
    module_key = asked.get("module", "") if asked.get("module", "") in keys else ""
    state = State(asked["state"]) if asked.get("state") in set(State) else None
    form = PeopleFilter(formdata=None, data={"name": name, "module": module_key, "state": state or ""})
    form.module.choices = [SelectChoice("", "All modules"), *(SelectChoice(m.key, m.title) for m in modules)]
    form.unknown = (asked.get("module", "") != module_key) or (asked.get("state", "") != (state or ""))
    return form, Filter(name, module_key, state)


class _AnyDay(DayField):
    """A day that may be left out."""

    def pre_validate(self, form: BaseForm) -> None:
        if any(self.typed.values()):
            super().pre_validate(form)


class CertificatesFilter(Form):
    """Which certificates to take out. Made by `certificates_filter`."""

    first = _AnyDay("Completed from", description="The first day")
    last = _AnyDay("Completed up to", description="The last day")
    module = SelectField("Training module", validate_choice=False)
    role = SelectField("Job role that day", validate_choice=False)
    team = SelectField("Team that day", validate_choice=False)
    name = StringField("Name")
    unknown = False  # whether the address asked for something that is not in the lists

    def validate_last(self, field: DayField) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError("The last day must be the first day or after it")

    @property
    def choice(self) -> Choice:
        """What is asked for; only after validation."""
        return Choice(
            first=self.first.data,
            last=self.last.data,
            module_key=self.module.data or "",
            job_role=self.role.data or "",
            team=self.team.data or "",
            name=self.name.data or "",
        )

    @property
    def address(self) -> dict[str, Any]:
        """The same choice as what an address asks for."""
        days = {
            f"{day.name}-{part}": typed for day in (self.first, self.last) for part, typed in day.typed.items() if typed
        }
        return days | {field.name: field.data for field in self if not isinstance(field, DayField) and field.data}


def certificates_filter(
    asked: MultiDict[str, str], modules: Sequence[TrainingModule], roles: Sequence[str], teams: Sequence[str]
) -> CertificatesFilter:
    """The form filled from an address. A module, role or team that is none of ours counts as not given."""
    form = CertificatesFilter(formdata=asked)
    form.name.data = " ".join((form.name.data or "").split())[:LONGEST_SEARCH]
    offered = (
        (form.module, "All modules", [(module.key, module.title) for module in modules]),
        (form.role, "All job roles", [(role, role) for role in roles]),
        (form.team, "All teams", [(team, team) for team in teams]),
    )
    for field, everything, choices in offered:
        field.choices = [SelectChoice("", everything), *(SelectChoice(*choice) for choice in choices)]
        if field.data and field.data not in dict(choices):
            form.unknown, field.data = True, ""
    return form


def cover_of(
    agency_name: str, choice: Choice, picked: Picked, titles: Mapping[str, str], today: dt.date, settings: Settings
) -> Cover:
    """What the pack of these certificates says of itself; `titles` by module key."""
    asked = (
        ("Completed from", format_day(choice.first) if choice.first else ""),
        ("Completed up to", format_day(choice.last) if choice.last else ""),
        ("Training module", titles.get(choice.module_key, choice.module_key) or "All modules"),
        ("Job role that day", choice.job_role),
        ("Team that day", choice.team),
        ("Name with", choice.name),
    )
    return Cover(
        agency_name=agency_name,
        chosen=(("Agency", agency_name), *((label, words) for label, words in asked if words)),
        as_of=today,
        count=len(picked.certificates),
        superseded=picked.superseded,
        withdrawn=picked.withdrawn,
        partnership=settings.partnership,
        base_url=settings.base_url,
    )
