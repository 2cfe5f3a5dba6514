"""Who issues certificates in the running application, and their PDF."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app

from elearning.certificates.pdf import render, render_many
from elearning.certificates.signing import SigningKeys, examine
from elearning.certificates.types import IssuedCertificate
from elearning.core import clock


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
    """The certificate as a PDF, signed where there are keys; the same certificate gives the same bytes each time.

    Raises SigningUnavailable when the keys had run out by the day it was issued.
    """
    settings, keys = current_app.config["SETTINGS"], signing_keys()
    pdf = render(certificate, base_url=settings.base_url, colour=settings.colour, to_sign=bool(keys.keys))
    return keys.sign(pdf, certificate.issued_at)


def printed_pdf(certificates: Iterable[IssuedCertificate], title: str) -> bytes:
    """Certificates to print in one PDF, unsigned; the same ones on the same day give the same bytes."""
    settings = current_app.config["SETTINGS"]
    return render_many(
        certificates,
        title=title,
        partnership=settings.partnership,
        made_at=dt.datetime.combine(clock.today(), dt.time(), clock.LONDON),
        base_url=settings.base_url,
        colour=settings.colour,
    )


def signing_keys() -> SigningKeys:
    """The keys of the running application; all that it ever had, where somebody asks whether a file is ours."""
    keys: SigningKeys = current_app.extensions["signing_keys"]
    return keys


def is_as_issued(certificate: IssuedCertificate, content: bytes) -> bool:
    """Whether a file is the certificate as we issued it: whole as one of our keys signed it, or what we make today.

    What is made today may differ from what was made under another address or colour; the signature does not mind.
    """
    return examine(content, signing_keys()).is_genuine or content == certificate_pdf(certificate)
