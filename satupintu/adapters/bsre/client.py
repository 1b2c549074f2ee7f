# SPDX-License-Identifier: Apache-2.0
"""BSrE's esign client service, API v1 (multipart) and v2 (JSON), as it stands inside an agency's network.

The passphrase is an argument and nothing else: no object of this module keeps it, no exception carries it (each is
raised `from None`, because the one below it holds the request), and httpx logs addresses only.

Source: domain.md §6, from public integrations (OpenSID, rumahASN); codes 2011 and 2031 from public code; the header
`id_dokumen` likewise. What the service does beyond that was not seen: docs/decisions/0019.
"""

from __future__ import annotations

import base64
import binascii
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import quote

import httpx

SECONDS_TO_SIGN = 60.0
SECONDS_TO_CONNECT = 5.0
SECONDS_TO_ASK = 10.0
MAX_BYTES = 40 << 20

Status = Literal["active", "not-registered", "expired"]


class Failure(Exception):
    """The service did not sign, or nobody knows. code: for people's words; certain: nothing was signed."""

    code, certain = "refused", True

    def __init__(self, reference: str = "") -> None:
        super().__init__(self.code)
        self.reference = reference


class WrongPassphrase(Failure):
    """Nothing was signed; the same person may type it again."""

    code = "passphrase"


class NotRegistered(Failure):
    """BSrE does not know this NIK."""

    code = "not-registered"


class CertificateExpired(Failure):
    """The certificate of this person is no longer valid."""

    code = "expired"


class AccountRefused(Failure):
    """The service does not take the office's own account (HTTP Basic)."""

    code = "account"


class Down(Failure):
    """The service could not be reached, or said itself that it is out of service (503): it took nothing."""

    code = "down"


class Refused(Failure):
    """Another no. The service's own words are not kept: they may repeat what was sent."""


class ResultUnknown(Failure):
    """The document had left, and no whole answer came back: it may be signed. reference: its id, where one came."""

    code, certain = "unknown", False


class NotThere(Failure):
    """The service has no document under this id."""

    code = "not-there"


@dataclass(frozen=True, slots=True)
class Signed:
    """A document as the service gave it back. reference: its id there, "" where the API gives none (v2)."""

    pdf: bytes
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """Where the service is, and as whom the office asks it. trusted: PEM file of its CA, "" for the system's."""

    url: str
    account: tuple[str, str]
    trusted: str = ""
    seconds: float = SECONDS_TO_SIGN


class Client(Protocol):
    """What both versions of the API can do. Raises Failure of one kind or another, and nothing else."""

    def status(self, nik: str) -> Status:
        """Whether this person can sign today; no passphrase is needed to ask."""
        ...

    def sign(self, pdf: bytes, *, nik: str, passphrase: str, reason: str, location: str) -> Signed:
        """Sign once, without a picture. The only call that carries the passphrase."""
        ...

    def fetch(self, reference: str) -> bytes:
        """A signed document by its id. Raises NotThere, also where the API has no such question (v2)."""
        ...

    def verify(self, pdf: bytes) -> bool:
        """Whether the service itself calls this signed document valid."""
        ...


def client(service: Service, version: str) -> Client:
    """The client of this version of the API, "v1" or "v2"."""
    return V1(service) if version == "v1" else V2(service)


# The wire --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wire:
    service: Service

    def ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        """A question that changes nothing: whatever goes wrong, it may be asked again."""
        with self._open(SECONDS_TO_ASK) as wire:
            try:
                answer = wire.request(method, path, **content)
            except httpx.HTTPError:
                raise Down from None
        if answer.status_code >= 500:
            raise Down
        return answer

    def send(self, path: str, **content: Any) -> Signed:
        """The one request that has an effect. Its reference is read before its body, which may be cut off."""
        reference = ""
        with self._open(self.service.seconds) as wire:
            try:
                with wire.stream("POST", path, **content) as answer:
                    reference = answer.headers.get("id_dokumen", "")[:100]
                    body = _read(answer)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
                raise Down from None
            except httpx.HTTPError:
                raise ResultUnknown(reference) from None
        if answer.status_code != 200:
            raise _failure(answer.status_code, body, reference)
        return Signed(body, reference)

    @contextmanager
    def _open(self, seconds: float) -> Iterator[httpx.Client]:
        service = self.service
        trust = ssl.create_default_context(cafile=service.trusted or None)
        limits = httpx.Timeout(seconds, connect=SECONDS_TO_CONNECT)
        # trust_env=False: neither a proxy nor a netrc of the machine may see the passphrase or the account.
        with httpx.Client(
            base_url=service.url, auth=service.account, timeout=limits, verify=trust, trust_env=False
        ) as wire:
            yield wire


