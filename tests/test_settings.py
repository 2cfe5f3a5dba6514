"""Settings are read once, and every mistake in them is named."""

import pytest

from elearning.core.errors import SettingsError
from elearning.settings import Settings

SECRET = {"ELEARNING_SECRET_KEY": "k" * 32}


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("ELEARNING_DATABASE_URL", "mysql://x", "only sqlite:// and postgresql+psycopg://"),
        ("ELEARNING_DATABASE_URL", "nonsense", "give a database address"),
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


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environ({"ELEARNING_COLOUR": "x", "ELEARNING_BASE_URL": "y", "ELEARNING_NOTHING": "z"})
    assert all(name in str(raised.value) for name in ("COLOUR", "BASE_URL", "NOTHING"))


def test_what_is_given_is_taken_and_secrets_are_not_shown() -> None:
    settings = Settings.from_environ({**SECRET, "ELEARNING_BASE_URL": "https://learning.example.org/"})
    assert settings.base_url == "https://learning.example.org"
    assert settings.secure
    assert "k" * 32 not in repr(settings)
