"""The form of someone who was shown a certificate."""

from wtforms import StringField, ValidationError

from elearning.certificates.rules import parse_number, read_number
from elearning.web.forms import Form


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
