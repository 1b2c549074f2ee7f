# SPDX-License-Identifier: Apache-2.0
"""Files that people hand in: small honest ones, and those that are refused."""

from __future__ import annotations

import io
from functools import cache

import pikepdf
from playwright.sync_api import FilePayload

from tests import factories


def photo(name: str = "foto.jpg", *, wide: int = 80) -> FilePayload:
    """A picture as a phone takes it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": factories.picture(wide, 60, "JPEG")}


def scan(name: str = "pindai.pdf") -> FilePayload:
    """A PDF of one empty page."""
    return _pdf(name, _bytes())


def locked(name: str = "terkunci.pdf") -> FilePayload:
    """A PDF that asks for a password."""
    return _pdf(name, _bytes(locked=True))


def lively(name: str = "hidup.pdf") -> FilePayload:
    """A PDF with JavaScript in it."""
    return _pdf(name, _bytes(lively=True))


def disguised(name: str = "ktp.pdf") -> FilePayload:
    """A web page that calls itself a PDF."""
    return _pdf(name, b"<!DOCTYPE html><html><script>alert(1)</script></html>")


def heavy(name: str = "besar.pdf") -> FilePayload:
    """A PDF of 5.1 MB."""
    return _pdf(name, _bytes() + b"\n%" + bytes(int(5.1 * 1024 * 1024)))


def _pdf(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": data}


@cache
def _bytes(*, locked: bool = False, lively: bool = False) -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page(page_size=(200, 200))
    if lively:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b") if locked else False)
    return out.getvalue()
