# SPDX-License-Identifier: Apache-2.0
"""The local signer, and the look at a PDF: one byte changed or added, and it is no longer ours as signed."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from satupintu.permits import verify
from satupintu.permits.signing import P256_ORDER, LocalSigner, Seal, validate
from satupintu.permits.verify import Looks, looks
from satupintu.ui import prints

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 20, 6, 41, tzinfo=UTC)
NUMBER, CODE = "00/0001/SS/XI/2026", "KX7P-3MWR-QT9H"
OURS = Looks(is_pdf=True, number=NUMBER, code=CODE, signed_by_us=True, intact=True)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> LocalSigner:
    return LocalSigner(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def plain() -> bytes:
    layout = (ROOT / "services/mempawah/sertifikat-standar/permit.typ").read_bytes()
    return prints.compile_pdf(
        "permit.typ", prints.sample_data(), files={"permit.typ": layout}, qr="https://x.example"
    )


def sign(signer: LocalSigner, pdf: bytes, *, at: datetime = AT) -> bytes:
    return signer.sign(
        pdf, name="Kepala Dinas", reason=f"Sertifikat Standar {NUMBER}", location="Mempawah", at=at
    )


@pytest.fixture(scope="module")
def signed(signer: LocalSigner, plain: bytes) -> bytes:
    return sign(signer, plain)


# ---- signing --------------------------------------------------------------------------------------------------------
def test_the_print_stays_and_one_signature_is_added(signed: bytes, plain: bytes) -> None:
    assert signed.startswith(plain)
    (signature,) = PdfFileReader(BytesIO(signed)).embedded_signatures
    words = signature.sig_object
    assert words["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (words["/Name"], words["/Location"]) == ("Kepala Dinas", "Mempawah")
    assert words["/Reason"] == f"Sertifikat Standar {NUMBER}"
    assert words["/M"] == "D:20261120064100Z"
    assert signature.field_name == "TandaTangan"


def test_the_signature_holds_by_arithmetic_alone(signed: bytes, signer: LocalSigner) -> None:
    begin, length, resume, rest = map(
        int, re.search(rb"/ByteRange \[ ?(\d+) (\d+) (\d+) (\d+)", signed).groups()
    )
    assert (begin, resume + rest) == (0, len(signed))
    content = cms.ContentInfo.load(bytes.fromhex(signed[length + 1 : resume - 1].decode()))["content"]
    (info,) = content["signer_infos"]
    attributes = {row["type"].native: row["values"][0].native for row in info["signed_attrs"]}
    assert attributes["message_digest"] == hashlib.sha256(signed[:length] + signed[resume:]).digest()
    head = x509.load_der_x509_certificate(signer.certificates()[0])
    certificate_id = attributes["signing_certificate_v2"]["certs"][0]
    assert certificate_id["cert_hash"] == head.fingerprint(hashes.SHA256())
    key = head.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(info["signature"].native, info["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256()))
    authority = x509.load_der_x509_certificate(signer.certificates()[1])
    head.verify_directly_issued_by(authority)


def test_signing_again_gives_the_same_bytes(signer: LocalSigner, plain: bytes, signed: bytes) -> None:
    assert sign(signer, plain) == signed
    assert sign(signer, plain, at=AT + timedelta(seconds=1)) != signed


def test_the_file_stays_pdf_a_3(signed: bytes, plain: bytes) -> None:
    added = signed[len(plain) :]
    assert b"/Version" not in added  # PDF/A-3 is PDF 1.7
    assert b"/Metadata 2" not in added.replace(re.search(rb"/Metadata \d+", plain)[0], b"")
    assert re.search(rb"/Rect \[ -9 -9 -9 -9 \]", added)  # outside the page: not seen, not read aloud


def test_a_time_without_zone_is_a_mistake(signer: LocalSigner, plain: bytes) -> None:
    with pytest.raises(ValueError, match="time zone"):
        sign(signer, plain, at=AT.replace(tzinfo=None))


def test_keys_are_private_and_stay(tmp_path: Path) -> None:
    first = LocalSigner(tmp_path / "keys").certificates()
    assert LocalSigner(tmp_path / "keys").certificates() == first
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert {p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "keys").iterdir()} == {
        "signer.pem": 0o600,
        "signer.lock": 0o600,
    }


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = ed25519.Ed25519PrivateKey.generate()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "signer.pem").write_bytes(other.private_bytes(*form))
    with pytest.raises(TypeError, match="another kind"):
        LocalSigner(tmp_path).certificates()


def test_processes_that_come_at_once_get_the_same_keys(tmp_path: Path) -> None:
    code = (
        "import sys, hashlib; from satupintu.permits.signing import LocalSigner\n"
        "print('ready', flush=True); sys.stdin.read(); s = LocalSigner(sys.argv[1]); print(hashlib.sha256(b''.join(s.certificates())).hexdigest())"
    )
    rivals = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "keys")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for rival in rivals:
        assert rival.stdout
        assert rival.stdout.readline() == "ready\n"
    for rival in rivals:
        assert rival.stdin
        rival.stdin.close()
    found = []
    for rival in rivals:
        assert rival.stdout
        found.append(rival.stdout.read().strip())
        rival.stdout.close()
        assert rival.wait() == 0
    assert len(found[0]) == 64
    assert set(found) == {found[0]}


# ---- looking --------------------------------------------------------------------------------------------------------
def test_a_signed_permit_is_ours_and_whole(signed: bytes, signer: LocalSigner) -> None:
    assert looks(signed, certificates=signer.certificates()) == OURS
    assert validate(signed, signer.certificates()) == Seal(ours=True, whole=True)


def test_any_byte_changed_is_seen(signed: bytes, plain: bytes, signer: LocalSigner) -> None:
    chance, certificates = random.Random(4), signer.certificates()
    places = [chance.randrange(len(signed)) for _ in range(150)]
    places += [
        chance.randrange(len(plain), len(signed)) for _ in range(150)
    ]  # where a signature does not cover itself
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1 << chance.randrange(8)
        found = looks(bytes(changed), certificates=certificates)
        assert not found.intact, f"byte {place} of {len(signed)}"


def gap(signed: bytes) -> tuple[int, int]:
    """Begin and end of the hex digits of the signature."""
    found = re.search(rb"/ByteRange \[ ?0 (\d+) (\d+)", signed)
    assert found
    return int(found[1]) + 1, int(found[2]) - 1


def with_cms(signed: bytes, content: bytes) -> bytes:
    begin, end = gap(signed)
    return signed[:begin] + content.hex().upper().encode().ljust(end - begin, b"0") + signed[end:]


def test_what_the_signature_does_not_cover_is_checked_too(signed: bytes, signer: LocalSigner) -> None:
    certificates = signer.certificates()
    begin, end = gap(signed)
    digits = signed[begin:end]
    content = cms.ContentInfo.load(bytes.fromhex(digits.decode()))
    written = content.dump()
    info = content["content"]["signer_infos"][0]
    r, s = decode_dss_signature(info["signature"].native)
    info["signature"] = encode_dss_signature(r, P256_ORDER - s)
    twin = cms.ContentInfo.load(content.copy().dump())
    variants = {
        "padding": signed[: end - 1] + b"1" + signed[end:],
        "small letters": signed[:begin] + digits.lower() + signed[end:],
        "spaces between digits": signed[: end - 2] + b"  " + signed[end:],
        "the other s": with_cms(signed, twin.dump(force=True)),
        "an added attribute": with_cms(signed, with_unsigned_attribute(written)),
    }
    assert with_cms(signed, written) == signed
    for name, variant in variants.items():
        assert variant != signed, name
        assert looks(variant, certificates=certificates) == Looks(True, NUMBER, CODE, True, False), name


def with_unsigned_attribute(written: bytes) -> bytes:
    content = cms.ContentInfo.load(written)
    attribute = {"type": "1.2.3.4", "values": [cms.OctetString(b"x")]}
    content["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(attribute)])
    dumped: bytes = content.dump(force=True)
    return dumped


@pytest.mark.parametrize("tail", [b"\n", b" ", b"\0", b"%%EOF\n", b"<!-- -->"])
def test_anything_added_is_seen(signed: bytes, signer: LocalSigner, tail: bytes) -> None:
    assert looks(signed + tail, certificates=signer.certificates()) == Looks(True, NUMBER, CODE, True, False)
    assert not looks(tail + signed, certificates=signer.certificates()).intact


def test_a_later_update_and_a_second_signature_are_seen(
    signed: bytes, signer: LocalSigner, tmp_path: Path
) -> None:
    update = IncrementalPdfFileWriter(BytesIO(signed))
    update.root["/PageMode"] = update.add_object(update.root["/Lang"])
    update.update_root()
    out = BytesIO()
    update.write(out)
    assert out.getvalue().startswith(signed)
    assert looks(out.getvalue(), certificates=signer.certificates()) == Looks(True, NUMBER, CODE, True, False)
    second = signed.replace(b"(TandaTangan)", b"(TandaTangaN)", 1)
    assert not looks(second, certificates=signer.certificates()).intact


def test_another_office_key_is_not_ours(plain: bytes, signer: LocalSigner, tmp_path: Path) -> None:
    foreign = sign(LocalSigner(tmp_path), plain)
    assert looks(foreign, certificates=signer.certificates()) == Looks(True, NUMBER, CODE, False, False)
    assert looks(plain, certificates=signer.certificates()) == Looks(True, NUMBER, CODE, False, False)
    for pdf in (foreign, plain):
        assert validate(pdf, signer.certificates()) == Seal(ours=False, whole=False)
    assert looks(foreign) == Looks(True, NUMBER, CODE, False, False)  # without certificates nothing is ours


def garbage(plain: bytes) -> list[bytes]:
    chance = random.Random(7)
    noise = [b"%PDF-" + chance.randbytes(chance.randrange(4000)) for _ in range(40)]
    cut = [plain[: chance.randrange(6, len(plain))] for _ in range(20)]
    bomb = b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + b"{" * 500_000 + b'"dokumen"' + b"\nendstream"
    loop = b"%PDF-1.7\n1 0 obj\n<</Root 1 0 R>>\nendobj\ntrailer\n<</Root 1 0 R/Prev 9/Size 2>>\nstartxref\n9\n%%EOF"
    return [*noise, *cut, bomb, loop, b"%PDF-", b"%PDF-1.7\nstream\n" * 9000]


def test_garbage_is_looked_at_calmly(plain: bytes, signer: LocalSigner) -> None:
    for pdf in garbage(plain):
        found = looks(pdf, certificates=signer.certificates())
        assert (found.is_pdf, found.signed_by_us, found.intact) == (True, False, False)
    for other in (b"", b"<html>", b"PK\x03\x04", b"\xff\xd8\xff"):
        assert looks(other, certificates=signer.certificates()) == Looks(is_pdf=False)
    assert looks(b"%PDF-" + bytes(verify.MAX_BYTES)) == Looks(is_pdf=True)


def test_facts_survive_damage_elsewhere(signed: bytes, signer: LocalSigner) -> None:
    torn = signed[: len(signed) // 2] + signed[len(signed) // 2 + 900 :]
    assert looks(torn, certificates=signer.certificates()).code in (CODE, None)
    kept = (
        b"%PDF-1.7\n" + b'1 0 obj <<>> stream\n{"dokumen": {"nomor": "A/1", "kode_cek": "X' + b"\nendstream"
    )
    assert looks(kept) == Looks(is_pdf=True, number="A/1")
    other = b'%PDF-1.7\nstream\n{"dokumen": [1]}\nendstream\nstream\n{"dokumen": {"nomor": 7}}\nendstream'
    assert looks(other) == Looks(is_pdf=True)


def test_the_handler_of_the_child_answers_without_a_child(
    signed: bytes, plain: bytes, signer: LocalSigner
) -> None:
    handle = verify.prepare_reader()

    def ask(pdf: bytes) -> Looks:
        head = json.dumps([base64.b64encode(der).decode() for der in signer.certificates()]).encode()
        return Looks(**json.loads(handle(len(head).to_bytes(4, "big") + head + pdf)))

    assert ask(signed) == OURS
    assert ask(signed[:-9]) == Looks(True, NUMBER, CODE, True, False)
    assert not ask(signed.replace(b"/ByteRange", b"/ByteRanje")).intact
    for pdf in garbage(plain):
        assert not ask(pdf).signed_by_us


def test_a_reader_that_dies_or_hangs_gives_the_plain_answer(
    signed: bytes, signer: LocalSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = prints.Child("sys:exit", seconds=5, memory_bytes=1 << 30)  # gone before it has answered
    hurried = prints.Child(
        "satupintu.permits.verify:prepare_reader", seconds=-60, memory_bytes=768 << 20, free_files=16
    )
    for child in (dying, hurried):
        monkeypatch.setattr(verify, "_reader", child)
        assert looks(signed, certificates=signer.certificates()) == Looks(is_pdf=True)
        child.close()
