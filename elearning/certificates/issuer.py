"""Who issues certificates in the running application, and their PDF."""

from dataclasses import dataclass

from flask import current_app

from elearning.certificates.pdf import render
from elearning.certificates.types import IssuedCertificate


@dataclass(frozen=True)
class Issuer:
    """The words that stand for the partnership on a certificate, and where its holders turn to."""

    partnership: str
    signatory: str
    base_url: str
    help_email: str


def issuer() -> Issuer:
    """The issuer by the settings of today; a certificate keeps those of its own day."""
    settings = current_app.config["SETTINGS"]
    return Issuer(settings.partnership, settings.signatory, settings.base_url, settings.help_email)


def certificate_pdf(certificate: IssuedCertificate) -> bytes:
    """The certificate as a PDF; the same certificate gives the same bytes each time."""
    settings = current_app.config["SETTINGS"]
    return render(certificate, base_url=settings.base_url, colour=settings.colour)


def is_as_issued(certificate: IssuedCertificate, content: bytes) -> bool:
    """Whether a file is the certificate as we issued it, to the last byte."""
    return content == certificate_pdf(certificate)
