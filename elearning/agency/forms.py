"""The filter of the people page. It comes by the address, so it changes nothing and carries no token."""

from collections.abc import Mapping, Sequence

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.agency.types import Filter, State
from elearning.catalogue.types import TrainingModule
from elearning.web.forms import Form

LONGEST_SEARCH = 120
STATES = {
    State.MISSING: "No valid certificate",
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
