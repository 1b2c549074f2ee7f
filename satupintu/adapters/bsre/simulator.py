# SPDX-License-Identifier: Apache-2.0
"""The other end of the wire: a real HTTP server that speaks both versions of BSrE's API, really signs, really fails.

It keeps what it signed under an id, as the service does, and counts how often it signed each document: so a test can
say that nothing was signed twice. Its key is made at its start and means nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, Literal

from asn1crypto import keys, x509
from cryptography import x509 as certs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

Mishap = Literal["503", "504", "504 after signing", "silent after signing", "cut after signing", "twice"]
"""What goes wrong with one request: before it is signed (503, 504), after it, or the answer comes two times."""


@dataclass(frozen=True, slots=True)
class User:
    """A person the service knows. state: "active", or "expired" for one whose certificate has ended."""

    passphrase: str
    state: str = "active"


@dataclass
class Bsre:
    """The service. users: NIK -> user. account: whom it answers at all. mishaps: one for each request to come."""

    users: dict[str, User]
    account: tuple[str, str] = ("satupintu", "rahasia")
    mishaps: deque[Mishap | None] = field(default_factory=deque)
    kept: dict[str, bytes] = field(default_factory=dict)
    times_signed: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    released: threading.Event = field(default_factory=threading.Event)
    _alone: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def hand(self) -> SimpleSigner:
        """The key and the certificate of everybody here."""
        return _make_hand()

    def sign(self, pdf: bytes, reason: str, location: str) -> tuple[str, bytes]:
        """Sign, and keep the result under a new id. Counted by the SHA-256 of what came in."""
        words = PdfSignatureMetadata(
            field_name="BSrE",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            reason=reason or None,
            location=location or None,
        )
        with self._alone:
            signer = PdfSigner(words, self.hand, new_field_spec=SigFieldSpec("BSrE", box=(-9, -9, -9, -9)))
            out: Any = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
            reference = secrets.token_hex(16)
            self.kept[reference] = out.getvalue()
            self.times_signed[hashlib.sha256(pdf).hexdigest()] += 1
        return reference, self.kept[reference]

    def valid(self, pdf: bytes) -> bool:
        """Whether this is a document as this service signed it."""
        try:
            (found,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
            roots = ValidationContext(
                trust_roots=list(self.hand.cert_registry), moment=VALID_FROM + dt.timedelta(days=1)
            )
            return bool(validate_pdf_signature(found, signer_validation_context=roots).bottom_line)
        except Exception:  # noqa: BLE001 - whatever it is, it is not a document we signed
            return False


VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
VALID_UNTIL = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


def _make_hand() -> SimpleSigner:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    named = [(certs.NameOID.COUNTRY_NAME, "ID"), (certs.NameOID.COMMON_NAME, "Kepala Dinas (CONTOH BSrE)")]
    name = certs.Name([certs.NameAttribute(oid, text) for oid, text in named])
    made = (
        certs.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(certs.random_serial_number()).not_valid_before(VALID_FROM).not_valid_after(VALID_UNTIL)
        .add_extension(certs.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(certs.KeyUsage(True, True, *[False] * 7), critical=True)  # digitalSignature, nonRepudiation
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own = x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))
    store = SimpleCertificateStore.from_certs([own])  # type: ignore[no-untyped-call]
    return SimpleSigner(signing_cert=own, signing_key=keys.PrivateKeyInfo.load(private), cert_registry=store)


# Over HTTP -------------------------------------------------------------------------------------------------------


class _No(Exception):
    """An answer that is not the one hoped for."""

    def __init__(self, status: int, code: int, error: str) -> None:
        super().__init__(error)
        self.status, self.body = status, {"status_code": code, "error": error}


class Handler(BaseHTTPRequestHandler):
    """One request. `service` is set by `serve`."""

    service: Bsre
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a line of a log is a place where something can rest."""

    def do_GET(self) -> None:
        *_, kind, last = self.path.split("/")
        self._answered(lambda: self._told(last) if kind == "status" else self._download(last))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        acts: dict[str, Callable[[], None]] = {
            "/api/sign/pdf": lambda: self._sign(_parts(self.headers["Content-Type"], body)),
            "/api/v2/sign/pdf": lambda: self._sign_json(json.loads(body)),
            "/api/v2/user/check/status": lambda: self._told(json.loads(body)["nik"]),
            "/api/sign/verify": lambda: self._judge(
                _parts(self.headers["Content-Type"], body)["signed_file"]
            ),
            "/api/v2/verify/pdf": lambda: self._judge(base64.b64decode(json.loads(body)["file"])),
        }
        self._answered(acts.get(self.path, self._nowhere))

    def _answered(self, act: Callable[[], None]) -> None:
        self.service.requests[self.path] += 1
        try:
            name, password = self.service.account
            wanted = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
            if self.headers.get("Authorization") != wanted:
                raise _No(401, 401, "Unauthorized")
            act()
        except _No as no:
            self._send(no.status, json.dumps(no.body).encode())

    def _nowhere(self) -> None:
        raise _No(404, 404, "Not Found")

    def _told(self, nik: str) -> None:
        user = self.service.users.get(nik)
        if user is None:
            raise _No(200, 1110, "User tidak terdaftar")
        if user.state == "expired":
            raise _No(200, 1110, "Sertifikat user telah expired")
        self._send(200, json.dumps({"status_code": 1111, "message": "Sertifikat aktif"}).encode())

    def _download(self, reference: str) -> None:
        if reference not in self.service.kept:
            raise _No(404, 404, "Dokumen tidak ditemukan")
        self._send(200, self.service.kept[reference], "application/pdf")

    def _judge(self, pdf: bytes) -> None:
        summary = "VALID" if self.service.valid(pdf) else "INVALID"
        self._send(200, json.dumps({"summary": summary, "conclusion": summary}).encode())

    def _sign(self, said: dict[str, bytes]) -> None:
        given = {name: value.decode() for name, value in said.items() if name != "file"}
        self._signed(said["file"], given, lambda pdf: (pdf, "application/pdf"), named=True)

    def _sign_json(self, said: dict[str, Any]) -> None:
        look = said["signatureProperties"][0]
        (file,) = said["file"]

        def packed(pdf: bytes) -> tuple[bytes, str]:
            return json.dumps(
                {"time": 1, "file": [base64.b64encode(pdf).decode()]}
            ).encode(), "application/json"

        self._signed(base64.b64decode(file), {**look, **said}, packed, named=False)

    def _signed(
        self, pdf: bytes, given: dict[str, Any], packed: Callable[[bytes], tuple[bytes, str]], *, named: bool
    ) -> None:
        """Sign for a known user with the right passphrase, unless something goes wrong. named: say the id."""
        mishap = self.service.mishaps.popleft() if self.service.mishaps else None
        if mishap in ("503", "504"):
            raise _No(int(mishap), 0, "")
        user = self.service.users.get(given["nik"])
        if user is None:
            raise _No(400, 2011, "User tidak terdaftar")
        if user.passphrase != given["passphrase"]:
            raise _No(400, 2031, "Proses signing gagal : Passphrase anda salah")
        if user.state == "expired":
            raise _No(400, 2021, "Sertifikat user telah expired")
        reference, signed = self.service.sign(
            pdf, str(given.get("reason", "")), str(given.get("location", ""))
        )
        if mishap == "504 after signing":
            raise _No(504, 0, "")
        body, mime = packed(signed)
        name = reference if named else ""
        if mishap == "silent after signing":
            self.service.released.wait(60)
            self.close_connection = True
            return
        if mishap == "cut after signing":
            self._send(200, body[: len(body) // 2], mime, length=len(body), reference=name)
            self.close_connection = True
            return
        for _ in range(2 if mishap == "twice" else 1):
            self._send(200, body, mime, reference=name)

    def _send(
        self,
        status: int,
        body: bytes,
        mime: str = "application/json",
        *,
        length: int | None = None,
        reference: str = "",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(length or len(body)))
        if reference:
            self.send_header("id_dokumen", reference)
        self.end_headers()
        self.wfile.write(body)


def _parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart body (RFC 7578)."""
    whole: Any = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found = {}
    for part in whole.get_payload():
        found[part.get_param("name", header="content-disposition")] = part.get_payload(decode=True)
    return found


class Quiet(ThreadingHTTPServer):
    """Says nothing of a client that went away or did not trust it."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        return


@dataclass
class Running:
    """A server that answers in a thread of its own, until it is stopped."""

    service: Bsre
    server: Quiet
    url: str

    def stop(self) -> None:
        self.service.released.set()
        self.server.shutdown()
        self.server.server_close()


def serve(
    service: Bsre, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Running:
    """Start the service. port: 0 takes a free one. tls: with its certificate; without it plain HTTP, for loopback."""
    handler = type("Answering", (Handler,), {"service": service})
    server = Quiet((host, port), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return Running(service, server, f"{'https' if tls else 'http'}://{host}:{server.server_address[1]}")
