# SPDX-License-Identifier: Apache-2.0
"""Six-digit codes computed from the id of a letter and a key of the server: they rest nowhere."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from satupintu.door.keys import key


def code_of(letter_id: int) -> str:
    """The code of this letter. Source: RFC 4226 (HOTP), the letter's id as counter."""
    hotp = HOTP(key("login-code", 32), 6, SHA1())  # noqa: S303 - RFC 4226 means HMAC-SHA-1
    return hotp.generate(letter_id).decode()
