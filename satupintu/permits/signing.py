# SPDX-License-Identifier: Apache-2.0
"""Signers, behind one protocol, and the look at a signature. Number and QR first, signature last, bytes never again.

`LocalSigner` is for training: a development CA made at first use, prints marked CONTOH. Its signatures repeat: the same
file, name, reason and instant give the same signature value (RFC 6979), so a worker killed in between may sign again.

Source: ETSI EN 319 142-1 (PAdES B-B), RFC 5652 (CMS), RFC 6979; design §5.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import cms, keys, x509
from cryptography import x509 as certs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from satupintu.permits.stamping import NO_STAMP, Stamp

log = logging.getLogger(__name__)

FIELD = "TandaTangan"
# Wide and fixed, so that no demo and no test depends on the day it runs.
VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
VALID_UNTIL = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Hex digits of room for the CMS (it takes 3,152); fixed, so that the bytes around it repeat.
RESERVED_DIGITS = 4096
STAMPED_DIGITS = 32768  # with a time-stamp inside, whose size is the authority's


HEAD_KEY = ("signer.pem", "Kepala Dinas (CONTOH)")
SEAL_KEY = ("seal.pem", "Segel Kantor (CONTOH)")


class Signer(Protocol):
    """Somebody who can sign a PDF. issuer: the name on the print. training: prints must say CONTOH."""

    issuer: str
    training: bool

    def sign(self, pdf: bytes, *, name: str, reason: str, at: dt.datetime, location: str = "") -> bytes:
        """The same PDF with one PAdES signature over all of it."""
        ...

    def certificates(self) -> tuple[bytes, ...]:
        """DER of the certificates a signature of this signer carries: the signing one first, its CA last."""
        ...


class LocalSigner:
    """Signs with a certificate of a development CA kept in a directory; made at first use, by whoever comes first.

    keys_dir: directory of the keys; files in it have mode 0600, two processes at once get the same ones. seal: with the
    key of the office itself instead of the head's, for what is issued without a person.
    """

    issuer = "CA pengembangan Satu Pintu (CONTOH)"
    training = True

    def __init__(self, keys_dir: Path | str, stamp: Stamp | None = None, *, seal: bool = False) -> None:
        self._dir = Path(keys_dir)
        self._name, self._subject = SEAL_KEY if seal else HEAD_KEY
        self._stamp = stamp
        self._loaded: _Chain | None = None

    def certificates(self) -> tuple[bytes, ...]:
        """DER of the head's certificate and of the development CA."""
        return self._load().certificates

    def sign(self, pdf: bytes, *, name: str, reason: str, at: dt.datetime, location: str = "") -> bytes:
        """Sign with PAdES (ETSI.CAdES.detached): B-B, or with proofs of time where there is an authority for them.

        name, reason, location: words of the signature. at: aware instant of the act of signing.
        """
        chain = self._load()
        head, authority = (x509.Certificate.load(der) for der in chain.certificates)
        hand = _Hand(
            signing_cert=head,
            signing_key=keys.PrivateKeyInfo.load(_pkcs8(chain.key)),
            cert_registry=SimpleCertificateStore.from_certs([authority]),  # type: ignore[no-untyped-call]
        )
        hand.key = chain.key
        words = {"name": name, "reason": reason, "location": location}
        return pades(pdf, hand, at=at, stamp=self._stamp, authority=authority, revoked=chain.revoked, **words)

    def _load(self) -> _Chain:
        if self._loaded is None:
            path = self._dir / self._name
            if not path.exists():
                with _alone(self._dir):
                    if not path.exists():
                        _write_private(path, _make_chain(self._subject))
            self._loaded = _read_chain(path.read_bytes())
        return self._loaded


@dataclass(frozen=True, slots=True)
class _Chain:
    """The head's key, his certificate and the CA's, and the CA's list of what it has revoked (older keys lack it)."""

    key: ec.EllipticCurvePrivateKey
    certificates: tuple[bytes, ...]
    revoked: bytes | None


