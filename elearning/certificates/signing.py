"""The partnership's signature on certificates (PAdES B-B), and reading it back.

A certificate is signed each time somebody asks for it, and must have the same bytes each time (decisions/0014). So the
key, the moment and the way of signing all follow from the certificate: a nonce made from key and message (RFC 6979),
the moment of issue as signing time, the file's own digest where pyHanko would draw a random identifier.
"""

import datetime as dt
import hashlib
import re
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elearning.core import clock
from elearning.core.errors import ElearningError, SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

SETTING = "ELEARNING_SIGNING_KEYS"
ROOM = 1500  # bytes of a signature beside its certificates
LONGEST_SIGNATURE = 64 * 1024  # bytes; longer ones are not ours and are not read
MOST_SIGNATURES = 20  # looked at in one file


class SigningUnavailable(ElearningError):
    """No key can sign a certificate of that moment; the record stands, and the PDF can be had later."""


@dataclass(frozen=True, eq=False)
class SigningKey:
    """A key of the partnership. Without its private half it signs no more, but what it signed stays good."""

    certificate: "Certificate"
    chain: tuple["Certificate", ...]  # of those who vouch for it, as far as the file has them
    private: "EllipticCurvePrivateKey | None"

    @property
    def begins_at(self) -> dt.datetime:
        return self.certificate.not_valid_before_utc

    @property
    def ends_at(self) -> dt.datetime:
        return self.certificate.not_valid_after_utc

    @property
    def name(self) -> str:
        """Who signs with it, as the certificate says."""
        return self.certificate.subject.rfc4514_string()

    @property
    def is_self_signed(self) -> bool:
        return self.certificate.issuer == self.certificate.subject

    @cached_property
    def _signer(self) -> Any:
        from elearning.certificates.repeatable import RepeatableSigner

        assert self.private  # those without are passed over
        return RepeatableSigner(self.private, self.certificate, self.chain)

    def sign(self, pdf: bytes, signed_at: dt.datetime) -> bytes:
        """The signed PDF; the same arguments give the same bytes."""
        from elearning.certificates.repeatable import sign

        certificates = sum(len(_der(each)) for each in (self.certificate, *self.chain))
        return sign(pdf, self._signer, signed_at, reserved=2 * (ROOM + certificates))


@dataclass(frozen=True)
class SigningKeys:
    """The keys of an installation, oldest first; with none, certificates are not signed."""

    keys: tuple[SigningKey, ...] = ()

    @classmethod
    def read(cls, folder: Path | None) -> "SigningKeys":
        """The keys in a folder: each a .pem file with the private key, its certificate and those who vouch for that.

        Raises SettingsError for a folder or file that is missing, spoiled, readable by everyone or not to be used.
        """
        if folder is None:
            return cls()
        if not folder.is_dir():
            raise SettingsError(f"{SETTING}: there is no folder {folder}; make a key there or leave the setting out.")
        keys = sorted((_read_key(path) for path in sorted(folder.glob("*.pem"))), key=lambda key: key.begins_at)
        if not any(key.private for key in keys):
            raise SettingsError(
                f"{SETTING}: {folder} has no .pem file with a private key; `elearning certificates new-key` makes one."
            )
        return cls(tuple(keys))

    def warm_up(self) -> None:
        """Load what signing takes, a second's work, before the first request that waits for it."""
        for key in self.keys:
            if key.private:
                _ = key._signer

    def sign(self, pdf: bytes, issued_at: dt.datetime) -> bytes:
        """The PDF of a certificate issued then, signed; the same arguments give the same bytes.

        The newest key that was valid at that moment signs. For a moment that no key knew, the next key signs, as soon as
        it could. Raises SigningUnavailable when all keys had run out by then.
        """
        if not self.keys:
            return pdf
        able = [key for key in self.keys if key.private]
        for key in reversed(able):
            if key.begins_at <= issued_at <= key.ends_at:
                return key.sign(pdf, issued_at)
        for key in able:
            if key.begins_at > issued_at:
                return key.sign(pdf, key.begins_at)
        raise SigningUnavailable("This certificate cannot be signed just now, because the signing key has run out.")


