"""The forms of someone who was shown certificates, and of the administrator who issues one anew or withdraws it."""

from enum import StrEnum
from functools import cached_property
from itertools import islice

from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types of WTForms

from elearning.certificates.loader import MOST_LISTED, find_numbers, is_locked, is_pdf, read_list, read_manifest
from elearning.certificates.rules import parse_number, read_number
from elearning.certificates.types import Listed, ReissueReason
from elearning.completions.types import WithdrawalReason
from elearning.core.errors import Refused
from elearning.people.rules import clean_name, name_problem
from elearning.web.forms import FileField, Form


class VerifyForm(Form):
    """A certificate number, sent with GET, so that the answer has an address of its own."""

    number = StringField("Certificate number")

    def validate_number(self, field: StringField) -> None:
        """A number with a slip in it is told apart from something that is no number."""
        text = (field.data or "").strip()
        if not text:
            raise ValidationError("Enter the certificate number")
        if read_number(text) is None:
            raise ValidationError("A certificate number has 17 letters and digits, such as 8F3K-Q2ZT-91MB-X7RD-4")
        if parse_number(text) is None:
            raise ValidationError("There is a slip in that number; compare it with the certificate, sign by sign")

    @property
    def stored(self) -> str:
        """The number in its stored form; only after validation."""
        return parse_number(self.number.data or "") or ""


class FileForm(Form):
    """The PDF that someone was sent."""

    file = FileField("The certificate’s PDF")

    def validate_file(self, field: FileField) -> None:
        if field.data is None:
            raise ValidationError("Choose the PDF of the certificate")
        if not is_pdf(field.data):
            raise ValidationError("That file is not a PDF. For a photo or a print, enter the number instead")
        if not self.numbers and is_locked(field.data):
            raise ValidationError("That PDF is locked, so we cannot read it. Enter the number instead")
        if len(self.numbers) > 1:
            raise ValidationError("That PDF bears more than one certificate number. Enter them one by one instead")

    @cached_property
    def numbers(self) -> list[str]:
        """The numbers that the file bears."""
        return find_numbers(self.file.data or b"")


class ListForm(Form):
    """Numbers as text, or the manifest of a pack."""

    numbers = TextAreaField("Certificate numbers")
    file = FileField("Or a file with the numbers")
    text = ""  # what was sent, either way

    def validate_numbers(self, field: TextAreaField) -> None:
        if self.file.data is not None:
            if (field.data or "").strip():
                raise ValidationError("Paste numbers or choose a file, not both")
            return
        self.text = "\n".join(" ".join(line.split()) for line in (field.data or "").splitlines())
        if problem := self._problem():
            raise ValidationError(problem)

    def validate_file(self, field: FileField) -> None:
        if field.data is None or self.numbers.errors:
            return
        try:
            self.text = read_manifest(field.data)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
        if problem := self._problem():
            raise ValidationError(problem)

    def _problem(self) -> str | None:
        if not self.listed:
            return "There are no numbers in that file" if self.file.data else "Paste the numbers, or choose a file"
        if len(self.listed) > MOST_LISTED:
            return f"There are more than {MOST_LISTED} numbers. Check up to {MOST_LISTED} at a time"
        return None

    @cached_property
    def listed(self) -> list[Listed]:
        """The entries, up to one too many; only after validation."""
        return list(islice(read_list(self.text), MOST_LISTED + 1))


def _is_chosen(_form: Form, field: RadioField) -> None:
    if field.data not in {value for value, *_rest in field.iter_choices()}:
        raise ValidationError("Select the reason")


def _reason(legend: str, reasons: type[StrEnum]) -> RadioField:
    choices = [SelectChoice(reason.name, reason[:1].upper() + reason[1:]) for reason in reasons]
    return RadioField(legend, choices=choices, validate_choice=False, validators=[_is_chosen])


class ReissueForm(Form):
    """Why a certificate is issued anew, and the name that the new one prints."""

    number = HiddenField()
    full_name = StringField("Name as it should be printed")
    reason = _reason("Why is it issued anew?", ReissueReason)

    printed = ""  # the name on the certificate

    def validate_full_name(self, field: StringField) -> None:
        name = clean_name(field.data or "")
        if problem := name_problem(name):  # said to its owner, elsewhere
            raise ValidationError(
                problem.replace("Your full", "The").replace("your full", "the").replace("your", "the")
            )
        if self.reason.data == ReissueReason.NAME.name and name == self.printed:
            raise ValidationError("This is the name the certificate prints now. Correct it, or select another reason")

    @property
    def sent(self) -> list[Field]:
        """The fields, to send them once more."""
        return [self.number, self.full_name, self.reason]

    @property
    def why(self) -> ReissueReason:
        """The reason; only after validation."""
        return ReissueReason[self.reason.data]


class WithdrawForm(Form):
    """Why a certificate is withdrawn."""

    number = HiddenField()
    reason = _reason("Why is it withdrawn?", WithdrawalReason)

    @property
    def sent(self) -> list[Field]:
        """The fields, to send them once more."""
        return [self.number, self.reason]

    @property
    def why(self) -> WithdrawalReason:
        """The reason; only after validation."""
        return WithdrawalReason[self.reason.data]
