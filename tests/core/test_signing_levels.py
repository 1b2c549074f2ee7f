# SPDX-License-Identifier: Apache-2.0
"""Proofs of time by a real authority over a real socket, and a key that never leaves its token."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import pem, x509
from cryptography import x509 as certs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext

from satupintu.adapters.tsa import simulator
from satupintu.adapters.tsa.client import Authority
from satupintu.permits.signing import LocalSigner, level_of, look, validate
from satupintu.permits.stamping import Stamp, certificates
from satupintu.permits.token import TokenSigner
from satupintu.permits.verify import looks, received
from satupintu.ui import prints

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 20, 6, 41, tzinfo=UTC)
WORDS = {"name": "Kepala Dinas", "reason": "Sertifikat Standar 00/0001", "location": "Mempawah"}


@pytest.fixture(scope="module")
def plain() -> bytes:
    layout = (ROOT / "services/mempawah/sertifikat-standar/permit.typ").read_bytes()
    files = {"permit.typ": layout}
    return prints.compile_pdf("permit.typ", prints.sample_data(), files=files, qr="https://x.example")


@pytest.fixture(scope="module")
def authority() -> Iterator[simulator.Running]:
    running = simulator.serve(at=AT)
    yield running
    running.stop()


def stamp(authority: simulator.Running, *, trusted: bool = True) -> Stamp:
    return Stamp(Authority(authority.url), certificates(authority.root) if trusted else ())


def test_with_an_authority_it_can_be_checked_for_ever(
    plain: bytes, authority: simulator.Running, tmp_path: Path
) -> None:
    signer = LocalSigner(tmp_path, stamp(authority))
    signed = signer.sign(plain, at=AT, **WORDS)
    assert signed.startswith(plain)
    assert level_of(signed) == "B-LTA"
    reader = PdfFileReader(BytesIO(signed))
    (found,) = reader.embedded_regular_signatures
    roots = [x509.Certificate.load(signer.certificates()[-1]), *certificates(authority.root)]
    # Hard: nothing is taken on trust, the list of revoked certificates must lie in the file itself.
    trusted = {"trust_roots": roots, "allow_fetching": False, "revocation_mode": "hard-fail"}
    kept = DocumentSecurityStore.read_dss(reader).as_validation_context(trusted)
    status = validate_pdf_signature(found, kept, kept)
    assert status.bottom_line
    assert status.timestamp_validity.timestamp == AT
    assert (look(signed).whole, look(signed).level) == (True, "B-LTA")
    assert validate(signed, signer.certificates()).whole
    assert b"/Version" not in signed[len(plain) :]  # still PDF 1.7, as PDF/A-3 wants it


def test_an_authority_nobody_vouches_for_stamps_and_no_more(
    plain: bytes, authority: simulator.Running, tmp_path: Path
) -> None:
    signed = LocalSigner(tmp_path, stamp(authority, trusted=False)).sign(plain, at=AT, **WORDS)
    assert level_of(signed) == "B-T"
    assert look(signed).whole


def test_keys_without_a_list_of_revoked_ones_give_b_t(
    plain: bytes, authority: simulator.Running, tmp_path: Path
) -> None:
    """As an office has them that was set up by an earlier version."""
    LocalSigner(tmp_path).certificates()
    path = tmp_path / "signer.pem"
    path.write_bytes(path.read_bytes().partition(b"-----BEGIN X509 CRL-----")[0])
    assert level_of(LocalSigner(tmp_path, stamp(authority)).sign(plain, at=AT, **WORDS)) == "B-T"


def test_a_permit_does_not_wait_for_its_stamp(
    plain: bytes, authority: simulator.Running, tmp_path: Path
) -> None:
    authority.answer = 503
    try:
        signed = LocalSigner(tmp_path, stamp(authority)).sign(plain, at=AT, **WORDS)
    finally:
        authority.answer = 0
    assert level_of(signed) == "B-B"
    assert signed == LocalSigner(tmp_path).sign(plain, at=AT, **WORDS)
    nobody = Stamp(Authority("http://127.0.0.1:9"))
    assert LocalSigner(tmp_path, nobody).sign(plain, at=AT, **WORDS) == signed


def test_one_byte_of_a_stamped_permit_changed_is_seen(
    plain: bytes, authority: simulator.Running, tmp_path: Path
) -> None:
    signer = LocalSigner(tmp_path, stamp(authority))
    signed = signer.sign(plain, at=AT, **WORDS)
    for at in (len(plain) // 2, len(plain) - 30):
        changed = bytearray(signed)
        changed[at] ^= 1
        seen = looks(bytes(changed), certificates=signer.certificates())
        assert not seen.intact
        assert not received(bytes(changed)).whole
    assert looks(signed, certificates=signer.certificates()).intact
    assert received(signed).level == "B-LTA"


# The token -------------------------------------------------------------------------------------------------------

SOFTHSM = next(iter(Path("/usr/lib").glob("**/libsofthsm2.so")), None)
LABEL, PIN = "kepala", "4711-0815"


@pytest.fixture(params=["ec", "rsa"])
def token(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, bytes]:
    """A token with a key and a certificate, made as an office would; gives its name and the certificate."""
    assert SOFTHSM is not None, "Debian package softhsm2 is missing: apt-get install softhsm2"
    assert shutil.which("softhsm2-util"), "Debian package softhsm2 is missing: apt-get install softhsm2"
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n", "utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    name = f"kantor-{request.param}"
    key = (
        ec.generate_private_key(ec.SECP256R1())
        if request.param == "ec"
        else rsa.generate_private_key(65537, 2048)
    )
    private = tmp_path / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    run("--init-token", "--free", "--label", name, "--so-pin", "1234", "--pin", PIN)
    run("--import", str(private), "--token", name, "--label", LABEL, "--id", "01", "--pin", PIN)
    return name, certificate(key)


def run(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


def certificate(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    name = certs.Name([certs.NameAttribute(certs.NameOID.COMMON_NAME, "Kepala Dinas (CONTOH kartu)")])
    made = (
        certs.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(simulator.VALID_FROM).not_valid_after(simulator.VALID_UNTIL)
        .add_extension(certs.KeyUsage(True, True, *[False] * 7), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.DER)


def put_certificate(name: str, der: bytes) -> None:
    """As an office does with the certificate its authority sends."""
    library = pkcs11.lib(str(SOFTHSM))
    library.reinitialize()
    with library.get_token(token_label=name).open(rw=True, user_pin=PIN) as session:
        cert = x509.Certificate.load(der)
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: LABEL,
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: cert.subject.dump(),
                pkcs11.Attribute.VALUE: der,
            }
        )


def test_a_key_on_a_token_signs_and_never_leaves_it(
    token: tuple[str, bytes], plain: bytes, authority: simulator.Running
) -> None:
    name, der = token
    put_certificate(name, der)
    signer = TokenSigner(str(SOFTHSM), token=name, label=LABEL, pin=lambda: PIN, stamp=stamp(authority))
    for _ in range(2):  # the session is kept
        signed = signer.sign(plain, at=AT, **WORDS)
        assert signed.startswith(plain)
        (found,) = PdfFileReader(BytesIO(signed)).embedded_regular_signatures
        roots = [x509.Certificate.load(der)]
        status = validate_pdf_signature(found, ValidationContext(trust_roots=roots, allow_fetching=False))
        assert (status.intact, status.valid, status.trusted) == (True, True, True)
        assert found.sig_object["/Reason"] == WORDS["reason"]
        assert received(signed).whole
        assert level_of(signed) == "B-T"
    assert signer.certificates() == (der,)
    assert hashlib.sha256(found.signer_cert.dump()).digest() == hashlib.sha256(der).digest()


def test_a_wrong_pin_is_tried_once_so_that_the_token_is_not_locked(
    token: tuple[str, bytes], plain: bytes
) -> None:
    name, der = token
    put_certificate(name, der)
    pins = ["0000"]
    signer = TokenSigner(str(SOFTHSM), token=name, label=LABEL, pin=lambda: pins[0])
    for said in ("PIN refused", "refused before", "refused before"):
        with pytest.raises(OSError, match=said):
            signer.sign(plain, at=AT, **WORDS)
    pins[0] = PIN
    assert level_of(signer.sign(plain, at=AT, **WORDS)) == "B-B"


def test_a_token_that_is_not_there_is_the_trouble_of_the_house(
    token: tuple[str, bytes], plain: bytes
) -> None:
    pkcs11.lib(str(SOFTHSM)).reinitialize()
    for wanted, label in (("another", LABEL), (token[0], "no such key")):
        signer = TokenSigner(str(SOFTHSM), token=wanted, label=label, pin=lambda: PIN)
        with pytest.raises(OSError, match="token: "):
            signer.sign(plain, at=AT, **WORDS)


def test_certificates_of_a_file() -> None:
    text = pem.armor("CERTIFICATE", certificate(ec.generate_private_key(ec.SECP256R1())))
    assert len(certificates(text + text)) == 2
