"""Signed certificates: the same bytes each time, taken for ours by others and by us, and nothing of them can be changed."""

import asyncio
import datetime as dt
import hashlib
import io
import random
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from elearning.certificates.pdf import render
from elearning.certificates.signing import Signed, SigningKeys, SigningUnavailable, examine, new_key
from elearning.core import clock
from elearning.core.errors import SettingsError
from tests.certificates.paper import faults_in, sample, text_of

BEGINS_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
KEY = new_key("Test Partnership", begins_at=BEGINS_AT, years=3)


def put(folder: Path, name: str = "a.pem", content: bytes = KEY, mode: int = 0o600) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    path.chmod(mode)
    return folder


def without_private_half(content: bytes) -> bytes:
    return content[content.index(b"-----BEGIN CERTIFICATE") :]


def unsigned(**changes: object) -> bytes:
    return render(sample(**changes), base_url="https://learning.example", colour="#1f4e4a", to_sign=True)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    with clock.at(NOW):
        return SigningKeys.read(put(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="module")
def signed(keys: SigningKeys) -> bytes:
    return keys.sign(unsigned(), sample().issued_at)


def test_it_is_ours_whole_and_dated_by_its_issue(keys: SigningKeys, signed: bytes) -> None:
    assert examine(signed, keys) == Signed(
        is_signed=True, is_ours=True, is_intact=True, is_whole=True, signer="CN=Test Partnership", signed_at=NOW
    )
    assert "Awarded to Amina Yusuf" in text_of(signed)


def test_it_begins_with_the_unsigned_file_and_keeps_to_both_standards(signed: bytes) -> None:
    assert signed.startswith(unsigned())
    assert faults_in(signed) == []
    assert faults_in(unsigned()) == []
    assert set(re.findall(rb"/BaseVersion (\S+)", signed)) == {b"/1.7"}  # PDF 2.0 would be none of either


def test_programs_of_others_take_it_for_good(keys: SigningKeys, signed: bytes) -> None:
    from asn1crypto import pem
    from asn1crypto import x509 as asn1
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    (*_, der) = pem.unarmor(without_private_half(KEY))
    context = ValidationContext(trust_roots=[asn1.Certificate.load(der)], allow_fetching=False, moment=NOW)
    (found,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    with ThreadPoolExecutor(1) as thread:  # in this one a browser of other tests may have a loop running
        status = thread.submit(asyncio.run, async_validate_pdf_signature(found, context)).result()
    assert status.bottom_line
    assert status.summary().startswith("INTACT:TRUSTED,UNTOUCHED")


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not on this machine")
def test_pdfsig_takes_it_for_good_too(signed: bytes, tmp_path: Path) -> None:
    def said(pdf: bytes) -> str:
        (tmp_path / "a.pdf").write_bytes(pdf)
        return subprocess.run(
            ["pdfsig", "-nocert", tmp_path / "a.pdf"], capture_output=True, text=True, check=False
        ).stdout  # its exit status is the same for good and bad

    good = said(signed)
    assert "Signature is Valid." in good
    assert "Total document signed" in good
    assert "Signature Type: ETSI.CAdES.detached" in good
    assert "Signature is Valid." not in said(signed.replace(b"/Lang (en-GB)", b"/Lang (cy-GB)", 1))
    assert "Total document signed" not in said(signed + b"\n% more\n%%EOF\n")


def test_the_same_bytes_each_time_in_any_process(signed: bytes, tmp_path: Path) -> None:
    put(tmp_path)
    code = (
        "import hashlib, pathlib, sys; from elearning.certificates.signing import SigningKeys; "
        "from elearning.certificates.pdf import render; from tests.certificates.paper import sample; "
        "keys = SigningKeys.read(pathlib.Path(sys.argv[1])); "
        "pdf = render(sample(), base_url='https://learning.example', colour='#1f4e4a', to_sign=True); "
        "print(hashlib.sha256(keys.sign(pdf, sample().issued_at)).hexdigest())"
    )
    environment = {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1"}
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True, env=environment
    )
    assert run.stdout.strip() == hashlib.sha256(signed).hexdigest()


def test_no_covered_byte_can_be_changed(keys: SigningKeys, signed: bytes) -> None:
    """A spread of bytes, and all of the signature's own dictionary: digits in its gap that stand for nothing included."""
    (gap,) = re.finditer(rb"/Contents <([0-9A-F]+)>", signed)
    begin = signed.rindex(b" 0 obj", 0, gap.start())
    spread = [
        *random.Random(7).sample(range(len(signed)), 300),
        *(m.start() for m in re.finditer(rb"\d+ 0 obj", signed)),
    ]
    own = [*range(begin, gap.start()), *range(gap.start(), gap.end(), 40), *range(gap.end() - 60, len(signed))]
    unnoticed = []
    for place in (*spread, *own):
        changed = bytearray(signed)
        changed[place] ^= 1
        if examine(bytes(changed), keys).is_genuine:
            unnoticed.append(place)
    # Left are parts of the signature that sign nothing, such as copies of the certificate; no program looks at those.
    # Whoever compares the file with one made anew notices these as well.
    assert [place for place in unnoticed if not gap.start(1) <= place < gap.end(1)] == []


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("something behind it", lambda pdf: pdf + b"\n"),
        ("something before it", lambda pdf: b"\n" + pdf),
        ("its end cut off", lambda pdf: pdf[:-1]),
        ("another name", lambda pdf: pdf.replace(b"(Test Partnership)", b"(Best Partnership)")),
        ("a gap with room for more", lambda pdf: re.sub(rb"0{40}>", b"0" * 20 + b"0A" * 10 + b">", pdf)),
        (
            "other digits for the same",
            lambda pdf: re.sub(rb"(?<=/Contents <)[0-9A-F]+", lambda gap: gap[0].lower(), pdf),
        ),
        ("a gap that ends early", lambda pdf: re.sub(rb"00>", b"> ", pdf)),
        ("a range that leaves more out", lambda pdf: re.sub(rb"(/ByteRange \[0 \d+) \d", rb"\1 9", pdf)),
        ("a second signature's words", lambda pdf: pdf + re.search(rb"/ByteRange \[[^]]*\]", pdf)[0]),  # type: ignore[index]
    ],
)
def test_what_was_tampered_with_is_not_genuine(keys: SigningKeys, signed: bytes, what: str, change: object) -> None:
    assert change(signed) != signed  # type: ignore[operator]
    found = examine(change(signed), keys)  # type: ignore[operator]
    assert found.is_signed
    assert not found.is_genuine


