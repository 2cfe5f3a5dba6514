"""Settings are read once, and every mistake in them is named."""

import secrets

import pytest

from elearning.core.errors import SettingsError
from elearning.settings import Settings

SECRET = {"ELEARNING_SECRET_KEY": "k" * 32}


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("ELEARNING_DATABASE_URL", "mysql://x", "only sqlite:// and postgresql+psycopg://"),
        ("ELEARNING_DATABASE_URL", "nonsense", "give a database address"),
        ("ELEARNING_DATABASE_URL", "sqlite://", "keeps nothing"),
        ("ELEARNING_DATABASE_URL", "sqlite:///:memory:", "keeps nothing"),
        ("ELEARNING_DATABASE_URL", "postgresql+psycopg://u:p@host:port/db", "give a database address"),
        ("ELEARNING_BASE_URL", "https://[::1", "ELEARNING_BASE_URL"),
        ("ELEARNING_PROXIES", "many", "ELEARNING_PROXIES"),
        ("ELEARNING_LOG", "everything", "ELEARNING_LOG"),
        ("ELEARNING_PARTNERSHIP", "", "ELEARNING_PARTNERSHIP"),
        ("ELEARNING_BASE_URL", "learning.example.org", "give an address such as https://"),
        ("ELEARNING_BASE_URL", "https://x.example/path", "without a path"),
        ("ELEARNING_COLOUR", "green", "ELEARNING_COLOUR"),
        ("ELEARNING_COLOUR", "#ffffff", "contrast under 4.5 to 1"),
        ("ELEARNING_COLOUR", "#767676", "contrast under 4.5 to 1"),
        ("ELEARNING_COLOR", "#000000", "there is no such setting"),
        ("ELEARNING_SECRET_KEY", "short", "at least 32 random characters"),
    ],
)
def test_a_mistake_is_named_with_its_variable(variable: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match="^ELEARNING_") as raised:
        Settings.from_environ({**SECRET, variable: value})
    assert says in str(raised.value)
    assert variable in str(raised.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ELEARNING_SECRET_KEY", "k" * 32),
        ("ELEARNING_SECRET_KEY", "abcabcabcabcabcabcabcabcabcabcabcabc"),
        ("ELEARNING_SECRET_KEY", "please-Change-me-before-you-go-live"),
        ("ELEARNING_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("ELEARNING_MAIL", "console:"),
    ],
)
def test_what_lets_strangers_in_is_not_served_over_https(variable: str, value: str) -> None:
    sound = {
        "ELEARNING_BASE_URL": "https://learning.example.org",
        "ELEARNING_SECRET_KEY": secrets.token_hex(32),
        "ELEARNING_MAIL": "smtp://mail.example.org",
    }
    Settings.from_environ(sound).check_serving()
    with pytest.raises(SettingsError, match=f"^{variable} ") as raised:
        Settings.from_environ({**sound, variable: value}).check_serving()
    assert value not in str(raised.value) or value == "console:"
    Settings.from_environ({**sound, variable: value, "ELEARNING_BASE_URL": "http://127.0.0.1:8000"}).check_serving()


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environ({"ELEARNING_COLOUR": "x", "ELEARNING_BASE_URL": "y", "ELEARNING_NOTHING": "z"})
    assert all(name in str(raised.value) for name in ("COLOUR", "BASE_URL", "NOTHING"))


def test_what_is_given_is_taken_and_secrets_are_not_shown() -> None:
    settings = Settings.from_environ({**SECRET, "ELEARNING_BASE_URL": "https://learning.example.org/"})
    assert settings.base_url == "https://learning.example.org"
    assert settings.secure
    assert "k" * 32 not in repr(settings)