def _read_key(path: Path) -> SigningKey:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    def wrong(what: str) -> SettingsError:
        return SettingsError(f"{SETTING}: {path.name} {what}.")

    content = path.read_bytes()
    try:
        certificate, *chain = x509.load_pem_x509_certificates(content)
        private = load_pem_private_key(content, None) if b"PRIVATE KEY-----" in content else None
    except TypeError:
        raise wrong("has a passphrase; store the key without one, readable by this program alone") from None
    except ValueError:
        raise wrong("is no PEM file with a certificate, and with its private key if it is to sign") from None
    public = certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise wrong("has a certificate for another kind of key; give one for an EC key on the curve P-256")
    if private is not None and private.public_key() != public:
        raise wrong("has a certificate for another private key; the key's own certificate comes first")
    if private is not None and stat.S_IMODE(path.stat().st_mode) & 0o007:
        raise wrong(f"can be read by everyone on this machine; run: chmod 600 {path}")
    key = SigningKey(certificate, tuple(chain), private)  # type: ignore[arg-type]  # its public half is of this kind
    if key.begins_at > clock.now():
        raise wrong(f"is not valid before {key.begins_at:%d %B %Y, %H:%M} UTC; put it there then")
    return key


def new_key(name: str, *, begins_at: dt.datetime, years: int) -> bytes:
    """A new key, with a certificate by which it vouches for itself, as a .pem file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])  # as long as X.509 lets it be
    uses = dict.fromkeys(
        "key_encipherment data_encipherment key_agreement key_cert_sign crl_sign encipher_only decipher_only".split(),
        False,
    )
    begins_at = begins_at.replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins_at)
        .not_valid_after(begins_at + dt.timedelta(days=365 * years))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **uses), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return private.private_bytes(pem, *plain) + certificate.public_bytes(pem)


def _der(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Signed:
    """What a file says of its signature."""

    is_signed: bool = False
    is_ours: bool = False  # by one of our keys
    is_intact: bool = False  # what it covers is as it was signed
    is_whole: bool = False  # it covers all of the file
    signer: str = ""
    signed_at: dt.datetime | None = None

    @property
    def is_genuine(self) -> bool:
        """Whether the whole file is as one of our keys signed it."""
        return self.is_ours and self.is_intact and self.is_whole


def examine(pdf: bytes, keys: SigningKeys) -> Signed:
    """What can be said of the signature of any file. Never raises.

    Nothing in the file is unpacked or followed: the signature's own words say which bytes it covers, and in a file that
    is ours those are all but the signature itself. So a hostile file costs what reading it through costs.
    """
    found = [_examine_one(pdf, match, keys) for match in deque(_signatures(pdf), maxlen=MOST_SIGNATURES)]
    return max(found, key=lambda signed: (signed.is_ours, signed.is_intact, signed.is_whole), default=Signed())


def _signatures(pdf: bytes) -> Iterator[re.Match[bytes]]:
    return re.finditer(rb"/ByteRange ?\[ ?0 (\d{1,9}) (\d{1,9}) (\d{1,9}) ?\]", pdf)


def _examine_one(pdf: bytes, byte_range: re.Match[bytes], keys: SigningKeys) -> Signed:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    length, after, rest = (int(number) for number in byte_range.groups())
    gap = pdf[length:after]
    if len(gap) > 2 * LONGEST_SIGNATURE or not re.fullmatch(rb"<(?:[0-9A-F]{2})+>", gap):
        return Signed(is_signed=True)
    try:
        serial, attributes, signature, digest = _read_cms(bytes.fromhex(gap[1:-1].decode()))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
        return Signed(is_signed=True)
    for key in keys.keys:
        public = key.certificate.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        if key.certificate.serial_number != serial:
            continue
        try:
            public.verify(signature, attributes, ec.ECDSA(SHA256()))
        except InvalidSignature:
            continue
        moment = re.search(
            rb"/M ?\(D(?::|\\072)(\d{14})(?:Z|[+]00'00'?)\)", pdf[max(0, length - 1000) : length] + pdf[after:]
        )
        return Signed(
            is_signed=True,
            is_ours=True,
            is_intact=hashlib.sha256(pdf[:length] + pdf[after : after + rest]).digest() == digest,
            is_whole=after + rest == len(pdf),
            signer=key.name,
            signed_at=_moment(moment[1].decode()) if moment else None,
        )
    return Signed(is_signed=True)


def _read_cms(content: bytes) -> tuple[int, bytes, bytes, bytes]:
    """Of a signature in CMS: its signer's serial number, what was signed, the signature, the digest in what was signed.

    Raises ValueError and other errors of its parser for what is no signature, or has something hidden behind it.
    """
    from asn1crypto import cms, parser

    end = parser.peek(content)
    if content[end:].strip(b"\0"):
        raise ValueError("something stands behind the signature")
    signed = cms.ContentInfo.load(content[:end], strict=True)["content"]
    (info,) = signed["signer_infos"]
    attributes = {attribute["type"].native: attribute["values"] for attribute in info["signed_attrs"]}
    return (
        info["sid"].chosen["serial_number"].native,
        info["signed_attrs"].untag().dump(),
        info["signature"].native,
        attributes["message_digest"][0].native,
    )


def _moment(digits: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
