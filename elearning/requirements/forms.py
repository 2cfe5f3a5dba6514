"""What a training lead or an officer types: a requirement, a headcount, or a file of either."""

from collections.abc import Mapping, Sequence

from wtforms import HiddenField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.core import clock
from elearning.people.types import JOB_ROLES, AgencyName
from elearning.requirements.loader import read_staff
from elearning.requirements.rules import counted_on_problem, due_on_problem, staff_problem
from elearning.requirements.types import Ask, Declared, Group, Line
from elearning.web.forms import DayField, FileField, Form

CHOOSE = SelectChoice("", "Choose")
PARTNERSHIP = "partnership"
ALL_STAFF = "all"


def _say(problem: str | None) -> None:
    if problem:
        raise ValidationError(problem)


class _Chosen:
    """Something of the list was chosen."""

    def __init__(self, noun: str) -> None:
        self.message = f"Choose {noun}"

    def __call__(self, _form: Form, field: SelectField) -> None:
        if not field.data or field.data not in {value for value, *_rest in field.iter_choices()}:
            raise ValidationError(self.message)


def _select(label: str, noun: str) -> SelectField:
    return SelectField(label, validators=[_Chosen(noun)], validate_choice=False)


class RequirementForm(Form):
    """Who must hold which module by when. Made by `requirement_form`."""

    agency = _select("Whose people?", "an agency, or the whole partnership")
    module = _select("Which training module?", "a training module")
    who = _select("Who must hold a valid certificate?", "who must hold a valid certificate")
    due_on = DayField("By when?", description="The day it is due")

    def validate_due_on(self, field: DayField) -> None:
        _say(due_on_problem(field.data, clock.today()))

    def ask(self, agency_id: int | None = None) -> Ask:
        """What is asked, by this agency or by the one that was chosen; only after validation."""
        if "agency" in self:
            agency_id = None if self.agency.data == PARTNERSHIP else int(self.agency.data)
        kind, _, name = self.who.data.partition(":")
        return Ask(agency_id, self.module.data, Group(kind), name, self.due_on.data)


def requirement_form(
    modules: Mapping[str, str], teams: Sequence[str], agencies: Sequence[AgencyName] | None = None
) -> RequirementForm:
    """The form of an agency with its teams, or of the partnership with its agencies."""
    form = RequirementForm()
    form.module.choices = [CHOOSE, *(SelectChoice(key, title) for key, title in modules.items())]
    form.who.choices = [
        CHOOSE,
        SelectChoice(Group.EVERYONE, "Everyone"),
        *(SelectChoice(f"{Group.TEAM}:{team}", f"Team: {team}") for team in teams),
        *(SelectChoice(f"{Group.JOB_ROLE}:{role}", f"Job role: {role}") for role in JOB_ROLES),
    ]
    if agencies is None:
        del form.agency
    else:
        form.agency.choices = [CHOOSE, SelectChoice(PARTNERSHIP, "The whole partnership"), *_agencies(agencies)]
    return form


class HeadcountForm(Form):
    """How many staff in scope there are. Made by `headcount_form`."""

    agency = _select("Which agency?", "an agency")
    job_role = _select("Which staff?", "all staff in scope, or a job role")
    staff = StringField("How many are there?")
    counted_on = DayField("When were they counted?", description="The day they were counted")

    def validate_staff(self, field: StringField) -> None:
        text = " ".join((field.data or "").split())
        if not text:
            raise ValidationError("Enter how many staff there are")
        number = read_staff(text)
        if number is None:
            raise ValidationError("How many staff there are must be a whole number, like 46")
        _say(staff_problem(number))

    def validate_counted_on(self, field: DayField) -> None:
        _say(counted_on_problem(field.data, clock.today()))

    def declared(self, agency_id: int | None = None) -> Declared:
        """What is declared, by this agency or the one that was chosen; only after validation."""
        role = "" if self.job_role.data == ALL_STAFF else self.job_role.data
        staff = read_staff(" ".join((self.staff.data or "").split())) or 0
        return Declared(agency_id or int(self.agency.data), role, staff, self.counted_on.data)


def headcount_form(agencies: Sequence[AgencyName] | None = None) -> HeadcountForm:
    """The form of an agency, or of the partnership with its agencies."""
    form = HeadcountForm()
    form.job_role.choices = [
        CHOOSE,
        SelectChoice(ALL_STAFF, "All staff in scope"),
        *(SelectChoice(role, f"Job role: {role}") for role in JOB_ROLES),
    ]
    if agencies is None:
        del form.agency
    else:
        form.agency.choices = [CHOOSE, *_agencies(agencies)]
    return form


def _agencies(agencies: Sequence[AgencyName]) -> list[SelectChoice]:
    ordered = sorted(agencies, key=lambda agency: agency.name.casefold())
    return [SelectChoice(str(agency.id), agency.name) for agency in ordered]


class UploadForm(Form):
    """A file; or, once it was checked, what it said, to be recorded (decisions/0017)."""

    file = FileField("The list")
    text = HiddenField()

    def validate_file(self, field: FileField) -> None:
        if field.data is None and not self.text.data:
            raise ValidationError("Choose the file to upload")

    def is_sound(self, lines: Sequence[Line]) -> bool:
        """Whether a list was read, and each of its lines can be recorded."""
        return bool(lines) and not any(line.problems for line in lines)

    @property
    def content(self) -> bytes:
        """What there is to read; only after validation."""
        return (self.text.data or "").encode() if self.file.data is None else self.file.data