def test_what_was_added_afterwards_is_told_from_what_was_changed(keys: SigningKeys, signed: bytes) -> None:
    added = examine(signed + b"% more", keys)
    assert (added.is_ours, added.is_intact, added.is_whole) == (True, True, False)
    changed = examine(signed.replace(b"/Lang (en-GB)", b"/Lang (cy-GB)"), keys)
    assert (changed.is_ours, changed.is_intact, changed.is_whole) == (True, False, True)


def test_somebody_elses_signature_is_not_ours(keys: SigningKeys, tmp_path: Path) -> None:
    """Not even one whose certificate has our name and our serial number."""
    ours, private = keys.keys[0].certificate, ec.generate_private_key(ec.SECP256R1())
    copy = x509.CertificateBuilder(
        ours.issuer, ours.subject, private.public_key(), ours.serial_number, BEGINS_AT, BEGINS_AT + YEAR
    ).sign(private, SHA256())
    content = private_pem(private) + copy.public_bytes(serialization.Encoding.PEM)
    other = SigningKeys.read(put(tmp_path, content=content))
    forged = other.sign(unsigned(), NOW)
    assert examine(forged, other).is_genuine
    assert examine(forged, keys) == Signed(is_signed=True)
    assert examine(unsigned(), keys) == Signed()