def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    for part in answer.iter_bytes():
        body += part
        if len(body) > MAX_BYTES:
            raise httpx.ReadError("answer too long")
    return bytes(body)


_CODES: Mapping[int, type[Failure]] = {2011: NotRegistered, 2031: WrongPassphrase}
_WORDS: tuple[tuple[tuple[str, ...], type[Failure]], ...] = (
    (("passphrase",), WrongPassphrase),
    (("expired", "kadaluarsa", "kedaluwarsa"), CertificateExpired),
    (("tidak terdaftar", "belum terdaftar"), NotRegistered),
)
_DOWN = 503


def _failure(status: int, body: bytes, reference: str = "") -> Failure:
    """What an answer that is not 200 means. A 5xx without a known reason leaves open whether it was signed."""
    known = _known(body)
    if known is not None:
        return known()
    if status in (401, 403):
        return AccountRefused()
    if status == _DOWN:
        return Down()
    return ResultUnknown(reference) if status >= 500 else Refused()


def _known(body: bytes) -> type[Failure] | None:
    said = _json(body)
    for name in ("status_code", "status"):
        if said.get(name) in _CODES:
            return _CODES[said[name]]
    text = " ".join(str(said.get(name, "")) for name in ("error", "message", "description")).lower()
    return next((kind for words, kind in _WORDS if any(word in text for word in words)), None)


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = httpx.Response(200, content=body).json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _status(answer: httpx.Response) -> Status:
    """The kind of person the service says this is; an answer we do not understand counts as "not registered"."""
    known = _known(answer.content)
    if answer.status_code in (401, 403):
        raise AccountRefused
    if known is CertificateExpired:
        return "expired"
    said = str(_json(answer.content).get("status", "")).upper()
    code = _json(answer.content).get("status_code")
    active = answer.status_code == 200 and known is None and (said in {"ISSUE", "ACTIVE"} or code == 1111)
    return "active" if active else "not-registered"


def _valid(answer: httpx.Response) -> bool:
    if answer.status_code != 200:
        raise _failure(answer.status_code, answer.content)
    said = _json(answer.content)
    return str(said.get("summary") or said.get("conclusion", "")).upper() == "VALID"


# The two versions ------------------------------------------------------------------------------------------------


class V1:
    """API v1: multipart in, the PDF itself out, its id in a header."""

    def __init__(self, service: Service) -> None:
        self._wire = _Wire(service)

    def status(self, nik: str) -> Status:
        return _status(self._wire.ask("GET", f"/api/user/status/{quote(nik, safe='')}"))

    def sign(self, pdf: bytes, *, nik: str, passphrase: str, reason: str, location: str) -> Signed:
        said = {
            "nik": nik,
            "passphrase": passphrase,
            "tampilan": "invisible",
            "reason": reason,
            "location": location,
        }
        signed = self._wire.send(
            "/api/sign/pdf", data=said, files={"file": ("surat.pdf", pdf, "application/pdf")}
        )
        if signed.pdf.startswith(b"%PDF-"):
            return signed
        raise _known(signed.pdf)() if _known(signed.pdf) else ResultUnknown(signed.reference)  # type: ignore[misc]

    def fetch(self, reference: str) -> bytes:
        answer = self._wire.ask("GET", f"/api/sign/download/{quote(reference, safe='')}")
        if answer.status_code != 200 or not answer.content.startswith(b"%PDF-"):
            raise NotThere
        return answer.content

    def verify(self, pdf: bytes) -> bool:
        files = {"signed_file": ("surat.pdf", pdf, "application/pdf")}
        return _valid(self._wire.ask("POST", "/api/sign/verify", files=files))


class V2:
    """API v2: JSON in, JSON out; it names no id, so a lost answer cannot be fetched afterwards."""

    def __init__(self, service: Service) -> None:
        self._wire = _Wire(service)

    def status(self, nik: str) -> Status:
        return _status(self._wire.ask("POST", "/api/v2/user/check/status", json={"nik": nik}))

    def sign(self, pdf: bytes, *, nik: str, passphrase: str, reason: str, location: str) -> Signed:
        look = {"tampilan": "INVISIBLE", "reason": reason, "location": location}
        said = {"nik": nik, "passphrase": passphrase, "signatureProperties": [look], "file": [_base64(pdf)]}
        answer = self._wire.send("/api/v2/sign/pdf", json=said)
        try:
            (found,) = _json(answer.pdf)["file"]
            return Signed(base64.b64decode(found, validate=True))
        except (KeyError, ValueError, TypeError, binascii.Error):
            raise ResultUnknown from None

    def fetch(self, reference: str) -> bytes:
        raise NotThere

    def verify(self, pdf: bytes) -> bool:
        return _valid(self._wire.ask("POST", "/api/v2/verify/pdf", json={"file": _base64(pdf)}))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
