"""`elearning doctor` on sound and unsound installations: what it finds, what it advises, how it ends."""

import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from elearning.accounts.operations import suspend_person
from elearning.certificates.signing import new_key
from elearning.core import clock
from elearning.core.db import atomic
from elearning.core.errors import DatabaseNotReady
from elearning.core.outbox import queue_mail
from elearning.doctor import doctor, outside_advice, settings_advice, storage_advice
from elearning.settings import Settings
from tests.conftest import NOON, World
from tests.tampering import drop_guard
from tests.test_mailing import free_port

on_sqlite = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
KEY = "0123456789abcdefghijklmnopqrstuvwxyz"
OURS = {
    "partnership": "Harrow Partnership",
    "mail_from": "learning@harrow.example.org",
    "help_email": "help@harrow.example.org",
    "signatory": "Dr Chair",
}


@pytest.fixture
def mail_server() -> Iterator[str]:
    controller = Controller(SimpleNamespace(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def settings(database_url: str, modules_folder: Path, mail_server: str, tmp_path: Path) -> Settings:
    """An installation with nothing wrong."""
    modules = tmp_path / "modules"
    modules.mkdir()
    modules.joinpath("help.toml").write_text(
        f'checked_on = {NOON.date()}\n[[contacts]]\nwhen = "Now"\nwhat = "999"\n', encoding="utf-8"
    )
    (tmp_path / "test.db").chmod(0o600)
    (tmp_path / "keys").mkdir()
    put_key(tmp_path / "keys", vouched_for("Harrow Partnership"))
    return Settings(
        database_url=database_url, secret_key=KEY, modules=modules, mail=mail_server,
        base_url="https://learning.harrow.example.org", proxies=1, signing_keys=tmp_path / "keys", **OURS,
    )  # fmt: skip


def run(settings: Settings, app: Flask) -> Result:
    app.config["SETTINGS"] = settings
    return CliRunner().invoke(doctor, ["--inside"], obj=SimpleNamespace(settings=settings, app=app))


@on_sqlite
def test_a_sound_installation_is_said_to_be_fit(settings: Settings, app: Flask, world: World) -> None:
    result = run(settings, app)
    assert result.output == "This installation is fit to serve: nothing was found.\n"
    assert result.exit_code == 0


@on_sqlite
def test_what_only_should_be_done_does_not_fail(settings: Settings, app: Flask, world: World) -> None:
    suspend_person(world.officer.email)
    result = run(settings, app)
    assert result.output.splitlines()[0].startswith("SHOULD  Nobody is L&D officer.")
    assert result.output.splitlines()[-1].startswith("1 finding, of which 0 must")
    assert result.exit_code == 0


@on_sqlite
def test_an_installation_without_an_administrator_fails(settings: Settings, app: Flask, world: World) -> None:
    suspend_person(world.admin.email)
    result = run(settings, app)
    assert "MUST    There is no administrator. Add one: elearning people add" in result.output
    assert result.exit_code == 1


@on_sqlite
def test_a_lost_guard_is_found(settings: Settings, app: Flask, world: World) -> None:
    drop_guard("audit_entry", "delete")
    suspend_person(world.ben.email)  # leaves an entry to try it on
    assert "A guard is gone: the database does not refuse DELETE on audit_entry." in run(settings, app).output


@on_sqlite
def test_a_database_that_is_not_ready_is_said_once(settings: Settings, app: Flask) -> None:
    def refuse() -> Flask:
        raise DatabaseNotReady("The database is empty; run `elearning db upgrade` first.")

    class Context:
        app = property(lambda _self: refuse())

    context = Context()
    context.settings = settings  # type: ignore[attr-defined]  # as the command line has it
    result = CliRunner().invoke(doctor, ["--inside"], obj=context)
    assert [line for line in result.output.splitlines() if line.startswith("MUST")] == [
        "MUST    The database is empty; run `elearning db upgrade` first."
    ]
    assert result.exit_code == 1


@on_sqlite
def test_mail_that_waits_is_found(settings: Settings, app: Flask, world: World) -> None:
    with atomic():
        queue_mail("amina@example.org", "A code", "1234")
    with clock.at(NOON + dt.timedelta(minutes=14)):
        assert "waited" not in run(settings, app).output
    with clock.at(NOON + dt.timedelta(minutes=16)):
        result = run(settings, app)
    assert "MUST    A mail has waited for 16 minutes. Start elearning work" in result.output
    assert "amina" not in result.output


@on_sqlite
def test_a_mail_server_that_is_away_is_found(settings: Settings, app: Flask, world: World) -> None:
    away = settings.model_copy(update={"mail": f"smtp://127.0.0.1:{free_port()}"})
    assert "MUST    The mail server does not take us (ConnectionRefusedError)." in run(away, app).output


@on_sqlite
def test_contacts_that_nobody_rang_are_found(settings: Settings, app: Flask, world: World) -> None:
    with clock.at(NOON + dt.timedelta(days=91)):
        assert "SHOULD  The contacts of help.toml were last rung on 2026-03-02." in run(settings, app).output
    (settings.modules / "help.toml").unlink()
    assert "MUST    There is no help.toml" in run(settings, app).output


def vouched_for(name: str) -> bytes:
    """A key whose certificate somebody else signed; none of ours does that."""
    pem = new_key(name, begins_at=NOON - dt.timedelta(days=30), years=1)
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own = x509.load_pem_x509_certificate(pem)
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority")])
    builder = x509.CertificateBuilder(
        authority, own.subject, own.public_key(), 1, own.not_valid_before_utc, own.not_valid_after_utc
    )
    certificate = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return pem[: pem.index(b"-----BEGIN CERT")] + certificate.public_bytes(serialization.Encoding.PEM)


def put_key(folder: Path, content: bytes) -> None:
    path = folder / "key.pem"
    path.touch(0o600)
    path.write_bytes(content)


@on_sqlite
@pytest.mark.parametrize(
    ("years_from_now", "urgent", "says"),
    [
        (-2, True, "The signing key ran out on 02 March 2025: new certificates have no PDF. Put a new one beside it"),
        (-0.9, False, "The signing key runs out on"),
        (-0.1, False, "The signing key vouches for itself"),
    ],
)
def test_a_signing_key_that_runs_out_or_nobody_knows(
    settings: Settings, app: Flask, world: World, years_from_now: float, urgent: bool, says: str
) -> None:
    assert settings.signing_keys
    begins_at = NOON + dt.timedelta(days=365 * years_from_now)
    put_key(settings.signing_keys, new_key("Ours", begins_at=begins_at, years=1))
    assert f"{'MUST  ' if urgent else 'SHOULD'}  {says}" in run(settings, app).output


@on_sqlite
def test_keys_that_are_missing_or_not_fit(settings: Settings, app: Flask, world: World, tmp_path: Path) -> None:
    unsigned = settings.model_copy(update={"signing_keys": None})
    assert "SHOULD  Certificates are not signed" in run(unsigned, app).output
    (tmp_path / "keys" / "key.pem").chmod(0o644)
    assert "MUST    ELEARNING_SIGNING_KEYS: key.pem can be read by everyone" in run(settings, app).output


@pytest.mark.parametrize(
    ("change", "urgent", "says"),
    [
        ({"demo": True}, True, "ELEARNING_DEMO is true"),
        ({"secret_key": "ab" * 20}, True, "repeats a few characters"),
        ({"base_url": "http://learning.example.org"}, True, "without HTTPS"),
        ({"proxies": 0}, False, "ELEARNING_PROXIES is 0"),
        ({"mail": "console:"}, True, "nobody can sign in"),
        ({"signatory": "Chair of the partnership"}, False, "ELEARNING_SIGNATORY"),
    ],
)
def test_each_setting_that_is_not_fit(change: dict[str, object], urgent: bool, says: str) -> None:
    sound = Settings(secret_key=KEY, base_url="https://x.example.org", proxies=1, mail="smtp://m.example.org", **OURS)
    assert list(settings_advice(sound)) == []
    (advice,) = settings_advice(sound.model_copy(update=change))
    assert says in str(advice)
    assert advice.urgent is urgent


def test_a_database_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.touch(0o600)
    settings = Settings(database_url=f"sqlite:///{path}", secret_key=KEY)
    assert [advice for advice in storage_advice(settings) if "disk" not in advice.found] == []
    path.chmod(0o640)
    assert any("Other users of this machine can read" in advice.found for advice in storage_advice(settings))


class _Front(http.server.BaseHTTPRequestHandler):
    body = json.dumps({"status": "ok"})
    policy = "default-src 'none'"

    def do_GET(self) -> None:
        self.send_response(200)
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(self.body.encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("body", "policy", "says"),
    [
        (_Front.body, _Front.policy, None),
        (_Front.body, "", "The header Content-Security-Policy gets lost"),
        ("<h1>It works!</h1>", _Front.policy, "Something else answers"),
        ("[]", _Front.policy, "Something else answers"),
    ],
)
def test_what_answers_at_the_public_address(body: str, policy: str, says: str | None) -> None:
    front = type("Front", (_Front,), {"body": body, "policy": policy})
    with http.server.HTTPServer(("127.0.0.1", 0), front) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = Settings(secret_key=KEY, base_url=f"http://127.0.0.1:{server.server_port}")
        found = [advice.found for advice in outside_advice(settings)]
        server.shutdown()
    assert len(found) == (1 if says else 0)
    assert not says or says in found[0]


def test_a_public_address_where_nothing_answers() -> None:
    settings = Settings(secret_key=KEY, base_url=f"http://127.0.0.1:{free_port()}")
    (advice,) = outside_advice(settings)
    assert advice.urgent
    assert "does not answer from here" in advice.found
