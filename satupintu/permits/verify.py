# SPDX-License-Identifier: Apache-2.0
"""What a PDF from anybody's hand says about itself. Pure: bytes in, a verdict's facts out; nothing is looked up.

The bytes are hostile until proven ours, so they are parsed in a child process with limits; a file that breaks the
parser, eats memory or never ends gives the same plain answer as one that is no permit.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from satupintu.ui.prints import Child, ChildDied, ChildTooSlow

MAX_BYTES = 30 << 20
MAX_STREAM_BYTES = 1 << 20
MAX_STREAMS = 2000


@dataclass(frozen=True, slots=True)
class Looks:
    """is_pdf: begins like one. number, code: what its embedded data say, None if unreadable.

    signed_by_us: it carries a signature made with one of our certificates. intact: and not one byte differs since.
    copy: its embedded data call it a copy (large print).
    """

    is_pdf: bool
    number: str | None = None
    code: str | None = None
    signed_by_us: bool = False
    intact: bool = False
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What came back from a signing service. whole: one signature, which holds. level: "B-B" to "B-LTA"."""

    number: str | None = None
    code: str | None = None
    whole: bool = False
    level: str = ""


_reader = Child("satupintu.permits.verify:prepare_reader", seconds=10, memory_bytes=768 << 20, free_files=16)


def looks(pdf: bytes, *, certificates: Sequence[bytes] = ()) -> Looks:
    """Look at a PDF without trusting it; never raises for what the file holds.

    certificates: DER of ours, as `signing.Signer.certificates()` gives them; without them nothing is signed by us.
    """
    plain = Looks(is_pdf=pdf.startswith(b"%PDF-"))
    if not plain.is_pdf or len(pdf) > MAX_BYTES:
        return plain
    head = json.dumps([base64.b64encode(der).decode() for der in certificates]).encode()
    try:
        return Looks(**_ask(head, pdf))
    except (ChildDied, ChildTooSlow):
        return plain


def received(pdf: bytes) -> Received:
    """Look at a PDF that a signing service gave back, as warily as at any other; a broken one is nothing at all."""
    if not pdf.startswith(b"%PDF-") or len(pdf) > MAX_BYTES:
        return Received()
    try:
        return Received(**_ask(b"", pdf))
    except (ChildDied, ChildTooSlow):
        return Received()


def _ask(head: bytes, pdf: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_reader.ask(len(head).to_bytes(4, "big") + head + pdf))
    return found


# ---- in the child ----------------------------------------------------------------------------------------------------
def prepare_reader() -> Callable[[bytes], bytes]:
    """Load the parser and return the handler of the child."""
    from satupintu.permits import signing

    def handle(job: bytes) -> bytes:
        size = int.from_bytes(job[:4], "big")
        if not size:
            return json.dumps(asdict(_received(job[4:]))).encode()
        certificates = [base64.b64decode(text) for text in json.loads(job[4 : 4 + size])]
        pdf = job[4 + size :]
        found = _facts(pdf)
        if certificates:
            try:
                seal = signing.validate(pdf, certificates)
                found = replace(found, signed_by_us=seal.ours, intact=seal.whole)
            except Exception:  # noqa: BLE001 - a broken file may raise anything; it is then simply not intact
                found = replace(
                    found, signed_by_us=any(der.hex().upper().encode() in pdf for der in certificates[:1])
                )
        return json.dumps(asdict(found)).encode()

    return handle


def _received(pdf: bytes) -> Received:
    from satupintu.permits import signing

    try:
        given = signing.look(pdf)
    except Exception:  # noqa: BLE001 - a broken file may raise anything; it is then simply not whole
        return Received()
    found = _facts(pdf)
    return Received(found.number, found.code, given.whole, given.level)


_STREAM = re.compile(rb"stream\r?\n")
_COPY = re.compile(r'"salinan"\s*:\s*true\b')
_FACT = {name: re.compile(rf'"{name}"\s*:\s*"([^"\\]{{1,120}})"') for name in ("nomor", "kode_cek")}


def _facts(pdf: bytes) -> Looks:
    """Number and check code from the embedded data; from what is left of them, if the file is damaged."""
    best = Looks(is_pdf=True)
    for text in _json_streams(pdf):
        document = _document(text)
        number, code = document.get("nomor"), document.get("kode_cek")
        if number and code:
            return replace(best, number=number, code=code, copy=bool(_COPY.search(text)))
        best = replace(best, number=best.number or number, code=best.code or code)
    return best


def _json_streams(pdf: bytes) -> Iterator[str]:
    for count, begin in enumerate(_STREAM.finditer(pdf)):
        if count > MAX_STREAMS:
            return
        content = pdf[begin.end() : begin.end() + MAX_STREAM_BYTES]
        if content[:1] != b"{":
            content = _inflated(content)
        if content[:1] == b"{" and b'"dokumen"' in content:
            yield content.decode("utf-8", "replace")


def _inflated(content: bytes) -> bytes:
    """As much as comes out before the first damaged byte."""
    out, inflater = bytearray(), zlib.decompressobj()
    try:
        for at in range(0, len(content), 256):
            out += inflater.decompress(content[at : at + 256], MAX_STREAM_BYTES)
            if inflater.eof or len(out) > MAX_STREAM_BYTES or (out and out[:1] != b"{"):
                break
    except zlib.error:
        pass
    return bytes(out)


def _document(text: str) -> dict[str, str]:
    """The `dokumen` part of the data; by pattern where the JSON no longer parses."""
    try:
        whole: Any = json.loads(text)
        part = whole["dokumen"]
        return {name: part[name] for name in _FACT if isinstance(part.get(name), str)}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        rest = text[text.find('"dokumen"') :]
        return {name: match[1] for name, pattern in _FACT.items() if (match := pattern.search(rest))}