def test_a_digest_made_anew_for_a_changed_file_is_not_what_we_signed(keys: SigningKeys, signed: bytes) -> None:
    (gap,) = re.finditer(rb"<[0-9A-F]{1000,}>", signed)

    def digest(pdf: bytes) -> bytes:
        return hashlib.sha256(pdf[: gap.start()] + pdf[gap.end() :]).hexdigest().upper().encode()

    changed = signed.replace(b"/Lang (en-GB)", b"/Lang (cy-GB)")
    forged = changed.replace(digest(signed), digest(changed))
    assert forged != changed
    assert examine(forged, keys) == Signed(is_signed=True)


HOSTILE = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda numbers, gap: b"%%PDF-1.7 /ByteRange [0 %d %d %d] /Contents <%s>" % (*numbers, gap),
        st.tuples(*[st.integers(0, 999)] * 3),
        st.binary(max_size=60).map(lambda content: content.hex().upper().encode()),
    ),
)


@settings(max_examples=200, deadline=None)
@given(HOSTILE, st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_nothing_makes_it_fail(keys: SigningKeys, signed: bytes, content: bytes, place: int, splice: bytes) -> None:
    assert not examine(content, keys).is_genuine
    at = signed.index(b"/Contents <") + 11 + place
    spoiled = signed[:at] + splice.hex().upper().encode() + signed[at + 2 * len(splice) :]
    examine(spoiled, keys)
    examine(spoiled[: at + 50], keys)


def test_a_file_full_of_signatures_is_not_read_for_long(keys: SigningKeys, signed: bytes) -> None:
    claim = re.search(rb"/ByteRange \[[^]]*\]", signed)
    assert claim
    assert not examine(signed + claim[0] * 100_000, keys).is_genuine
    assert not examine(b"/ByteRange [0 1 4000000 1]<" + b"0" * 4_000_000 + b">", keys).is_ours


class TestRotation:
    """Two keys that overlap: a certificate keeps the key that was the newest when it was issued."""

    OLD = new_key("Old", begins_at=BEGINS_AT - 2 * YEAR, years=3)
    NEW = new_key("New", begins_at=BEGINS_AT, years=3)

    @pytest.fixture
    def both(self, tmp_path: Path) -> Path:
        return put(put(tmp_path, "z-old.pem", self.OLD), "a-new.pem", self.NEW)

    @pytest.mark.parametrize(
        ("issued_at", "signer", "signed_at"),
        [
            (BEGINS_AT - 3 * YEAR, "CN=Old", BEGINS_AT - 2 * YEAR),  # before any key
            (BEGINS_AT - YEAR, "CN=Old", BEGINS_AT - YEAR),
            (BEGINS_AT + dt.timedelta(days=9), "CN=New", BEGINS_AT + dt.timedelta(days=9)),  # both are valid
            (BEGINS_AT + 2 * YEAR, "CN=New", BEGINS_AT + 2 * YEAR),
        ],
    )
    def test_the_moment_of_issue_decides(
        self, both: Path, issued_at: dt.datetime, signer: str, signed_at: dt.datetime
    ) -> None:
        keys = SigningKeys.read(both)
        found = examine(keys.sign(unsigned(), issued_at), keys)
        assert (found.signer, found.signed_at, found.is_genuine) == (signer, signed_at, True)

    def test_a_new_key_changes_nothing_that_was_signed(self, tmp_path: Path) -> None:
        before = SigningKeys.read(put(tmp_path, "old.pem", self.OLD)).sign(unsigned(), BEGINS_AT - YEAR)
        assert SigningKeys.read(put(tmp_path, "new.pem", self.NEW)).sign(unsigned(), BEGINS_AT - YEAR) == before

    def test_without_its_private_half_an_old_key_still_vouches(self, both: Path) -> None:
        before = SigningKeys.read(both).sign(unsigned(), BEGINS_AT - YEAR)
        put(both, "z-old.pem", without_private_half(self.OLD))
        keys = SigningKeys.read(both)
        assert examine(before, keys).is_genuine
        assert examine(keys.sign(unsigned(), BEGINS_AT - YEAR), keys).signer == "CN=New"

    def test_after_all_have_run_out_nothing_is_signed_and_old_ones_stay_good(self, both: Path) -> None:
        keys = SigningKeys.read(both)
        signed = keys.sign(unsigned(), BEGINS_AT + YEAR)
        with clock.at(BEGINS_AT + 4 * YEAR):
            assert examine(signed, keys).is_genuine
            with pytest.raises(SigningUnavailable, match="has run out"):
                keys.sign(unsigned(), BEGINS_AT + 4 * YEAR)

    def test_what_was_issued_between_two_keys_is_signed_by_the_later(self, tmp_path: Path) -> None:
        put(tmp_path, "old.pem", new_key("Old", begins_at=BEGINS_AT - 3 * YEAR, years=1))
        keys = SigningKeys.read(put(tmp_path, "new.pem", self.NEW))
        found = examine(keys.sign(unsigned(), BEGINS_AT - YEAR), keys)
        assert (found.signer, found.signed_at) == ("CN=New", BEGINS_AT)


def other_private(content: bytes) -> bytes:
    return private_pem(ec.generate_private_key(ec.SECP256R1())) + without_private_half(content)


def private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, secret: bytes = b"") -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret) if secret else serialization.NoEncryption(),
    )


