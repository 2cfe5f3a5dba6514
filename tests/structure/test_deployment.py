"""The files of a real installation name what there is: commands, settings, ports and sizes that fit each other."""

import re
from pathlib import Path

import pytest

from elearning.app import LARGEST_FORM
from elearning.certificates.loader import LARGEST_FILE
from elearning.cli import elearning
from elearning.settings import PREFIX, ROOT, Settings

FOLDER = ROOT / "elearning" / "deployment"
UNITS = sorted(FOLDER.glob("*.service"))
README = (ROOT / "README.md").read_text()


def read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def lines(name: str) -> dict[str, str]:
    """The settings of a unit or environment file, the last of each name."""
    pairs = (line.split("=", 1) for line in read(name).splitlines() if re.match(r"[A-Za-z_]+=", line))
    return dict(pairs)


def test_the_environment_is_made_of_settings_and_lacks_only_the_secret() -> None:
    given = lines("environment")
    assert {name.removeprefix(PREFIX).lower() for name in given} <= set(Settings.model_fields)
    assert given.pop("ELEARNING_SECRET_KEY") == ""
    settings = Settings.from_environ({**given, "ELEARNING_SECRET_KEY": "k" * 32})
    assert settings.secure
    assert settings.proxies == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_exists_without_rights(unit: Path) -> None:
    found = lines(unit.name)
    program, *words = found["ExecStart"].split()
    assert program.startswith("/opt/elearning/.venv/bin/")
    if program.endswith("/elearning"):
        assert words[0] in elearning.commands
    else:
        module, name = words[-1].split(":")
        assert (ROOT / f"{module}.py").is_file()
        assert f"{name} = create_app" in (ROOT / f"{module}.py").read_text()
    assert found["User"] == "elearning"
    assert found["NoNewPrivileges"] == "yes"
    assert found["UMask"] == "0077"
    assert found["EnvironmentFile"] == "/etc/elearning/environment"


def test_the_proxy_asks_where_the_socket_listens_and_lets_through_what_we_take() -> None:
    assert f"proxy_pass http://{lines('elearning.socket')['ListenStream']};" in read("nginx.conf")
    assert f"client_max_body_size {LARGEST_FORM // 1024}k;" in read("nginx.conf")
    for kept in ("client_max_body_size", "client_body_buffer_size"):  # a file to check touches no disk there either
        assert f"{kept} {LARGEST_FILE // 2**20}m;" in read("nginx.conf").partition("location /verify/")[2]
    for header in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme"):
        assert f"proxy_set_header {header};" in read("nginx.conf")


def test_the_readme_speaks_of_every_file() -> None:
    for path in FOLDER.iterdir():
        assert path.name in README or path.suffix in (".service", ".socket")
    assert "the three systemd units" in README
    assert len(UNITS) + len(list(FOLDER.glob("*.socket"))) == 3