def pades(
    pdf: bytes,
    hand: Any,
    *,
    name: str,
    reason: str,
    location: str,
    at: dt.datetime,
    stamp: Stamp | None = None,
    authority: x509.Certificate | None = None,
    revoked: bytes | None = None,
) -> bytes:
    """One PAdES signature over the whole PDF, by any key pyHanko can use.

    hand: pyHanko's Signer. stamp: who proves the time; with what is needed to check the certificates later
    (authority, and revoked: the list of its revoked ones) the level is B-LTA, without it B-T; without stamp B-B.
    A permit does not wait for a stamp: where the authority is away it is signed B-B, and `/cek` says so.
    """
    if at.tzinfo is None:
        raise ValueError("`at` has no time zone")
    lasting: dict[str, Any] = {}
    if stamp and stamp.roots and authority and revoked:
        trusted = ValidationContext(
            trust_roots=[authority, *stamp.roots], crls=[revoked], allow_fetching=False
        )
        lasting = {"embed_validation_info": True, "use_pades_lta": True, "validation_context": trusted}
    said = {"name": name, "reason": reason, "location": location or None}
    try:
        return _signed(pdf, hand, at, stamp, **said, **lasting)
    except NO_STAMP as problem:
        log.warning("permits.no-stamp %s", type(problem).__name__)
        return _signed(pdf, hand, at, None, **said)


def _signed(pdf: bytes, hand: Any, at: dt.datetime, stamp: Stamp | None, **words_and_proofs: Any) -> bytes:
    words = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        **words_and_proofs,
    )
    # No picture: a field without size, beside the page, is neither seen nor read aloud (ISO 14289-1, 7.18.1).
    field = SigFieldSpec(FIELD, box=(-9, -9, -9, -9))
    signer = _PdfSignerAt(words, hand, new_field_spec=field, timestamper=stamp.stamper if stamp else None)
    signer.at = at.replace(microsecond=0)
    room = STAMPED_DIGITS if stamp else RESERVED_DIGITS
    signed: Any = signer.sign_pdf(_Writer(BytesIO(pdf)), bytes_reserved=room)
    content: bytes = signed.getvalue()
    return content


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "signer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_private(path: Path, content: bytes) -> None:
    """All or nothing, readable by the owner alone from the first byte."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.rename(path)


def _pkcs8(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _make_chain(subject: str) -> bytes:
    """PEM of a key for this subject, his certificate, the CA's and its empty list of revoked ones; the CA's key is forgotten."""
    authority_key, head_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("CA Pengembangan Satu Pintu (CONTOH)")
    authority = (
        _certificate(authority_name, authority_name, authority_key)
        .add_extension(certs.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(certs.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    head = (
        _certificate(_name(subject), authority_name, head_key)
        .add_extension(certs.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(certs.SubjectKeyIdentifier.from_public_key(head_key.public_key()), critical=False)
        .add_extension(
            certs.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    none = (
        certs.CertificateRevocationListBuilder()
        .issuer_name(authority_name)
        .last_update(VALID_FROM)
        .next_update(VALID_UNTIL)
        .sign(authority_key, hashes.SHA256())
    )
    key_pem = head_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key_pem + b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (head, authority, none))


def _name(common: str) -> certs.Name:
    pairs = (
        (certs.NameOID.COUNTRY_NAME, "ID"),
        (certs.NameOID.ORGANIZATION_NAME, "Satu Pintu (CONTOH)"),
        (certs.NameOID.COMMON_NAME, common),
    )
    return certs.Name([certs.NameAttribute(oid, text) for oid, text in pairs])


def _certificate(
    subject: certs.Name, issuer: certs.Name, key: ec.EllipticCurvePrivateKey
) -> certs.CertificateBuilder:
    return (
        certs.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(certs.random_serial_number())
        .not_valid_before(VALID_FROM)
        .not_valid_after(VALID_UNTIL)
    )


def _usage(**allowed: bool) -> certs.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return certs.KeyUsage(**{name: allowed.get(name, False) for name in names})


def _read_chain(pem: bytes) -> _Chain:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("signer.pem holds another kind of key")
    der = serialization.Encoding.DER
    found = tuple(one.public_bytes(der) for one in certs.load_pem_x509_certificates(pem))
    listed = certs.load_pem_x509_crl(pem).public_bytes(der) if REVOKED in pem else None
    return _Chain(key, found, listed)


REVOKED = b"-----BEGIN X509 CRL-----"


class _Hand(SimpleSigner):
    """ECDSA that repeats (RFC 6979), with the lower of the two possible s: one message, one signature."""

    key: ec.EllipticCurvePrivateKey

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        r, s = decode_dss_signature(
            self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        )
        return encode_dss_signature(r, min(s, P256_ORDER - s))


class _PdfSignerAt(PdfSigner):
    """A signer whose watch shows the instant it was given."""

    at: dt.datetime

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        """PAdES in PDF 1.7 only: pyHanko would raise the file to PDF 2.0 for ECDSA, and PDF/A-3 forbids that."""
        pdf_out.register_extension(ESIC_EXTENSION_1)

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


class _Writer(IncrementalPdfFileWriter):
    """An update that leaves the document's own words alone and draws no lots: dates stay, the new id is a digest."""

    def _update_meta(self) -> None:
        return

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        first = super()._handle_id(prev)[0]  # type: ignore[no-untyped-call]
        prev.stream.seek(0)
        return ArrayObject([first, ByteStringObject(hashlib.sha256(prev.stream.read()).digest()[:16])])