def with_passphrase(content: bytes) -> bytes:
    return private_pem(ec.generate_private_key(ec.SECP256R1()), b"secret") + without_private_half(content)


def of_another_kind(_content: bytes) -> bytes:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "RSA")])
    certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, BEGINS_AT, BEGINS_AT + YEAR).sign(
        key, SHA256()
    )
    return private_pem(key) + certificate.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("change", "mode", "says"),
    [
        (other_private, 0o600, "for another private key"),
        (with_passphrase, 0o600, "has a passphrase"),
        (of_another_kind, 0o600, "EC key on the curve P-256"),
        (lambda content: content, 0o644, "can be read by everyone"),
        (lambda content: b"nonsense", 0o600, "is no PEM file with a certificate"),
        (lambda content: content[: content.index(b"-----BEGIN CERT")], 0o600, "is no PEM file with a certificate"),
        (without_private_half, 0o644, "no .pem file with a private key"),
        (lambda _content: new_key("Later", begins_at=NOW + YEAR, years=1), 0o600, "is not valid before 02 March 2027"),
    ],
)
def test_keys_that_are_not_fit_are_refused_in_one_line(tmp_path: Path, change: object, mode: int, says: str) -> None:
    put(tmp_path, "spoiled.pem", change(KEY), mode)  # type: ignore[operator]
    with clock.at(NOW), pytest.raises(SettingsError, match="^ELEARNING_SIGNING_KEYS: ") as raised:
        SigningKeys.read(tmp_path)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "PRIVATE" not in str(raised.value)


def test_a_missing_folder_is_refused_and_no_setting_is_not(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no folder"):
        SigningKeys.read(tmp_path / "nowhere")
    assert SigningKeys.read(None).sign(b"%PDF", NOW) == b"%PDF"


def test_nothing_heavy_is_imported_before_a_certificate_is_signed() -> None:
    code = "import sys, elearning.app, elearning.certificates.cli; print(sorted({'pyhanko', 'aiohttp', 'asn1crypto', 'bidi'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_new_keys_are_of_the_kind_that_is_taken() -> None:
    certificate = x509.load_pem_x509_certificate(without_private_half(KEY))
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == 3 * YEAR
    assert new_key("Test Partnership", begins_at=BEGINS_AT, years=3) != KEY
