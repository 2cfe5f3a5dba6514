"""Settings: read once from ELEARNING_* variables, frozen, each documented in the README's table (tested)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from elearning.core.errors import SettingsError

PREFIX = "ELEARNING_"
ROOT = Path(__file__).parent.parent
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]


MAKE_SECRET = 'make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
PLACEHOLDERS = ("change", "secret", "password", "example", "default", "insecure", "0123456789")
DARKEST_PAPER = "#f1ede4"  # of the style sheet


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Settings(BaseModel):
    """One frozen value for the whole process. The variable of a field is ELEARNING_ and its name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str = Field(
        f"sqlite:///{ROOT / '.data' / 'elearning.db'}",
        description="Where records are kept: `sqlite:///path` or `postgresql+psycopg://user@host/name`",
    )
    secret_key: str = Field(
        "",
        description="At least 32 random characters that sign cookies and seal second factors; the demo makes its own",
        repr=False,
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="The address people use, without a path; links and QR codes carry it"
    )
    modules: Path = Field(ROOT / "modules", description="The folder of content packs")
    mail: str = Field(
        "console:",
        description="How mail leaves: `console:` prints it, `smtp://user:password@host:port` sends it",
        repr=False,
    )
    mail_from: Line = Field("learning@partnership.example", description="The sender of every mail")
    partnership: Line = Field("Safeguarding Children Partnership", description="The name on every page and certificate")
    colour: Colour = Field("#1f4e4a", description="Its colour, dark enough to read white on (`#rrggbb`)")
    help_email: Line = Field(
        "learning@partnership.example",
        description="Where people ask for help with this service, and hear of files with names that no other lead hears of",
    )
    signatory: Line = Field("Chair of the partnership", description="Who signs certificates")
    signing_keys: Path | None = Field(
        None, description="The folder of keys that sign certificates, one `.pem` file each; empty: they are not signed"
    )
    proxies: int = Field(
        0,
        ge=0,
        le=9,
        description="How many trusted proxies stand in front; each adds to `X-Forwarded-For` and `-Proto`",
    )
    log: Literal["requests", "errors"] = Field(
        "requests", description="What is written to standard error, as lines of JSON: every request, or only errors"
    )
    demo: bool = Field(False, description="`true` only in the demonstration: sign-in without a code, invented people")

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        from sqlalchemy import make_url  # here, because `elearning check` starts in a third of the time without it
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("give a database address such as sqlite:///path/to/file.db") from None
        if url.drivername not in ("sqlite", "postgresql+psycopg"):
            raise ValueError("only sqlite:// and postgresql+psycopg:// databases are supported")
        if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("a database in memory keeps nothing; give a file, such as sqlite:///path/to/file.db")
        return value

    @field_validator("signing_keys", mode="before")
    @classmethod
    def _none_if_empty(cls, value: object) -> object:
        return value or None

    @field_validator("partnership", "signatory")
    @classmethod
    def _is_printable(cls, value: str) -> str:
        from elearning.core.typeface import composed, unprintable  # here, for the same reason

        if not value.isascii() and (missing := unprintable(composed(value))):
            raise ValueError(f"certificates cannot print {' '.join(missing)}; leave it out")
        return value

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("give an address such as https://learning.example.org, without a path")
        return value.rstrip("/")

    @field_validator("colour")
    @classmethod
    def _is_readable(cls, value: str) -> str:
        # WCAG 2.2, 1.4.3; links stand on the darkest of our papers, the foot of the page.
        if (_luminance(DARKEST_PAPER) + 0.05) / (_luminance(value) + 0.05) < 4.5:
            raise ValueError("links and buttons in this colour have a contrast under 4.5 to 1; choose a darker one")
        return value

    @property
    def secure(self) -> bool:
        """Whether people reach us over HTTPS."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name that requests must ask for."""
        return urlsplit(self.base_url).hostname or ""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables. Raises SettingsError naming every variable that is unknown or malformed."""
        given = {name[len(PREFIX) :].lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            lines = []
            for problem in error.errors():
                variable = PREFIX + str(problem["loc"][0]).upper()
                message = "there is no such setting" if problem["type"] == "extra_forbidden" else problem["msg"]
                lines.append(f"{variable}: {message.removeprefix('Value error, ')}")
            raise SettingsError("; ".join(lines)) from None
        if len(settings.secret_key) < 32:
            raise SettingsError(f"ELEARNING_SECRET_KEY needs at least 32 random characters; {MAKE_SECRET}")
        return settings

    def check_serving(self) -> None:
        """Refuse to serve real people with settings that let strangers in. Raises SettingsError.

        Real people are those reached over HTTPS.
        """
        if not self.secure or self.demo:
            return
        secret = self.secret_key.lower()
        if len(set(secret)) < 10 or any(word in secret for word in PLACEHOLDERS):
            raise SettingsError(f"ELEARNING_SECRET_KEY can be guessed, and with it every session; {MAKE_SECRET}")
        if self.mail.startswith("console:"):
            raise SettingsError(
                "ELEARNING_MAIL prints sign-in codes where whoever reads the log can use them; "
                "give smtp://user:password@host:port."
            )
