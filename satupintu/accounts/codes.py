# SPDX-License-Identifier: Apache-2.0
"""Codes, one-time tokens and links, computed from the id of a letter and a key of the server: they rest nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.conf import settings
from django.core import signing
from django.urls import reverse

from satupintu.door.keys import key


def code_of(letter_id: int) -> str:
    """The code of this letter. Source: RFC 4226 (HOTP), the letter's id as counter."""
    hotp = HOTP(key("login-code", 32), 6, SHA1())  # noqa: S303 - RFC 4226 means HMAC-SHA-1
    return hotp.generate(letter_id).decode()


def token_of(letter_id: int, email: str, made_at: datetime) -> str:
    """The one-time token of this letter: 256 bits, HMAC-SHA-256, as base64url without padding.

    Address and time are part of it: after a restore an id may be given out again, a token may not.
    """
    words = f"{letter_id} {email} {made_at.astimezone(UTC).isoformat(timespec='milliseconds')}"
    made = hmac.new(key("invitation"), words.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def undo_link(letter_id: int) -> str:
    """The whole link by which the reader of this letter stops a change."""
    return settings.PUBLIC_URL + reverse("account_undo_address", args=[_undo.sign(str(letter_id))])


def letter_of_link(token: str) -> int:
    """The letter whose link this is; 0 for what we did not write."""
    try:
        return int(_undo.unsign(token))
    except (signing.BadSignature, ValueError):
        return 0


_undo = signing.Signer(salt="satupintu.undo-address", sep="~")
