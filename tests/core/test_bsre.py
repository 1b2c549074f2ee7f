# SPDX-License-Identifier: Apache-2.0
"""Both versions of BSrE's API over a real socket: signed, refused, down, and nobody knows."""

from __future__ import annotations

import hashlib
import ssl
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader

from satupintu.adapters.bsre import client as bsre
from satupintu.adapters.bsre import simulator
from satupintu.ui import prints

ROOT = Path(__file__).parents[2]
HEAD, UNKNOWN, EXPIRED = "6102010101700001", "6102010101700002", "6102010101700003"
CANARY = "Frasa-Kenari-7Yq!"


@pytest.fixture(scope="module")
def plain() -> bytes:
    layout = (ROOT / "services/mempawah/sertifikat-standar/permit.typ").read_bytes()
    files = {"permit.typ": layout}
    return prints.compile_pdf("permit.typ", prints.sample_data(), files=files, qr="https://x.example")


@pytest.fixture(scope="module")
def running() -> Iterator[simulator.Running]:
    users = {HEAD: simulator.User(CANARY), EXPIRED: simulator.User(CANARY, "expired")}
    server = simulator.serve(simulator.Bsre(users))
    yield server
    server.stop()


@pytest.fixture
def service(running: simulator.Running) -> simulator.Bsre:
    running.service.mishaps.clear()
    running.service.times_signed.clear()
    return running.service


@pytest.fixture(params=["v1", "v2"])
def asking(
    request: pytest.FixtureRequest, running: simulator.Running, service: simulator.Bsre
) -> bsre.Client:
    return bsre.client(bsre.Service(running.url, service.account, seconds=5), request.param)


def sign(asking: bsre.Client, pdf: bytes, *, nik: str = HEAD, passphrase: str = CANARY) -> bsre.Signed:
    return asking.sign(
        pdf, nik=nik, passphrase=passphrase, reason="Sertifikat Standar 00/1", location="Mempawah"
    )


def times(service: simulator.Bsre, pdf: bytes) -> int:
    return service.times_signed[hashlib.sha256(pdf).hexdigest()]


def test_it_signs_once_and_calls_it_valid(asking: bsre.Client, service: simulator.Bsre, plain: bytes) -> None:
    signed = sign(asking, plain)
    assert signed.pdf.startswith(plain)
    (found,) = PdfFileReader(BytesIO(signed.pdf)).embedded_signatures
    assert found.sig_object["/Reason"] == "Sertifikat Standar 00/1"
    assert found.sig_object["/Location"] == "Mempawah"
    assert times(service, plain) == 1
    assert asking.verify(signed.pdf)
    changed = bytearray(signed.pdf)
    changed[len(plain) // 2] ^= 1
    assert not asking.verify(bytes(changed))


def test_who_can_sign_is_told_without_a_passphrase(asking: bsre.Client) -> None:
    assert [asking.status(nik) for nik in (HEAD, UNKNOWN, EXPIRED)] == ["active", "not-registered", "expired"]


REFUSED: dict[str, tuple[dict[str, str], type[bsre.Failure]]] = {
    "wrong passphrase": ({"passphrase": "salah"}, bsre.WrongPassphrase),
    "not registered": ({"nik": UNKNOWN}, bsre.NotRegistered),
    "expired": ({"nik": EXPIRED}, bsre.CertificateExpired),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_no_has_its_kind_and_signs_nothing(
    case: str, asking: bsre.Client, service: simulator.Bsre, plain: bytes
) -> None:
    given, kind = REFUSED[case]
    with pytest.raises(kind) as no:
        sign(asking, plain, **given)
    assert no.value.certain
    assert times(service, plain) == 0


def test_out_of_service_is_certain(asking: bsre.Client, service: simulator.Bsre, plain: bytes) -> None:
    service.mishaps.append("503")
    with pytest.raises(bsre.Down):
        sign(asking, plain)
    assert times(service, plain) == 0


@pytest.mark.parametrize("mishap", ["504", "504 after signing", "silent after signing", "cut after signing"])
def test_what_nobody_knows_is_said_to_be_unknown(
    mishap: simulator.Mishap,
    asking: bsre.Client,
    service: simulator.Bsre,
    plain: bytes,
    running: simulator.Running,
) -> None:
    impatient = type(asking)(bsre.Service(running.url, service.account, seconds=0.5))  # type: ignore[call-arg]
    service.mishaps.append(mishap)
    with pytest.raises(bsre.ResultUnknown) as no:
        sign(impatient, plain)
    assert not no.value.certain
    assert times(service, plain) == (0 if mishap == "504" else 1)
    if mishap == "cut after signing" and isinstance(asking, bsre.V1):
        assert asking.fetch(no.value.reference).startswith(plain)  # its id had come: it can be asked for
    else:
        assert no.value.reference == ""


def test_an_answer_that_comes_twice_is_one_document(
    asking: bsre.Client, service: simulator.Bsre, plain: bytes
) -> None:
    service.mishaps.append("twice")
    assert sign(asking, plain).pdf.startswith(plain)
    assert times(service, plain) == 1


def test_an_id_nobody_has_is_not_there(asking: bsre.Client) -> None:
    with pytest.raises(bsre.NotThere):
        asking.fetch("tidak-ada/../../x")


def test_nobody_listens(plain: bytes) -> None:
    for version in ("v1", "v2"):
        nowhere = bsre.client(bsre.Service("http://127.0.0.1:9", ("a", "b")), version)
        for ask in (lambda: sign(nowhere, plain), lambda: nowhere.status(HEAD)):  # noqa: B023
            with pytest.raises(bsre.Down):
                ask()


def test_a_wrong_account_is_not_a_wrong_passphrase(running: simulator.Running, plain: bytes) -> None:
    for version in ("v1", "v2"):
        stranger = bsre.client(bsre.Service(running.url, ("orang", "lain")), version)
        for ask in (lambda: sign(stranger, plain), lambda: stranger.status(HEAD)):  # noqa: B023
            with pytest.raises(bsre.AccountRefused):
                ask()


def test_no_failure_carries_the_passphrase(
    asking: bsre.Client, service: simulator.Bsre, plain: bytes, running: simulator.Running
) -> None:
    hurried = type(asking)(bsre.Service(running.url, service.account, seconds=0.5))  # type: ignore[call-arg]
    for mishap in ("503", "silent after signing", "cut after signing", "504"):
        service.mishaps.append(mishap)
        with pytest.raises(bsre.Failure) as no:
            sign(hurried, plain)
        whole = "".join(traceback.format_exception(no.value))
        assert CANARY not in whole
        assert no.value.__cause__ is None
        assert no.value.__suppress_context__ or no.value.__context__ is None


def test_tls_is_checked_against_the_pinned_authority(tmp_path: Path, plain: bytes) -> None:
    ours, theirs = certificate(tmp_path, "ours"), certificate(tmp_path, "theirs")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(ours)
    server = simulator.serve(simulator.Bsre({HEAD: simulator.User(CANARY)}), tls=tls)
    ask: Callable[[str], bsre.Client] = lambda trusted: bsre.client(  # noqa: E731
        bsre.Service(server.url, server.service.account, trusted=trusted), "v2"
    )
    try:
        assert ask(str(ours)).status(HEAD) == "active"
        assert sign(ask(str(ours)), plain).pdf.startswith(plain)
        for trusted in (str(theirs), ""):
            with pytest.raises(bsre.Down):
                sign(ask(trusted), plain)
    finally:
        server.stop()


def certificate(folder: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(simulator.VALID_FROM)
        .not_valid_after(simulator.VALID_UNTIL + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
