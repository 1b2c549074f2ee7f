# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes and hashes: what the record's chains and commitments are made of."""

from __future__ import annotations

import hashlib
import json
from typing import Any

GENESIS = "0" * 64
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(data: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8: the same data gives the same bytes everywhere (cf. RFC 8785)."""
    return _ENCODER.encode(data).encode()


def digest(data: Any) -> str:
    """SHA-256 of the canonical bytes, hex."""
    return hashlib.sha256(canonical(data)).hexdigest()


def seal(previous: str, line: Any) -> str:
    """The seal of an event: SHA-256(previous seal, hex ‖ canonical line), hex. Source: design §1.3."""
    return seal_bytes(previous, canonical(line))


def seal_bytes(previous: str, line: bytes) -> str:
    """The same of a line that is canonical bytes already."""
    return hashlib.sha256(previous.encode() + line).hexdigest()


def commitment(salt: bytes, data: Any) -> str:
    """SHA-256(32-byte salt ‖ canonical data), hex: proves the data without holding them. Source: design §1.3."""
    return hashlib.sha256(salt + canonical(data)).hexdigest()
