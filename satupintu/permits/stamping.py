# SPDX-License-Identifier: Apache-2.0
"""Proofs of time: the authority the office has named, and what of its certificates is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from asn1crypto import pem, x509
from django.conf import settings
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from satupintu.adapters.tsa.client import Authority, Unreachable

NO_STAMP = (Unreachable, TimestampRequestError)
"""What keeps an authority from giving its stamp: it is away, or its answer is none."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who stamps. roots: certificates its own are trusted by; without them a signature is stamped, no more (B-T)."""

    stamper: TimeStamper
    roots: tuple[x509.Certificate, ...] = ()


def stamp() -> Stamp | None:
    """The office's time-stamp authority; None where none is set."""
    if not settings.TSA_URL:
        return None
    roots = certificates(Path(settings.TSA_ROOTS).read_bytes()) if settings.TSA_ROOTS else ()
    return Stamp(Authority(settings.TSA_URL), roots)


def certificates(text: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file."""
    return tuple(x509.Certificate.load(der) for _name, _headers, der in pem.unarmor(text, multiple=True))
