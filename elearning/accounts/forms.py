"""The forms of signing in and of one's own details."""

from wtforms import StringField, ValidationError

from elearning.accounts.rules import APP_DIGITS, CODE_DIGITS, RECOVERY_DIGITS, normal_email, typed_code
from elearning.people.rules import clean_name, name_problem
from elearning.web.forms import Form


class EmailForm(Form):
    """Who wants to sign in."""

    email = StringField("Your work e-mail address")

    def validate_email(self, field: StringField) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter your work e-mail address")
        if normal_email(field.data or "") is None:
            raise ValidationError("Enter an e-mail address in the correct format, like name@example.org")

    @property
    def address(self) -> str:
        """The address in its normal form; only after validation."""
        return normal_email(self.email.data or "") or ""


class CodeForm(Form):
    """The code from the mail."""

    code = StringField("Sign-in code")

    def validate_code(self, field: StringField) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter the code from our e-mail")
        if typed_code(field.data or "") is None:
            raise ValidationError(f"The code is {CODE_DIGITS} digits, like 1234 5678")

    @property
    def digits(self) -> str:
        """The code without spaces; only after validation."""
        return typed_code(self.code.data or "") or ""


class FactorForm(Form):
    """The code of an authenticator app, or a recovery code: both are digits, of another length."""

    second_factor = StringField("Code from your app")

    def validate_second_factor(self, field: StringField) -> None:
        if not (field.data or "").strip():
            raise ValidationError("Enter the code from your app")
        if typed_code(field.data or "", (APP_DIGITS, RECOVERY_DIGITS)) is None:
            raise ValidationError(f"The code of your app is {APP_DIGITS} digits, a recovery code {RECOVERY_DIGITS}")

    @property
    def digits(self) -> str:
        """The code without spaces; only after validation."""
        return typed_code(self.second_factor.data or "", (APP_DIGITS, RECOVERY_DIGITS)) or ""


class DetailsForm(Form):
    """What a person may change about themselves."""

    full_name = StringField("Full name")

    def validate_full_name(self, field: StringField) -> None:
        if problem := name_problem(clean_name(field.data or "")):
            raise ValidationError(problem)
