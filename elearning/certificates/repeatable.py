"""pyHanko made to sign the same PDF into the same bytes, whenever and wherever it is asked.

It overrides parts of pyHanko that are its own business, so its version is pinned exactly; the tests compare bytes that
two processes sign.
"""

import datetime as dt
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

from elearning.certificates.rules import SIGNATURE

HOW = signers.PdfSignatureMetadata(
    SIGNATURE,
    md_algorithm="sha256",
    certify=True,
    subfilter=fields.SigSeedSubFilter.PADES,
    docmdp_permissions=fields.MDPPerm.NO_CHANGES,
)


class RepeatableSigner(signers.Signer):
    """Signs with a nonce made from key and message (RFC 6979), where others draw one."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: Certificate, chain: tuple[Certificate, ...]
    ) -> None:
        own, *others = (x509.Certificate.load(each.public_bytes(Encoding.DER)) for each in (certificate, *chain))
        super().__init__(signing_cert=own, embed_roots=False)
        self.cert_registry.register_multiple(others)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))


class _Writer(IncrementalPdfFileWriter):
    def __init__(self, pdf: bytes) -> None:
        super().__init__(io.BytesIO(pdf))
        # The second half of the file's identifier, which says that it was changed, is random otherwise.
        self._document_id[1] = ByteStringObject(hashlib.sha256(pdf).digest()[:16])

    def _update_meta(self) -> None:
        """Leaves the date and producer of the document alone."""


class _PdfSigner(signers.PdfSigner):
    def __init__(self, signer: RepeatableSigner, signed_at: dt.datetime) -> None:
        super().__init__(HOW, signer)
        self._signed_at = signed_at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._signed_at  # what becomes /M; sign_pdf() has no argument for it
        return session

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        pdf_out.register_extension(ESIC_EXTENSION_1)  # pyHanko's own choice says PDF 2.0; PDF/A-2 and PDF/UA-1 are 1.7


def sign(pdf: bytes, signer: RepeatableSigner, signed_at: dt.datetime, *, reserved: int) -> bytes:
    """The PDF, its field signed with a certifying signature that allows no change; `reserved` is room for it, in hex digits."""
    moment = signed_at.astimezone(dt.UTC).replace(microsecond=0)
    # pyHanko runs an event loop for each signature. A thread can have one only, and whoever calls us may have one already.
    with ThreadPoolExecutor(1) as thread:
        signing = thread.submit(_PdfSigner(signer, moment).sign_pdf, _Writer(pdf), bytes_reserved=reserved)
        return bytes(signing.result().getvalue())
