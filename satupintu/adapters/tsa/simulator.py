# SPDX-License-Identifier: Apache-2.0
"""A real time-stamp authority on loopback (RFC 3161 over HTTP), with a key of its own, for tests and trials."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer

from asn1crypto import keys, tsp, x509
from cryptography import x509 as certs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps import DummyTimeStamper

VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
VALID_UNTIL = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


@dataclass
class Running:
    """The server. root: PEM of the certificate to trust. answer: an HTTP status to give instead of a token."""

    server: HTTPServer
    url: str
    root: bytes
    asked: int = 0
    answer: int = 0

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def serve(*, at: dt.datetime | None = None, port: int = 0) -> Running:
    """Start the authority in a thread of its own. at: the time it tells; its own clock if not given."""
    certificate, key = _made()
    stamper = DummyTimeStamper(
        x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        keys.PrivateKeyInfo.load(
            key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        fixed_dt=at,
    )

    class Answering(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            return

        def do_POST(self) -> None:
            running.asked += 1
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = b"" if running.answer else stamper.request_tsa_response(asked).dump()
            self.send_response(running.answer or 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = HTTPServer(("127.0.0.1", port), Answering)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    running = Running(server, url, certificate.public_bytes(serialization.Encoding.PEM))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return running


def _made() -> tuple[certs.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = certs.Name([certs.NameAttribute(certs.NameOID.COMMON_NAME, "Stempel Waktu (CONTOH)")])
    stamping = certs.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    made = (
        certs.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(certs.random_serial_number()).not_valid_before(VALID_FROM).not_valid_after(VALID_UNTIL)
        .add_extension(certs.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(certs.KeyUsage(True, True, *[False] * 7), critical=True)
        .add_extension(stamping, critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return made, key
