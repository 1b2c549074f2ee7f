# SPDX-License-Identifier: Apache-2.0
"""Encrypted columns: NIK, passport and phone rest as AES-256-GCM, found again by a keyed blind index."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from satupintu.core.seal import canonical
from satupintu.door.keys import key

if TYPE_CHECKING:
    TextField = models.TextField[Any, Any]
    JSONField = models.JSONField[Any, Any]
else:  # Django's own fields cannot be subscripted
    TextField, JSONField = models.TextField, models.JSONField

_PREFIX = "g1:"


def encrypt(plain: bytes, *, purpose: str) -> bytes:
    """AES-256-GCM, 12-byte random nonce in front; `purpose` is bound as associated data."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key("data")).encrypt(nonce, plain, purpose.encode())


def decrypt(secret: bytes, *, purpose: str) -> bytes:
    """The plain bytes again; raises cryptography's InvalidTag when a byte was changed."""
    return AESGCM(key("data")).decrypt(secret[:12], secret[12:], purpose.encode())


def blind_index(value: str, *, purpose: str) -> str:
    """A keyed hash (HMAC-SHA-256, hex) to find a value without keeping it readable; empty stays empty."""
    if not value:
        return ""
    return hmac.new(key("index"), f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


class EncryptedField(TextField):
    """A text that rests encrypted; only the ORM sees it in clear. Cannot be searched: keep a blind index beside it."""

    def get_prep_value(self, value: Any) -> Any:
        if not value:
            return ""
        return _PREFIX + base64.b64encode(encrypt(str(value).encode(), purpose="field")).decode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if not value or not value.startswith(_PREFIX):
            return value
        return decrypt(base64.b64decode(value[len(_PREFIX) :]), purpose="field").decode()


class _Canonical(json.JSONEncoder):
    """Whatever it is asked for, canonical JSON."""

    def __init__(self, **_options: Any) -> None:
        super().__init__()

    def encode(self, o: Any) -> str:
        return canonical(o).decode()


class CanonicalJSONField(JSONField):
    """JSON that rests as its canonical text (on PostgreSQL as jsonb, which has an order of its own)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "encoder": _Canonical})

    def deconstruct(self) -> Any:
        """To migrations it is a plain JSONField: the column is the same."""
        name, _path, args, options = super().deconstruct()
        del options["encoder"]
        return name, "django.db.models.JSONField", args, options
