"""Who issues certificates in the running application."""

from dataclasses import dataclass

from flask import current_app


@dataclass(frozen=True)
class Issuer:
    """The words that stand for the partnership on a certificate."""

    partnership: str
    signatory: str


def issuer() -> Issuer:
    """The issuer by the settings of today; a certificate keeps those of its own day."""
    settings = current_app.config["SETTINGS"]
    return Issuer(settings.partnership, settings.signatory)