# ---- the look at a signature -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Seal:
    """What a PDF's signature says. ours: made with one of our certificates. whole: not one byte differs since."""

    ours: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A signature of anybody. whole: it holds, and nothing was added but proofs of its time. level: "B-B" to "B-LTA"."""

    whole: bool
    level: str


def look(pdf: bytes) -> Given:
    """Look at the one signature of a PDF that somebody else has made; whose certificate it is, is not asked here."""
    reader = PdfFileReader(BytesIO(pdf))
    (found,) = reader.embedded_regular_signatures
    roots = [found.signer_cert]
    status = validate_pdf_signature(found, ValidationContext(trust_roots=roots, allow_fetching=False))
    return Given(whole=_holds(status), level=_level(reader))


def _holds(status: Any) -> bool:
    """The signature holds, and nothing came after it but proofs of time."""
    only = status.coverage == SignatureCoverageLevel.ENTIRE_FILE or status.modification_level in PROOFS_ONLY
    return bool(status.intact and status.valid and only)


TIME_STAMP = "signature_time_stamp_token"
PROOFS_ONLY = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)


def level_of(pdf: bytes) -> str:
    """The PAdES level by what is there (EN 319 142-1): time-stamp, validation data, time-stamp over both."""
    return _level(PdfFileReader(BytesIO(pdf)))


def _level(reader: PdfFileReader) -> str:
    (found,) = reader.embedded_regular_signatures
    beside = found.signer_info["unsigned_attrs"]
    if not any(one["type"].native == TIME_STAMP for one in (beside if beside.native else ())):
        return "B-B"
    if "/DSS" not in reader.root:
        return "B-T"
    return "B-LTA" if reader.embedded_timestamp_signatures else "B-LT"


def validate(pdf: bytes, certificates: Sequence[bytes]) -> Seal:
    """Look at the one signature of a PDF, as strictly as the signer wrote it.

    certificates: DER, as `Signer.certificates()` gives them; the last is the CA. Raises whatever the parser raises on
    a broken file: ask through `permits.verify.looks`, which looks in a child process.
    """
    reader = PdfFileReader(BytesIO(pdf))
    found = list(reader.embedded_regular_signatures)
    if len(found) != 1:
        return Seal(ours=False, whole=False)
    signature = found[0]
    if signature.signer_cert.dump() not in certificates:
        return Seal(ours=False, whole=False)
    roots = [x509.Certificate.load(certificates[-1])]
    context = ValidationContext(
        trust_roots=roots, allow_fetching=False, moment=VALID_FROM + dt.timedelta(days=1)
    )
    status = validate_pdf_signature(signature, signer_validation_context=context)
    if _level(reader) != "B-B":
        return Seal(ours=True, whole=_holds(status))
    whole = bool(status.bottom_line) and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return Seal(ours=True, whole=whole and _as_written(pdf, signature.byte_range, certificates))


def _as_written(pdf: bytes, byte_range: Sequence[int], certificates: Sequence[bytes]) -> bool:
    """Whether the gap of the byte range holds exactly the CMS our signer writes: hex digits, padding, unsigned parts.

    A signature does not cover itself. So the CMS is built again from its signed parts and compared byte by byte.
    """
    begin, length, resume, rest = byte_range
    gap = pdf[length:resume]
    content = cms.ContentInfo.load(bytes.fromhex(gap[1:-1].decode("ascii")))["content"]
    signer = content["signer_infos"][0]
    _, s = decode_dss_signature(signer["signature"].native)
    again = _rebuilt(signer["signed_attrs"].untag().dump(), signer["signature"].native, certificates)
    written = b"<" + again.hex().upper().encode("ascii").ljust(len(gap) - 2, b"0") + b">"
    return (begin, resume + rest) == (0, len(pdf)) and s <= P256_ORDER // 2 and gap == written


def _rebuilt(signed_attributes: bytes, signature: bytes, certificates: Sequence[bytes]) -> bytes:
    """The CMS as our signer lays it out, from the parts the signature covers and our own certificates."""
    head = x509.Certificate.load(certificates[0])
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": head.issuer, "serial_number": head["tbs_certificate"]["serial_number"]}
                    )
                }
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": cms.CMSAttributes.load(signed_attributes),
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
    )
    body = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [x509.Certificate.load(der) for der in certificates],
            "signer_infos": [signer],
        }
    )
    written: bytes = cms.ContentInfo({"content_type": "signed_data", "content": body}).dump()
    return written
